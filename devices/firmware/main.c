/* Reference firmware of the illuminator. Dark at start; light comes only through safety.c. */
#include "board.h"
#include "protocol.h"
#include "safety.h"

int main(void)
{
    board_start();
    safety_start();
    for (;;) {
        safety_tick();
        protocol_tick();
        board_sleep();
    }
}
