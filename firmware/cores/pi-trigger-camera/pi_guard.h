/* pi_guard.h - a small computer that runs out of memory must stay reachable: swap slows the camera
 * down or pauses it, a process that grows beyond its ceiling gives up pictures of the past.
 */
#ifndef PI_GUARD_H
#define PI_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PI_GUARD_INTERVAL_US INT64_C(5000000)      /* between looks */
#define PI_GUARD_LOG_INTERVAL_US INT64_C(60000000) /* between lines in the log */
#define PI_SWAP_SLOW_PERCENT 70.0
#define PI_SWAP_PAUSE_PERCENT 85.0
#define PI_SLOW_INTERVAL_US INT64_C(1500000) /* between pictures while slowed down */
#define PI_PAUSE_US INT64_C(3000000)         /* a pause; then another look */
/* Below this the ring is not worth having: enough for one picture of any camera in use. */
#define PI_RING_MIN_BYTES (4u << 20)

struct pi_memory {
    uint64_t rss_bytes;
    double swap_percent; /* of the machine's swap that is in use */
};

enum pi_pace { PI_PACE_FULL, PI_PACE_SLOW, PI_PACE_PAUSED };

struct pi_guard {
    enum pi_pace pace;
    int64_t next_us, next_log_us;
    size_t ring_full_bytes, ring_bytes; /* the ring's ceiling as configured, and now */
};

void pi_guard_init(struct pi_guard *g, size_t ring_bytes);
/* One look. `used_bytes`: of the ring; rss_limit_bytes 0: none. True: ring_bytes changed. */
bool pi_guard_look(struct pi_guard *g, int64_t now_us, const struct pi_memory *m, size_t used_bytes,
    uint64_t rss_limit_bytes);

#endif
