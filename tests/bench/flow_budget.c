/* flow_budget.c - what the optical flow costs a microcontroller: for RV32IMC without an operating system, in an emulator that counts instructions.
 *
 * The emulator lays pairs of frames into memory (flow_budget.py): u32 pairs, then two frames each. Prints for each pair instructions alone and where
 * the frame before is known, and at the end bytes of room and of stack.
 */
#include <stdio.h>

#include "flow.h"

#define PAIRS ((const uint8_t *)0x84000000)
#define FRAME (320 * 240)
#define STACK 8192
#define PAINT 0xa5

static uint64_t room[4096];

static uint32_t instructions(void)
{
    uint32_t n;

    __asm__ volatile("rdinstret %0" : "=r"(n));
    return n;
}

/* What lies below the frame of its caller. */
static volatile uint8_t *below(void)
{
    return (volatile uint8_t *)__builtin_frame_address(0) - STACK;
}

int main(void)
{
    const struct flow_shape shape = FLOW_SHAPE_DEFAULT;
    struct flow *f = flow_init(room, sizeof(room), &shape, NULL);
    uint32_t n = *(const uint32_t *)PAIRS, unused = 0;
    volatile uint8_t *stack = below();

    for (unsigned i = 0; i < STACK - 256; i++)
        stack[i] = PAINT;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *first = PAIRS + 4 + 2 * FRAME * i, *second = first + FRAME;
        uint32_t begin = instructions(), alone, follows;

        flow_run(f, first, second, false);
        alone = instructions() - begin;
        flow_run(f, second, first, true);
        begin = instructions();
        flow_run(f, first, second, true);
        follows = instructions() - begin;
        printf("%lu %lu\n", (unsigned long)alone, (unsigned long)follows);
        if (i == 0) {
            while (unused < STACK && stack[unused] == PAINT)
                unused++;
            printf("%u %lu\n", (unsigned)flow_bytes(&shape), (unsigned long)(STACK - unused));
        }
    }
    return 0;
}
