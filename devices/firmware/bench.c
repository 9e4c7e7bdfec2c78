/* A bench for the firmware: an ATmega328P in simavr, its serial line on a pseudo-terminal,
 * sensors and buttons set by lines on standard input:
 *   adc N MILLIVOLTS | string LIT_MILLIVOLTS DARK_MILLIVOLTS | button 0|1 | trigger 0|1
 *   | reset power|external|brown-out | erase HEX_BYTE | state | quit
 * `erase` fills the EEPROM. With a boot loader as second argument each reset goes through
 * it, as on an Uno. Standard output: the terminal's name first, then one line for each
 * command.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_hex.h>

static avr_t *avr;
static elf_firmware_t firmware;
static int master, slave;
static unsigned char incoming[4096];
static size_t incoming_in, incoming_out;
static int may_send = 1;
static int enable, trigger_out;
static int string_lit = 3000, string_dark; /* mV across the LED strings */
static int flashes[256], flash_count; /* what shone at each change from dark to light */
static int lit_mask(void);
static void sense(void);

static avr_irq_t *port(char name, int bit)
{
    return avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(name), bit);
}

static void from_firmware(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq, (void)param;
    unsigned char byte = value;
    if (write(master, &byte, 1) < 0 && errno != EAGAIN)
        exit(3);
}

static void feed(void)
{
    while (may_send && incoming_out != incoming_in) {
        avr_irq_t *input = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
        avr_raise_irq(input, incoming[incoming_out]);
        incoming_out = (incoming_out + 1) % sizeof incoming;
    }
}

static void xon(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq, (void)value, (void)param;
    may_send = 1;
    feed();
}

static void xoff(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq, (void)value, (void)param;
    may_send = 0;
}

static void pin_changed(avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    int rises = param == &enable && value && !enable;
    *(int *)param = value;
    sense();
    if (rises && flash_count < 256)
        flashes[flash_count++] = lit_mask();
}

static void connect_all(void)
{
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT),
                            from_firmware, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON),
                            xon, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF),
                            xoff, NULL);
    avr_irq_register_notify(port('D', 7), pin_changed, &enable);
    avr_irq_register_notify(port('D', 4), pin_changed, &trigger_out);
}

static void set_adc(int which, int millivolts)
{
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, which), millivolts);
}

static void sense(void)
{
    set_adc(4, enable ? string_lit : string_dark);
}

/* MCUSR (ATmega328P data sheet, 11.9.1). */
static void reset(const char *kind)
{
    avr_reset(avr);
    avr->data[0x54] = kind[0] == 'p' ? 1 : kind[0] == 'b' ? 4 : 2;
    enable = 0;
    sense();
}

static void erase(int byte)
{
    static uint8_t bytes[1024];
    memset(bytes, byte, sizeof bytes);
    avr_eeprom_desc_t all = {.ee = bytes, .offset = 0, .size = sizeof bytes};
    avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &all);
}

/* Channels whose timers drive their pins: COM bits of TCCR1A, TCCR0A, TCCR2A. */
static int lit_mask(void)
{
    uint8_t t1 = avr->data[0x80], t0 = avr->data[0x44], t2 = avr->data[0xB0];
    int mask = (t1 & 0x80 ? 1 : 0) | (t1 & 0x20 ? 2 : 0) | (t0 & 0x80 ? 4 : 0)
               | (t0 & 0x20 ? 8 : 0) | (t2 & 0x80 ? 16 : 0);
    return enable ? mask : 0;
}

static void obey(char *text)
{
    int a, b;
    char word[16];
    if (sscanf(text, "adc %d %d", &a, &b) == 2)
        set_adc(a, b);
    else if (sscanf(text, "button %d", &a) == 1)
        avr_raise_irq(port('B', 0), !a);
    else if (sscanf(text, "trigger %d", &a) == 1)
        avr_raise_irq(port('D', 2), a);
    else if (sscanf(text, "string %d %d", &a, &b) == 2) {
        string_lit = a;
        string_dark = b;
        sense();
    } else if (sscanf(text, "reset %15s", word) == 1)
        reset(word);
    else if (sscanf(text, "erase %x", (unsigned *)&a) == 1)
        erase(a);
    else if (strncmp(text, "quit", 4) == 0)
        exit(0);
    printf("{\"enable\": %d, \"mask\": %d, \"us\": %llu, \"flashes\": [", enable, lit_mask(),
           (unsigned long long)(avr->cycle / 16));
    for (int i = 0; i < flash_count; i++)
        printf(i ? ", %d" : "%d", flashes[i]);
    printf("]}\n");
    fflush(stdout);
}

static void look_outside(void)
{
    static char text[256];
    static size_t have;
    struct pollfd wait[2] = {{0, POLLIN, 0}, {master, POLLIN, 0}};
    if (poll(wait, 2, 0) <= 0)
        return;
    if (wait[0].revents) {
        ssize_t count = read(0, text + have, sizeof text - have - 1);
        if (count <= 0)
            exit(0);
        have += count;
        text[have] = 0;
        for (char *end; (end = strchr(text, '\n'));) {
            obey(text);
            have -= end + 1 - text;
            memmove(text, end + 1, have + 1);
        }
    }
    if (wait[1].revents & POLLIN) {
        unsigned char bytes[256];
        ssize_t count = read(master, bytes, sizeof bytes);
        for (ssize_t i = 0; i < count; i++) {
            incoming[incoming_in] = bytes[i];
            incoming_in = (incoming_in + 1) % sizeof incoming;
        }
        feed();
    }
}

/* Standard output is ours: simavr's own words go to standard error, and only its errors. */
static void log_line(avr_t *which, const int level, const char *format, va_list words)
{
    (void)which;
    if (level <= LOG_ERROR)
        vfprintf(stderr, format, words);
}

int main(int count, char **words)
{
    avr_global_logger_set(log_line);
    ihex_chunk_p boot;
    if (count < 2 || count > 3 || elf_read_firmware(words[1], &firmware)
        || (count == 3 && read_ihex_chunks(words[2], &boot) < 1)) {
        fprintf(stderr, "usage: bench illuminator.elf [boot-loader.hex]\n");
        return 2;
    }
    strcpy(firmware.mmcu, "atmega328p");
    firmware.frequency = 16000000;
    avr = avr_make_mcu_by_name(firmware.mmcu);
    avr_init(avr);
    avr->log = LOG_ERROR;
    avr_load_firmware(avr, &firmware);
    if (count == 3) {
        memcpy(avr->flash + boot->baseaddr, boot->data, boot->size);
        avr->codeend = avr->flashend;
        avr->reset_pc = boot->baseaddr;
    }
    avr->vcc = avr->avcc = avr->aref = 5000;
    struct termios raw;
    char name[64];
    if (openpty(&master, &slave, name, NULL, NULL))
        return 3;
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    fcntl(master, F_SETFL, O_NONBLOCK);
    connect_all();
    for (int i = 0; i < 3; i++)
        set_adc(i, 2502); /* 25 C */
    set_adc(3, 2000);     /* battery 4.0 V behind its divider */
    reset("power");
    avr_raise_irq(port('B', 0), 1);
    printf("%s\n", name);
    fflush(stdout);
    struct timespec before = {0, 0}, now;
    for (unsigned step = 0;; step++) {
        int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed)
            return 4;
        if (step & 15)
            continue;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((now.tv_sec - before.tv_sec) * 1000000000L + now.tv_nsec - before.tv_nsec > 500000) {
            before = now;
            look_outside();
        }
    }
}
