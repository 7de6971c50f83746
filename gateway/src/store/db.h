/* db.h - one connection to the database: how it is opened, its statements, and its errors as errno.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/util.h"

/* Statements that are kept prepared per connection: more than the store has. */
#define DB_MAX_STATEMENTS 48

struct db {
    sqlite3 *handle;
    struct {
        const char *sql; /* known by its address */
        sqlite3_stmt *statement;
    } kept[DB_MAX_STATEMENTS];
    size_t n_kept;
    int64_t deadline_us; /* monotonic; 0: none */
    bool damaged;        /* SQLite said so, once */
};

#define DB_NULL ((struct db){0})

/* Makes the file when it is not there. `vfs` NULL: the system's. Opening is lazy in SQLite: the
 * first statement tells what it is. */
int db_open(struct db *d, const char *path, const char *vfs, struct error *e);
/* As db_open, for reading, of a file that is there. */
int db_open_readonly(struct db *d, const char *path, const char *vfs, struct error *e);
/* Moves an open one: SQLite knows its address. `from` is DB_NULL afterwards. */
void db_move(struct db *from, struct db *to);
/* Safe on DB_NULL, and to repeat. */
void db_close(struct db *d);

/* The negative errno for the newest failure: -ENOSPC, -ENOMEM, -EBUSY, -ETIMEDOUT (over the
 * deadline), -EUCLEAN (the file is damaged), -EEXIST (a constraint), -EROFS, else -EIO. */
int db_errno(struct db *d);
/* Fills in what SQLite says about it. Returns db_errno(). */
int db_error(struct db *d, struct error *e, const char *what);

/* -ESTALE: the file was removed, or another one put in its place, since it was opened: what is
 * written goes where nobody will find it. */
int db_in_place(struct db *d);

/* One or more statements without rows. */
int db_exec(struct db *d, const char *sql);
/* The first column of the first row of `sql`. -ENODATA: no row. */
int db_int(struct db *d, const char *sql, int64_t *ret);

/* The kept statement of `sql`, a constant text, ready for its parameters. Give it back with
 * db_reset(). */
int db_prepare(struct db *d, const char *sql, sqlite3_stmt **ret);
/* 1: a row; 0: the end. */
int db_step(struct db *d, sqlite3_stmt *q);
/* Steps to the end. */
int db_run(struct db *d, sqlite3_stmt *q);

/* `_cleanup_(db_resetp) sqlite3_stmt *q = NULL;` */
static inline void db_resetp(sqlite3_stmt **q)
{
    if (*q) {
        sqlite3_reset(*q);
        sqlite3_clear_bindings(*q);
    }
}

/* The same for a statement that is not kept. */
static inline void db_finalizep(sqlite3_stmt **q)
{
    sqlite3_finalize(*q);
}

/* Text of a column; "" for NULL. Valid until the next step. */
const char *db_text(sqlite3_stmt *q, int column);
