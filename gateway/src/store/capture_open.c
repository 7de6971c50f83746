/* capture_open.c - a picture's file, or its thumbnail's, opened for whoever sends it.
 *
 *     reader: row, then file ─┬─ there ─────────────────────────────────────────────→ fn
 *                             └─ no thumbnail yet → loop → pool: decode, keep, open → fn
 *
 * Decoding is the pool's, so that lists are not held up by large pictures; THUMBS_AT_ONCE of its
 * threads at the most, the rest is for live pictures. A thumbnail that cannot be kept is served
 * from memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <warren/frame.h>

#include "base/log.h"
#include "loop/worker.h"
#include "media/thumbnail.h"
#include "store/internal.h"

#define THUMBS_AT_ONCE 2

struct open_job {
    struct job job;
    struct list link;    /* in thumbs.waiting or running */
    struct store *store; /* NULL: who asked was told already */
    uint64_t id;
    enum capture_file which;
    capture_file_fn fn;
    void *ctx;
    struct capture_row row;
    int fd; /* what was asked for */
    uint64_t bytes;
    bool lost;         /* there is a row, but no file */
    int image, thumbs; /* for the pool: the picture, and the folder */
};

/* --- on the reader ---------------------------------------------------------------------------- */

static int read_row(struct db *db, uint64_t id, struct capture_row *ret)
{
    static const char SQL[] = "SELECT " CAPTURE_COLUMNS " FROM captures WHERE id = ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)id);
    r = db_step(db, q);
    return r > 0 ? capture_row_read(q, ret) : r < 0 ? r : -ENOENT;
}

/* The thumbnail if it is there, else the picture, to make it of. */
static int open_thumb(const struct files *f, struct open_job *o)
{
    int r = files_open_thumb(f, o->id, &o->fd, &o->bytes);

    if (r == 0)
        return 0;
    r = files_open_kept(
        f, FILES_IMAGE, o->row.device, day_of(o->row.captured_us), o->id, &o->image, &o->bytes);
    if (r < 0)
        return r;
    o->thumbs = fcntl(f->thumbs, F_DUPFD_CLOEXEC, 0);
    return o->thumbs < 0 ? -errno : 0;
}

static int open_file(const struct files *f, struct open_job *o)
{
    enum files_kind kind = o->which == CAPTURE_SOUND ? FILES_SOUND : FILES_IMAGE;

    if (o->which == CAPTURE_THUMB)
        return open_thumb(f, o);
    return files_open_kept(
        f, kind, o->row.device, day_of(o->row.captured_us), o->id, &o->fd, &o->bytes);
}

static void open_read(struct reader *reader, struct job *j)
{
    struct open_job *o = container_of(j, struct open_job, job);

    j->result = read_row(&reader->db, o->id, &o->row);
    if (j->result == 0 && o->which == CAPTURE_SOUND && o->row.sound_bytes == 0) {
        j->result = -ENOENT; /* and that is right so */
    } else if (j->result == 0) {
        j->result = open_file(reader->files, o);
        o->lost = j->result == -ENOENT;
    }
}

/* --- on the pool ------------------------------------------------------------------------------ */

/* A picture that was removed meanwhile leaves no thumbnail behind: its file had lost its name
 * before whoever removed it looked for the thumbnail for the last time. */
static void forget_if_removed(const struct open_job *o, const struct files *f)
{
    struct stat st;

    if (fstat(o->image, &st) == 0 && st.st_nlink == 0)
        files_remove_thumb(f, o->id);
}

static int memory_file(const void *bytes, size_t n)
{
    int fd = memfd_create("thumbnail", MFD_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (write(fd, bytes, n) != (ssize_t)n) {
        close(fd);
        return -EIO;
    }
    return fd;
}

static int make_thumb(struct open_job *o)
{
    const struct files f = {.ops = &files_ops_system, .thumbs = o->thumbs};
    _cleanup_(freep) uint8_t *image = NULL, *thumb = NULL;
    struct error e = ERROR_NULL;
    size_t image_n, thumb_n;
    int r;

    if (files_open_thumb(&f, o->id, &o->fd, &o->bytes) == 0)
        return 0; /* somebody else waited for it, too */
    r = files_read(o->image, WR_FRAME_MAX_BYTES, &image, &image_n);
    if (r == 0)
        r = thumbnail_make(image, image_n, THUMBNAIL_MAX_WIDTH, &thumb, &thumb_n, &e);
    if (r < 0) {
        log_warning("no thumbnail can be made", F_INT("capture", o->id),
            F_STR("error", e.code ? error_text(&e) : error_name(r)));
        return r;
    }
    o->bytes = thumb_n;
    if (files_put_thumb(o->thumbs, o->id, thumb, thumb_n, &o->fd) < 0)
        o->fd = memory_file(thumb, thumb_n);
    else
        forget_if_removed(o, &f);
    return MIN(o->fd, 0);
}

static void thumb_work(void *ctx)
{
    struct open_job *o = ctx;

    o->job.result = make_thumb(o);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static int steal_fd(int *fd)
{
    int stolen = *fd;

    *fd = -1;
    return stolen;
}

static void open_job_free(struct open_job *o)
{
    closep(&o->fd);
    closep(&o->image);
    closep(&o->thumbs);
    capture_row_fini(&o->row);
    free(o);
}

static void finish(struct store *s, struct open_job *o)
{
    int r = o->job.result;

    s->n_pending_reads--;
    if (r == 0)
        o->fn(o->ctx, 0, steal_fd(&o->fd), o->bytes, &o->row);
    else
        o->fn(o->ctx, r, -1, 0, NULL);
}

static void thumbs_go(struct store *s);

static void thumb_done(void *ctx, int result)
{
    struct open_job *o = ctx;
    struct store *s = o->store;

    if (s) {
        list_remove(&o->link);
        s->thumbs.n_running--;
        if (result < 0)
            o->job.result = result;
        finish(s, o);
        thumbs_go(s);
    }
    open_job_free(o);
}

/* Two that ask for one picture's do not make it at the same time: they would write to the same
 * name. */
static struct open_job *next_thumb(struct thumbs *t)
{
    struct open_job *o, *other;

    list_for_each (o, &t->waiting, link) {
        bool running = false;

        list_for_each (other, &t->running, link)
            running = running || other->id == o->id;
        if (!running)
            return o;
    }
    return NULL;
}

static void thumbs_go(struct store *s)
{
    struct thumbs *t = &s->thumbs;
    struct open_job *o;

    while (!s->closing && t->n_running < THUMBS_AT_ONCE && (o = next_thumb(t))) {
        int r = work_submit(s->loop, thumb_work, thumb_done, o, NULL);

        if (r == -EAGAIN && t->n_running > 0)
            return; /* goes on when one of ours is done */
        list_remove(&o->link);
        if (r < 0) {
            o->job.result = r;
            finish(s, o);
            open_job_free(o);
            continue;
        }
        list_append(&t->running, &o->link);
        t->n_running++;
    }
}

void thumbs_cancel(struct store *s)
{
    struct open_job *o, *next;

    list_for_each_safe (o, next, &s->thumbs.waiting, link) {
        list_remove(&o->link);
        o->job.result = -ECANCELED;
        finish(s, o);
        open_job_free(o);
    }
    list_for_each_safe (o, next, &s->thumbs.running, link) {
        list_remove(&o->link);
        s->n_pending_reads--;
        o->fn(o->ctx, -ECANCELED, -1, 0, NULL);
        o->store = NULL; /* thumb_done() frees it */
    }
}

static void open_done(struct store *s, struct job *j)
{
    struct open_job *o = container_of(j, struct open_job, job);

    if (j->result == 0 && o->image >= 0 && !s->closing) {
        list_append(&s->thumbs.waiting, &o->link);
        thumbs_go(s);
        return;
    }
    if (j->result == 0 && o->image >= 0)
        j->result = -ECANCELED;
    if (o->lost && !s->closing && o->which == CAPTURE_SOUND)
        capture_sound_lost(s, o->id);
    else if (o->lost && !s->closing)
        capture_lost(s, o->id);
    finish(s, o);
    open_job_free(o);
}

static const struct job_class open_class = {
    .name = "open a capture", .read = open_read, .done = open_done};

int store_capture_open(
    struct store *s, uint64_t id, enum capture_file which, capture_file_fn fn, void *ctx)
{
    struct open_job *o;
    int r;

    if (id == 0 || id > INT64_MAX)
        return -EINVAL;
    o = calloc(1, sizeof *o);
    if (!o)
        return -ENOMEM;
    *o = (struct open_job){.job.class = &open_class,
        .store = s,
        .id = id,
        .which = which,
        .fn = fn,
        .ctx = ctx,
        .fd = -1,
        .image = -1,
        .thumbs = -1};
    list_init(&o->link);
    r = store_read(s, &o->job);
    if (r < 0)
        open_job_free(o);
    return r;
}
