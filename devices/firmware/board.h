/* The board: clock, line, sensors, outputs. The rest of the program knows no register. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

void board_start(void);              /* everything dark */
uint64_t board_time_us(void);
uint32_t board_time_ms(void);
void board_sleep(void);              /* until an interrupt; feeds the hardware watchdog */

int16_t board_read(void);            /* next byte from the host, -1 when there is none */
uint8_t board_overrun(void);         /* whether bytes were lost since asked last */
void board_write(const char *text);

enum sensor { SENSOR_LED, SENSOR_SKIN, SENSOR_MCU, SENSOR_BATTERY, SENSOR_STRING, SENSORS };
void board_measure(void);            /* one sensor at a time, in turn */
uint16_t board_raw(enum sensor which);
int16_t board_temperature(enum sensor which); /* hundredths of a degree C */
uint16_t board_millivolts(enum sensor which);
uint8_t board_button(void);

void board_light(const uint16_t levels[]); /* 0 to 1000 each; all 0 takes the enable away */
void board_trigger_out(uint8_t on);
uint8_t board_triggers(void);        /* edges at the trigger input since asked last */
void board_trigger_edge(uint8_t rising);

uint8_t board_eeprom_read(uint16_t at);
uint8_t board_eeprom_busy(void);     /* a byte takes 3.4 ms */
void board_eeprom_write(uint16_t at, uint8_t byte); /* when it is not busy */

#endif
