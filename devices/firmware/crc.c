#include "crc.h"

uint16_t crc16(const void *data, uint8_t length)
{
    const uint8_t *byte = data;
    uint16_t crc = 0xFFFF;
    for (; length; length--) {
        crc ^= (uint16_t)*byte++ << 8;
        for (uint8_t i = 0; i < 8; i++)
            crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
    }
    return crc;
}
