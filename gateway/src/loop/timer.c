#include "loop/timer.h"

#include <errno.h>

#include "base/clock.h"
#include "loop/loop_private.h"

#define HEAP_MIN 16

/* --- the heap: each node is due no later than its children, heap[(i - 1) / 2] is the parent of
 * heap[i] ---------------------- */

static bool timer_before(const struct timer *a, const struct timer *b)
{
    return a->deadline_us != b->deadline_us ? a->deadline_us < b->deadline_us : a->order < b->order;
}

static void heap_put(struct loop *l, size_t i, struct timer *t)
{
    l->heap[i] = t;
    t->at = i + 1;
}

static void heap_up(struct loop *l, struct timer *t)
{
    size_t i = t->at - 1;

    for (; i > 0 && timer_before(t, l->heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap_put(l, i, l->heap[(i - 1) / 2]);
    heap_put(l, i, t);
}

static void heap_down(struct loop *l, struct timer *t)
{
    size_t i = t->at - 1;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < l->n_timers && timer_before(l->heap[child + 1], l->heap[child]))
            child++;
        if (child >= l->n_timers || !timer_before(l->heap[child], t))
            break;
        heap_put(l, i, l->heap[child]);
        i = child;
    }
    heap_put(l, i, t);
}

/* The deadline or order of a timer in the heap has changed. */
static void heap_fix(struct loop *l, struct timer *t)
{
    heap_up(l, t);
    heap_down(l, t);
}

static int heap_add(struct loop *l, struct timer *t)
{
    if (l->n_timers == l->cap_timers) {
        size_t cap = MAX(2 * l->cap_timers, (size_t)HEAP_MIN);
        struct timer **heap = realloc(l->heap, cap * sizeof *heap);

        if (!heap)
            return -ENOMEM;
        l->heap = heap;
        l->cap_timers = cap;
    }
    heap_put(l, l->n_timers++, t);
    return 0;
}

static void heap_remove(struct loop *l, struct timer *t)
{
    struct timer *last = l->heap[--l->n_timers];

    if (last != t) {
        heap_put(l, t->at - 1, last);
        heap_fix(l, last);
    }
    t->at = 0;
}

/* --- waking libuv: its timer counts in whole milliseconds, so ours are late by less than one and
 * never early ---------------- */

int64_t loop_next_deadline_us(const struct loop *l)
{
    return l->n_timers > 0 ? l->heap[0]->deadline_us : INT64_MAX;
}

/* The turn that now begins looks at the clock and fires what is due. */
static void timers_woken(uv_timer_t *wake)
{
    struct loop *l = wake->data;

    l->wake_at_ms = -1;
    loop_soon(l);
}

static void timers_set_wake(struct loop *l)
{
    int64_t first_us = loop_next_deadline_us(l), now_ms = (int64_t)uv_now(&l->uv), at_ms;

    if (first_us <= l->now_us && first_us != INT64_MAX) {
        loop_soon(l);
        return;
    }
    if (l->is_virtual)
        return;
    at_ms = first_us == INT64_MAX ? -1 : first_us / US_PER_MS + (first_us % US_PER_MS > 0);
    if (at_ms == l->wake_at_ms)
        return;
    l->wake_at_ms = at_ms;
    if (at_ms < 0)
        uv_timer_stop(&l->wake);
    else
        uv_timer_start(&l->wake, timers_woken, (uint64_t)MAX(at_ms - now_ms, 0), 0);
}

/* --- timers ----------------------------------------------------------------------------------- */

void timer_init(struct timer *t, struct loop *l, void (*fn)(struct timer *t))
{
    *t = (struct timer){.loop = l, .fn = fn};
}

static int timer_arm(struct timer *t, int64_t after_us, int64_t period_us)
{
    struct loop *l = t->loop;
    int64_t deadline_us;

    if (__builtin_add_overflow(loop_now_us(l), MAX(after_us, 0), &deadline_us))
        deadline_us = INT64_MAX;
    if (!timer_armed(t) && heap_add(l, t) < 0)
        return -ENOMEM;
    t->deadline_us = deadline_us;
    t->period_us = period_us;
    t->order = ++l->n_armed;
    heap_fix(l, t);
    timers_set_wake(l);
    return 0;
}

int timer_once(struct timer *t, int64_t after_us)
{
    return timer_arm(t, after_us, 0);
}

int timer_every(struct timer *t, int64_t period_us)
{
    return timer_arm(t, period_us, period_us);
}

void timer_stop(struct timer *t)
{
    if (!timer_armed(t))
        return;
    heap_remove(t->loop, t);
    timers_set_wake(t->loop);
}

bool timer_armed(const struct timer *t)
{
    return t->at > 0;
}

/* Out of the heap, or to its next period that is still to come. */
static void timer_done(struct loop *l, struct timer *t, int64_t now_us)
{
    if (t->period_us == 0) {
        heap_remove(l, t);
        return;
    }
    t->deadline_us += ((now_us - t->deadline_us) / t->period_us + 1) * t->period_us;
    t->order = ++l->n_armed;
    heap_fix(l, t);
}

/* What is armed meanwhile has a higher order and is due now at the earliest: it sorts behind all
 * that were due before, and waits for the next turn. */
void loop_run_timers(struct loop *l)
{
    int64_t now_us = loop_now_us(l);
    uint64_t last = l->n_armed;

    while (l->n_timers > 0) {
        struct timer *t = l->heap[0];

        if (t->deadline_us > now_us || t->order > last)
            break;
        timer_done(l, t, now_us);
        t->fn(t);
    }
    timers_set_wake(l);
}
