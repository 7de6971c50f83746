#include "still.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "firmware/pi-trigger-camera/pipeline.h"
#include "firmware/pi-trigger-camera/source.h"
#include "loop/loop.h"
#include "loop/timer.h"

/* A source gives pictures in a row; the first one is taken, and it is stopped. */
#define SOURCE_FPS 20

struct still {
    struct loop *loop;
    const struct still_events *events;
    void *ctx;
    struct source *source; /* NULL: one file */
    struct pipeline *pipeline;
    struct pi_source_want want;
    unsigned quality;
    bool wanted;
    struct deferred later; /* what the file is told by */
    uint8_t *file;
    size_t n_file;
};

static void finish(struct still *s, const uint8_t *jpeg, size_t n, const char *why)
{
    if (!s->wanted)
        return;
    s->wanted = false;
    s->events->taken(s->ctx, jpeg, n, why);
}

static void on_later(struct deferred *d)
{
    struct still *s = container_of(d, struct still, later);

    finish(s, s->file, s->n_file, NULL);
}

/* --- a source --------------------------------------------------------------------------------- */

static void take_frame(struct still *s, const struct raw_frame *f)
{
    const struct pipeline_want want = {.width = s->want.width,
        .height = s->want.height,
        .ring_width = s->want.width,
        .ring_height = s->want.height,
        .quality = s->quality};

    if (f->form == RAW_JPEG) {
        finish(s, f->n > 0 ? f->bytes : NULL, f->n, "the file cannot be read");
        return;
    }
    int r = pipeline_submit(s->pipeline, f, &want);
    if (r < 0 && r != -EBUSY)
        finish(s, NULL, 0, error_name(r));
}

static void on_frame(void *ctx, const struct raw_frame *f)
{
    struct still *s = ctx;

    if (s->wanted && !pipeline_busy(s->pipeline))
        take_frame(s, f);
    if (!s->wanted || pipeline_busy(s->pipeline))
        s->source->kind->stop(s->source);
}

static void on_ended(void *ctx, const char *why)
{
    finish(ctx, NULL, 0, why);
}

static void on_said(void *ctx, const char *text)
{
}

static const struct source_events source_events = {
    .frame = on_frame, .ended = on_ended, .said = on_said};

static void on_picture(void *ctx, const struct pi_picture *p)
{
    finish(ctx, p->jpeg, p->n, NULL);
}

static void on_failed(void *ctx, const char *why)
{
    finish(ctx, NULL, 0, why);
}

static const struct pipeline_events pipeline_events = {.picture = on_picture, .failed = on_failed};

/* --- a file ----------------------------------------------------------------------------------- */

static bool is_jpeg_file(const char *path)
{
    const char *dot = strrchr(path, '.');
    struct stat st;

    return dot && (strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0) &&
        stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Once, before anything runs. */
static int read_file(struct still *s, const char *path, struct error *e)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set(e, -errno, "%.150s: %s", path, error_name(-errno));
    if (st.st_size <= 0 || st.st_size > (off_t)SOURCE_MAX_FRAME_BYTES)
        return error_set(e, -EMSGSIZE, "%.150s is no picture of a camera's size", path);
    s->file = malloc((size_t)st.st_size);
    if (!s->file)
        return error_set(e, -ENOMEM, "no memory");
    while (s->n_file < (size_t)st.st_size) {
        ssize_t n = read(fd, s->file + s->n_file, (size_t)st.st_size - s->n_file);

        if (n <= 0)
            return error_set(e, -EIO, "%.150s cannot be read", path);
        s->n_file += (size_t)n;
    }
    return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

int still_new(struct loop *l, const char *spec, unsigned width, unsigned height, unsigned quality,
    const struct still_events *events, void *ctx, struct still **ret, struct error *e)
{
    struct still *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return error_set(e, -ENOMEM, "no memory");
    *s = (struct still){.loop = l, .events = events, .ctx = ctx, .quality = quality};
    s->want = (struct pi_source_want){.width = width, .height = height, .framerate = SOURCE_FPS};
    deferred_init(&s->later, on_later);
    r = pipeline_new(l, &pipeline_events, s, &s->pipeline);
    if (r < 0)
        (void)error_set(e, r, "no memory");
    else
        r = is_jpeg_file(spec) ? read_file(s, spec, e)
                               : source_new(l, spec, &source_events, s, &s->source, e);
    if (r < 0) {
        still_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

int still_take(struct still *s)
{
    struct error e = ERROR_NULL;
    int r = 0;

    if (s->wanted)
        return -EBUSY;
    if (s->source) {
        s->source->kind->stop(s->source); /* it may have ended by itself */
        r = s->source->kind->start(s->source, &s->want, &e);
    } else {
        loop_defer(s->loop, &s->later);
    }
    s->wanted = r >= 0;
    return r;
}

struct still *still_free(struct still *s)
{
    if (!s)
        return NULL;
    deferred_cancel(&s->later);
    source_free(s->source);
    pipeline_free(s->pipeline);
    free(s->file);
    free(s);
    return NULL;
}
