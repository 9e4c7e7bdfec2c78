/* Reference firmware of the illuminator. Dark at start; light comes only through safety.c. */
#include "board.h"
#include "memory.h"
#include "protocol.h"
#include "safety.h"

int main(void)
{
    board_start();
    memory_start();
    safety_start();
    for (;;) {
        safety_tick();
        protocol_tick();
        memory_tick();
        board_sleep();
    }
}
