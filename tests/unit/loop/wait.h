/* wait.h - turns of a loop (virtual or not) until something in the real world has happened:
 * sockets, threads, children. */
#pragma once

#include <criterion/criterion.h>
#include <poll.h>
#include <uv.h>

#include "base/clock.h"
#include "loop/loop.h"

/* So long only if a test is about to fail; machines are busy, and sanitizers slow. */
#define WAIT_MAX_US (30 * US_PER_S)

/* Sleeps until a descriptor of the loop is ready, but never long. */
static inline void wait_turn(struct loop *l)
{
    struct pollfd p = {.fd = uv_backend_fd(loop_uv(l)), .events = POLLIN};

    poll(&p, 1, 5);
    loop_turn(l);
}

#define WAIT_UNTIL(l, condition)                                                                   \
    do {                                                                                           \
        int64_t wait_end_ = clock_mono_us() + WAIT_MAX_US;                                         \
        while (!(condition) && clock_mono_us() < wait_end_)                                        \
            wait_turn(l);                                                                          \
        cr_assert(condition);                                                                      \
    } while (0)

/* Enough turns for what would come at once, to see that it does not come. */
static inline void some_turns(struct loop *l)
{
    for (int i = 0; i < 10; i++)
        wait_turn(l);
}
