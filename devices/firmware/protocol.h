/* Lines from and to the host. The protocol is docs/wire-protocol.md. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

void protocol_tick(void);

#endif
