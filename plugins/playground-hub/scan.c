/* scan.c - scans: by a person or by itself, one at a time.
 *
 *     NONE ─▶ WAITING ─▶ ASKING ─▶ LISTENING ─▶ NONE      the list came
 *               ▲                      │
 *               └──────────────────────┘                  it did not: once more, after the pause. A hub in use that has stale
 *                                                         messages of modules in its buffer dies over PING, and not the next time
 */
#include "hub.h"

#include <errno.h>
#include <stdio.h>

/* Apps in use give up then; the list of a hub in use begins 5.1 to 6.1 s after PING, ours after 5.0 s. */
#define LIST_WITHIN_S 7
/* A list that has begun may take longer, but not for ever. */
#define LIST_WHOLE_US (20 * US_PER_S)
#define LIST_PAUSE_US (HUB_FRAME_SILENCE_US + US_PER_S)
/* Between two scans: the modules are heard out. */
#define COOLDOWN_US (2 * US_PER_S)
/* By itself only while nobody has wanted anything for so long. */
#define QUIET_US (10 * US_PER_S)
/* More often, and the hub would do nothing else. */
#define SCAN_EVERY_MIN_S 30

static void fail(struct wr_dev *dev, const char *why);

static struct scan *scan_of(const struct wr_dev *dev)
{
    return &hub_of(dev)->scan;
}

/* 0 is never. */
static bool is_too_often(int64_t every_s)
{
    return every_s > 0 && every_s < SCAN_EVERY_MIN_S;
}

void scan_start(struct wr_dev *dev)
{
    int64_t s = dev->options[OPTION_SCAN_EVERY].i;

    if (is_too_often(s))
        dev->host->log(dev, WR_LOG_WARNING,
            "scan_every_s: modules are looked for every %d s at the most, not every %d s",
            SCAN_EVERY_MIN_S, (int)s);
}

/* --- one after the other ---------------------------------------------------------------------- */

static void by_itself(struct wr_dev *dev, void *ctx);

static void plan_next(struct wr_dev *dev, int64_t us)
{
    wr_timer_set(dev, &scan_of(dev)->next, us, by_itself);
}

static void cooled(struct wr_dev *dev, void *ctx)
{
    scan_of(dev)->timer = 0;
    queue_go(dev);
}

/* Not before the pause after the last one is over. */
static void wait(struct wr_dev *dev)
{
    struct scan *s = scan_of(dev);
    int64_t left = s->ended_us + COOLDOWN_US - dev->host->now_us(dev);

    s->state = SCAN_WAITING;
    wr_timer_set(dev, &s->timer, s->ended_us != 0 && left > 0 ? left : 1, cooled);
}

static void begin(struct wr_dev *dev, bool by_person, int threshold_dbm)
{
    struct scan *s = scan_of(dev);

    s->by_person = by_person;
    s->again = false;
    s->threshold_dbm = threshold_dbm;
    wait(dev);
}

static void by_itself(struct wr_dev *dev, void *ctx)
{
    struct hub *h = hub_of(dev);
    int64_t quiet_us = dev->host->now_us(dev) - h->queue.used_us;

    h->scan.next = 0;
    if (h->scan.state != SCAN_NONE)
        return; /* its end plans the next one */
    if (!queue_idle(dev) || quiet_us < QUIET_US)
        plan_next(dev, QUIET_US);
    else
        begin(dev, false, HUB_THRESHOLD_ALL);
}

void scan_ready(struct wr_dev *dev)
{
    begin(dev, false, HUB_THRESHOLD_ALL);
}

int scan_run(struct wr_dev *dev, wr_handle call, int threshold_dbm)
{
    struct scan *s = scan_of(dev);

    if (s->state != SCAN_NONE && (s->call || s->threshold_dbm != threshold_dbm))
        return -EBUSY;
    s->call = call;
    if (s->state == SCAN_NONE)
        begin(dev, true, threshold_dbm);
    return 0; /* one that runs by itself will do */
}

bool scan_running(const struct wr_dev *dev)
{
    return scan_of(dev)->state >= SCAN_ASKING;
}

/* --- asking ----------------------------------------------------------------------------------- */

static void unheard(struct wr_dev *dev, void *ctx)
{
    char why[WHY_MAX];

    scan_of(dev)->timer = 0;
    answers_missed(dev);
    snprintf(why, sizeof why, "The hub sent no list of its modules within %d s", LIST_WITHIN_S);
    fail(dev, why);
}

static void asked(struct wr_dev *dev, int result)
{
    struct scan *s = scan_of(dev);
    char why[WHY_MAX];

    if (s->state != SCAN_ASKING) { /* its answer came before */
        queue_go(dev);
        return;
    }
    if (result < 0) {
        snprintf(why, sizeof why, "The hub does not take the question: %s", strerror(-result));
        fail(dev, why);
        return;
    }
    s->state = SCAN_LISTENING;
    s->began_us = dev->host->now_us(dev);
    wr_timer_set(dev, &s->timer, LIST_WITHIN_S * US_PER_S, unheard);
    tell_scan_started(dev);
    tell_link(dev);
}

void scan_go(struct wr_dev *dev)
{
    struct scan *s = scan_of(dev);

    if (s->state != SCAN_WAITING || s->timer)
        return;
    s->state = SCAN_ASKING;
    lines_send(dev, HUB_PING, s->threshold_dbm, asked);
}

void scan_hears(struct wr_dev *dev)
{
    struct scan *s = scan_of(dev);
    int64_t now = dev->host->now_us(dev), late = s->began_us + LIST_WITHIN_S * US_PER_S;

    if (s->state != SCAN_LISTENING || now > s->began_us + LIST_WHOLE_US)
        return;
    if (late < now + LIST_PAUSE_US)
        wr_timer_set(dev, &s->timer, LIST_PAUSE_US, unheard);
}

/* --- the end ---------------------------------------------------------------------------------- */

static int64_t every_us(const struct wr_dev *dev)
{
    int64_t s = dev->options[OPTION_SCAN_EVERY].i;

    return (is_too_often(s) ? SCAN_EVERY_MIN_S : s) * US_PER_S;
}

/* `why` NULL: it went well. */
static void end(struct wr_dev *dev, size_t n_modules, int result, const char *why)
{
    struct scan *s = scan_of(dev);
    wr_handle call = s->call;
    char text[128];

    wr_timer_set(dev, &s->timer, 0, NULL);
    s->state = SCAN_NONE;
    s->call = 0;
    plan_next(dev, every_us(dev));
    snprintf(text, sizeof text, "{\"modules\":%zu,\"threshold_dbm\":%d,\"seconds\":%.1f}",
        n_modules, s->threshold_dbm, scan_seconds(s));
    if (call)
        dev->host->done(dev, call, result, why ? why : text);
    tell_trouble(dev, why ? why : "");
    tell_link(dev);
}

static void fail(struct wr_dev *dev, const char *why)
{
    struct scan *s = scan_of(dev);
    bool once_more = !s->again && s->state == SCAN_LISTENING;

    s->ended_us = dev->host->now_us(dev);
    s->listed = false;
    if (s->state == SCAN_LISTENING)
        tell_scan_failed(dev, why);
    if (once_more) {
        s->again = true;
        wait(dev);
        tell_link(dev);
    } else {
        end(dev, 0, -EPROTO, why);
    }
    queue_go(dev);
}

void scan_list(struct wr_dev *dev, size_t n_modules)
{
    struct scan *s = scan_of(dev);
    bool late = s->state == SCAN_WAITING && s->again;

    if (s->state < SCAN_ASKING && !late)
        return; /* for somebody else */
    if (s->state == SCAN_ASKING)
        s->began_us = dev->host->now_us(dev);
    s->ended_us = dev->host->now_us(dev);
    s->listed = true;
    tell_scan_finished(dev, n_modules);
    end(dev, n_modules, 0, NULL);
    queue_go(dev);
}

bool scan_error(struct wr_dev *dev, const char *message)
{
    char why[WHY_MAX];

    if (scan_of(dev)->state != SCAN_LISTENING)
        return false;
    snprintf(why, sizeof why, "The hub says: %s", message);
    fail(dev, why);
    return true;
}

void scan_lost(struct wr_dev *dev, const char *why)
{
    struct scan *s = scan_of(dev);

    if (s->state == SCAN_LISTENING)
        tell_scan_failed(dev, why);
    if (s->call)
        dev->host->done(dev, s->call, -ENOTCONN, why);
    wr_timer_set(dev, &s->timer, 0, NULL);
    wr_timer_set(dev, &s->next, 0, NULL);
    s->state = SCAN_NONE;
    s->listed = false;
    s->call = 0;
}
