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

/* Takes `n` when there is one at least: who takes more at once is refused for the longer. */
static inline bool allowance_take(
    struct allowance *a, const struct allowance_rate *rate, unsigned n, int64_t now_us)
{
    int64_t each_us = US_PER_S / rate->per_s, full_us = MAX(a->full_us, now_us);

    if (full_us - now_us > (rate->burst - 1) * each_us)
        return false;
    a->full_us = full_us + n * each_us;
    return true;
}
