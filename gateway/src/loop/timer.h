/* timer.h - timers: embedded, in µs, gone the moment they are stopped (a uv_timer_t would have to
 * be closed first).
 *
 * One binary heap per loop and one uv_timer_t for its top. Equal deadlines fire in the order they
 * were armed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* Embedded in its owner; must be stopped before it goes. */
struct timer {
    struct loop *loop;
    void (*fn)(struct timer *t);
    int64_t deadline_us, period_us;
    uint64_t order;
    size_t at; /* index in the heap + 1; 0: not armed */
};

void timer_init(struct timer *t, struct loop *l, void (*fn)(struct timer *t));
/* Arms, or arms anew. after_us ≤ 0: on the next turn. -ENOMEM: the heap could not grow, the timer
 * is as before. */
int timer_once(struct timer *t, int64_t after_us);
/* period_us > 0. Late periods are skipped, not made up for. */
int timer_every(struct timer *t, int64_t period_us);
/* Safe to repeat, and in the timer's own call. */
void timer_stop(struct timer *t);
bool timer_armed(const struct timer *t);
