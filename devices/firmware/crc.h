/* CRC-16/CCITT-FALSE: of lines, and of what is kept in EEPROM. */
#ifndef CRC_H
#define CRC_H

#include <stdint.h>

uint16_t crc16(const void *data, uint8_t length);

#endif
