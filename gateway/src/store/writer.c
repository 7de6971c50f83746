#include "store/writer.h"

#include <errno.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/log.h"

/* A disk that fails does so often; the log hears of it now and then. */
#define WARN_EVERY_US (10 * US_PER_S)

static void show_status(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->shown = w->status;
    pthread_mutex_unlock(&w->lock);
}

void writer_get_status(struct writer *w, struct writer_status *ret)
{
    pthread_mutex_lock(&w->lock);
    *ret = w->shown;
    pthread_mutex_unlock(&w->lock);
}

void writer_measure(struct writer *w)
{
    struct statvfs v;

    if (fstatvfs(w->files->captures, &v) < 0)
        return;
    w->status.free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
    w->status.total_bytes = (uint64_t)v.f_blocks * v.f_frsize;
}

static int read_totals(struct writer *w)
{
    static const char SQL[] =
        "SELECT n_captures, capture_bytes, pinned_bytes, n_events, event_bytes FROM totals";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r == 0)
        r = db_step(&w->db, q);
    if (r != 1)
        return r < 0 ? r : -EUCLEAN;
    w->status.n_captures = (uint64_t)sqlite3_column_int64(q, 0);
    w->status.capture_bytes = (uint64_t)sqlite3_column_int64(q, 1);
    w->status.pinned_bytes = (uint64_t)sqlite3_column_int64(q, 2);
    w->status.n_events = (uint64_t)sqlite3_column_int64(q, 3);
    w->status.event_bytes = (uint64_t)sqlite3_column_int64(q, 4);
    return 0;
}

int writer_init(struct writer *w, struct db *db, const struct files *files)
{
    static const char SQL[] =
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'captures'";
    int64_t next_id;
    int r;

    db_move(db, &w->db);
    w->files = files;
    days_init(&w->days, files);
    pthread_mutex_init(&w->lock, NULL);
    r = db_int(&w->db, SQL, &next_id);
    if (r == 0)
        r = read_totals(w);
    if (r < 0)
        return r;
    w->next_id = (uint64_t)next_id;
    writer_measure(w);
    show_status(w);
    return 0;
}

void writer_fini(struct writer *w)
{
    if (!w->db.handle)
        return;
    if (days_close(&w->days, &w->db) < 0)
        log_warning("the store could not be closed cleanly; the next start will look through its "
                    "newest folders");
    db_close(&w->db);
    pthread_mutex_destroy(&w->lock);
}

int writer_blame(struct job *j, int r)
{
    if (r >= 0 || r == -ENOMEM)
        return r;
    j->disk_error = r;
    return r == -ENOSPC ? r : -EIO;
}

/* --- a batch ---------------------------------------------------------------------------------- */

/* Returns how many jobs there are to run; those that failed, or have nothing to do, are set aside.
 */
static unsigned prepare(struct writer *w, struct list *batch)
{
    unsigned n = 0, n_files = 0;
    struct job *j;

    days_begin(&w->days);
    list_for_each (j, batch, message.link) {
        int r;

        j->disk_error = 0;
        r = j->class->prepare ? j->class->prepare(w, j) : 0;
        j->ran = false;
        j->skipped = r != 0;
        j->result = r < 0 ? r : 0;
        n += r == 0;
        n_files += r == 0 && j->bytes > 0;
    }
    w->sync_each = n_files == 1;
    w->files_put = false;
    return n;
}

static int run(struct writer *w, struct list *batch)
{
    struct job *j;
    int r = db_in_place(&w->db);

    if (r == 0)
        r = days_save(&w->days, &w->db);
    if (r == 0)
        r = db_exec(&w->db, "BEGIN IMMEDIATE");
    list_for_each (j, batch, message.link) {
        if (r < 0)
            break;
        if (j->skipped)
            continue;
        j->ran = true;
        r = j->class->run(w, j);
    }
    if (r == 0 && w->files_put && !w->sync_each)
        r = files_sync(w->files);
    return r == 0 ? db_exec(&w->db, "COMMIT") : r;
}

static void warn(struct writer *w, const struct list *batch, int r)
{
    int64_t now = clock_mono_us();

    if (w->warned_us > 0 && now - w->warned_us < WARN_EVERY_US)
        return;
    w->warned_us = now;
    log_warning("writing failed", F_STR("what", job_of(batch->next)->class->name), F_ERRNO(r),
        F_STR("sqlite",
            r == -ESTALE ? "the file was removed or replaced" : sqlite3_errmsg(w->db.handle)));
}

static void settle(struct writer *w, struct list *batch, bool durable)
{
    struct job *j;

    list_for_each (j, batch, message.link) {
        if (j->ran && j->class->settle)
            j->class->settle(w, j, durable);
    }
}

static int try(struct writer *w, struct list *batch)
{
    int r;

    if (prepare(w, batch) == 0)
        return 0;
    r = run(w, batch);
    if (r < 0) {
        /* A commit that failed may have ended the transaction already; then this says so, and is
         * right to. */
        warn(w, batch, r);
        db_exec(&w->db, "ROLLBACK");
    }
    settle(w, batch, r == 0);
    if (r == 0 && read_totals(w) < 0)
        log_error("the table of totals cannot be read");
    return r;
}

static int try_alone(struct writer *w, struct list *one)
{
    int r = try(w, one);

    if (r != -ENOSPC || !job_of(one->next)->class->makes_room)
        return r;
    files_drop_reserve(w->files);
    r = try(w, one);
    files_keep_reserve(w->files);
    return r;
}

static void fail(struct list *batch, int r)
{
    struct job *j;

    list_for_each (j, batch, message.link) {
        if (!j->skipped)
            j->result = writer_blame(j, r);
    }
}

static void one_by_one(struct writer *w, struct list *batch)
{
    struct list tried = LIST_INIT(tried);

    while (!list_empty(batch)) {
        struct list *node = batch->next;
        struct list one = LIST_INIT(one);
        int r;

        list_remove(node);
        list_append(&one, node);
        r = try_alone(w, &one);
        if (r < 0)
            fail(&one, r);
        list_splice(&tried, &one);
    }
    list_splice(batch, &tried);
}

void writer_work(void *ctx, struct list *batch)
{
    struct writer *w = ctx;
    bool several = batch->next->next != batch;
    int r = several ? try(w, batch) : try_alone(w, batch);

    /* When another program keeps the database locked, each would wait for it anew. */
    if (r < 0 && r != -EBUSY && several)
        one_by_one(w, batch);
    else if (r < 0)
        fail(batch, r);
    if (r == -ENOSPC)
        writer_measure(w);
    show_status(w);
}
