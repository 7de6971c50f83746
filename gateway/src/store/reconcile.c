#include "store/reconcile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* --- folders ---------------------------------------------------------------------------------- */

DIR *reconcile_walk(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);

    if (!d)
        closep(&fd);
    return d;
}

struct ids {
    uint64_t *id;
    size_t n, cap;
};

static int ids_add(struct ids *ids, uint64_t id)
{
    if (ids->n == ids->cap) {
        size_t cap = ids->cap > 0 ? 2 * ids->cap : 256;
        uint64_t *more = reallocarray(ids->id, cap, sizeof *more);

        if (!more)
            return -ENOMEM;
        ids->id = more;
        ids->cap = cap;
    }
    ids->id[ids->n++] = id;
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

int reconcile_list(
    const struct files *f, int dir, enum files_kind kind, uint64_t **ret, size_t *ret_n)
{
    _cleanup_(closedirp) DIR *d = reconcile_walk(dir);
    struct ids ids = {0};
    struct dirent *entry;
    uint64_t id;
    int r = d ? 0 : -errno;

    while (r == 0 && (entry = readdir(d))) {
        if (files_parse_id(entry->d_name, kind, &id))
            r = ids_add(&ids, id);
        else if (files_is_tmp(entry->d_name))
            f->ops->unlink(f->ops->ctx, dir, entry->d_name);
    }
    if (r < 0) {
        free(ids.id);
        return r;
    }
    if (ids.n > 0)
        qsort(ids.id, ids.n, sizeof *ids.id, compare_ids);
    *ret = ids.id;
    *ret_n = ids.n;
    return 0;
}

/* --- one folder against its rows -------------------------------------------------------------- */

struct day_check {
    const struct files *files;
    struct db *db;
    const char *device;
    int64_t day;
    size_t n_files, n_rows; /* removed */
    size_t n_sounds;        /* forgotten */
};

/* Rows of the day; of sounds those that have one. */
#define OF_DAY "device = ?1 AND captured_us >= ?2 AND captured_us < ?3 AND sound_bytes >= ?4"

static int prepare_day(
    const struct day_check *c, const char *sql, enum files_kind kind, sqlite3_stmt **ret)
{
    int r = db_prepare(c->db, sql, ret);

    if (r < 0)
        return r;
    sqlite3_bind_text(*ret, 1, c->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(*ret, 2, c->day * DAY_US);
    sqlite3_bind_int64(*ret, 3, (c->day + 1) * DAY_US);
    sqlite3_bind_int64(*ret, 4, kind == FILES_SOUND);
    return 0;
}

static bool has_row(const struct day_check *c, enum files_kind kind, uint64_t id, int *ret_error)
{
    static const char SQL[] = "SELECT 1 FROM captures WHERE id = ?5 AND " OF_DAY;
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = prepare_day(c, SQL, kind, &q);

    if (r == 0) {
        sqlite3_bind_int64(q, 5, (int64_t)id);
        r = db_step(c->db, q);
    }
    *ret_error = MIN(r, 0);
    return r > 0;
}

static int drop_files(
    struct day_check *c, int dir, enum files_kind kind, const uint64_t *ids, size_t n)
{
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        if (has_row(c, kind, ids[i], &r) || r < 0)
            continue;
        if (kind == FILES_IMAGE)
            files_remove_thumb(c->files, ids[i]);
        r = files_remove(c->files, dir, kind, ids[i]);
        c->n_files++;
    }
    return r;
}

static int run_on(struct db *d, const char *sql, uint64_t id)
{
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(d, sql, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)id);
    return db_run(d, q);
}

static int delete_row(struct db *d, uint64_t id)
{
    return run_on(d, "DELETE FROM captures WHERE id = ?", id);
}

int reconcile_forget_sound(struct db *d, uint64_t id)
{
    return run_on(d, "UPDATE captures SET sound_bytes = 0 WHERE id = ?", id);
}

/* Those whose file is not among the ids; of sounds only that they have one. */
static int drop_rows(struct day_check *c, enum files_kind kind, const uint64_t *ids, size_t n)
{
    static const char SQL[] = "SELECT id FROM captures WHERE " OF_DAY;
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    struct ids gone = {0};
    int r = prepare_day(c, SQL, kind, &q);

    if (r < 0)
        return r;
    while ((r = db_step(c->db, q)) > 0) {
        uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);

        if (n == 0 || !bsearch(&id, ids, n, sizeof id, compare_ids))
            r = ids_add(&gone, id);
        if (r < 0)
            break;
    }
    for (size_t i = 0; i < gone.n && r == 0; i++)
        r = kind == FILES_SOUND ? reconcile_forget_sound(c->db, gone.id[i])
                                : delete_row(c->db, gone.id[i]);
    *(kind == FILES_SOUND ? &c->n_sounds : &c->n_rows) += gone.n;
    free(gone.id);
    return r;
}

static int check_kind(struct day_check *c, int dir, enum files_kind kind)
{
    _cleanup_(freep) uint64_t *ids = NULL;
    size_t n = 0;
    int r = reconcile_list(c->files, dir, kind, &ids, &n);

    if (r == 0)
        r = drop_files(c, dir, kind, ids, n);
    return r == 0 ? drop_rows(c, kind, ids, n) : r;
}

/* A device without any folder may be one whose disk is not mounted: its rows stay. */
static int check_day(struct day_check *c)
{
    _cleanup_(closep) int dir = -1;
    int r = files_open_day(c->files, c->device, c->day, false, &dir);

    if (r == -ENOENT)
        return faccessat(c->files->captures, c->device, F_OK, 0) < 0
            ? 0
            : drop_rows(c, FILES_IMAGE, NULL, 0);
    if (r == 0)
        r = check_kind(c, dir, FILES_IMAGE);
    return r == 0 ? check_kind(c, dir, FILES_SOUND) : r;
}

static int check_days(struct day_check *c)
{
    static const char SQL[] = "SELECT device, day FROM open_days WHERE adopt = 0";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(c->db, SQL, &q);

    if (r < 0)
        return r;
    while ((r = db_step(c->db, q)) > 0) {
        _cleanup_(freep) char *device = strdup(db_text(q, 0));

        c->device = device;
        c->day = sqlite3_column_int64(q, 1);
        r = device ? check_day(c) : -ENOMEM;
        if (r < 0)
            break;
    }
    return r;
}

int reconcile(const struct files *f, struct db *d, struct error *e)
{
    struct day_check c = {.files = f, .db = d};
    int64_t n = 0;
    int r = db_int(d, "SELECT count(*) FROM open_days WHERE adopt = 0", &n);

    if (r == 0 && n == 0)
        return 0;
    if (r == 0)
        r = db_exec(d, "BEGIN IMMEDIATE");
    if (r == 0)
        r = check_days(&c);
    if (r == 0)
        r = files_sync(f); /* names that were removed, and folders made just before the crash */
    if (r == 0)
        r = db_exec(d, "DELETE FROM open_days WHERE adopt = 0; COMMIT");
    if (r < 0) {
        error_set(e, r, "cannot bring captures and files in line: %s", error_name(r));
        db_exec(d, "ROLLBACK");
        return r;
    }
    log_info("captures compared with their files", F_INT("folders", n),
        F_INT("files_removed", c.n_files), F_INT("rows_removed", c.n_rows),
        F_INT("sounds_missing", c.n_sounds));
    return 0;
}
