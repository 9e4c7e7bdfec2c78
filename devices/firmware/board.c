/* ATmega328P (Arduino Uno). LED drivers: PB1 PB2 PD6 PD5 PB3; enable PD7, pulled down
 * outside, so that a reset, an empty chip or a loose wire is dark. */
#include "board.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>

#include "config.h"

#define TICK_US 500UL /* timer 1: 2 kHz, PWM of channels 1 and 2, and the clock */
#define TOP (F_CPU / 1000000UL * TICK_US - 1)

static volatile uint32_t ticks = TICKS_AT_START;
static volatile uint32_t ticks_high;
static volatile uint8_t triggers;

static volatile char received[64];
static volatile uint8_t received_in, received_out, overrun;
static volatile char sending[128];
static volatile uint8_t sending_in, sending_out;

static uint16_t raw[SENSORS];

/* NTC 10k B3950 below 10k: reading at 0, 5, ... 100 C. */
static const uint16_t ntc[] PROGMEM = {
    788, 738, 684, 627, 569, 512, 456, 403, 354, 310, 270,
    235, 204, 177, 153, 133, 115, 100, 87, 76, 67,
};
#define NTC_ROWS (sizeof ntc / sizeof ntc[0])

ISR(TIMER1_OVF_vect)
{
    if (++ticks == 0)
        ticks_high++;
}

ISR(INT0_vect)
{
    if (triggers < 255)
        triggers++;
}

ISR(USART_RX_vect)
{
    uint8_t status = UCSR0A;
    char byte = UDR0;
    uint8_t next = (received_in + 1) % sizeof received;
    if ((status & (_BV(DOR0) | _BV(FE0))) || next == received_out) {
        overrun = 1;
        return;
    }
    received[received_in] = byte;
    received_in = next;
}

ISR(USART_UDRE_vect)
{
    if (sending_in == sending_out) {
        UCSR0B &= ~_BV(UDRIE0);
        return;
    }
    UDR0 = sending[sending_out];
    sending_out = (sending_out + 1) % sizeof sending;
}

void board_start(void)
{
    MCUSR = 0;
    wdt_enable(WDTO_250MS);

    PORTB = _BV(PB0); /* button: pulled up */
    PORTD = 0;
    DDRB = _BV(PB1) | _BV(PB2) | _BV(PB3);
    DDRD = _BV(PD4) | _BV(PD5) | _BV(PD6) | _BV(PD7);

    TCCR1A = _BV(WGM11);
    ICR1 = TOP;
    TCCR1B = _BV(WGM13) | _BV(WGM12) | _BV(CS10);
    TIMSK1 = _BV(TOIE1);
    TCCR0A = _BV(WGM01) | _BV(WGM00); /* 7.8 kHz */
    TCCR0B = _BV(CS01);
    TCCR2A = _BV(WGM21) | _BV(WGM20);
    TCCR2B = _BV(CS21);

    UCSR0A = _BV(U2X0);
    UBRR0 = (F_CPU / 4 / BAUD_RATE - 1) / 2;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);

    ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
    board_trigger_edge(1);
    EIMSK = _BV(INT0);
    sei();
    for (uint8_t i = 0; i < SENSORS; i++)
        board_measure();
}

uint64_t board_time_us(void)
{
    uint32_t low, high;
    uint16_t count;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        low = ticks;
        high = ticks_high;
        count = TCNT1;
        if ((TIFR1 & _BV(TOV1)) && count < TOP / 2 && ++low == 0)
            high++; /* the timer went round after interrupts were held */
    }
    return (((uint64_t)high << 32) | low) * TICK_US + count / (F_CPU / 1000000UL);
}

uint32_t board_time_ms(void)
{
    uint32_t low, high;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        low = ticks;
        high = ticks_high;
    }
    /* of all 64 bits: the lower half alone jumps back after 24 days */
    return (((uint64_t)high << 32) | low) / (1000UL / TICK_US);
}

void board_sleep(void)
{
    wdt_reset();
    set_sleep_mode(SLEEP_MODE_IDLE);
    sleep_mode();
}

int16_t board_read(void)
{
    if (received_in == received_out)
        return -1;
    uint8_t byte = received[received_out];
    received_out = (received_out + 1) % sizeof received;
    return byte;
}

uint8_t board_overrun(void)
{
    uint8_t was = overrun;
    overrun = 0;
    return was;
}

void board_write(const char *text)
{
    for (; *text; text++) {
        uint8_t next = (sending_in + 1) % sizeof sending;
        while (next == sending_out)
            board_sleep();
        sending[sending_in] = *text;
        sending_in = next;
        UCSR0B |= _BV(UDRIE0);
    }
}

void board_measure(void)
{
    static uint8_t which;
    ADMUX = _BV(REFS0) | which; /* sensors 0 to 4 are inputs ADC0 to ADC4 */
    ADCSRA |= _BV(ADSC);
    while (ADCSRA & _BV(ADSC))
        ;
    raw[which] = ADC;
    which = (which + 1) % SENSORS;
}

uint16_t board_raw(enum sensor which)
{
    return raw[which];
}

int16_t board_temperature(enum sensor which)
{
    uint16_t value = raw[which];
    for (uint8_t i = 1; i < NTC_ROWS; i++) {
        uint16_t cold = pgm_read_word(&ntc[i - 1]), warm = pgm_read_word(&ntc[i]);
        if (value >= warm) {
            if (value > cold)
                value = cold;
            return 500 * (i - 1) + (int16_t)(500L * (cold - value) / (cold - warm));
        }
    }
    return 500 * (NTC_ROWS - 1);
}

uint16_t board_millivolts(enum sensor which)
{
    uint32_t millivolts = raw[which] * 5000UL / 1024;
    return which == SENSOR_BATTERY ? 2 * millivolts : millivolts; /* behind a divider */
}

uint8_t board_button(void)
{
    return !(PINB & _BV(PB0));
}

/* Off is a pin that the timer does not drive: a PWM of 0 still has a spike each round. */
static void drive(volatile uint8_t *control, uint8_t bit, uint16_t level)
{
    if (level)
        *control |= bit;
    else
        *control &= ~bit;
}

void board_light(const uint16_t levels[])
{
    uint8_t any = 0;
    for (uint8_t i = 0; i < CHANNELS; i++)
        any |= levels[i] != 0;
    if (!any)
        PORTD &= ~_BV(PD7);
    OCR1A = (uint32_t)levels[0] * TOP / LEVEL_FULL;
    OCR1B = (uint32_t)levels[1] * TOP / LEVEL_FULL;
    OCR0A = (uint32_t)levels[2] * 255 / LEVEL_FULL;
    OCR0B = (uint32_t)levels[3] * 255 / LEVEL_FULL;
    OCR2A = (uint32_t)levels[4] * 255 / LEVEL_FULL;
    drive(&TCCR1A, _BV(COM1A1), levels[0]);
    drive(&TCCR1A, _BV(COM1B1), levels[1]);
    drive(&TCCR0A, _BV(COM0A1), levels[2]);
    drive(&TCCR0A, _BV(COM0B1), levels[3]);
    drive(&TCCR2A, _BV(COM2A1), levels[4]);
    if (any)
        PORTD |= _BV(PD7);
}

void board_trigger_out(uint8_t on)
{
    if (on)
        PORTD |= _BV(PD4);
    else
        PORTD &= ~_BV(PD4);
}

uint8_t board_triggers(void)
{
    uint8_t count;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        count = triggers;
        triggers = 0;
    }
    return count;
}

void board_trigger_edge(uint8_t rising)
{
    EICRA = _BV(ISC01) | (rising ? _BV(ISC00) : 0);
}

uint8_t board_eeprom_read(uint16_t at)
{
    EEAR = at;
    EECR |= _BV(EERE);
    return EEDR;
}

uint8_t board_eeprom_busy(void)
{
    return EECR & _BV(EEPE);
}

void board_eeprom_write(uint16_t at, uint8_t byte)
{
    if (board_eeprom_read(at) == byte)
        return; /* no wear */
    EEAR = at;
    EEDR = byte;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        EECR |= _BV(EEMPE); /* the two within four cycles */
        EECR |= _BV(EEPE);
    }
}
