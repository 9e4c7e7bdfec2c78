#include "memory.h"

#include <stddef.h>
#include <string.h>

#include "board.h"
#include "config.h"
#include "crc.h"

struct record {
    uint16_t number; /* the newest counts; it may wrap */
    struct memory what;
    uint16_t crc; /* last: a record that was cut short is none, and the one before counts */
} __attribute__((packed));

#define PLACES (EEPROM_BYTES / sizeof(struct record))

static struct memory kept, wanted;
static struct record writing;
static uint8_t place, at; /* of the record that is or was last written; bytes done */

static uint16_t crc_of(const struct record *record)
{
    return crc16(record, offsetof(struct record, crc));
}

static uint8_t is_blank(const struct record *record)
{
    for (uint8_t i = 0; i < sizeof *record; i++)
        if (((const uint8_t *)record)[i] != 0xFF)
            return 0;
    return 1;
}

void memory_start(void)
{
    uint8_t found = 0, all_blank = 1;
    for (uint8_t i = 0; i < PLACES; i++) {
        struct record record;
        for (uint8_t j = 0; j < sizeof record; j++)
            ((uint8_t *)&record)[j] = board_eeprom_read(i * sizeof record + j);
        all_blank &= is_blank(&record);
        if (crc_of(&record) != record.crc)
            continue;
        if (found && (int16_t)(record.number - writing.number) <= 0)
            continue;
        found = 1;
        place = i;
        writing = record;
    }
    at = sizeof writing;
    kept = writing.what;
    if (!found) {
        memset(&kept, 0, sizeof kept);
        kept.lit_ms = all_blank ? 0 : DOSE_LIMIT_MS; /* a damaged memory: rest first */
    }
    wanted = kept;
}

const struct memory *memory_kept(void) { return &kept; }
const struct memory *memory_wanted(void) { return &wanted; }
void memory_want(const struct memory *what) { wanted = *what; }

uint8_t memory_busy(void)
{
    return at < sizeof writing || memcmp(&wanted, &kept, sizeof kept) != 0;
}

void memory_tick(void)
{
    if (!memory_busy() || board_eeprom_busy())
        return;
    if (at == sizeof writing) { /* begin */
        place = (place + 1) % PLACES;
        writing.number++;
        writing.what = wanted;
        writing.crc = crc_of(&writing);
        at = 0;
    }
    board_eeprom_write(place * sizeof writing + at, ((uint8_t *)&writing)[at]);
    at++;
    if (at == sizeof writing)
        kept = writing.what;
}
