/* adopt.c - finds captures again from the files, after their database was lost: in the background,
 * so that the gateway is up at once.
 *
 * Folders that are noted with adopt = 1 are gone through, the newest first, a few files at a time
 * between other work. The device comes from the folder, the id from the name, the times from the
 * file's date (which is the picture's, see files.c), the rest from the picture itself; a sound beside
 * it is its. A file that
 * is no whole JPEG is left where it is: nobody was told that it is kept, but it is not ours to
 * judge what it was.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <warren/frame.h>

#include "base/log.h"
#include "base/sha256.h"
#include "jpeg_scan.h"
#include "store/internal.h"
#include "store/reconcile.h"

/* What one slice reads at the most: a capture that comes in waits for it. */
#define SLICE_FILES 16
#define SLICE_BYTES (2u << 20)

struct adopt_job {
    struct job job;
    /* The folder that is being gone through; dir -1: none. */
    char device[64];
    int64_t day;
    int dir;
    uint64_t *ids;
    size_t n_ids, at;
    size_t next_at, n_new, n_bad; /* of this slice */
    size_t n_found, n_left;       /* so far */
    bool finished;
};

/* --- on the writer ---------------------------------------------------------------------------- */

static void close_folder(struct adopt_job *a)
{
    closep(&a->dir);
    a->dir = -1;
    free(a->ids);
    a->ids = NULL;
    a->n_ids = a->at = 0;
}

/* Opens the next folder. 1: there is none. A folder that is gone has nothing to find. */
static int open_folder(struct adopt_job *a, struct writer *w)
{
    static const char SQL[] =
        "SELECT device, day FROM open_days WHERE adopt = 1 ORDER BY day DESC LIMIT 1";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r == 0)
        r = db_step(&w->db, q);
    if (r <= 0)
        return r < 0 ? r : 1;
    snprintf(a->device, sizeof a->device, "%s", db_text(q, 0));
    a->day = sqlite3_column_int64(q, 1);
    r = files_open_day(w->files, a->device, a->day, false, &a->dir);
    if (r == 0)
        r = reconcile_list(w->files, a->dir, FILES_IMAGE, &a->ids, &a->n_ids);
    return r == -ENOENT ? 0 : r;
}

static int adopt_prepare(struct writer *w, struct job *j)
{
    struct adopt_job *a = container_of(j, struct adopt_job, job);
    int r;

    if (a->ids)
        return 0;
    close_folder(a);
    r = open_folder(a, w);
    a->finished = r > 0;
    return r;
}

static int has_row(struct writer *w, uint64_t id)
{
    static const char SQL[] = "SELECT 1 FROM captures WHERE id = ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)id);
    return db_step(&w->db, q);
}

/* -EBADMSG: no picture. */
static int read_picture(
    const struct writer *w, const struct adopt_job *a, uint64_t id, struct capture_row *ret)
{
    _cleanup_(freep) uint8_t *bytes = NULL;
    _cleanup_(closep) int fd = -1;
    struct jpeg_info info;
    struct stat st;
    int64_t us;
    int r = files_open_kept(w->files, FILES_IMAGE, a->device, a->day, id, &fd, &ret->bytes);

    if (r == 0)
        r = files_read(fd, WR_FRAME_MAX_BYTES, &bytes, &(size_t){0});
    if (r < 0 || fstat(fd, &st) < 0 || jpeg_scan(bytes, ret->bytes, &info) < 0)
        return -EBADMSG;
    us = st.st_mtim.tv_sec * INT64_C(1000000) + st.st_mtim.tv_nsec / 1000;
    ret->id = id;
    ret->received_us = us;
    ret->captured_us = MIN(MAX(us, a->day * DAY_US), (a->day + 1) * DAY_US - 1);
    ret->width = info.width;
    ret->height = info.height;
    files_has(w->files, a->dir, FILES_SOUND, id, &ret->sound_bytes);
    return sha256(bytes, ret->bytes, ret->sha256);
}

static int adopt_file(struct adopt_job *a, struct writer *w, uint64_t id, size_t *bytes)
{
    struct capture_row row = {
        .device = a->device, .source = "recovered", .key = "", .latitude = NAN, .longitude = NAN};
    int r = has_row(w, id);

    if (r != 0)
        return MIN(r, 0);
    r = read_picture(w, a, id, &row);
    if (r == -EBADMSG) {
        a->n_bad++;
        return 0;
    }
    if (r == 0)
        r = capture_insert(w, &row);
    a->n_new += r == 0;
    *bytes += row.bytes;
    return r;
}

/* The folder is done with: its note goes, or becomes an ordinary one when it is in use. */
static int end_folder(const struct adopt_job *a, struct writer *w)
{
    static const char GO[] = "DELETE FROM open_days WHERE device = ? AND day = ?";
    static const char STAY[] = "UPDATE open_days SET adopt = 0 WHERE device = ? AND day = ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, days_has(&w->days, a->device, a->day) ? STAY : GO, &q);

    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, a->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, a->day);
    return db_run(&w->db, q);
}

static int adopt_run(struct writer *w, struct job *j)
{
    struct adopt_job *a = container_of(j, struct adopt_job, job);
    size_t bytes = 0;
    int r = 0;

    a->n_new = a->n_bad = 0;
    for (a->next_at = a->at; a->next_at < a->n_ids; a->next_at++) {
        if (a->n_new + a->n_bad >= SLICE_FILES || bytes >= SLICE_BYTES)
            return 0;
        r = adopt_file(a, w, a->ids[a->next_at], &bytes);
        if (r < 0)
            return r;
    }
    return end_folder(a, w);
}

static void adopt_settle(struct writer *w, struct job *j, bool durable)
{
    struct adopt_job *a = container_of(j, struct adopt_job, job);

    if (!durable)
        return;
    a->n_found += a->n_new;
    a->n_left += a->n_bad;
    a->at = a->next_at;
    if (a->at == a->n_ids)
        close_folder(a);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void adopt_done(struct store *s, struct job *j)
{
    struct adopt_job *a = container_of(j, struct adopt_job, job);

    if (j->result == 0 && !a->finished && !s->closing) {
        store_write(s, j);
        return;
    }
    if (j->result < 0)
        log_error("finding captures again was given up until the next start", F_ERRNO(j->result));
    if (a->n_found > 0 || a->n_left > 0)
        log_info(
            a->finished ? "captures found again from the files" : "captures found again so far",
            F_INT("captures", a->n_found), F_INT("not_pictures", a->n_left));
    close_folder(a);
    free(a);
}

static const struct job_class adopt_class = {
    .name = "find captures again",
    .prepare = adopt_prepare,
    .run = adopt_run,
    .settle = adopt_settle,
    .done = adopt_done,
};

void adopt_start(struct store *s)
{
    struct adopt_job *a = calloc(1, sizeof *a);

    if (!a)
        return;
    a->job.class = &adopt_class;
    a->dir = -1;
    store_write(s, &a->job);
}
