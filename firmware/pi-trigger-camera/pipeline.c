/* pipeline.c - see pipeline.h. */
#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>

#include "jpeg_codec.h"
#include "jpeg_scan.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "raw_frame.h"

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

    struct raw_copy copy;
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
    bool jpeg = p->copy.frame.form == RAW_JPEG && p->info.has_huffman_tables &&
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
    bool full = p->full.width > 0 && !p->full.as_it_is;

    return raw_frame_pixels(&p->copy.frame, full ? p->full.width : p->ring.width,
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

    if (p->copy.frame.form == RAW_JPEG) {
        r = jpeg_scan(p->copy.frame.bytes, p->copy.frame.n, &p->info);
        if (r < 0)
            return failed(p, r, r == -ENODATA ? "it is cut off" : "it is no JPEG");
        p->copy.frame.n = p->info.length;
    }
    if (plan(p)) {
        r = make_pixels(p);
        if (r < 0)
            return failed(p, r,
                r == -EMSGSIZE     ? "it is too large"
                    : r == -ENOMEM ? "no memory"
                                   : "it cannot be decoded");
    }
    r = p->ring.as_it_is ? jpeg_mean(p->copy.frame.bytes, p->copy.frame.n, &p->score)
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
    raw_copy_fini(&p->copy);
    free(p);
}

static void set_ring(struct pipeline *p, struct pi_picture *ret)
{
    ret->jpeg = p->ring.as_it_is ? p->copy.frame.bytes : p->ring.encoded.bytes;
    ret->n = p->ring.as_it_is ? p->copy.frame.n : p->ring.encoded.n;
    ret->width = (uint16_t)p->ring.width;
    ret->height = (uint16_t)p->ring.height;
}

static void set_full(struct pipeline *p, struct pi_picture *ret)
{
    bool own = p->full.width > 0;
    const struct target *t = own ? &p->full : &p->ring;

    if (!p->want.full)
        return;
    ret->full = t->as_it_is ? p->copy.frame.bytes : t->encoded.bytes;
    ret->n_full = t->as_it_is ? p->copy.frame.n : t->encoded.n;
    ret->full_width = (uint16_t)t->width;
    ret->full_height = (uint16_t)t->height;
}

static void done(void *ctx, int result)
{
    struct pipeline *p = ctx;
    struct pi_picture picture = {
        .dark_score = p->score, .time_us = p->taken_wall_us, .mono_us = p->taken_us};

    p->busy = false;
    raw_copy_release(&p->copy);
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

int pipeline_submit(struct pipeline *p, const struct raw_frame *f, const struct pipeline_want *want)
{
    int r = p->busy ? -EBUSY : raw_copy_take(&p->copy, f);

    if (r < 0)
        return r;
    p->want = *want;
    p->info = (struct jpeg_info){0};
    p->taken_us = loop_now_us(p->loop) - f->age_us;
    p->taken_wall_us = loop_wall_us(p->loop) - f->age_us;
    r = work_submit(p->loop, work, done, p, NULL);
    if (r < 0) {
        raw_copy_release(&p->copy);
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
