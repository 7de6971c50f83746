/* pipeline.c - see pipeline.h. */
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_codec.h"
#include "jpeg_scan.h"
#include "loop/loop.h"
#include "loop/worker.h"

/* A size a picture is wanted in, and where it is. */
struct target {
    unsigned width, height;
    bool as_it_is; /* the source's JPEG will do */
    struct picture scaled;
    struct jpeg_bytes encoded;
};

/* One frame's way. Belongs to the worker while it is busy; its memory serves the next. */
struct pipeline {
    struct loop *loop;
    const struct pipeline_events *events;
    void *ctx; /* NULL events: nobody listens any more */
    bool busy;

    struct raw_frame frame; /* bytes: in `copy` */
    uint8_t *copy;
    size_t cap;
    struct pipeline_want want;
    int64_t taken_us, taken_wall_us;

    struct jpeg_info info;
    struct picture pixels; /* of the source */
    struct target ring, full;
    double score;
    int result;
    const char *why;
};

/* --- on the worker ---------------------------------------------------------------------------- */

static int failed(struct pipeline *p, int result, const char *why)
{
    p->why = why;
    return result;
}

/* Is there a target that needs pixels? */
static bool plan(struct pipeline *p)
{
    bool jpeg = p->frame.form == RAW_JPEG && p->info.has_huffman_tables &&
        (p->info.n_components == 1 || p->info.n_components == 3);
    bool full = p->want.full &&
        (p->want.width != p->want.ring_width || p->want.height != p->want.ring_height);

    p->ring.width = p->want.ring_width;
    p->ring.height = p->want.ring_height;
    p->ring.as_it_is = jpeg && p->info.width == p->ring.width && p->info.height == p->ring.height;
    p->full.width = full ? p->want.width : 0;
    p->full.height = p->want.height;
    p->full.as_it_is = jpeg && p->info.width == p->full.width && p->info.height == p->full.height;
    return !p->ring.as_it_is || (full && !p->full.as_it_is);
}

static int make_pixels(struct pipeline *p)
{
    const struct raw_frame *f = &p->frame;
    bool full = p->full.width > 0 && !p->full.as_it_is;

    if (f->form == RAW_SCENE)
        return scene_draw(f->scene, &f->moment, &p->pixels);
    if (f->form == RAW_YUYV)
        return picture_from_yuyv(&p->pixels, f->bytes, f->width, f->height, f->stride);
    return jpeg_decode(f->bytes, f->n, full ? p->full.width : p->ring.width,
        full ? p->full.height : p->ring.height, &p->pixels);
}

static int make_target(struct pipeline *p, struct target *t, double *ret_score)
{
    const struct picture *from = &p->pixels;
    int r = 0;

    if (from->width != t->width || from->height != t->height) {
        r = picture_resize(&t->scaled, t->width, t->height);
        if (r >= 0)
            r = picture_fit(from, &t->scaled);
        from = &t->scaled;
    }
    if (r >= 0 && ret_score)
        *ret_score = picture_mean(from);
    return r < 0 ? r : jpeg_encode(from, p->want.quality, &t->encoded);
}

static int run(struct pipeline *p)
{
    int r = 0;

    if (p->frame.form == RAW_JPEG) {
        r = jpeg_scan(p->frame.bytes, p->frame.n, &p->info);
        if (r < 0)
            return failed(p, r, r == -ENODATA ? "it is cut off" : "it is no JPEG");
        p->frame.n = p->info.length;
    }
    if (plan(p)) {
        r = make_pixels(p);
        if (r < 0)
            return failed(p, r,
                r == -EMSGSIZE     ? "it is too large"
                    : r == -ENOMEM ? "no memory"
                                   : "it cannot be decoded");
    }
    r = p->ring.as_it_is ? jpeg_mean(p->frame.bytes, p->frame.n, &p->score)
                         : make_target(p, &p->ring, &p->score);
    if (r >= 0 && p->full.width > 0 && !p->full.as_it_is)
        r = make_target(p, &p->full, NULL);
    return r < 0 ? failed(p, r, r == -ENOMEM ? "no memory" : "it cannot be decoded") : 0;
}

static void work(void *ctx)
{
    struct pipeline *p = ctx;

    p->result = run(p);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void pipeline_destroy(struct pipeline *p)
{
    picture_fini(&p->pixels);
    picture_fini(&p->ring.scaled);
    picture_fini(&p->full.scaled);
    jpeg_bytes_fini(&p->ring.encoded);
    jpeg_bytes_fini(&p->full.encoded);
    free(p->copy);
    free(p);
}

static void set_ring(struct pipeline *p, struct pi_picture *ret)
{
    ret->jpeg = p->ring.as_it_is ? p->frame.bytes : p->ring.encoded.bytes;
    ret->n = p->ring.as_it_is ? p->frame.n : p->ring.encoded.n;
    ret->width = (uint16_t)p->ring.width;
    ret->height = (uint16_t)p->ring.height;
}

static void set_full(struct pipeline *p, struct pi_picture *ret)
{
    bool own = p->full.width > 0;
    const struct target *t = own ? &p->full : &p->ring;

    if (!p->want.full)
        return;
    ret->full = t->as_it_is ? p->frame.bytes : t->encoded.bytes;
    ret->n_full = t->as_it_is ? p->frame.n : t->encoded.n;
    ret->full_width = (uint16_t)t->width;
    ret->full_height = (uint16_t)t->height;
}

static void done(void *ctx, int result)
{
    struct pipeline *p = ctx;
    struct pi_picture picture = {
        .dark_score = p->score, .time_us = p->taken_wall_us, .mono_us = p->taken_us};

    p->busy = false;
    p->frame.scene = scene_unref(p->frame.scene);
    if (!p->events) {
        pipeline_destroy(p);
        return;
    }
    if (result < 0 || p->result < 0) {
        p->events->failed(p->ctx, result < 0 ? error_name(result) : p->why);
        return;
    }
    set_ring(p, &picture);
    set_full(p, &picture);
    p->events->picture(p->ctx, &picture);
}

static int take_copy(struct pipeline *p, const struct raw_frame *f)
{
    if (f->n > SOURCE_MAX_FRAME_BYTES && f->form == RAW_JPEG)
        return -EMSGSIZE;
    if (f->n > p->cap) {
        free(p->copy);
        p->cap = 0;
        p->copy = malloc(f->n);
        if (!p->copy)
            return -ENOMEM;
        p->cap = f->n;
    }
    if (f->n > 0)
        memcpy(p->copy, f->bytes, f->n);
    p->frame = *f;
    p->frame.bytes = p->copy;
    if (f->scene)
        scene_ref(f->scene);
    return 0;
}

int pipeline_submit(struct pipeline *p, const struct raw_frame *f, const struct pipeline_want *want)
{
    int r = p->busy ? -EBUSY : take_copy(p, f);

    if (r < 0)
        return r;
    p->want = *want;
    p->info = (struct jpeg_info){0};
    p->taken_us = loop_now_us(p->loop) - f->age_us;
    p->taken_wall_us = loop_wall_us(p->loop) - f->age_us;
    r = work_submit(p->loop, work, done, p, NULL);
    if (r < 0) {
        p->frame.scene = scene_unref(p->frame.scene);
        return r;
    }
    p->busy = true;
    return 0;
}

bool pipeline_busy(const struct pipeline *p)
{
    return p->busy;
}

int pipeline_new(
    struct loop *l, const struct pipeline_events *events, void *ctx, struct pipeline **ret)
{
    struct pipeline *p = calloc(1, sizeof *p);

    if (!p)
        return -ENOMEM;
    p->loop = l;
    p->events = events;
    p->ctx = ctx;
    *ret = p;
    return 0;
}

struct pipeline *pipeline_free(struct pipeline *p)
{
    if (p && p->busy)
        p->events = NULL; /* done() frees */
    else if (p)
        pipeline_destroy(p);
    return NULL;
}
