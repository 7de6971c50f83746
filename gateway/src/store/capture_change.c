/* capture_change.c - one capture is pinned, or removed. */
#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/internal.h"
#include "store/reconcile.h"
#include "store/removal.h"

struct change_job {
    struct job job;
    uint64_t id;
    bool pinned;
    struct removal removal;
    store_fn fn;
    void *ctx;
};

/* --- pins ------------------------------------------------------------------------------------- */

static int pin_run(struct writer *w, struct job *j)
{
    static const char SQL[] = "UPDATE captures SET pinned = ? WHERE id = ?";
    struct change_job *c = container_of(j, struct change_job, job);
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int(q, 1, c->pinned);
    sqlite3_bind_int64(q, 2, (int64_t)c->id);
    r = db_run(&w->db, q);
    if (r == 0 && sqlite3_changes(w->db.handle) == 0)
        j->result = -ENOENT;
    return r;
}

static void pin_done(struct store *s, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);

    if (c->fn)
        c->fn(c->ctx, j->result);
    retention_nudge(s); /* what is not pinned any more may have to go */
    free(c);
}

static const struct job_class pin_class = {.name = "pin", .run = pin_run, .done = pin_done};

/* --- removing --------------------------------------------------------------------------------- */

static int remove_prepare(struct writer *w, struct job *j)
{
    static const char SQL[] = "SELECT " REMOVAL_COLUMNS " FROM captures WHERE id = ?";
    struct change_job *c = container_of(j, struct change_job, job);
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = removal_begin(&c->removal, 1);

    if (r == 0)
        r = db_prepare(&w->db, SQL, &q);
    if (r < 0)
        return writer_blame(j, r);
    sqlite3_bind_int64(q, 1, (int64_t)c->id);
    r = db_step(&w->db, q);
    if (r == 0)
        return -ENOENT;
    return writer_blame(j, r < 0 ? r : removal_add(&c->removal, w, q));
}

static int remove_run(struct writer *w, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);
    int r = removal_run(&c->removal, w);

    if (r == 0 && c->removal.n == 0)
        j->result = -ENOENT;
    return r;
}

static void remove_settle(struct writer *w, struct job *j, bool durable)
{
    if (durable)
        removal_settle(&container_of(j, struct change_job, job)->removal, w);
}

static void remove_done(struct store *s, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);

    if (c->fn)
        c->fn(c->ctx, j->result);
    if (j->result == 0)
        removal_publish(&c->removal, s, "request");
    removal_fini(&c->removal);
    free(c);
}

static const struct job_class remove_class = {
    .name = "remove a capture",
    .makes_room = true,
    .prepare = remove_prepare,
    .run = remove_run,
    .settle = remove_settle,
    .done = remove_done,
};

/* --- lost ------------------------------------------------------------------------------------- */

/* Somebody deleted the file. The row goes as well, if the file is really not there and its device's
 * folder is: a disk that is not mounted shall not cost all rows. */
static int lost_prepare(struct writer *w, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);
    int r = remove_prepare(w, j);

    if (r < 0)
        return r;
    if (faccessat(w->files->captures, c->removal.rows[0].device, F_OK, 0) < 0)
        return 1;
    return c->removal.rows[0].day &&
        files_has(w->files, c->removal.rows[0].day->dir, FILES_IMAGE, c->id, NULL);
}

static void lost_done(struct store *s, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);

    if (j->result == 0 && j->ran) {
        log_warning("the file of a capture is gone, and so is the capture now",
            F_STR("device", c->removal.rows[0].device), F_INT("capture", c->id));
        removal_publish(&c->removal, s, "missing");
    }
    removal_fini(&c->removal);
    free(c);
}

static const struct job_class lost_class = {
    .name = "remove a lost capture",
    .makes_room = true,
    .prepare = lost_prepare,
    .run = remove_run,
    .settle = remove_settle,
    .done = lost_done,
};

/* Without its sound a picture stays. */
static int sound_lost_prepare(struct writer *w, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);
    int r = remove_prepare(w, j);

    if (r < 0)
        return r;
    return !c->removal.rows[0].day ||
        files_has(w->files, c->removal.rows[0].day->dir, FILES_SOUND, c->id, NULL);
}

static int sound_lost_run(struct writer *w, struct job *j)
{
    return reconcile_forget_sound(&w->db, container_of(j, struct change_job, job)->id);
}

static void sound_lost_done(struct store *s, struct job *j)
{
    struct change_job *c = container_of(j, struct change_job, job);

    if (j->result == 0 && j->ran)
        log_warning("the file of a capture's sound is gone",
            F_STR("device", c->removal.rows[0].device), F_INT("capture", c->id));
    removal_fini(&c->removal);
    free(c);
}

static const struct job_class sound_lost_class = {
    .name = "forget a lost sound",
    .prepare = sound_lost_prepare,
    .run = sound_lost_run,
    .done = sound_lost_done,
};

/* --- on the loop ------------------------------------------------------------------------------ */

static int submit(struct store *s, const struct job_class *class, uint64_t id, bool pinned,
    store_fn fn, void *ctx)
{
    struct change_job *c;
    int r = store_may_write(s);

    if (r < 0)
        return r;
    if (id == 0 || id > INT64_MAX)
        return -EINVAL;
    c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    *c = (struct change_job){.job.class = class, .id = id, .pinned = pinned, .fn = fn, .ctx = ctx};
    store_write(s, &c->job);
    return 0;
}

int store_capture_pin(struct store *s, uint64_t id, bool pinned, store_fn fn, void *ctx)
{
    return submit(s, &pin_class, id, pinned, fn, ctx);
}

int store_capture_remove(struct store *s, uint64_t id, store_fn fn, void *ctx)
{
    return submit(s, &remove_class, id, false, fn, ctx);
}

void capture_lost(struct store *s, uint64_t id)
{
    submit(s, &lost_class, id, false, NULL, NULL); /* not now: when it is asked for again */
}

void capture_sound_lost(struct store *s, uint64_t id)
{
    submit(s, &sound_lost_class, id, false, NULL, NULL);
}
