/* reconcile_new.c - a new database over old files: their folders are noted, to be looked through in the
 * background (adopt.c). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/reconcile.h"

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
    r = reconcile_list(a->files, dir, FILES_IMAGE, &ids, &n);
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
    _cleanup_(closedirp) DIR *d = dir < 0 ? NULL : reconcile_walk(dir);
    struct dirent *entry;
    int r = 0;

    while (d && r == 0 && (entry = readdir(d)))
        r = note_day(a, dir, device, entry->d_name);
    return r;
}

static int note_devices(struct note_all *a)
{
    _cleanup_(closedirp) DIR *d = reconcile_walk(a->files->captures);
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
