/* Parameters of commands, and the errors they can have. */
#ifndef PARSE_H
#define PARSE_H

#include <avr/pgmspace.h>
#include <stdint.h>

enum error {
    OK = 0, SYNTAX = -102, MISSING = -109, UNKNOWN = -113, RANGE = -222, TOO_LONG = -223,
    QUEUE = -350, CHECKSUM = 101, NOT_ARMED = 102, FAULTED = 103
};

PGM_P error_text(int16_t error);
int16_t number(const char *text, int32_t least, int32_t most, int32_t *value);
int16_t on_off(const char *text, uint8_t *value);
/* Numbers from 0 with commas between them; cuts the text up. */
int16_t numbers(char *text, int32_t most, int32_t values[], uint8_t room, uint8_t *count);

#endif
