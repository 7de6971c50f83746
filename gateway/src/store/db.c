#include "store/db.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

/* Another program that looks into the database (sqlite3 on the command line) may hold its lock for
 * a moment. */
#define DB_BUSY_MS 5000
/* A read asks for the time each so many instructions of SQLite's machine: about 0.1 ms. */
#define DB_DEADLINE_STEPS 5000

/* auto_vacuum: of a new database; room that is not needed can be given back (events_trim.c).
 * cache_size: 1 MiB per connection instead of 2. wal_autocheckpoint: the log is written back at 4
 * MiB; journal_size_limit lets a log that grew under a long read shrink again. */
static const char PRAGMAS[] = "PRAGMA auto_vacuum=INCREMENTAL;"
                              "PRAGMA journal_mode=WAL;"
                              "PRAGMA synchronous=FULL;"
                              "PRAGMA foreign_keys=ON;"
                              "PRAGMA trusted_schema=OFF;"
                              "PRAGMA cache_size=-1024;"
                              "PRAGMA wal_autocheckpoint=1000;"
                              "PRAGMA journal_size_limit=16777216;";

static int on_progress(void *ctx)
{
    struct db *d = ctx;

    return d->deadline_us > 0 && clock_mono_us() > d->deadline_us;
}

static int open_with(struct db *d, const char *path, const char *vfs, int flags, struct error *e)
{
    *d = DB_NULL;
    /* Each connection is used by one thread at a time. */
    if (sqlite3_open_v2(path, &d->handle, flags | SQLITE_OPEN_NOMUTEX, vfs) != SQLITE_OK)
        return db_error(d, e, "cannot open the database");
    sqlite3_extended_result_codes(d->handle, 1);
    sqlite3_busy_timeout(d->handle, DB_BUSY_MS);
    sqlite3_db_config(d->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_progress_handler(d->handle, DB_DEADLINE_STEPS, on_progress, d);
    return 0;
}

int db_open(struct db *d, const char *path, const char *vfs, struct error *e)
{
    int r = open_with(d, path, vfs, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e);

    if (r == 0 && db_exec(d, PRAGMAS) < 0)
        r = db_error(d, e, "cannot open the database");
    if (r < 0)
        db_close(d);
    return r;
}

int db_open_readonly(struct db *d, const char *path, const char *vfs, struct error *e)
{
    int r = open_with(d, path, vfs, SQLITE_OPEN_READONLY, e);

    if (r == 0 && db_exec(d, "PRAGMA trusted_schema=OFF; PRAGMA cache_size=-1024;") < 0)
        r = db_error(d, e, "cannot open the database for reading");
    if (r < 0)
        db_close(d);
    return r;
}

void db_move(struct db *from, struct db *to)
{
    *to = *from;
    *from = DB_NULL;
    sqlite3_progress_handler(to->handle, DB_DEADLINE_STEPS, on_progress, to);
}

void db_close(struct db *d)
{
    for (size_t i = 0; i < d->n_kept; i++)
        sqlite3_finalize(d->kept[i].statement);
    sqlite3_close(d->handle);
    *d = DB_NULL;
}

static int io_errno(const struct db *d)
{
    int system = sqlite3_system_errno(d->handle);

    if (system == ENOSPC || system == EDQUOT || system == EFBIG)
        return -ENOSPC;
    return system == EROFS ? -EROFS : -EIO;
}

int db_errno(struct db *d)
{
    switch (sqlite3_errcode(d->handle) & 0xff) {
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_INTERRUPT:
        return -ETIMEDOUT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        d->damaged = true;
        return -EUCLEAN;
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return -EROFS;
    default:
        return io_errno(d);
    }
}

int db_error(struct db *d, struct error *e, const char *what)
{
    return error_set(e, db_errno(d), "%s: %s", what, sqlite3_errmsg(d->handle));
}

int db_in_place(struct db *d)
{
    int moved = 0;

    sqlite3_file_control(d->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved ? -ESTALE : 0;
}

int db_exec(struct db *d, const char *sql)
{
    return sqlite3_exec(d->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_errno(d);
}

int db_int(struct db *d, const char *sql, int64_t *ret)
{
    _cleanup_(db_finalizep) sqlite3_stmt *q = NULL;
    int r;

    if (sqlite3_prepare_v2(d->handle, sql, -1, &q, NULL) != SQLITE_OK)
        return db_errno(d);
    r = db_step(d, q);
    if (r == 1)
        *ret = sqlite3_column_int64(q, 0);
    return r == 1 ? 0 : r == 0 ? -ENODATA : r;
}

int db_prepare(struct db *d, const char *sql, sqlite3_stmt **ret)
{
    sqlite3_stmt *q;

    for (size_t i = 0; i < d->n_kept; i++) {
        if (d->kept[i].sql == sql) {
            *ret = d->kept[i].statement;
            return 0;
        }
    }
    if (d->n_kept == DB_MAX_STATEMENTS)
        return -ENOBUFS;
    if (sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL) != SQLITE_OK)
        return db_errno(d);
    d->kept[d->n_kept].sql = sql;
    d->kept[d->n_kept++].statement = q;
    *ret = q;
    return 0;
}

int db_step(struct db *d, sqlite3_stmt *q)
{
    switch (sqlite3_step(q)) {
    case SQLITE_ROW:
        return 1;
    case SQLITE_DONE:
        return 0;
    default:
        return db_errno(d);
    }
}

int db_run(struct db *d, sqlite3_stmt *q)
{
    int r;

    do
        r = db_step(d, q);
    while (r > 0);
    return r;
}

const char *db_text(sqlite3_stmt *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q, column);

    return text ? text : "";
}
