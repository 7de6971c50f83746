#include "wifi_old_camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "firmware/pi-trigger-camera/jpeg_codec.h"
#include "grey_source.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "wifi_old_detector.h"

#define FRAME_BYTES ((size_t)WIFI_OLD_WIDTH * WIFI_OLD_HEIGHT)

/* One frame and what is made of it. */
struct page {
    struct jpeg_bytes jpeg;
    char overlay[WIFI_OLD_OVERLAY_MAX];
    char metrics[WIFI_OLD_METRICS_MAX];
    uint8_t grey[FRAME_BYTES];
    bool filled;
};

/* Belongs to the worker while it is busy. */
struct old_work {
    struct wifi_old_camera *camera; /* NULL: it is gone, done() frees */
    const struct wifi_options *options;
    struct wifi_old_detector *detector;
    struct page *page; /* that is written; the other one is shown */
    bool busy, detect;
    int64_t taken_us;
    int result;
};

struct wifi_old_camera {
    struct loop *loop;
    const struct wifi_options *options;
    struct grey_source *source;
    struct old_work *work;
    struct page *shown;
    bool detect;
    void (*tell)(void *ctx);
    void *ctx;
};

/* --- pages -------------------------------------------------------------------------------------- */

static struct page *page_free(struct page *p)
{
    if (p)
        jpeg_bytes_fini(&p->jpeg);
    free(p);
    return NULL;
}

static void write_texts(
    struct page *p, const struct wifi_old_seen *seen, const struct wifi_options *o)
{
    if (o->detector == WIFI_DETECTOR_NONE)
        snprintf(p->overlay, sizeof p->overlay, "{}");
    else
        wifi_old_overlay(seen, o->dialect, o->grid, p->overlay);
    wifi_old_metrics(seen, p->metrics);
}

/* --- on the worker ------------------------------------------------------------------------------ */

static void work(void *ctx)
{
    struct old_work *w = ctx;
    struct page *p = w->page;

    if (w->detect)
        wifi_old_detector_run(w->detector, p->grey, w->taken_us);
    write_texts(p, wifi_old_detector_seen(w->detector), w->options);
    w->result = w->options->raw_grey
        ? 0
        : jpeg_encode_grey(p->grey, WIFI_OLD_WIDTH, WIFI_OLD_HEIGHT, w->options->quality, &p->jpeg);
}

/* --- on the loop -------------------------------------------------------------------------------- */

static struct old_work *work_free(struct old_work *w)
{
    if (w) {
        wifi_old_detector_free(w->detector);
        page_free(w->page);
        free(w);
    }
    return NULL;
}

static void done(void *ctx, int result)
{
    struct old_work *w = ctx;
    struct wifi_old_camera *c = w->camera;
    struct page *last;

    w->busy = false;
    if (!c) {
        work_free(w);
        return;
    }
    if (result < 0 || w->result < 0)
        return;
    last = c->shown;
    c->shown = w->page;
    c->shown->filled = true;
    w->page = last;
    c->tell(c->ctx);
}

static void on_frame(void *ctx, const uint8_t *grey, int64_t taken_us)
{
    struct wifi_old_camera *c = ctx;
    struct old_work *w = c->work;

    if (w->busy)
        return;
    memcpy(w->page->grey, grey, FRAME_BYTES);
    w->taken_us = taken_us;
    w->detect = c->detect;
    w->busy = work_submit(c->loop, work, done, w, NULL) >= 0;
}

static void on_ended(void *ctx, const char *why)
{
    log_warning("the camera's source has ended", F_STR("error", why));
}

void wifi_old_camera_start(struct wifi_old_camera *c)
{
    struct error e = ERROR_NULL;

    if (grey_source_start(c->source, WIFI_OLD_WIDTH, WIFI_OLD_HEIGHT, c->options->fps, &e) < 0)
        log_warning("the camera's source does not start", F_ERROR(&e));
}

void wifi_old_camera_stop(struct wifi_old_camera *c)
{
    grey_source_stop(c->source);
}

void wifi_old_camera_detect(struct wifi_old_camera *c, bool on)
{
    c->detect = on;
}

struct wifi_old_view wifi_old_camera_view(const struct wifi_old_camera *c)
{
    const struct page *p = c->shown;
    bool raw = c->options->raw_grey;

    return (struct wifi_old_view){.picture = raw ? p->grey : p->jpeg.bytes,
        .n_picture = !p->filled ? 0
            : raw               ? FRAME_BYTES
                                : p->jpeg.n,
        .overlay = p->overlay,
        .metrics = p->metrics};
}

/* --- life --------------------------------------------------------------------------------------- */

static int make_room(struct wifi_old_camera *c)
{
    struct old_work *w = c->work = calloc(1, sizeof *w);

    c->shown = calloc(1, sizeof *c->shown);
    if (!w || !c->shown)
        return -ENOMEM;
    w->camera = c;
    w->options = c->options;
    w->page = calloc(1, sizeof *w->page);
    return w->page ? wifi_old_detector_new(c->options->dialect, &w->detector) : -ENOMEM;
}

int wifi_old_camera_new(struct loop *l, const struct wifi_options *o, void (*shown)(void *ctx),
    void *ctx, struct wifi_old_camera **ret, struct error *e)
{
    static const struct grey_events events = {on_frame, on_ended};
    struct wifi_old_camera *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    *c = (struct wifi_old_camera){.loop = l,
        .options = o,
        .tell = shown,
        .ctx = ctx,
        .detect = o->detector == WIFI_DETECTOR_ON};
    r = make_room(c);
    if (r < 0)
        (void)error_set(e, r, "no memory");
    else
        r = grey_source_new(l, o->source, &events, c, &c->source, e);
    if (r < 0) {
        wifi_old_camera_free(c);
        return r;
    }
    write_texts(c->shown, wifi_old_detector_seen(c->work->detector), o);
    *ret = c;
    return 0;
}

struct wifi_old_camera *wifi_old_camera_free(struct wifi_old_camera *c)
{
    if (!c)
        return NULL;
    grey_source_free(c->source);
    if (c->work && c->work->busy)
        c->work->camera = NULL;
    else
        work_free(c->work);
    page_free(c->shown);
    free(c);
    return NULL;
}
