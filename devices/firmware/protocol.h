/* Lines from and to the host. The protocol is docs/wire-protocol.md. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

void protocol_tick(void);
void protocol_fault(uint8_t fault);
void protocol_frame(uint32_t number, uint64_t at_us, uint8_t mask);

#endif
