/* capture_read.c - pages of captures, newest first. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

int capture_row_read(sqlite3_stmt *q, struct capture_row *ret)
{
    const char *texts[] = {db_text(q, 1), db_text(q, 2), db_text(q, 3)};
    size_t n[] = {strlen(texts[0]) + 1, strlen(texts[1]) + 1, strlen(texts[2]) + 1};
    char *all = malloc(n[0] + n[1] + n[2]);

    if (!all)
        return -ENOMEM;
    *ret = (struct capture_row){
        .id = (uint64_t)sqlite3_column_int64(q, 0),
        .device = memcpy(all, texts[0], n[0]),
        .source = memcpy(all + n[0], texts[1], n[1]),
        .key = memcpy(all + n[0] + n[1], texts[2], n[2]),
        .captured_us = sqlite3_column_int64(q, 4),
        .received_us = sqlite3_column_int64(q, 5),
        .width = (uint32_t)sqlite3_column_int64(q, 6),
        .height = (uint32_t)sqlite3_column_int64(q, 7),
        .bytes = (uint64_t)sqlite3_column_int64(q, 8),
        .pinned = sqlite3_column_int(q, 10) != 0,
        .latitude = sqlite3_column_type(q, 11) == SQLITE_NULL ? NAN : sqlite3_column_double(q, 11),
        .longitude = sqlite3_column_type(q, 12) == SQLITE_NULL ? NAN : sqlite3_column_double(q, 12),
        .sound_bytes = (uint64_t)sqlite3_column_int64(q, 13),
    };
    if (sqlite3_column_bytes(q, 9) == sizeof ret->sha256)
        memcpy(ret->sha256, sqlite3_column_blob(q, 9), sizeof ret->sha256);
    return 0;
}

void capture_row_fini(struct capture_row *row)
{
    free((char *)row->device);
    *row = (struct capture_row){0};
}

struct captures_job {
    struct job job;
    char *device;
    struct capture_filter filter;
    uint64_t id; /* of one row; 0: a page */
    captures_fn fn;
    void *ctx;
    struct capture_row *rows;
    size_t n;
    bool more;
};

/* --- on the reader ---------------------------------------------------------------------------- */

#define PAGE                                                                                       \
    " captured_us >= ?2 AND captured_us < ?3 AND (captured_us, id) < (?4, ?5)"                     \
    " ORDER BY captured_us DESC, id DESC LIMIT ?6"
static const char ALL[] = "SELECT " CAPTURE_COLUMNS " FROM captures WHERE" PAGE;
static const char OF_DEVICE[] =
    "SELECT " CAPTURE_COLUMNS " FROM captures WHERE device = ?1 AND" PAGE;
static const char ONE[] = "SELECT " CAPTURE_COLUMNS " FROM captures WHERE id = ?1";

static int prepare(const struct captures_job *c, struct db *db, sqlite3_stmt **ret)
{
    const struct capture_filter *f = &c->filter;
    sqlite3_stmt *q;
    int r = db_prepare(db, c->id > 0 ? ONE : c->device ? OF_DEVICE : ALL, &q);

    if (r < 0)
        return r;
    *ret = q;
    if (c->id > 0) {
        sqlite3_bind_int64(q, 1, (int64_t)c->id);
        return 0;
    }
    if (c->device)
        sqlite3_bind_text(q, 1, c->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, f->from_us != 0 ? f->from_us : INT64_MIN);
    sqlite3_bind_int64(q, 3, f->to_us != 0 ? f->to_us : INT64_MAX);
    sqlite3_bind_int64(q, 4, f->before_id > 0 ? f->before_us : INT64_MAX);
    sqlite3_bind_int64(
        q, 5, f->before_id > 0 && f->before_id < INT64_MAX ? (int64_t)f->before_id : INT64_MAX);
    sqlite3_bind_int64(q, 6, (int64_t)f->limit + 1);
    return 0;
}

static int read_rows(struct captures_job *c, struct db *db)
{
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = prepare(c, db, &q);

    if (r < 0)
        return r;
    while ((r = db_step(db, q)) > 0) {
        if (c->n == c->filter.limit) {
            c->more = true;
            return 0;
        }
        r = capture_row_read(q, &c->rows[c->n]);
        if (r < 0)
            return r;
        c->n++;
    }
    return r;
}

static void captures_read(struct reader *r, struct job *j)
{
    j->result = read_rows(container_of(j, struct captures_job, job), &r->db);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void captures_job_free(struct captures_job *c)
{
    for (size_t i = 0; i < c->n; i++)
        capture_row_fini(&c->rows[i]);
    free(c->rows);
    free(c->device);
    free(c);
}

static void captures_done(struct store *s, struct job *j)
{
    struct captures_job *c = container_of(j, struct captures_job, job);

    s->n_pending_reads--;
    c->fn(c->ctx, j->result, c->rows, j->result == 0 ? c->n : 0, j->result == 0 && c->more);
    captures_job_free(c);
}

static const struct job_class captures_class = {
    .name = "read captures", .read = captures_read, .done = captures_done};

static int submit(
    struct store *s, const struct capture_filter *filter, uint64_t id, captures_fn fn, void *ctx)
{
    struct captures_job *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return -ENOMEM;
    *c = (struct captures_job){
        .job.class = &captures_class, .filter = *filter, .id = id, .fn = fn, .ctx = ctx};
    c->rows = calloc(filter->limit, sizeof *c->rows);
    c->device = filter->device ? strdup(filter->device) : NULL;
    r = !c->rows || (filter->device && !c->device) ? -ENOMEM : store_read(s, &c->job);
    if (r < 0)
        captures_job_free(c);
    return r;
}

int store_captures(struct store *s, const struct capture_filter *filter, captures_fn fn, void *ctx)
{
    if (filter->limit == 0 || filter->limit > STORE_MAX_PAGE)
        return -EINVAL;
    return submit(s, filter, 0, fn, ctx);
}

int store_capture_get(struct store *s, uint64_t id, captures_fn fn, void *ctx)
{
    const struct capture_filter one = {.limit = 1};

    if (id == 0 || id > INT64_MAX)
        return -EINVAL;
    return submit(s, &one, id, fn, ctx);
}
