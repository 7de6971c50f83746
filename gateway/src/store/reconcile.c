#include "store/reconcile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* --- folders ---------------------------------------------------------------------------------- */

static void closedirp(DIR **d)
{
    if (*d)
        closedir(*d);
}

/* A walk of its own over a folder that stays open. */
static DIR *walk(int dir)
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

int reconcile_list(const struct files *f, int dir, uint64_t **ret, size_t *ret_n)
{
    _cleanup_(closedirp) DIR *d = walk(dir);
    struct ids ids = {0};
    struct dirent *entry;
    uint64_t id;
    int r = d ? 0 : -errno;

    while (r == 0 && (entry = readdir(d))) {
        if (files_parse_id(entry->d_name, &id))
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
};

static bool has_row(struct db *d, uint64_t id, const char *device, int64_t day, int *ret_error)
{
    static const char SQL[] = "SELECT 1 FROM captures WHERE id = ? AND device = ? AND captured_us "
                              ">= ? AND captured_us < ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(d, SQL, &q);

    if (r == 0) {
        sqlite3_bind_int64(q, 1, (int64_t)id);
        sqlite3_bind_text(q, 2, device, -1, SQLITE_STATIC);
        sqlite3_bind_int64(q, 3, day * DAY_US);
        sqlite3_bind_int64(q, 4, (day + 1) * DAY_US);
        r = db_step(d, q);
    }
    *ret_error = MIN(r, 0);
    return r > 0;
}

static int drop_files(struct day_check *c, int dir, const uint64_t *ids, size_t n)
{
    int r = 0;

    for (size_t i = 0; i < n && r == 0; i++) {
        if (has_row(c->db, ids[i], c->device, c->day, &r) || r < 0)
            continue;
        files_remove_thumb(c->files, ids[i]);
        r = files_remove(c->files, dir, ids[i]);
        c->n_files++;
    }
    return r;
}

static int delete_row(struct db *d, uint64_t id)
{
    static const char SQL[] = "DELETE FROM captures WHERE id = ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(d, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)id);
    return db_run(d, q);
}

static int drop_rows(struct day_check *c, const uint64_t *ids, size_t n)
{
    static const char SQL[] =
        "SELECT id FROM captures WHERE device = ? AND captured_us >= ? AND captured_us < ?";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    struct ids gone = {0};
    int r = db_prepare(c->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, c->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, c->day * DAY_US);
    sqlite3_bind_int64(q, 3, (c->day + 1) * DAY_US);
    while ((r = db_step(c->db, q)) > 0) {
        uint64_t id = (uint64_t)sqlite3_column_int64(q, 0);

        if (n == 0 || !bsearch(&id, ids, n, sizeof id, compare_ids))
            r = ids_add(&gone, id);
        if (r < 0)
            break;
    }
    for (size_t i = 0; i < gone.n && r == 0; i++)
        r = delete_row(c->db, gone.id[i]);
    c->n_rows += gone.n;
    free(gone.id);
    return r;
}

/* A device without any folder may be one whose disk is not mounted: its rows stay. */
static int check_day(struct day_check *c)
{
    _cleanup_(freep) uint64_t *ids = NULL;
    _cleanup_(closep) int dir = -1;
    size_t n = 0;
    int r = files_open_day(c->files, c->device, c->day, false, &dir);

    if (r == -ENOENT)
        return faccessat(c->files->captures, c->device, F_OK, 0) < 0 ? 0 : drop_rows(c, NULL, 0);
    if (r == 0)
        r = reconcile_list(c->files, dir, &ids, &n);
    if (r == 0)
        r = drop_files(c, dir, ids, n);
    if (r == 0)
        r = drop_rows(c, ids, n);
    return r;
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
        F_INT("files_removed", c.n_files), F_INT("rows_removed", c.n_rows));
    return 0;
}

/* --- a new database over old files ------------------------------------------------------------ */

struct note_all {
    const struct files *files;
    struct db *db;
    uint64_t max_id;
};

static int note_day(struct note_all *a, int device_dir, const char *device, const char *name)
{
    static const char SQL[] =
        "INSERT INTO open_days(device, day, adopt) VALUES(?, ?, 1) ON CONFLICT DO NOTHING";
    _cleanup_(closep) int dir =
        openat(device_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    _cleanup_(freep) uint64_t *ids = NULL;
    int64_t day;
    size_t n = 0;
    int r;

    if (dir < 0 || day_parse(name, &day) < 0)
        return 0;
    r = reconcile_list(a->files, dir, &ids, &n);
    if (r < 0 || n == 0)
        return r;
    a->max_id = MAX(a->max_id, ids[n - 1]);
    r = db_prepare(a->db, SQL, &q);
    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, day);
    return db_run(a->db, q);
}

static int note_device(struct note_all *a, const char *device)
{
    _cleanup_(closep) int dir =
        openat(a->files->captures, device, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    _cleanup_(closedirp) DIR *d = dir < 0 ? NULL : walk(dir);
    struct dirent *entry;
    int r = 0;

    while (d && r == 0 && (entry = readdir(d)))
        r = note_day(a, dir, device, entry->d_name);
    return r;
}

static int note_devices(struct note_all *a)
{
    _cleanup_(closedirp) DIR *d = walk(a->files->captures);
    struct dirent *entry;
    int r = d ? 0 : -errno;

    while (r == 0 && (entry = readdir(d))) {
        if (text_is_slug(entry->d_name))
            r = note_device(a, entry->d_name);
    }
    return r;
}

/* sqlite_sequence has no unique name: one row is replaced by hand. */
static int reserve_ids(struct db *d, uint64_t max_id)
{
    static const char SQL[] =
        "INSERT INTO sqlite_sequence(name, seq) SELECT 'captures', max(?1, coalesce(max(seq), 0))"
        " FROM sqlite_sequence WHERE name = 'captures'";
    static const char CLEAN[] = "DELETE FROM sqlite_sequence WHERE name = 'captures' AND rowid <>"
                                " (SELECT max(rowid) FROM sqlite_sequence WHERE name = 'captures')";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(d, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)max_id);
    r = db_run(d, q);
    return r < 0 ? r : db_exec(d, CLEAN);
}

int reconcile_note_all(const struct files *f, struct db *d)
{
    struct note_all a = {.files = f, .db = d};
    int r = db_exec(d, "BEGIN IMMEDIATE");

    if (r == 0)
        r = note_devices(&a);
    if (r == 0)
        r = reserve_ids(d, a.max_id);
    if (r == 0)
        r = db_exec(d, "COMMIT");
    if (r < 0)
        db_exec(d, "ROLLBACK");
    return r;
}
