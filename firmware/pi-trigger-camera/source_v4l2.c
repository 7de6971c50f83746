/* source_v4l2.c - a device of the kernel's as a camera. Opening takes a camera some hundred
 * milliseconds, so it is done on a worker. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/watch_fd.h"
#include "loop/worker.h"
#include "source.h"
#include "v4l2_device.h"

/* What a worker is at. It outlives the source that did not want to wait. */
struct opening {
    struct source_v4l2 *source; /* NULL: nobody wants it any more */
    char *path;
    struct pi_source_want want;
    struct v4l2_device device;
    struct error error;
    int result;
};

struct source_v4l2 {
    struct source source; /* first */
    char *path;
    struct opening *opening; /* at work */
    struct v4l2_device device;
    struct watch_fd *watch;
};

/* --- pictures --------------------------------------------------------------------------------- */

static void lost(struct source_v4l2 *s, int error)
{
    char why[256];

    s->watch = watch_fd_free(s->watch);
    snprintf(why, sizeof why, "Source has ended: %.150s: %s", s->path, error_name(error));
    s->source.events->ended(s->source.ctx, why);
}

static void readable(void *ctx, unsigned events)
{
    struct source_v4l2 *s = ctx;
    struct v4l2_picture p;
    int r = v4l2_device_take(&s->device, &p);

    if (r == -EAGAIN || r == -EIO)
        return;
    if (r < 0) {
        lost(s, r);
        return;
    }
    struct raw_frame f = {.form = s->device.form == V4L2_FORM_YUYV ? RAW_YUYV : RAW_JPEG,
        .bytes = p.bytes,
        .n = p.n,
        .width = s->device.width,
        .height = s->device.height,
        .stride = s->device.stride};
    /* both of the kernel's monotonic clock, whatever the loop's is */
    if (p.taken_us > 0)
        f.age_us = MIN(MAX(clock_mono_us() - p.taken_us, 0), US_PER_S);
    if (f.form == RAW_JPEG || f.n >= f.stride * (f.height - 1) + 2 * (size_t)f.width)
        s->source.events->frame(s->source.ctx, &f);
    r = v4l2_device_give_back(&s->device, &p);
    if (r < 0)
        lost(s, r);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void open_work(void *ctx)
{
    struct opening *o = ctx;

    o->result = v4l2_device_open(&o->device, &v4l2_kernel, o->path, &o->want, &o->error);
}

static void tell_format(struct source_v4l2 *s, const struct pi_source_want *want)
{
    const struct v4l2_device *d = &s->device;
    char text[320];

    snprintf(s->source.format, sizeof s->source.format, "%s %ux%u",
        d->form == V4L2_FORM_YUYV ? "YUYV" : "MJPG", d->width, d->height);
    if (d->width == want->width && d->height == want->height)
        snprintf(text, sizeof text, "%.100s gives %s", s->path, s->source.format);
    else
        snprintf(text, sizeof text, "%.100s has no %ux%u: it gives %s, which is scaled", s->path,
            want->width, want->height, s->source.format);
    s->source.events->said(s->source.ctx, text);
}

static void opened(struct source_v4l2 *s, struct opening *o)
{
    int r;

    s->device = o->device;
    r = watch_fd_new(s->source.loop, s->device.fd, readable, s, &s->watch);
    if (r >= 0)
        r = watch_fd_set(s->watch, FD_READABLE);
    if (r < 0)
        lost(s, r);
    else
        tell_format(s, &o->want);
}

static void open_done(void *ctx, int result)
{
    struct opening *o = ctx;
    struct source_v4l2 *s = o->source;
    char why[ERROR_TEXT_MAX + 32];

    if (s) {
        s->opening = NULL;
        if (o->result >= 0) {
            opened(s, o);
        } else {
            snprintf(why, sizeof why, "Source does not start: %s", error_text(&o->error));
            s->source.events->ended(s->source.ctx, why);
        }
    } else if (o->result >= 0) {
        v4l2_device_close(&o->device);
    }
    free(o->path);
    free(o);
}

static int v4l2_start(struct source *source, const struct pi_source_want *want, struct error *e)
{
    struct source_v4l2 *s = container_of(source, struct source_v4l2, source);
    struct opening *o = calloc(1, sizeof *o);
    int r;

    if (!o || !(o->path = strdup(s->path))) {
        free(o);
        return error_set(e, -ENOMEM, "no memory");
    }
    o->source = s;
    o->want = *want;
    o->result = -ECANCELED;
    o->device.fd = -1;
    r = work_submit(source->loop, open_work, open_done, o, NULL);
    if (r < 0) {
        free(o->path);
        free(o);
        return error_set(e, r, "too much is waiting for a thread");
    }
    s->opening = o;
    return 0;
}

static void v4l2_stop(struct source *source)
{
    struct source_v4l2 *s = container_of(source, struct source_v4l2, source);

    if (s->opening)
        s->opening->source = NULL;
    s->opening = NULL;
    s->watch = watch_fd_free(s->watch);
    v4l2_device_close(&s->device);
}

/* Exposure at once; another rate takes a new start. */
static int v4l2_adjust(struct source *source, const struct pi_source_want *want)
{
    struct source_v4l2 *s = container_of(source, struct source_v4l2, source);

    if (s->opening || s->device.fd < 0)
        return 1;
    if (!want->manual && !s->device.manual)
        return 1; /* what changed is the rate */
    return v4l2_device_expose(&s->device, want);
}

static int v4l2_exposure(struct source *source, struct pi_exposure *ret)
{
    struct source_v4l2 *s = container_of(source, struct source_v4l2, source);

    return s->device.fd < 0 ? -ENODEV : v4l2_device_exposure(&s->device, ret);
}

static unsigned v4l2_controls(struct source *source, struct pi_control *out, unsigned cap)
{
    struct source_v4l2 *s = container_of(source, struct source_v4l2, source);

    return s->device.fd < 0 ? 0 : v4l2_device_controls(&s->device, out, cap);
}

static void v4l2_free(struct source *source)
{
    struct source_v4l2 *s = container_of(source, struct source_v4l2, source);

    free(s->path);
    free(s);
}

static const struct source_kind kind = {
    .start = v4l2_start,
    .stop = v4l2_stop,
    .adjust = v4l2_adjust,
    .exposure = v4l2_exposure,
    .controls = v4l2_controls,
    .free = v4l2_free,
};

int source_v4l2_new(struct loop *l, const char *device, struct source **ret, struct error *e)
{
    struct source_v4l2 *s = calloc(1, sizeof *s);

    if (!s || !(s->path = strdup(device))) {
        free(s);
        return error_set(e, -ENOMEM, "no memory");
    }
    s->source.kind = &kind;
    s->device.fd = -1;
    *ret = &s->source;
    return 0;
}
