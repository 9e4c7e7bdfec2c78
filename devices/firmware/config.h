/* What the illuminator is: pins, limits, and where each number comes from.
 *
 * Limits that protect the patient stand here and nowhere else. They can be lowered when
 * building (-DDOSE_LIMIT_MS=...), which the tests do to save time; no command raises them.
 */
#ifndef CONFIG_H
#define CONFIG_H

#ifndef F_CPU
#define F_CPU 16000000UL
#endif
#ifndef TICKS_AT_START /* half milliseconds: the tests begin shortly before 2^32 */
#define TICKS_AT_START 0
#endif
#define BAUD_RATE 115200UL

#define CHANNELS 5
#define LEVEL_FULL 1000u
#define LEVEL_WHITE_MOST 600u /* white LEDs can injure the retina: Biomed Opt Express 2010;1:771 */

/* Temperatures in hundredths of a degree C. 41 C: applied part, IECEE CTL DSH-422. */
#define TEMP_DERATE 3800
#define TEMP_OFF 4100
#define TEMP_RESUME 3700
#define TEMP_LED_OFF 8500
#define TEMP_MCU_OFF 8000

/* Lit time: so long without a rest; a second of light needs two of dark. */
#ifndef DOSE_LIMIT_MS
#define DOSE_LIMIT_MS 60000UL
#endif
#define DOSE_RESUME_MS (DOSE_LIMIT_MS / 2)
/* Light that is entered in EEPROM before it is given: after a reset it counts as used. */
#ifndef DOSE_RESERVE_MS
#define DOSE_RESERVE_MS 2000UL
#endif
#define EEPROM_BYTES 1024

#define BATTERY_LEAST_MV 3300
#define BATTERY_FULL_MV 4200

/* Voltage across the LED strings while lit. */
#define SENSE_SHORT_MV 300
#define SENSE_OPEN_MV 4500
#define SENSE_AFTER_MS 5
/* While dark: less than the least forward voltage of any LED (940 nm: 1.2 V). */
#define SENSE_DARK_MV 1000
#define SENSE_DARK_AFTER_MS 20

#define WATCHDOG_LEAST_MS 100u
#define WATCHDOG_MOST_MS 5000u
#define WATCHDOG_DEFAULT_MS 1000u
#define BAD_LINES_MOST 8 /* in a row; then the line counts as broken */

#define PULSE_LEAST_US 500UL
#define PULSE_MOST_US 50000UL
#define DELAY_MOST_US 50000UL
#define SEQUENCE_MOST 16

#define LINE_MOST 96

enum fault {
    FAULT_WDOG = 1, FAULT_TEMP = 2, FAULT_DOSE = 4, FAULT_OPEN = 8,
    FAULT_SHORT = 16, FAULT_BATT = 32, FAULT_CRC = 64,
    FAULT_BROWNOUT = 128, /* it started again while it was armed */
    FAULT_STUCK = 256     /* a driver lets current through while it is dark */
};

#endif
