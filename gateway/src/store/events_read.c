/* events_read.c - pages of what happened, newest first. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

struct events_job {
    struct job job;
    char *device, *type;
    struct event_filter filter;
    events_fn fn;
    void *ctx;
    struct event_row *rows;
    size_t n;
    bool more;
};

/* Rows come newest first. A type that ends in "*" is a range of the types; it is not looked up in
 * the index, for its rows would then have to be sorted by id, all of them, before the first page is
 * known. */
static void build_sql(const struct events_job *e, char *sql, size_t cap)
{
    size_t n = e->type ? strlen(e->type) : 0;
    bool prefix = n > 0 && e->type[n - 1] == '*';

    snprintf(sql, cap,
        "SELECT id, json FROM events WHERE id < ?1%s%s%s%s ORDER BY id DESC LIMIT ?2",
        e->device ? " AND device = ?3" : "",
        !e->type     ? ""
            : prefix ? " AND substr(type, 1, length(?4)) = ?4"
                     : " AND type = ?4",
        e->filter.from_us != 0 ? " AND time_us >= ?5" : "",
        e->filter.to_us != 0 ? " AND time_us < ?6" : "");
}

/* Parameters that the statement does not have are not bound, and SQLite says so: nothing to handle.
 */
static void bind(const struct events_job *e, sqlite3_stmt *q)
{
    uint64_t before = e->filter.before_id;
    size_t type_len = e->type ? strcspn(e->type, "*") : 0;

    sqlite3_bind_int64(q, 1, before > 0 && before < INT64_MAX ? (int64_t)before : INT64_MAX);
    sqlite3_bind_int64(q, 2, (int64_t)e->filter.limit + 1);
    sqlite3_bind_text(q, 3, e->device, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, e->type, (int)type_len, SQLITE_STATIC);
    sqlite3_bind_int64(q, 5, e->filter.from_us);
    sqlite3_bind_int64(q, 6, e->filter.to_us);
}

static int read_rows(struct events_job *e, struct db *db, sqlite3_stmt *q)
{
    int r;

    while ((r = db_step(db, q)) > 0) {
        if (e->n == e->filter.limit) {
            e->more = true;
            return 0;
        }
        e->rows[e->n] = (struct event_row){
            .id = (uint64_t)sqlite3_column_int64(q, 0), .json = strdup(db_text(q, 1))};
        if (!e->rows[e->n].json)
            return -ENOMEM;
        e->n++;
    }
    return r;
}

static void events_read(struct reader *r, struct job *j)
{
    struct events_job *e = container_of(j, struct events_job, job);
    _cleanup_(db_finalizep) sqlite3_stmt *q = NULL;
    char sql[256];

    build_sql(e, sql, sizeof sql);
    if (sqlite3_prepare_v2(r->db.handle, sql, -1, &q, NULL) != SQLITE_OK) {
        j->result = db_errno(&r->db);
        return;
    }
    bind(e, q);
    j->result = read_rows(e, &r->db, q);
}

static void events_job_free(struct events_job *e)
{
    for (size_t i = 0; i < e->n; i++)
        free((char *)e->rows[i].json);
    free(e->rows);
    free(e->device);
    free(e->type);
    free(e);
}

static void events_read_done(struct store *s, struct job *j)
{
    struct events_job *e = container_of(j, struct events_job, job);

    s->n_pending_reads--;
    e->fn(e->ctx, j->result, e->rows, j->result == 0 ? e->n : 0, e->more);
    events_job_free(e);
}

static const struct job_class events_read_class = {
    .name = "read events", .read = events_read, .done = events_read_done};

static struct events_job *events_job_new(const struct event_filter *filter, events_fn fn, void *ctx)
{
    struct events_job *e = calloc(1, sizeof *e);

    if (!e)
        return NULL;
    *e = (struct events_job){
        .job.class = &events_read_class, .filter = *filter, .fn = fn, .ctx = ctx};
    e->rows = calloc(filter->limit, sizeof *e->rows);
    e->device = filter->device ? strdup(filter->device) : NULL;
    e->type = filter->type ? strdup(filter->type) : NULL;
    if (!e->rows || (filter->device && !e->device) || (filter->type && !e->type)) {
        events_job_free(e);
        return NULL;
    }
    return e;
}

int store_events(struct store *s, const struct event_filter *filter, events_fn fn, void *ctx)
{
    const char *star = filter->type ? strchr(filter->type, '*') : NULL;
    struct events_job *e;
    int r;

    if (filter->limit == 0 || filter->limit > STORE_MAX_PAGE || (star && star[1]))
        return -EINVAL;
    e = events_job_new(filter, fn, ctx);
    if (!e)
        return -ENOMEM;
    r = store_read(s, &e->job);
    if (r < 0)
        events_job_free(e);
    return r;
}
