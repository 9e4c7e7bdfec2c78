/* What must survive a reset, in EEPROM: how much light was used, which faults are latched,
 * and whether it was armed. Each record goes to the next place of a ring, so that the
 * wear is spread (68 places; 100 000 writes each, ATmega328P data sheet, 36.1). */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdint.h>

struct memory {
    uint32_t lit_ms;  /* light used, with what may yet be used before the next record */
    uint32_t dose_mj; /* per m2, likewise */
    uint16_t faults;
    uint8_t armed;
};

void memory_start(void);                     /* reads what was kept */
const struct memory *memory_kept(void);      /* what a reset now would find */
const struct memory *memory_wanted(void);    /* what was asked for last */
void memory_want(const struct memory *what); /* is kept about 50 ms later */
uint8_t memory_busy(void);
void memory_tick(void);                      /* one byte at a time */

#endif
