/* pi_mode.c - day and night: what the source is told to do, and the log of it. */
#include <stdio.h>
#include <string.h>

#include "pi_camera_private.h"
#include "pi_text.h"

static bool slow_video(const struct pi_camera *c)
{
    return strcmp(c->config.night_mode, "slow_video") == 0;
}

struct pi_source_want pi_mode_want(const struct pi_camera *c)
{
    const struct pi_config *g = &c->config;
    struct pi_source_want w = {.width = (unsigned)g->camera_width,
        .height = (unsigned)g->camera_height,
        .framerate = (unsigned)g->camera_framerate};

    if (!c->night.active)
        return w;
    unsigned fastest =
        g->night_exposure_us >= 1000000 ? 1 : 1000000u / (unsigned)g->night_exposure_us;
    w.manual = true;
    w.exposure_us = g->night_exposure_us;
    w.gain = g->night_gain;
    w.framerate = w.framerate < fastest ? w.framerate : fastest;
    return w;
}

int64_t pi_mode_interval_us(const struct pi_camera *c)
{
    int64_t interval = 1000000 / c->config.camera_framerate;

    if (c->night.active && !slow_video(c))
        interval = PI_NIGHT_PAUSE_US;
    if (c->guard.pace == PI_PACE_SLOW && interval < PI_SLOW_INTERVAL_US)
        interval = PI_SLOW_INTERVAL_US;
    return interval;
}

int64_t pi_mode_timeout_us(const struct pi_camera *c)
{
    int64_t exposure = c->night.active ? c->config.night_exposure_us : 0;

    return (int64_t)(c->config.camera_capture_timeout_s * 1e6) + exposure + pi_mode_interval_us(c);
}

/* --- telling ---------------------------------------------------------------------------------- */

static const char *const labels[] = {"mode", "resolution", "framerate", "exposure_us", "gain"};

static void describe(const struct pi_camera *c, const struct pi_source_want *w, char out[5][24])
{
    char gain[PI_NUMBER_TEXT];

    snprintf(out[0], sizeof out[0], "%s",
        !w->manual          ? "video"
            : slow_video(c) ? "slow_video"
                            : "still");
    snprintf(out[1], sizeof out[1], "%ux%u", w->width, w->height);
    snprintf(out[2], sizeof out[2], w->manual && !slow_video(c) ? "None" : "%u", w->framerate);
    snprintf(out[3], sizeof out[3], w->manual ? "%d" : "auto", w->exposure_us);
    snprintf(out[4], sizeof out[4], "%s", w->manual ? pi_float_text(w->gain, gain) : "auto");
}

static void say_mode(struct pi_camera *c)
{
    char now[5][24] = {0}; /* compared as a whole */

    describe(c, &c->want, now);
    if (memcmp(now, c->mode_said, sizeof now) == 0)
        return;
    pi_say(c, PI_LOG_INFO, "Camera configuration updated:");
    for (unsigned i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(now[i], c->mode_said[i]) != 0)
            pi_say(c, PI_LOG_INFO, "  %s: %s → %s", labels[i],
                c->mode_said[i][0] ? c->mode_said[i] : "None", now[i]);
    memcpy(c->mode_said, now, sizeof now);
}

/* --- doing ------------------------------------------------------------------------------------ */

void pi_mode_start(struct pi_camera *c)
{
    c->want = pi_mode_want(c);
    int r = c->port.source_start(c->port.ctx, &c->want);
    if (r < 0) {
        pi_watch_failed(&c->watch, c->now_us);
        pi_say(c, PI_LOG_ERROR, "Source does not start: %s; next try in %d s", strerror(-r),
            (int)(c->watch.backoff_us / 1000000));
        return;
    }
    pi_watch_started(&c->watch, c->now_us);
    c->frame_due_us = c->now_us - pi_mode_interval_us(c); /* the first at once */
    say_mode(c);
}

static bool same_want(const struct pi_source_want *a, const struct pi_source_want *b)
{
    return a->width == b->width && a->height == b->height && a->framerate == b->framerate &&
        a->manual == b->manual &&
        (!a->manual ||
            (a->exposure_us == b->exposure_us && a->gain <= b->gain && a->gain >= b->gain));
}

void pi_mode_apply(struct pi_camera *c)
{
    struct pi_source_want want = pi_mode_want(c);
    bool resized = want.width != c->want.width || want.height != c->want.height;

    if (c->watch.state != PI_SOURCE_RUNNING)
        return; /* it starts with what is wanted then */
    if (!same_want(&want, &c->want)) {
        int r = resized ? 1 : c->port.source_adjust(c->port.ctx, &want);
        if (r == 1) {
            c->port.source_stop(c->port.ctx);
            pi_mode_start(c);
            return;
        }
        if (r < 0)
            pi_say(c, PI_LOG_WARNING, "Failed to update camera settings live: %s", strerror(-r));
        c->want = want;
        c->watch.good_us = c->now_us; /* its next picture may take as long as the new exposure */
    }
    say_mode(c);
}
