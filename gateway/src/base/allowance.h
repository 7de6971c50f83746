/* allowance.h - so many at once, then so many a second: a token bucket, known by the one time at
 * which it is full again. All zero is a full one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/util.h"

struct allowance {
    int64_t full_us; /* monotonic */
};

struct allowance_rate {
    unsigned burst, per_s;
};

/* Takes `n`, whether they are there or not. How long until there is one at least; 0: there is. */
static inline int64_t allowance_owe(
    struct allowance *a, const struct allowance_rate *rate, unsigned n, int64_t now_us)
{
    int64_t each_us = US_PER_S / rate->per_s;

    a->full_us = MAX(a->full_us, now_us) + n * each_us;
    return MAX(a->full_us - now_us - (rate->burst - 1) * each_us, 0);
}

/* Takes `n` when there is one at least: who takes more at once is refused for the longer. */
static inline bool allowance_take(
    struct allowance *a, const struct allowance_rate *rate, unsigned n, int64_t now_us)
{
    if (allowance_owe(a, rate, 0, now_us) > 0)
        return false;
    allowance_owe(a, rate, n, now_us);
    return true;
}
