/* clock_map.h - a device's clock against ours.
 *
 * Of a frame we know when the device says it was taken (its clock) and when we received it (ours).
 * Received minus taken is the offset of the clocks plus the time on the way; the way is sometimes
 * short and never negative, so the smallest difference of the last minute or two is the best
 * estimate of the offset. Two windows that take turns let it follow a clock that drifts. A monotonic
 * clock that goes back is that of a device which was switched off and on; and where both are a minute
 * further apart at once ours was set, as by the network after a start. Then all is learned anew.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <warren/driver.h>

#define CLOCK_MAP_WINDOW_US INT64_C(60000000)

struct clock_map {
    enum wr_clock clock;
    bool known;
    int64_t began_us;           /* of the newer window, our wall clock */
    int64_t older_us, newer_us; /* smallest difference in each window */
    int64_t latest_us;          /* of a monotonic clock: the latest time that it told */
};

void clock_map_init(struct clock_map *m, enum wr_clock clock);
/* What the device said, as µs since the epoch by our clock; 0: unknown. UTC is taken as it is, but
 * for times that cannot be (before 2000, or more than a day ahead of us), which are unknown. */
int64_t clock_map_utc(struct clock_map *m, int64_t device_us, int64_t received_us);
/* Our clock minus the device's; false: not known yet. */
bool clock_map_offset(const struct clock_map *m, int64_t *ret_us);
