/* export_work.c - see export_work.h. */
#include "export_work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/util.h"
#include "file_store.h"
#include "jpeg_codec.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "png_codec.h"

struct export_work {
    struct loop *loop;
    char *folder, *config_path;
    const struct export_events *events; /* NULL: nobody listens any more */
    void *ctx;
    unsigned n_at_work;
};

/* One job with its own copies. */
struct job {
    struct export_work *owner;
    struct pi_export export;
    struct pi_export_result result;
    struct pi_ring_frame *frames;
    uint8_t *bytes;
};

struct config_job {
    struct export_work *owner;
    char *text;
    size_t n;
    int result;
};

/* --- the world of an export job --------------------------------------------------------------- */

static void local_time(void *ctx, int64_t wall_us, struct pi_local_time *ret)
{
    time_t t = (time_t)(wall_us / US_PER_S);
    struct tm tm;

    localtime_r(&t, &tm);
    *ret = (struct pi_local_time){
        tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec};
}

static int decoder_open(
    void *ctx, const uint8_t *jpeg, size_t n, void **ret, unsigned *ret_width, unsigned *ret_height)
{
    struct jpeg_rows *j;
    int r = jpeg_rows_open(jpeg, n, &j, ret_width, ret_height);

    if (r >= 0)
        *ret = j;
    return r;
}

static int decoder_row(void *decoder, uint8_t *bgr)
{
    return jpeg_rows_next(decoder, bgr);
}

static void decoder_close(void *decoder)
{
    jpeg_rows_close(decoder);
}

static int encode(void *ctx, unsigned format, unsigned width, unsigned height, unsigned quality,
    pi_row_fn row, void *row_ctx, pi_write_fn write, void *write_ctx)
{
    const struct picture_rows rows = {width, height, row, row_ctx, write, write_ctx};

    return format == PI_FORMAT_PNG ? png_encode_rows(&rows) : jpeg_encode_rows(&rows, quality);
}

static int file_open(void *ctx, const char *name, void **ret)
{
    const struct job *j = ctx;
    struct new_file *f;
    int r = new_file_open(j->owner->folder, name, &f);

    if (r >= 0)
        *ret = f;
    return r;
}

static int file_write(void *file, const void *bytes, size_t n)
{
    return new_file_write(file, bytes, n);
}

static int file_commit(void *file, char *ret_path, size_t cap)
{
    return new_file_commit(file, ret_path, cap);
}

static void file_discard(void *file)
{
    new_file_discard(file);
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void owner_free(struct export_work *w)
{
    free(w->folder);
    free(w->config_path);
    free(w);
}

/* After the last job of one that was let go. */
static bool owner_gone(struct export_work *w)
{
    w->n_at_work--;
    if (w->events)
        return false;
    if (w->n_at_work == 0)
        owner_free(w);
    return true;
}

static void job_work(void *ctx)
{
    struct job *j = ctx;
    const struct pi_export_port port = {j, local_time, decoder_open, decoder_row, decoder_close,
        encode, file_open, file_write, file_commit, file_discard};

    pi_export_run(&j->export, &port, &j->result);
}

static void job_free(struct job *j)
{
    free(j->frames);
    free(j->bytes);
    free(j);
}

static void job_done(void *ctx, int result)
{
    struct job *j = ctx;
    struct export_work *w = j->owner;

    if (!owner_gone(w))
        w->events->exported(w->ctx, j->export.id, &j->result);
    job_free(j);
}

static int job_copy(struct job *j, const struct pi_export *job)
{
    size_t n = 0;

    for (unsigned i = 0; i < job->n_frames; i++)
        n += job->frames[i].n;
    j->frames = calloc(job->n_frames, sizeof *j->frames);
    j->bytes = malloc(n);
    if (!j->frames || !j->bytes)
        return -ENOMEM;
    j->export = *job;
    j->export.frames = j->frames;
    n = 0;
    for (unsigned i = 0; i < job->n_frames; i++) {
        j->frames[i] = job->frames[i];
        j->frames[i].jpeg = memcpy(j->bytes + n, job->frames[i].jpeg, job->frames[i].n);
        n += job->frames[i].n;
    }
    return 0;
}

int export_work_run(struct export_work *w, const struct pi_export *job)
{
    struct job *j = calloc(1, sizeof *j);
    int r = j ? job_copy(j, job) : -ENOMEM;

    if (r >= 0) {
        j->owner = w;
        r = work_submit(w->loop, job_work, job_done, j, NULL);
    }
    if (r < 0) {
        if (j)
            job_free(j);
        return r;
    }
    w->n_at_work++;
    return 0;
}

static void config_work(void *ctx)
{
    struct config_job *j = ctx;

    j->result = file_replace(j->owner->config_path, j->text, j->n);
}

static void config_done(void *ctx, int result)
{
    struct config_job *j = ctx;
    struct export_work *w = j->owner;

    if (!owner_gone(w))
        w->events->config_saved(w->ctx, j->result < 0 ? error_name(j->result) : NULL);
    free(j->text);
    free(j);
}

int export_work_save_config(struct export_work *w, const char *text, size_t n)
{
    struct config_job *j = calloc(1, sizeof *j);
    int r = -ENOMEM;

    if (j && (j->text = strndup(text, n))) {
        *j = (struct config_job){.owner = w, .text = j->text, .n = n};
        r = work_submit(w->loop, config_work, config_done, j, NULL);
    }
    if (r < 0) {
        if (j)
            free(j->text);
        free(j);
        return r;
    }
    w->n_at_work++;
    return 0;
}

/* --- life ------------------------------------------------------------------------------------- */

int export_work_new(struct loop *l, const char *folder, const char *config_path,
    const struct export_events *events, void *ctx, struct export_work **ret)
{
    struct export_work *w = calloc(1, sizeof *w);

    if (!w)
        return -ENOMEM;
    *w = (struct export_work){.loop = l,
        .events = events,
        .ctx = ctx,
        .folder = strdup(folder),
        .config_path = strdup(config_path)};
    if (!w->folder || !w->config_path) {
        owner_free(w);
        return -ENOMEM;
    }
    *ret = w;
    return 0;
}

struct export_work *export_work_free(struct export_work *w)
{
    if (w && w->n_at_work > 0)
        w->events = NULL; /* the last job frees */
    else if (w)
        owner_free(w);
    return NULL;
}

bool export_work_busy(const struct export_work *w)
{
    return w->n_at_work > 0;
}
