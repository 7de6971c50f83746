/* pi_watch.c - see pi_watch.h. */
#include "pi_watch.h"

void pi_watch_started(struct pi_watch *w, int64_t now_us)
{
    w->state = PI_SOURCE_RUNNING;
    w->started_us = now_us;
    w->good_us = 0;
}

void pi_watch_failed(struct pi_watch *w, int64_t now_us)
{
    bool proven = w->good_us > 0 && w->good_us - w->started_us >= PI_PROVEN_US;

    w->backoff_us = proven || w->backoff_us == 0 ? PI_BACKOFF_MIN_US : w->backoff_us * 2;
    if (w->backoff_us > PI_BACKOFF_MAX_US)
        w->backoff_us = PI_BACKOFF_MAX_US;
    w->state = PI_SOURCE_WAITING;
    w->retry_us = now_us + w->backoff_us;
    w->live = false;
}

int64_t pi_watch_deadline(const struct pi_watch *w, int64_t timeout_us)
{
    return w->good_us > 0 ? w->good_us + timeout_us
                          : w->started_us + PI_START_GRACE_US + timeout_us;
}
