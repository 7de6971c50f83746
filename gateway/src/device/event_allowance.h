/* event_allowance.h - how much one device, with what is behind it, may tell. A device is not
 * trusted: its events must neither push those of the others out of the history, nor out of the tail
 * that slow viewers read (BUS_TAIL). The fake host of the tests has the same. */
#pragma once

#include <stddef.h>

#include "base/allowance.h"

/* Kept events. A hub that comes with all its things says about so much at once; and five a second
 * is more than people press buttons, while a day of it is no more than half a gigabyte. */
#define EVENTS_BURST 100
#define EVENTS_PER_S 5
/* Events for who is there now. Bars of progress move twice a second; with this much from one device
 * a viewer may look away for 20 s before the tail has gone on without it. */
#define LIVE_EVENTS_BURST 100
#define LIVE_EVENTS_PER_S 50
/* A long event counts as several, one for each so many bytes begun. */
#define EVENT_UNIT_BYTES 1024

struct event_allowance {
    struct allowance kept, live;
};

static inline bool event_allowed(
    struct event_allowance *a, bool live, size_t n_bytes, int64_t now_us)
{
    static const struct allowance_rate kept_rate = {EVENTS_BURST, EVENTS_PER_S},
                                       live_rate = {LIVE_EVENTS_BURST, LIVE_EVENTS_PER_S};
    unsigned n = 1 + (unsigned)(n_bytes / EVENT_UNIT_BYTES);

    return allowance_take(live ? &a->live : &a->kept, live ? &live_rate : &kept_rate, n, now_us);
}
