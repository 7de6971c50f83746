/* loop.h - the event loop: libuv's, with a clock of its own, deferred calls, and a shutdown that
 * leaves nothing behind.
 *
 * The clock: loop_now_us() is the time at which this turn began. A virtual loop takes its time from
 * loop_advance(), so that tests of hours run in milliseconds; everything that waits must therefore
 * wait by struct timer.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/util.h"

struct uv_loop_s;
struct loop;

/* 0 or negative errno. The process ignores SIGPIPE from now on: a peer that is gone is an error of
 * its connection, not our end. */
int loop_new(struct loop **ret);
/* Starts at `now_us` monotonic and `wall_us` UTC. Sockets work as ever; timers run by
 * loop_advance(). */
int loop_new_virtual(int64_t now_us, int64_t wall_us, struct loop **ret);
/* Runs what is closing to its end (work that runs on the pool is waited for, connections that still
 * send and children that still end are cut off), then aborts with a list if a handle, timer or
 * deferred call is left: who opened closes. Returns NULL. */
struct loop *loop_free(struct loop *l);
DEFINE_CLEANUP(struct loop *, loop_free)

/* Until loop_stop(). Returns the first negative of loop_fail(), else 0. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* loop_stop() with a reason. */
void loop_fail(struct loop *l, int result);
/* One turn that waits for nothing; what tests and loop_advance use. */
void loop_turn(struct loop *l);
/* Virtual loops: moves time on by `us`, firing timers in order of their deadlines, with turns
 * between. */
void loop_advance(struct loop *l, int64_t us);

int64_t loop_now_us(const struct loop *l);
int64_t loop_wall_us(const struct loop *l);
struct uv_loop_s *loop_uv(struct loop *l);

/* --- deferred calls: "on a later turn of the loop" -------------------------------------------- */

/* Embedded in its owner, who must cancel it before it goes. */
struct deferred {
    struct list link;
    void (*fn)(struct deferred *d);
};

void deferred_init(struct deferred *d, void (*fn)(struct deferred *d));
/* Once, after the calls of this turn's sockets at the earliest; what a deferred call schedules runs
 * on the next turn. Scheduling again before that changes nothing. */
void loop_defer(struct loop *l, struct deferred *d);
void deferred_cancel(struct deferred *d);
bool deferred_pending(const struct deferred *d);

/* Calls fn when the handles that close now, and those that close with them, have closed: for what
 * others (libwebsockets) have on this loop. Also from within loop_free(). fn may free, and nothing
 * else. -ENOMEM. */
int loop_after_closing(struct loop *l, void (*fn)(void *ctx), void *ctx);

/* --- lag: how long one turn kept everybody else waiting --------------------------------------- */

/* A histogram with fixed bounds in µs; n[] are not cumulative, the last is "more". */
#define LOOP_LAG_BUCKETS 17
struct loop_lag {
    int64_t bound_us[LOOP_LAG_BUCKETS];
    uint64_t n[LOOP_LAG_BUCKETS + 1];
    uint64_t count;
    int64_t sum_us, max_us;
};

const struct loop_lag *loop_lag(const struct loop *l);
void loop_lag_reset(struct loop *l);
