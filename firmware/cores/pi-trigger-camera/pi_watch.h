/* pi_watch.h - is the source alive? One that gives no picture for too long is stopped and started
 * again, later and later.
 *
 *     STOPPED ──start──▶ RUNNING ──no picture, or it ended──▶ WAITING ──1, 2, 4 … 30 s──▶ RUNNING
 */
#ifndef PI_WATCH_H
#define PI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define PI_BACKOFF_MIN_US INT64_C(1000000)
#define PI_BACKOFF_MAX_US INT64_C(30000000)
/* A source that gave pictures for so long is started at once the next time it stalls. */
#define PI_PROVEN_US INT64_C(30000000)
/* A camera program takes some seconds to its first picture. */
#define PI_START_GRACE_US INT64_C(6000000)

struct pi_watch {
    enum { PI_SOURCE_STOPPED, PI_SOURCE_RUNNING, PI_SOURCE_WAITING } state;
    int64_t started_us, good_us; /* when it was started; the last picture since, or 0 */
    int64_t retry_us, backoff_us;
    bool live; /* there is a picture that is not too old */
};

void pi_watch_started(struct pi_watch *w, int64_t now_us);
/* It failed, ended or stalled: when to try again. */
void pi_watch_failed(struct pi_watch *w, int64_t now_us);
/* When it counts as stalled if nothing comes; only while it runs. */
int64_t pi_watch_deadline(const struct pi_watch *w, int64_t timeout_us);

#endif
