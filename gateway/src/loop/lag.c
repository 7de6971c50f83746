/* lag.c - how long one turn kept everybody else waiting.
 *
 * A turn is all that runs between two waits. libuv calls the sockets' callbacks from within its
 * poll, before uv_check, so that the time from check to prepare would miss most of the work; but it
 * knows how long it slept in the kernel (UV_METRICS_IDLE_TIME). Therefore: busy = time from prepare
 * to prepare - time slept.
 */
#include <string.h>

#include "loop/loop_private.h"

static const int64_t bounds_us[LOOP_LAG_BUCKETS] = {50, 100, 200, 500, 1000, 2000, 3000, 5000,
    10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000};

void loop_lag_init(struct loop *l)
{
    uv_loop_configure(&l->uv, UV_METRICS_IDLE_TIME);
    loop_lag_reset(l);
}

void loop_lag_begin(struct loop *l)
{
    l->lag_from_ns = uv_hrtime();
    l->lag_idle_ns = uv_metrics_idle_time(&l->uv);
}

void loop_lag_turn(struct loop *l)
{
    uint64_t from_ns = l->lag_from_ns, idle_ns = l->lag_idle_ns;
    int64_t us;
    unsigned i = 0;

    loop_lag_begin(l);
    us = (int64_t)(l->lag_from_ns - from_ns - (l->lag_idle_ns - idle_ns)) / 1000;
    us = MAX(us, 0);
    while (i < LOOP_LAG_BUCKETS && us > bounds_us[i])
        i++;
    l->lag.n[i]++;
    l->lag.count++;
    l->lag.sum_us += us;
    l->lag.max_us = MAX(l->lag.max_us, us);
}

const struct loop_lag *loop_lag(const struct loop *l)
{
    return &l->lag;
}

void loop_lag_reset(struct loop *l)
{
    l->lag = (struct loop_lag){0};
    memcpy(l->lag.bound_us, bounds_us, sizeof bounds_us);
}
