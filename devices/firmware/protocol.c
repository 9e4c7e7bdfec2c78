#include "protocol.h"

#include <avr/pgmspace.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "config.h"
#include "crc.h"
#include "parse.h"
#include "safety.h"

#define PRINT(...) snprintf_P(reply, sizeof reply, __VA_ARGS__)

static char line[LINE_MOST + 1];
static uint8_t length, too_long;
static char reply[LINE_MOST];
static uint8_t check_demanded, events_on;

static int16_t queue[8];
static uint8_t queued;

static const char channels[CHANNELS][18] PROGMEM = {
    "orange,590,350mA", "red,625,350mA", "white,0,200mA", "nir850,850,350mA",
    "nir940,940,350mA",
};
static const char fault_names[9][9] PROGMEM = {
    "WDOG", "TEMP", "DOSE", "OPEN", "SHORT", "BATT", "CRC", "BROWNOUT", "STUCK",
};

static void send(const char *text, uint8_t check)
{
    board_write(text);
    if (check) {
        char suffix[6];
        snprintf_P(suffix, sizeof suffix, PSTR("*%04X"), crc16(text, strlen(text)));
        board_write(suffix);
    }
    board_write("\n");
}

static char *print_u64(uint64_t value, char *end)
{
    *--end = 0;
    do
        *--end = '0' + value % 10;
    while (value /= 10);
    return end;
}

static void print_error(PGM_P how, int16_t error)
{
    snprintf_P(reply, sizeof reply, how, error);
    strcat_P(reply, error_text(error));
    strcat_P(reply, PSTR("\""));
}

static int16_t set_level(uint8_t channel, int32_t value)
{
    if (channel == 2 && value > (int32_t)LEVEL_WHITE_MOST)
        return RANGE;
    if (value && safety_faults())
        return FAULTED;
    levels[channel] = value;
    return OK;
}

static int16_t channel_command(const char *header, char *argument)
{
    if (header[3] < '1' || header[3] > '0' + CHANNELS || header[4] != ':')
        return UNKNOWN;
    uint8_t channel = header[3] - '1';
    header += 5;
    if (strcmp_P(header, PSTR("LEV?")) == 0) {
        PRINT(PSTR("%u,%u,%u"), levels[channel], safety_actual(channel), safety_derate());
        return OK;
    }
    if (strcmp_P(header, PSTR("INFO?")) == 0) {
        strcpy_P(reply, channels[channel]);
        snprintf_P(reply + strlen(reply), 8, PSTR(",%u"), safety_irradiance(channel));
        return OK;
    }
    if (strcmp_P(header, PSTR("LEV")))
        return UNKNOWN;
    int32_t value;
    int16_t error = number(argument, 0, LEVEL_FULL, &value);
    return error ? error : set_level(channel, value);
}

static int16_t all_levels(char *argument)
{
    int32_t values[CHANNELS];
    uint8_t count;
    int16_t error = numbers(argument, LEVEL_FULL, values, CHANNELS, &count);
    if (error)
        return error;
    if (count < CHANNELS)
        return MISSING;
    if (values[2] > (int32_t)LEVEL_WHITE_MOST)
        return RANGE;
    for (uint8_t i = 0; i < CHANNELS; i++)
        if (values[i] && safety_faults())
            return FAULTED;
    for (uint8_t i = 0; i < CHANNELS; i++) /* all or nothing */
        levels[i] = values[i];
    return OK;
}

static int16_t light_command(const char *header, char *argument)
{
    if (strcmp_P(header, PSTR("ILL:COUN?")) == 0)
        PRINT(PSTR("%d"), CHANNELS);
    else if (strcmp_P(header, PSTR("ILL:DOSE?")) == 0)
        PRINT(PSTR("%lu.%lu,%lu,%lu"), safety_lit_ms() / 1000, safety_lit_ms() / 100 % 10,
              DOSE_LIMIT_MS / 1000, safety_dose_mj() / 1000);
    else if (strcmp_P(header, PSTR("ILL:LEV")) == 0)
        return all_levels(argument);
    else
        return channel_command(header, argument);
    return OK;
}

static int16_t output_command(const char *header, char *argument)
{
    if (strcmp_P(header, PSTR("OUTP?")) == 0) {
        PRINT(PSTR("%u"), safety_armed());
        return OK;
    }
    if (strcmp_P(header, PSTR("OUTP")))
        return UNKNOWN;
    uint8_t on;
    int16_t error = on_off(argument, &on);
    if (error)
        return error;
    if (!on)
        safety_off();
    else if (!safety_arm())
        return FAULTED;
    return OK;
}

static int16_t set_source(const char *name)
{
    if (!name)
        return MISSING;
    if (strcmp_P(name, PSTR("IMM")) == 0)
        trigger_source = SOURCE_IMM;
    else if (strcmp_P(name, PSTR("EXT")) == 0)
        trigger_source = SOURCE_EXT;
    else if (strcmp_P(name, PSTR("BUS")) == 0)
        trigger_source = SOURCE_BUS;
    else
        return SYNTAX;
    board_triggers();
    safety_sequence_start();
    return OK;
}

static int16_t set_sequence(char *argument)
{
    int32_t masks[SEQUENCE_MOST];
    uint8_t count;
    int16_t error = numbers(argument, (1 << CHANNELS) - 1, masks, SEQUENCE_MOST, &count);
    if (error)
        return error;
    for (uint8_t i = 0; i < count; i++)
        sequence[i] = masks[i];
    sequence_length = count;
    safety_sequence_start();
    return OK;
}

static int16_t trigger_command(const char *header, char *argument)
{
    int32_t value;
    int16_t error;
    if (strcmp_P(header, PSTR("*TRG")) == 0)
        return safety_trigger() ? OK : safety_faults() ? FAULTED : NOT_ARMED;
    header += 5; /* TRIG: */
    if (strcmp_P(header, PSTR("COUN?")) == 0)
        PRINT(PSTR("%lu"), safety_pulses());
    else if (strcmp_P(header, PSTR("SOUR")) == 0)
        return set_source(argument);
    else if (strcmp_P(header, PSTR("SOUR?")) == 0)
        PRINT(trigger_source == SOURCE_IMM ? PSTR("IMM")
              : trigger_source == SOURCE_EXT ? PSTR("EXT") : PSTR("BUS"));
    else if (strcmp_P(header, PSTR("SEQ")) == 0)
        return set_sequence(argument);
    else if (strcmp_P(header, PSTR("EDGE")) == 0) {
        if (!argument)
            return MISSING;
        uint8_t rising = strcmp_P(argument, PSTR("RISE")) == 0;
        if (!rising && strcmp_P(argument, PSTR("FALL")))
            return SYNTAX;
        board_trigger_edge(rising);
    } else if (strcmp_P(header, PSTR("DEL")) == 0) {
        if ((error = number(argument, 0, DELAY_MOST_US, &value)))
            return error;
        trigger_delay_us = value;
    } else if (strcmp_P(header, PSTR("PULS")) == 0) {
        if ((error = number(argument, PULSE_LEAST_US, PULSE_MOST_US, &value)))
            return error;
        trigger_pulse_us = value;
    } else
        return UNKNOWN;
    return OK;
}

static int16_t next_error(void)
{
    int16_t error = queued ? queue[0] : OK;
    if (queued)
        memmove(queue, queue + 1, --queued * sizeof *queue);
    print_error(PSTR("%d,\""), error);
    return OK;
}

static int16_t system_command(const char *header, char *argument)
{
    int32_t value;
    header += 5; /* SYST: */
    if (strcmp_P(header, PSTR("PROT?")) == 0)
        strcpy_P(reply, PSTR("1.1"));
    else if (strcmp_P(header, PSTR("TIME?")) == 0) {
        char digits[21];
        strcpy(reply, print_u64(board_time_us(), digits + sizeof digits));
    } else if (strcmp_P(header, PSTR("WDOG?")) == 0)
        PRINT(PSTR("%u"), watchdog_ms);
    else if (strcmp_P(header, PSTR("WDOG")) == 0) {
        int16_t error = number(argument, WATCHDOG_LEAST_MS, WATCHDOG_MOST_MS, &value);
        if (error)
            return error;
        watchdog_ms = value;
    } else if (strcmp_P(header, PSTR("FLT?")) == 0)
        PRINT(PSTR("%u"), safety_faults());
    else if (strcmp_P(header, PSTR("FLT:CLE")) == 0)
        return safety_clear() ? OK : FAULTED;
    else if (strcmp_P(header, PSTR("ERR?")) == 0)
        return next_error();
    else if (strcmp_P(header, PSTR("CRC")) == 0)
        return on_off(argument, &check_demanded);
    else if (strcmp_P(header, PSTR("EVEN")) == 0)
        return on_off(argument, &events_on);
    else
        return UNKNOWN;
    return OK;
}

static int16_t sensor_command(const char *header)
{
    if (strcmp_P(header, PSTR("SENS:TEMP?")) == 0)
        PRINT(PSTR("%d,%d,%d"), board_temperature(SENSOR_LED),
              board_temperature(SENSOR_SKIN), board_temperature(SENSOR_MCU));
    else if (strcmp_P(header, PSTR("SENS:BATT?")) == 0) {
        int16_t millivolts = board_millivolts(SENSOR_BATTERY);
        int16_t percent = 100L * (millivolts - BATTERY_LEAST_MV)
                          / (BATTERY_FULL_MV - BATTERY_LEAST_MV);
        percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
        PRINT(PSTR("%d,%d,0"), millivolts, percent);
    } else
        return UNKNOWN;
    return OK;
}

/* Without a number: a host of protocol 1.0. */
static int16_t keep(const char *argument)
{
    int32_t value;
    if (!argument)
        return OK;
    int16_t error = number(argument, 0, UINT16_MAX, &value);
    if (error)
        return error;
    safety_keep(value);
    PRINT(PSTR("%u"), (uint16_t)value);
    return OK;
}

static int16_t obey(char *text)
{
    char *argument = strchr(text, ' ');
    if (argument)
        *argument++ = 0;
    for (char *c = text; *c; c++)
        *c = toupper(*c);
    for (char *c = argument; c && *c; c++)
        *c = toupper(*c);
    strcpy_P(reply, PSTR("OK"));
    if (strcmp_P(text, PSTR("*IDN?")) == 0)
        strcpy_P(reply, PSTR("TRANSVEIN,ILL5,0001,1.1"));
    else if (strcmp_P(text, PSTR("KEEP")) == 0)
        return keep(argument);
    else if (strcmp_P(text, PSTR("ILL:OFF")) == 0)
        safety_off();
    else if (strncmp_P(text, PSTR("ILL"), 3) == 0)
        return light_command(text, argument);
    else if (strncmp_P(text, PSTR("OUTP"), 4) == 0)
        return output_command(text, argument);
    else if (strcmp_P(text, PSTR("*TRG")) == 0 || strncmp_P(text, PSTR("TRIG:"), 5) == 0)
        return trigger_command(text, argument);
    else if (strncmp_P(text, PSTR("SYST:"), 5) == 0)
        return system_command(text, argument);
    else if (strncmp_P(text, PSTR("SENS:"), 5) == 0)
        return sensor_command(text);
    else
        return UNKNOWN;
    return OK;
}

static uint8_t is_off(const char *text)
{
    return strncasecmp_P(text, PSTR("ILL:OFF"), 7) == 0 && (text[7] == 0 || text[7] == '*');
}

/* 1: right CRC, taken off. 0: none. -1: wrong. */
static int8_t take_check(char *text)
{
    char *star = strrchr(text, '*');
    if (!star || strlen(star) != 5)
        return 0;
    uint16_t given = 0;
    for (char *c = star + 1; *c; c++) {
        if (!isxdigit(*c) || islower(*c))
            return 0;
        given = given << 4 | (isdigit(*c) ? *c - '0' : *c - 'A' + 10);
    }
    *star = 0;
    return crc16(text, strlen(text)) == given ? 1 : -1;
}

static void take_line(void)
{
    uint8_t printable = !too_long;
    for (char *c = line; *c; c++)
        printable &= *c >= 0x20 && *c < 0x7F;
    uint8_t off = printable && is_off(line); /* obeyed with any CRC or none */
    int8_t check = printable ? take_check(line) : 0;
    int16_t error;
    if (off) {
        line[7] = 0;
        error = obey(line);
    } else if (!printable)
        error = too_long ? TOO_LONG : SYNTAX;
    else if (check < 0 || (check_demanded && !check))
        error = CHECKSUM;
    else
        error = obey(line);
    /* Only what could be read and obeyed shows that a host in its senses is there. */
    if (error == OK)
        safety_heard();
    else if (!printable || error == CHECKSUM || error == UNKNOWN)
        safety_bad_line();
    if (error != OK) {
        if (queued < 8)
            queue[queued++] = error;
        else
            queue[7] = QUEUE;
        print_error(PSTR("ERR %d,\""), error);
    }
    send(reply, check > 0 || check_demanded);
}

static void tell_fault(uint16_t fault)
{
    char text[16] = "!FLT ";
    uint8_t index = 0;
    while (!(fault >> index & 1))
        index++;
    strcat_P(text, fault_names[index]);
    send(text, check_demanded);
}

static void tell_frame(const struct frame *frame)
{
    char text[48], digits[21];
    snprintf_P(text, sizeof text, PSTR("!FRM %lu,"), frame->number);
    strcat(text, print_u64(frame->at_us, digits + sizeof digits));
    snprintf_P(text + strlen(text), 6, PSTR(",%u"), frame->mask);
    send(text, check_demanded);
}

/* What happened since the last time; without events it is forgotten. */
static void tell_events(void)
{
    struct frame frame;
    for (uint16_t fault; (fault = safety_take_fault());)
        if (events_on)
            tell_fault(fault);
    if (safety_take_frame(&frame) && events_on)
        tell_frame(&frame);
}

void protocol_tick(void)
{
    static uint8_t button;
    tell_events();
    if (board_overrun())
        too_long = 1;
    /* One line each time: however fast the host talks, the rules of safety.c are applied
     * between any two of its commands. */
    for (int16_t byte; (byte = board_read()) >= 0;) {
        if (byte == '\n') {
            line[length] = 0;
            if (length || too_long)
                take_line();
            length = too_long = 0;
            break;
        } else if (byte != '\r') {
            if (length < LINE_MOST)
                line[length++] = byte ? byte : 1; /* a zero would hide what follows */
            else
                too_long = 1;
        }
    }
    if (board_button() != button) {
        button = board_button();
        if (events_on) {
            char digits[21];
            PRINT(PSTR("!BTN 1,%u,"), button);
            strcat(reply, print_u64(board_time_us(), digits + sizeof digits));
            send(reply, check_demanded);
        }
    }
}
