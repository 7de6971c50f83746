#include "media/frame_flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "loop/worker.h"
#include "media/flow_eye.h"

/* A camera whose clock stood still, or went back, is not asked for the time for so long: one that counts
 * whole seconds stands in most pictures, and goes a second in others. */
#define DISTRUST_US (10 * US_PER_S)

struct frame_flow {
    struct loop *loop;
    frame_flow_fn fn;
    void *ctx;
    struct frame *waiting; /* NULL: none */
    bool busy;             /* there is a job, or fn is being told of it */
    bool ended;
    struct frame_flow_stats stats;

    /* The job's, while there is one. The picture is a copy: camera and pool may go while a thread looks at it. */
    struct flow_eye *eye;
    uint8_t *jpeg;
    size_t n, room;
    uint32_t seq;
    int64_t time_us; /* since some moment */
    int64_t captured_us,
        received_us; /* of this picture, as the gateway knows them; captured_us 0: not said */
    int64_t distrust_until_us; /* received_us */
    /* What came of it. */
    int result;
    int64_t took_us;
    struct overlay overlay;
    struct error why;
};

static void look(void *ctx)
{
    struct frame_flow *f = ctx;
    int64_t began_us = clock_mono_us();

    f->result = flow_eye_look(f->eye, f->jpeg, f->n, f->time_us, &f->overlay, &f->why);
    f->took_us = clock_mono_us() - began_us;
}

static void frame_flow_free(struct frame_flow *f)
{
    flow_eye_free(f->eye);
    free(f->jpeg);
    free(f);
}

static bool make_room(struct frame_flow *f, size_t n)
{
    uint8_t *more = n > f->room ? malloc(n) : f->jpeg;

    if (!more)
        return false;
    if (n > f->room) {
        free(f->jpeg);
        f->jpeg = more;
        f->room = n;
    }
    return true;
}

/* How long after the last one this picture was taken. */
static int64_t time_since_last(struct frame_flow *f, const struct wr_frame *p)
{
    int64_t said_us = p->captured_us - f->captured_us;
    bool says = p->captured_us != 0 && f->captured_us != 0;

    if (says && said_us <= 0)
        f->distrust_until_us = p->received_us + DISTRUST_US;
    return says && p->received_us >= f->distrust_until_us ? said_us
                                                          : p->received_us - f->received_us;
}

static void done(void *ctx, int result);

/* Makes a job of the picture that waits, unless there is one. */
static void begin(struct frame_flow *f)
{
    _cleanup_(frame_unrefp) struct frame *frame = NULL;

    if (f->busy || !f->waiting)
        return;
    frame = steal(f->waiting);
    f->busy = make_room(f, frame->pub.len);
    if (f->busy) {
        memcpy(f->jpeg, frame->pub.data, frame->pub.len);
        f->n = frame->pub.len;
        f->seq = frame->pub.seq;
        f->time_us += time_since_last(f, &frame->pub);
        f->captured_us = frame->pub.captured_us;
        f->received_us = frame->pub.received_us;
        f->busy = work_submit(f->loop, look, done, f, NULL) == 0;
    }
    f->stats.n_skipped += !f->busy;
}

static void tell(struct frame_flow *f)
{
    f->stats.n_seen++;
    f->stats.n_failed += f->result < 0;
    f->stats.busy_us += f->took_us;
    if (f->result < 0)
        f->fn(f->ctx, f->seq, NULL, error_text(&f->why));
    else if (f->result > 0)
        f->fn(f->ctx, f->seq, &f->overlay, NULL);
}

static void done(void *ctx, int result)
{
    struct frame_flow *f = ctx;

    if (!f->ended)
        tell(f);
    f->busy = false;
    if (f->ended)
        frame_flow_free(f);
    else
        begin(f);
}

struct frame_flow *frame_flow_new(struct loop *l, frame_flow_fn fn, void *ctx)
{
    struct frame_flow *f = calloc(1, sizeof *f);
    struct flow_eye *eye = flow_eye_new();

    if (!f || !eye) {
        free(f);
        flow_eye_free(eye);
        return NULL;
    }
    f->loop = l;
    f->fn = fn;
    f->ctx = ctx;
    f->eye = eye;
    return f;
}

struct frame_flow *frame_flow_end(struct frame_flow *f)
{
    if (!f)
        return NULL;
    f->waiting = frame_unref(f->waiting);
    f->ended = true;
    if (!f->busy)
        frame_flow_free(f);
    return NULL;
}

void frame_flow_see(struct frame_flow *f, struct frame *frame)
{
    if (f->waiting)
        f->stats.n_skipped++;
    frame_unref(f->waiting);
    f->waiting = frame_ref(frame);
    begin(f);
}

const struct frame_flow_stats *frame_flow_stats(const struct frame_flow *f)
{
    return &f->stats;
}
