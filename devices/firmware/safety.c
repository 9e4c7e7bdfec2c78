#include "safety.h"

#include <string.h>

#include "board.h"
#include "memory.h"

uint16_t levels[CHANNELS];
uint16_t watchdog_ms = WATCHDOG_DEFAULT_MS;
enum source trigger_source;
uint32_t trigger_delay_us, trigger_pulse_us = 5000;
uint8_t sequence[SEQUENCE_MOST] = {0x1F}, sequence_length = 1;

/* W/m2 at the applied part at full level. PLACEHOLDERS, measured on nothing: measure each
   build and put its own figures here before it touches skin. */
static const uint16_t irradiance[CHANNELS] = {150, 180, 90, 200, 150};

static uint8_t armed;
static uint16_t latched, untold; /* faults; those that the host has not been told */
static uint16_t actual[CHANNELS];
static uint16_t derate = 1000;
static uint32_t heard_ms, last_ms, lit_since_ms, dark_since_ms;
static uint8_t lit;
static uint32_t lit_us;
static uint32_t dose_mj, dose_part_uj; /* per m2 */
static uint8_t bad_lines;
static uint8_t numbered; /* signs of life carry numbers: no other line is one */
static uint16_t kept_number;

static uint8_t pulse_mask, pulse_waits, pulse_on;
static uint64_t pulse_start_us, pulse_end_us;
static uint32_t pulses;
static struct frame begun;
static uint8_t has_begun;
static uint8_t sequence_at;

static void latch(uint16_t fault)
{
    untold |= fault & ~latched;
    latched |= fault;
    safety_off();
}

void safety_start(void)
{
    safety_off();
    heard_ms = last_ms = dark_since_ms = board_time_ms();
    const struct memory *kept = memory_kept();
    lit_us = kept->lit_ms * 1000;
    dose_mj = kept->dose_mj;
    latched = kept->faults;
    if (kept->armed) /* the boot loader hides what kind of reset it was */
        latched |= FAULT_BROWNOUT;
}

void safety_heard(void)
{
    if (!numbered)
        heard_ms = board_time_ms();
    bad_lines = 0;
}

/* A number that came before, or an older one, is an echo out of some buffer. */
void safety_keep(uint16_t number)
{
    if (numbered && (int16_t)(number - kept_number) <= 0)
        return;
    numbered = 1;
    kept_number = number;
    heard_ms = board_time_ms();
}

void safety_bad_line(void)
{
    if (bad_lines < BAD_LINES_MOST && ++bad_lines == BAD_LINES_MOST)
        latch(FAULT_CRC);
}

static void put_out(const uint16_t wanted[])
{
    if (memcmp(actual, wanted, sizeof actual) == 0)
        return;
    memcpy(actual, wanted, sizeof actual);
    board_light(actual);
    uint8_t any = 0;
    for (uint8_t i = 0; i < CHANNELS; i++)
        any |= actual[i] != 0;
    if (any && !lit)
        lit_since_ms = board_time_ms();
    if (!any && lit)
        dark_since_ms = board_time_ms();
    lit = any;
}

void safety_off(void)
{
    static const uint16_t none[CHANNELS];
    armed = numbered = 0;
    if (lit)
        dark_since_ms = board_time_ms();
    pulse_waits = pulse_on = 0;
    memset(levels, 0, sizeof levels);
    memset(actual, 0, sizeof actual);
    lit = 0;
    board_light(none);
    board_trigger_out(0);
}

/* A sensor that is torn off or shorted reads outside what a living sensor can. */
static uint8_t broken(enum sensor which)
{
    return board_raw(which) > 1000 || board_raw(which) < 20;
}

/* Causes that hold right now. `resume` asks whether it is well enough to go on. */
static uint16_t causes(uint8_t resume)
{
    uint16_t found = 0;
    int16_t skin_most = resume ? TEMP_RESUME : TEMP_OFF;
    if (broken(SENSOR_SKIN) || broken(SENSOR_LED) || broken(SENSOR_MCU)
        || board_temperature(SENSOR_SKIN) >= skin_most
        || board_temperature(SENSOR_LED) >= TEMP_LED_OFF
        || board_temperature(SENSOR_MCU) >= TEMP_MCU_OFF)
        found |= FAULT_TEMP;
    if (lit_us / 1000 >= (resume ? DOSE_RESUME_MS : DOSE_LIMIT_MS))
        found |= FAULT_DOSE;
    if (board_millivolts(SENSOR_BATTERY) < BATTERY_LEAST_MV)
        found |= FAULT_BATT;
    if (lit && board_time_ms() - lit_since_ms >= SENSE_AFTER_MS) {
        if (board_millivolts(SENSOR_STRING) > SENSE_OPEN_MV)
            found |= FAULT_OPEN;
        if (board_millivolts(SENSOR_STRING) < SENSE_SHORT_MV)
            found |= FAULT_SHORT;
    }
    if (!lit && board_time_ms() - dark_since_ms >= SENSE_DARK_AFTER_MS
        && board_millivolts(SENSOR_STRING) > SENSE_DARK_MV)
        found |= FAULT_STUCK;
    return found;
}

static void count_dose(uint32_t passed_ms)
{
    if (!lit) {
        uint32_t rest_us = passed_ms * 500;
        lit_us = lit_us > rest_us ? lit_us - rest_us : 0;
        if (!lit_us)
            dose_mj = dose_part_uj = 0;
        return;
    }
    lit_us += passed_ms * 1000;
    for (uint8_t i = 0; i < CHANNELS; i++) /* W/m2 x permille x ms = microjoule/m2 */
        dose_part_uj += (uint32_t)irradiance[i] * actual[i] * passed_ms;
    dose_mj += dose_part_uj / 1000;
    dose_part_uj %= 1000;
}

static void set_derate(void)
{
    int16_t skin = board_temperature(SENSOR_SKIN);
    derate = 1000;
    if (skin > TEMP_DERATE)
        derate = skin >= TEMP_OFF ? 0
                                  : 1000UL * (TEMP_OFF - skin) / (TEMP_OFF - TEMP_DERATE);
}

static void run_pulse(void)
{
    uint64_t now_us = board_time_us();
    if (trigger_source == SOURCE_EXT && board_triggers())
        safety_trigger();
    if (pulse_waits && now_us >= pulse_start_us) {
        pulse_waits = 0;
        pulse_on = 1;
        pulse_end_us = now_us + trigger_pulse_us;
        board_trigger_out(1);
        begun = (struct frame){pulses, now_us, pulse_mask};
        has_begun = 1;
    }
    if (pulse_on && now_us >= pulse_end_us) {
        pulse_on = 0;
        board_trigger_out(0);
    }
}

/* Light is entered before it is given: whatever stops the board, what was given is known. */
static void remember(void)
{
    const struct memory *wanted = memory_wanted();
    uint32_t lit_ms = lit_us / 1000, reserve_ms = armed ? DOSE_RESERVE_MS : 0;
    uint32_t least_ms = lit_ms + reserve_ms / 2, most_ms = lit_ms + reserve_ms;
    if (wanted->faults == latched && wanted->armed == armed && wanted->lit_ms >= least_ms
        && wanted->lit_ms <= most_ms + DOSE_RESERVE_MS && (most_ms || !wanted->lit_ms))
        return;
    struct memory now = {most_ms, dose_mj, latched, armed};
    for (uint8_t i = 0; i < CHANNELS; i++) /* W/m2 x ms = mJ/m2 */
        now.dose_mj += irradiance[i] * reserve_ms;
    memory_want(&now);
}

void safety_tick(void)
{
    uint32_t now_ms = board_time_ms(), passed_ms = now_ms - last_ms;
    last_ms = now_ms;
    board_measure();
    count_dose(passed_ms);
    uint16_t found = causes(0);
    if (armed && now_ms - heard_ms >= watchdog_ms)
        found |= FAULT_WDOG;
    if (found & ~latched)
        latch(found);
    remember();
    set_derate();
    run_pulse();
    uint16_t wanted[CHANNELS] = {0};
    if (armed && !latched && lit_us / 1000 < memory_kept()->lit_ms)
        for (uint8_t i = 0; i < CHANNELS; i++)
            if (trigger_source == SOURCE_IMM || (pulse_on && pulse_mask >> i & 1))
                wanted[i] = (uint32_t)levels[i] * derate / 1000;
    put_out(wanted);
}

uint8_t safety_arm(void)
{
    if (latched)
        return 0;
    if (armed)
        return 1;
    armed = 1;
    remember();
    while (memory_busy()) { /* dark still: light comes from safety_tick */
        memory_tick();
        board_sleep();
    }
    board_triggers(); /* edges from before do not count */
    return 1;
}

uint8_t safety_clear(void)
{
    if (causes(1) & latched)
        return 0;
    latched = 0;
    bad_lines = 0;
    return 1;
}

uint8_t safety_trigger(void)
{
    if (!armed)
        return 0;
    pulse_mask = sequence[sequence_at];
    sequence_at = (sequence_at + 1) % sequence_length;
    pulse_start_us = board_time_us() + trigger_delay_us;
    pulse_waits = 1;
    pulses++;
    return 1;
}

void safety_sequence_start(void) { sequence_at = 0; }
uint8_t safety_armed(void) { return armed; }
uint16_t safety_faults(void) { return latched; }
uint16_t safety_derate(void) { return derate; }
uint16_t safety_actual(uint8_t channel) { return actual[channel]; }
uint32_t safety_lit_ms(void) { return lit_us / 1000; }
uint32_t safety_dose_mj(void) { return dose_mj; }
uint32_t safety_pulses(void) { return pulses; }
uint16_t safety_irradiance(uint8_t channel) { return irradiance[channel]; }

uint16_t safety_take_fault(void)
{
    uint16_t fault = untold & -untold; /* the lowest bit */
    untold &= ~fault;
    return fault;
}

uint8_t safety_take_frame(struct frame *frame)
{
    uint8_t had = has_begun;
    *frame = begun;
    has_begun = 0;
    return had;
}
