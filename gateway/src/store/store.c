#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/database.h"
#include "store/internal.h"
#include "store/reconcile.h"

/* --- the reader's thread ---------------------------------------------------------------------- */

/* Longer reads are given up, so that one search does not keep all others from their pages. */
#define READ_MAX_US (2 * US_PER_S)

static void read_one(struct reader *r, struct job *j)
{
    r->db.deadline_us = clock_mono_us() + r->max_us;
    j->class->read(r, j);
    if (j->result == -ETIMEDOUT && atomic_load(&r->stopping))
        j->result = -ECANCELED;
    if (j->result == -EUCLEAN || j->result == -EBUSY)
        j->result = -EIO;
}

static void reader_work(void *ctx, struct list *batch)
{
    struct reader *r = ctx;
    struct job *j;

    list_for_each (j, batch, message.link) {
        if (atomic_load(&r->stopping))
            j->result = -ECANCELED;
        else
            read_one(r, j);
    }
}

int store_read(struct store *s, struct job *j)
{
    struct list one = LIST_INIT(one);

    if (s->closing)
        return -ESHUTDOWN;
    if (s->n_pending_reads >= STORE_MAX_PENDING_READS)
        return -EAGAIN;
    s->n_pending_reads++;
    list_append(&one, &j->message.link);
    job_thread_push(&s->read_thread, &one);
    return 0;
}

/* --- the writer's ----------------------------------------------------------------------------- */

int store_may_write(const struct store *s)
{
    if (s->closing)
        return -ESHUTDOWN;
    return s->n_pending_writes >= STORE_MAX_PENDING_WRITES ? -EAGAIN : 0;
}

void store_write(struct store *s, struct job *j)
{
    s->n_pending_writes++;
    list_append(&s->outgoing, &j->message.link);
    loop_defer(s->loop, &s->handover);
}

static void hand_over(struct deferred *d)
{
    struct store *s = container_of(d, struct store, handover);

    events_hand_over(s);
    job_thread_push(&s->write_thread, &s->outgoing);
}

static void receive(void *ctx, struct message *m)
{
    struct store *s = ctx;
    struct job *j = container_of(m, struct job, message);

    if (!j->class->read) {
        s->n_pending_writes--;
        space_update(s);
        health_of_job(s, j);
        if (j->result == -EUCLEAN)
            j->result = -EIO;
    }
    j->class->done(s, j);
}

/* --- opening ---------------------------------------------------------------------------------- */

static int load_kv(struct store *s, struct db *d, struct error *e)
{
    static const char SQL[] = "SELECT space, key, value FROM kv";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(d, SQL, &q);

    while (r == 0 && (r = db_step(d, q)) > 0)
        r = kv_set(&s->kv, db_text(q, 0), db_text(q, 1), sqlite3_column_blob(q, 2),
            (size_t)sqlite3_column_bytes(q, 2));
    return r < 0 ? error_set(e, r, "cannot read the settings: %s", error_name(r)) : 0;
}

static int load_next_event(struct store *s, struct db *d, struct error *e)
{
    int64_t id;
    int r = db_int(
        d, "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'events'", &id);

    if (r < 0)
        return db_error(d, e, "cannot read the events");
    s->next_event_id = (uint64_t)id;
    return 0;
}

static int open_reader(struct store *s, const char *path, struct error *e)
{
    _cleanup_(freep) char *db_path = NULL;

    if (asprintf(&db_path, "%s/warren.db", path) < 0) {
        db_path = NULL;
        return error_set(e, -ENOMEM, "no memory");
    }
    s->reader.files = &s->files;
    s->reader.max_us = READ_MAX_US;
    return db_open_readonly(&s->reader.db, db_path, s->files.ops->vfs, e);
}

static int open_data(
    struct store *s, const char *path, const struct files_ops *ops, struct error *e)
{
    struct db d = DB_NULL;
    struct error why = ERROR_NULL;
    int r = files_open(&s->files, path, ops, e);

    if (r == 0)
        r = database_open(&s->files, path, &d, e);
    if (r < 0)
        return r;
    /* What cannot be put right now stays noted, and harms nobody: it must not keep the gateway from
     * starting. */
    if (reconcile(&s->files, &d, &why) < 0)
        log_error("captures could not be checked; the next start tries again", F_ERROR(&why));
    r = load_kv(s, &d, e);
    if (r == 0)
        r = load_next_event(s, &d, e);
    if (r == 0)
        r = writer_init(&s->writer, &d, &s->files);
    db_close(&d);
    return r == 0 ? open_reader(s, path, e) : r;
}

static int start_threads(struct store *s)
{
    int r = inbox_new(s->loop, receive, s, &s->inbox);

    if (r == 0)
        r = job_thread_start(&s->write_thread, "store-write", s->inbox, WRITER_MAX_JOBS,
            WRITER_MAX_BYTES, writer_work, &s->writer);
    if (r == 0)
        r = job_thread_start(
            &s->read_thread, "store-read", s->inbox, 1, 0, reader_work, &s->reader);
    return r;
}

int store_open_with(struct loop *l, const struct store_config *config, const struct files_ops *ops,
    struct store **ret, struct error *e)
{
    struct store *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return error_set(e, -ENOMEM, "no memory");
    s->loop = l;
    s->config = *config;
    s->config.path = NULL;
    s->files = FILES_NULL;
    list_init(&s->outgoing);
    list_init(&s->thumbs.waiting);
    list_init(&s->thumbs.running);
    deferred_init(&s->handover, hand_over);
    events_init(s);
    retention_init(s);
    health_init(s);

    r = open_data(s, config->path, ops, e);
    if (r == 0) {
        r = start_threads(s);
        if (r < 0)
            error_set(e, r, "cannot start the store's threads: %s", error_name(r));
    }
    if (r < 0) {
        store_close(s);
        return r;
    }
    space_update(s);
    retention_nudge(s);
    adopt_start(s);
    *ret = s;
    return 0;
}

int store_open(
    struct loop *l, const struct store_config *config, struct store **ret, struct error *e)
{
    return store_open_with(l, config, &files_ops_system, ret, e);
}

/* --- closing ---------------------------------------------------------------------------------- */

static void stop_threads(struct store *s)
{
    atomic_store(&s->reader.stopping, true);
    if (s->read_thread.started)
        sqlite3_interrupt(s->reader.db.handle);
    job_thread_stop(&s->read_thread);

    deferred_cancel(&s->handover);
    if (s->write_thread.started)
        hand_over(&s->handover);
    job_thread_stop(&s->write_thread);
}

/* Reads are answered with -ECANCELED, writes are done. What these publish at the end is written by
 * this thread, the last that is left. */
struct store *store_close(struct store *s)
{
    if (!s)
        return NULL;
    s->closing = true;
    retention_stop(s);
    health_stop(s);
    stop_threads(s);
    if (s->inbox)
        s->inbox = inbox_free(s->inbox);
    thumbs_cancel(s);
    if (s->writer.db.handle)
        events_drain(s);
    events_fini(s);

    if (s->writer.db.damaged || s->reader.db.damaged)
        database_suspect(&s->files);
    db_close(&s->reader.db);
    writer_fini(&s->writer);
    files_close(&s->files);
    kv_fini(&s->kv);
    free(s);
    return NULL;
}

/* --- while it is open ------------------------------------------------------------------------- */

void store_configure(struct store *s, const struct store_config *config)
{
    s->config = *config;
    s->config.path = NULL;
    space_measured(s);
    retention_nudge(s);
}

void store_attach(struct store *s, struct bus *b)
{
    s->bus = b;
    events_attach(s, b);
}

uint64_t store_next_event_id(const struct store *s)
{
    return s->next_event_id;
}

const struct store_usage *store_usage(const struct store *s)
{
    return &s->usage;
}
