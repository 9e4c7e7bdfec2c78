#include "parse.h"

#include <stdlib.h>
#include <string.h>

PGM_P error_text(int16_t error)
{
    switch (error) {
    case SYNTAX: return PSTR("syntax");
    case MISSING: return PSTR("missing parameter");
    case UNKNOWN: return PSTR("undefined header");
    case RANGE: return PSTR("data out of range");
    case TOO_LONG: return PSTR("too much data");
    case QUEUE: return PSTR("queue overflow");
    case CHECKSUM: return PSTR("checksum");
    case NOT_ARMED: return PSTR("not armed");
    case FAULTED: return PSTR("faulted");
    }
    return PSTR("No error");
}

int16_t number(const char *text, int32_t least, int32_t most, int32_t *value)
{
    char *end;
    if (!text || !*text)
        return MISSING;
    *value = strtol(text, &end, 10);
    if (end == text || *end)
        return SYNTAX;
    return *value < least || *value > most ? RANGE : OK;
}

int16_t on_off(const char *text, uint8_t *value)
{
    if (!text)
        return MISSING;
    if (strcmp_P(text, PSTR("ON")) == 0 || strcmp_P(text, PSTR("1")) == 0)
        *value = 1;
    else if (strcmp_P(text, PSTR("OFF")) == 0 || strcmp_P(text, PSTR("0")) == 0)
        *value = 0;
    else
        return SYNTAX;
    return OK;
}

int16_t numbers(char *text, int32_t most, int32_t values[], uint8_t room, uint8_t *count)
{
    *count = 0;
    for (char *part = text; part; ) {
        char *comma = strchr(part, ',');
        if (comma)
            *comma++ = 0;
        if (*count == room)
            return TOO_LONG;
        int16_t error = number(part, 0, most, &values[*count]);
        if (error)
            return error;
        ++*count;
        part = comma;
    }
    return *count ? OK : MISSING;
}
