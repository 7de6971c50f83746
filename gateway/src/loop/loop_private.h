/* loop_private.h - the inside of struct loop, for the files of this folder only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/list.h"
#include "loop/loop.h"

struct timer;

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare; /* the turn is over: see lag.c */
    uv_check_t check;     /* deferred calls and timers run here, after the sockets */
    uv_idle_t soon;       /* active: the next poll does not wait */
    uv_timer_t wake;      /* ends a poll when the first timer is due */

    struct list deferred;
    struct list lingering;

    struct timer **heap; /* heap[0] is due first */
    size_t n_timers, cap_timers;
    uint64_t n_armed;   /* orders equal deadlines */
    int64_t wake_at_ms; /* what `wake` is set to; -1: not active */

    bool is_virtual, turning, running, stopped;
    bool now_known; /* now_us and wall_us are of this turn */
    int result;
    int64_t now_us, wall_us;

    unsigned n_work; /* see worker.c */

    struct loop_lag lag;
    uint64_t lag_from_ns, lag_idle_ns;
};

/* --- what its owner has let go of but is not done yet ----------------------------------------- */

/* A socket that still sends, a child that still ends. Embedded. loop_free() calls `abandon`, which
 * must end it at once (closing handles are run to their end afterwards). */
struct lingering {
    struct list link;
    void (*abandon)(struct lingering *g);
};

static inline void loop_linger(
    struct loop *l, struct lingering *g, void (*abandon)(struct lingering *g))
{
    g->abandon = abandon;
    list_append(&l->lingering, &g->link);
}

/* --- parts of the loop in files of their own -------------------------------------------------- */

void loop_lag_init(struct loop *l);
/* Before the first turn after a time outside of the loop. */
void loop_lag_begin(struct loop *l);
/* At the end of each turn. */
void loop_lag_turn(struct loop *l);

void loop_run_deferred(struct loop *l);

/* Fires what is due at loop_now_us() and was armed before this call. */
void loop_run_timers(struct loop *l);
/* The deadline of the first timer, INT64_MAX without one. */
int64_t loop_next_deadline_us(const struct loop *l);

/* Makes the next poll not wait. */
void loop_soon(struct loop *l);
