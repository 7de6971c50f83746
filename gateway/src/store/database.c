#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/reconcile.h"
#include "store/schema.h"

#define NAME "warren.db"
#define SUSPECT NAME ".suspect"
/* How long the start may take for looking through a database after a crash. A larger one is trusted
 * where it was not reached: SQLite itself survives a crash, the check is for disks that do not. */
#define CHECK_US (5 * US_PER_S)

struct place {
    const struct files *files;
    char db[PATH_MAX], new[PATH_MAX + 8];
};

static int place_init(struct place *p, const struct files *f, const char *path, struct error *e)
{
    p->files = f;
    if (snprintf(p->db, sizeof p->db, "%s/" NAME, path) >= (int)sizeof p->db)
        return error_set(e, -ENAMETOOLONG, "the name of the data folder is too long");
    snprintf(p->new, sizeof p->new, "%s.new", p->db);
    return 0;
}

/* --- a new one -------------------------------------------------------------------------------- */

/* Copies rows of one table as far as they can be read. Returns how many. */
static int64_t salvage_table(struct db *from, struct db *to, const char *select, const char *insert)
{
    _cleanup_(db_finalizep) sqlite3_stmt *read = NULL, *write = NULL;
    int64_t n = 0;

    if (sqlite3_prepare_v2(from->handle, select, -1, &read, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(to->handle, insert, -1, &write, NULL) != SQLITE_OK)
        return 0;
    while (db_step(from, read) > 0) {
        for (int i = 0; i < sqlite3_column_count(read); i++)
            sqlite3_bind_value(write, i + 1, sqlite3_column_value(read, i));
        n += db_run(to, write) == 0;
        sqlite3_reset(write);
    }
    return n;
}

#define CAPTURE_FIELDS                                                                             \
    "id, device, captured_us, received_us, width, height, bytes, sha256, source, key, latitude, "  \
    "longitude, pinned"

static int64_t salvage_captures(struct db *from, struct db *to, const char *order)
{
    static const char INSERT[] = "INSERT OR IGNORE INTO captures(" CAPTURE_FIELDS ", sound_bytes)"
                                 " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    int64_t version = 0;
    char sql[256];

    db_int(from, "PRAGMA user_version", &version);
    snprintf(sql, sizeof sql, "SELECT " CAPTURE_FIELDS ", %s FROM captures NOT INDEXED ORDER BY %s",
        version == 1 ? "0" : "sound_bytes", order);
    return salvage_table(from, to, sql, INSERT);
}

/* Captures in reverse as well: a damaged page in the middle then costs only what is on it. */
static void salvage(const struct place *p, struct db *to)
{
    static const char KV_IN[] = "INSERT OR IGNORE INTO kv(space, key, value) VALUES(?, ?, ?)";
    struct db from;
    int64_t n_kv, n_captures, event_id = 0;
    char sql[128];

    if (db_open_readonly(&from, p->db, p->files->ops->vfs, NULL) < 0)
        return;
    db_exec(to, "BEGIN");
    n_kv = salvage_table(&from, to, "SELECT space, key, value FROM kv", KV_IN);
    salvage_table(
        &from, to, "SELECT space, key, value FROM kv ORDER BY space DESC, key DESC", KV_IN);
    n_captures = salvage_captures(&from, to, "id");
    salvage_captures(&from, to, "id DESC");
    if (db_int(&from, "SELECT seq FROM sqlite_sequence WHERE name = 'events'", &event_id) == 0 &&
        event_id > 0) {
        snprintf(sql, sizeof sql, "INSERT INTO sqlite_sequence(name, seq) VALUES('events', %lld)",
            (long long)event_id);
        db_exec(to, sql);
    }
    db_exec(to, "COMMIT");
    log_info(
        "read from the damaged database", F_INT("settings", n_kv), F_INT("captures", n_captures));
    db_close(&from);
}

static void remove_with_log(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_MAX + 32];

    for (size_t i = 0; i < N_ELEMENTS(ends); i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

/* Makes warren.db.new: complete, closed, without a log. */
static int make_new(const struct place *p, bool old_exists, struct error *e)
{
    struct db db;
    size_t from;
    int r;

    remove_with_log(p->new);
    r = db_open(&db, p->new, p->files->ops->vfs, e);
    if (r < 0)
        return r;
    r = schema_migrate(&db, schema_migrations, schema_n_migrations, &from, e);
    if (r == 0 && old_exists)
        salvage(p, &db);
    if (r == 0) {
        r = reconcile_note_all(p->files, &db);
        if (r < 0)
            error_set(e, r, "cannot list the captures that are there: %s", error_name(r));
    }
    db_close(&db);
    return r;
}

/* Out of the way, with its log, under the name of the time. */
static int move_aside(const struct place *p)
{
    char time[CLOCK_TEXT_BYTES], from[PATH_MAX + 8], to[PATH_MAX + 64];

    clock_format(clock_wall_us(), time);
    time[19] = '\0'; /* 2026-01-02T03:04:05 */
    for (char *c = time; *c; c++)
        if (*c == ':')
            *c = '-';
    snprintf(from, sizeof from, "%s-shm", p->db);
    unlink(from);
    snprintf(from, sizeof from, "%s-wal", p->db);
    snprintf(to, sizeof to, "%s.damaged-%s-wal", p->db, time);
    if (rename(from, to) < 0 && errno != ENOENT)
        return -errno;
    snprintf(to, sizeof to, "%s.damaged-%s", p->db, time);
    if (rename(p->db, to) < 0 && errno != ENOENT)
        return -errno;
    log_error(
        "the database was damaged; it was moved aside, and a new one made", F_STR("kept_as", to));
    return 0;
}

static int replace(const struct place *p, bool old_exists, struct error *e)
{
    int r = make_new(p, old_exists, e);

    if (r < 0)
        return r;
    /* A log without its database is of no use, and would be taken for the new one's. */
    if (old_exists)
        r = move_aside(p);
    else
        remove_with_log(p->db);
    if (r == 0 && rename(p->new, p->db) < 0)
        r = -errno;
    if (r == 0 && fsync(p->files->root) < 0)
        r = -errno;
    return r < 0 ? error_set(e, r, "cannot put the new database in its place: %s", error_name(r))
                 : 0;
}

/* --- the one that is there -------------------------------------------------------------------- */

/* -EUCLEAN. Being stopped by the deadline is no failure. */
static int check(struct db *d, struct error *e)
{
    _cleanup_(db_finalizep) sqlite3_stmt *q = NULL;
    int r;

    d->deadline_us = clock_mono_us() + CHECK_US;
    r = sqlite3_prepare_v2(d->handle, "PRAGMA quick_check(1)", -1, &q, NULL) == SQLITE_OK
        ? db_step(d, q)
        : db_errno(d);
    d->deadline_us = 0;
    if (r > 0 && strcmp(db_text(q, 0), "ok") != 0)
        return error_set(e, -EUCLEAN, "the database is damaged: %s", db_text(q, 0));
    return r < 0 && r != -ETIMEDOUT ? db_error(d, e, "cannot check the database") : 0;
}

/* What a start needs, which is little: read whether there was a crash or not. */
static int read_small_tables(struct db *d, struct error *e)
{
    int64_t n;

    if (db_int(d, "SELECT count(*) FROM kv WHERE value <> x'00'", &n) < 0 ||
        db_int(d, "SELECT count(*) FROM sqlite_sequence", &n) < 0 ||
        db_int(d, "SELECT n_captures FROM totals", &n) < 0 ||
        db_int(d, "SELECT count(*) FROM open_days", &n) < 0)
        return db_error(d, e, "cannot read the database");
    return 0;
}

/* After a crash the log is there, which a clean close removes; damage that was found while running
 * is noted by a file. */
static bool needs_check(const struct place *p)
{
    char wal[PATH_MAX + 8];
    struct stat st;

    snprintf(wal, sizeof wal, "%s-wal", p->db);
    return (stat(wal, &st) == 0 && st.st_size > 0) ||
        faccessat(p->files->root, SUSPECT, F_OK, 0) == 0;
}

void database_suspect(const struct files *f)
{
    int fd = openat(f->root, SUSPECT, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

    closep(&fd);
}

static int open_existing(const struct place *p, struct db *ret, struct error *e)
{
    bool suspect = needs_check(p);
    struct db db;
    size_t from;
    int r = db_open(&db, p->db, p->files->ops->vfs, e);

    if (r < 0)
        return r;
    r = schema_migrate(&db, schema_migrations, schema_n_migrations, &from, e);
    if (r == 0)
        r = read_small_tables(&db, e);
    if (r == 0 && suspect)
        r = check(&db, e);
    if (r == 0) {
        unlinkat(p->files->root, SUSPECT, 0);
        db_move(&db, ret);
        return 0;
    }
    db_close(&db);
    return r;
}

int database_open(const struct files *f, const char *path, struct db *ret, struct error *e)
{
    struct place p;
    int r = place_init(&p, f, path, e);

    if (r < 0)
        return r;
    if (access(p.db, F_OK) < 0)
        r = replace(&p, false, e);
    else
        remove_with_log(p.new); /* a crash while it was made */
    if (r == 0)
        r = open_existing(&p, ret, e);
    if (r == -ENOSPC) {
        /* Room for SQLite's own small files: a full disk can then be read, and emptied. */
        files_drop_reserve(f);
        r = open_existing(&p, ret, e);
    }
    if (r == -EUCLEAN) {
        r = replace(&p, true, e);
        if (r == 0)
            r = open_existing(&p, ret, e);
    }
    return r < 0 ? error_prefix(e, "%s", path) : 0;
}
