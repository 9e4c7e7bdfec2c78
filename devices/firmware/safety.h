/* The rules that keep a patient from harm. The host can ask for light; only these rules
 * let it out, and no command gets round them. */
#ifndef SAFETY_H
#define SAFETY_H

#include <stdint.h>

#include "config.h"

extern uint16_t levels[CHANNELS];    /* asked for, 0 to 1000 */
extern uint16_t watchdog_ms;

void safety_start(void);
void safety_heard(void);             /* a valid command came */
void safety_keep(uint16_t number);   /* a numbered sign of life came */
void safety_bad_line(void);          /* a damaged one came */
void safety_off(void);               /* dark, now, whatever else holds */
void safety_tick(void);              /* once a millisecond or more often */

uint8_t safety_arm(void);            /* 0 when a fault is latched */
uint8_t safety_armed(void);
uint16_t safety_faults(void);        /* latched, bits of enum fault */
uint16_t safety_take_fault(void);    /* one that was latched and not yet told, or 0 */
uint8_t safety_clear(void);          /* 0 while a cause lasts */
uint16_t safety_derate(void);        /* permille of what was asked for */
uint16_t safety_actual(uint8_t channel);
uint32_t safety_lit_ms(void);
uint32_t safety_dose_mj(void);       /* mJ/m2 since the last rest */
uint16_t safety_irradiance(uint8_t channel); /* W/m2 at full level */

/* Strobe: with a trigger source other than 0 light comes in pulses only. */
enum source { SOURCE_IMM, SOURCE_EXT, SOURCE_BUS };
extern enum source trigger_source;
extern uint32_t trigger_delay_us, trigger_pulse_us;
extern uint8_t sequence[SEQUENCE_MOST], sequence_length;
uint8_t safety_trigger(void);        /* 0 when not armed */
uint32_t safety_pulses(void);
void safety_sequence_start(void);
struct frame { uint32_t number; uint64_t at_us; uint8_t mask; };
uint8_t safety_take_frame(struct frame *frame); /* 1 when a pulse began since asked last */

#endif
