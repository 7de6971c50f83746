#include "grey_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "firmware/pi-trigger-camera/raw_frame.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "motion_scene.h"

/* Where the worker has no room. */
#define RETRY_US INT64_C(10000)

/* One frame's way through the worker, to whom it belongs while `busy`. */
struct grey_work {
    struct grey_source *source; /* NULL: it is gone, done() frees */
    bool busy;
    unsigned start; /* which one it belongs to: after another start or a stop it is of no use */
    unsigned width, height;
    int64_t taken_us;
    struct motion_scene *scene; /* NULL: `raw` */
    uint64_t number;            /* of the scene's frame */
    struct raw_copy raw;
    struct picture pixels, scaled;
    uint8_t *grey;
    size_t cap;
    int result;
};

struct grey_source {
    struct loop *loop;
    const struct grey_events *events;
    void *ctx;
    struct source *source; /* NULL: a scene */
    struct timer timer;    /* a scene's frames; where they are asked for, another try */
    unsigned width, height, fps, n_starts;
    bool running;
    int64_t due_us;
    bool asked, wanted; /* frames come when they are asked for; one is */
    bool kept;          /* there is a newest one that nobody has had */
    struct raw_copy newest;
    struct grey_work *work;
};

/* --- on the worker ---------------------------------------------------------------------------- */

static int convert(struct grey_work *w)
{
    const struct picture *p = &w->pixels;
    int r = raw_frame_pixels(&w->raw.frame, w->width, w->height, &w->pixels);

    if (r >= 0 && (p->width != w->width || p->height != w->height)) {
        r = picture_resize(&w->scaled, w->width, w->height);
        if (r >= 0)
            r = picture_fit(&w->pixels, &w->scaled);
        p = &w->scaled;
    }
    if (r >= 0)
        picture_grey(p, w->grey);
    return r;
}

static void work(void *ctx)
{
    struct grey_work *w = ctx;

    w->result = 0;
    if (w->scene)
        motion_scene_draw(w->scene, w->number, w->width, w->height, w->grey);
    else
        w->result = convert(w);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static struct grey_work *work_free(struct grey_work *w)
{
    if (w) {
        motion_scene_free(w->scene);
        raw_copy_fini(&w->raw);
        picture_fini(&w->pixels);
        picture_fini(&w->scaled);
        free(w->grey);
        free(w);
    }
    return NULL;
}

static void serve(struct grey_source *s);

static void done(void *ctx, int result)
{
    struct grey_work *w = ctx;
    struct grey_source *s = w->source;

    w->busy = false;
    raw_copy_release(&w->raw);
    if (!s) {
        work_free(w);
        return;
    }
    /* One picture that cannot be decoded is one that is missing. */
    if (s->running && w->start == s->n_starts && result >= 0 && w->result >= 0) {
        w->number++;
        s->wanted = false;
        s->events->frame(s->ctx, w->grey, w->taken_us);
    }
    serve(s);
}

static int make_room(struct grey_work *w, size_t n)
{
    uint8_t *grey = n > w->cap ? realloc(w->grey, n) : w->grey;

    if (!grey)
        return -ENOMEM;
    w->grey = grey;
    w->cap = MAX(n, w->cap);
    return 0;
}

/* `f` NULL: the scene's next. What comes while one is at work is left out, and what there is no room for (false). */
static bool submit(struct grey_source *s, const struct raw_frame *f)
{
    struct grey_work *w = s->work;

    if (w->busy || make_room(w, (size_t)s->width * s->height) < 0 ||
        (f && raw_copy_take(&w->raw, f) < 0))
        return false;
    w->start = s->n_starts;
    w->width = s->width;
    w->height = s->height;
    w->taken_us = loop_now_us(s->loop) - (f ? f->age_us : 0);
    w->busy = work_submit(s->loop, work, done, w, NULL) >= 0;
    if (!w->busy)
        raw_copy_release(&w->raw);
    return w->busy;
}

/* --- frames that are asked for ------------------------------------------------------------------ */

static void drop_newest(struct grey_source *s)
{
    raw_copy_release(&s->newest);
    s->kept = false;
}

static void keep_newest(struct grey_source *s, const struct raw_frame *f)
{
    drop_newest(s);
    s->kept = raw_copy_take(&s->newest, f) >= 0;
}

/* Gives the frame that is wanted, if there is one to give. A scene's cannot be missed; of what comes by itself there is a next one. */
static void serve(struct grey_source *s)
{
    if (!s->wanted || !s->running || s->work->busy)
        return;
    if (!s->source) {
        if (!submit(s, NULL))
            (void)timer_once(&s->timer, RETRY_US);
    } else if (s->kept) {
        (void)submit(s, &s->newest.frame);
        drop_newest(s);
    }
}

int grey_source_ask(struct grey_source *s)
{
    if (!s->running)
        return -ENOTCONN;
    s->wanted = true;
    serve(s);
    return 0;
}

void grey_source_set_asked(struct grey_source *s)
{
    s->asked = true;
}

/* --- frames that come --------------------------------------------------------------------------- */

static void tick(struct timer *t)
{
    struct grey_source *s = container_of(t, struct grey_source, timer);

    if (s->asked)
        serve(s);
    else
        (void)submit(s, NULL);
}

/* A little early is in time. */
static bool is_due(struct grey_source *s)
{
    int64_t now = loop_now_us(s->loop), interval = US_PER_S / s->fps;

    if (now + interval / 4 < s->due_us)
        return false;
    s->due_us = MAX(s->due_us, now - interval) + interval;
    return true;
}

static void on_frame(void *ctx, const struct raw_frame *f)
{
    struct grey_source *s = ctx;

    if (!s->running || (f->form == RAW_JPEG && f->n == 0))
        return;
    if (s->asked) {
        keep_newest(s, f);
        serve(s);
    } else if (is_due(s)) {
        (void)submit(s, f);
    }
}

static void on_ended(void *ctx, const char *why)
{
    struct grey_source *s = ctx;

    if (!s->running)
        return;
    s->running = false;
    s->events->ended(s->ctx, why);
}

static void on_said(void *ctx, const char *text)
{
}

static const struct source_events source_events = {
    .frame = on_frame, .ended = on_ended, .said = on_said};

/* --- life ------------------------------------------------------------------------------------- */

static int open_spec(struct grey_source *s, const char *spec, struct error *e)
{
    int r = motion_scene_new(spec, &s->work->scene);

    if (r == -ENOMEM)
        return error_set(e, r, "no memory");
    if (r < 0 && strncmp(spec, "pan:", 4) == 0)
        return error_set(e, r, "%.60s is not pan:DX,DY with up to 16 pixels", spec);
    return r >= 0 ? r : source_new(s->loop, spec, &source_events, s, &s->source, e);
}

int grey_source_new(struct loop *l, const char *spec, const struct grey_events *events, void *ctx,
    struct grey_source **ret, struct error *e)
{
    struct grey_source *s = calloc(1, sizeof *s);
    struct grey_work *w = calloc(1, sizeof *w);
    int r;

    if (!s || !w) {
        free(s);
        free(w);
        return error_set(e, -ENOMEM, "no memory");
    }
    *s = (struct grey_source){.loop = l, .events = events, .ctx = ctx, .work = w};
    w->source = s;
    timer_init(&s->timer, l, tick);
    r = open_spec(s, spec, e);
    if (r < 0) {
        grey_source_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

int grey_source_start(
    struct grey_source *s, unsigned width, unsigned height, unsigned fps, struct error *e)
{
    const struct pi_source_want want = {.width = width, .height = height, .framerate = fps};
    int r = 0;

    grey_source_stop(s);
    s->width = width;
    s->height = height;
    s->fps = fps;
    s->due_us = loop_now_us(s->loop);
    if (s->source)
        r = s->source->kind->start(s->source, &want, e);
    else if (!s->asked && (r = timer_every(&s->timer, US_PER_S / fps)) < 0)
        (void)error_set(e, r, "no timer for the scene");
    s->running = r >= 0;
    return r;
}

void grey_source_stop(struct grey_source *s)
{
    timer_stop(&s->timer);
    if (s->source)
        s->source->kind->stop(s->source);
    drop_newest(s);
    s->running = s->wanted = false;
    s->n_starts++;
}

struct grey_source *grey_source_free(struct grey_source *s)
{
    if (!s)
        return NULL;
    timer_stop(&s->timer);
    source_free(s->source);
    drop_newest(s);
    raw_copy_fini(&s->newest);
    if (s->work->busy)
        s->work->source = NULL;
    else
        work_free(s->work);
    free(s);
    return NULL;
}
