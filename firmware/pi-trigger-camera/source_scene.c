/* source_scene.c - the drawn garden as a camera: its day goes by in minutes, and it reacts to
 * exposure and gain as a camera does. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "source.h"

/* A day that somebody watches to its end, and its first hour. */
#define DAY_SECONDS 300
#define FIRST_HOUR 0.40
/* Exposure × gain at which a night looks as it is; the camera's own exposure by day. */
#define NEUTRAL_EXPOSURE_US 100000.0
#define MAX_EXPOSURE 12.0

struct source_scene {
    struct source source; /* first */
    struct scene *scene;
    struct timer timer;
    struct pi_source_want want;
    double day_seconds; /* 0: it stands still at `hour` */
    double hour;
    int64_t began_us;
    bool began;
};

static double exposure_of(const struct pi_source_want *w)
{
    double e = w->manual ? w->exposure_us * w->gain / NEUTRAL_EXPOSURE_US : 1;

    return e < 1 ? 1 : e > MAX_EXPOSURE ? MAX_EXPOSURE : e;
}

static void write_clock(int64_t wall_us, char *out, size_t cap)
{
    time_t t = (time_t)(wall_us / US_PER_S);
    struct tm tm;

    localtime_r(&t, &tm);
    size_t n = strftime(out, cap, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(out + n, cap - n, ".%d", (int)(wall_us % US_PER_S / 100000));
}

static void tick(struct timer *t)
{
    struct source_scene *s = container_of(t, struct source_scene, timer);
    struct raw_frame f = {.form = RAW_SCENE, .scene = s->scene};

    f.moment.seconds = (double)(loop_now_us(s->source.loop) - s->began_us) / US_PER_S;
    f.moment.day = s->hour + (s->day_seconds > 0 ? f.moment.seconds / s->day_seconds : 0);
    f.moment.exposure = exposure_of(&s->want);
    write_clock(loop_wall_us(s->source.loop), f.moment.clock, sizeof f.moment.clock);
    s->source.events->frame(s->source.ctx, &f);
}

static int scene_start(struct source *source, const struct pi_source_want *want, struct error *e)
{
    struct source_scene *s = container_of(source, struct source_scene, source);
    int r;

    if (!s->scene || want->width != s->want.width || want->height != s->want.height) {
        s->scene = scene_unref(s->scene);
        r = scene_new(want->width, want->height, &s->scene);
        if (r < 0)
            return error_set(e, r, "no scene of %ux%u can be drawn", want->width, want->height);
    }
    s->want = *want;
    if (!s->began) {
        s->began = true;
        s->began_us = loop_now_us(source->loop);
    }
    snprintf(source->format, sizeof source->format, "drawn %ux%u", want->width, want->height);
    timer_init(&s->timer, source->loop, tick);
    r = timer_every(&s->timer, US_PER_S / want->framerate);
    return r < 0 ? error_set(e, r, "no timer for the drawn scene") : 0;
}

static void scene_stop(struct source *source)
{
    struct source_scene *s = container_of(source, struct source_scene, source);

    timer_stop(&s->timer);
}

static int scene_adjust(struct source *source, const struct pi_source_want *want)
{
    struct source_scene *s = container_of(source, struct source_scene, source);

    s->want = *want;
    return timer_every(&s->timer, US_PER_S / want->framerate);
}

static int scene_exposure(struct source *source, struct pi_exposure *ret)
{
    struct source_scene *s = container_of(source, struct source_scene, source);

    ret->automatic = !s->want.manual;
    ret->exposure_us = s->want.manual ? s->want.exposure_us : (int64_t)(NEUTRAL_EXPOSURE_US / 4);
    ret->gain = s->want.manual ? s->want.gain : 1.0;
    return 0;
}

static void scene_source_free(struct source *source)
{
    struct source_scene *s = container_of(source, struct source_scene, source);

    scene_unref(s->scene);
    free(s);
}

static const struct source_kind kind = {
    .start = scene_start,
    .stop = scene_stop,
    .adjust = scene_adjust,
    .exposure = scene_exposure,
    .free = scene_source_free,
};

/* "", "day", "night", or how many seconds a day takes. */
static int read_argument(const char *argument, double *ret_seconds, double *ret_hour)
{
    *ret_hour = strcmp(argument, "night") == 0 ? 0.98
        : strcmp(argument, "day") == 0         ? 0.46
                                               : FIRST_HOUR;
    *ret_seconds = *argument ? 0 : DAY_SECONDS;
    if (!*argument || strcmp(argument, "night") == 0 || strcmp(argument, "day") == 0)
        return 0;
    return text_to_float(argument, ret_seconds) == 0 && *ret_seconds >= 1 && *ret_seconds <= 1e6
        ? 0
        : -EINVAL;
}

int source_scene_new(struct loop *l, const char *argument, struct source **ret, struct error *e)
{
    struct source_scene *s;
    double seconds, hour;

    if (read_argument(argument, &seconds, &hour) < 0)
        return error_set(e, -EINVAL,
            "drawn:%.60s is not drawn:day, drawn:night or drawn:<seconds of a day>", argument);
    s = calloc(1, sizeof *s);
    if (!s)
        return error_set(e, -ENOMEM, "no memory");
    s->source.kind = &kind;
    s->day_seconds = seconds;
    s->hour = hour;
    timer_init(&s->timer, l, tick);
    *ret = &s->source;
    return 0;
}
