#include "store/days.h"

#include <errno.h>
#include <string.h>

void days_init(struct days *d, const struct files *f)
{
    *d = (struct days){.files = f};
    list_init(&d->used);
}

static void day_free(struct days *d, struct day *day)
{
    list_remove(&day->link);
    d->n--;
    closep(&day->dir);
    free(day);
}

void days_fini(struct days *d)
{
    struct day *day, *next;

    list_for_each_safe (day, next, &d->used, link)
        day_free(d, day);
}

void days_begin(struct days *d)
{
    d->batch++;
}

static struct day *find(const struct days *d, const char *device, int64_t day)
{
    struct day *each;

    list_for_each (each, &d->used, link) {
        if (each->day == day && strcmp(each->device, device) == 0)
            return each;
    }
    return NULL;
}

bool days_has(const struct days *d, const char *device, int64_t day)
{
    return find(d, device, day) != NULL;
}

static struct day *day_new(struct days *d, const char *device, int64_t day)
{
    struct day *new = calloc(1, sizeof *new);

    if (!new)
        return NULL;
    memcpy(new->device, device, strnlen(device, sizeof new->device - 1));
    new->day = day;
    new->dir = -1;
    list_append(&d->used, &new->link);
    d->n++;
    return new;
}

int days_use(struct days *d, const char *device, int64_t day, bool make, struct day **ret)
{
    struct day *found = find(d, device, day);
    int dir, r;

    if (found && found->dir >= 0 && files_is_gone(found->dir))
        closep(&found->dir), found->dir = -1;
    if (!found || found->dir < 0) {
        r = files_open_day(d->files, device, day, make, &dir);
        if (r < 0)
            return r;
        if (!found)
            found = day_new(d, device, day);
        if (!found) {
            close(dir);
            return -ENOMEM;
        }
        found->dir = dir;
    }
    found->batch = d->batch;
    list_remove(&found->link);
    list_append(&d->used, &found->link);
    *ret = found;
    return 0;
}

/* A folder whose note may go: nothing of this batch is in it. Empty ones that were dropped first,
 * then the longest unused. */
static bool forgettable(const struct days *d, const struct day *day, unsigned n_over)
{
    return day->batch != d->batch && (day->dir < 0 || n_over > 0);
}

/* What happened in the folder is on the disk before the note goes: names that were removed would
 * else come back with a power cut. */
static int forget_note(struct days *d, struct db *db, const struct day *day)
{
    static const char SQL[] = "DELETE FROM open_days WHERE device = ? AND day = ? AND adopt = 0";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = 0;

    if (day->keep)
        return 0;
    if (day->dir >= 0)
        r = d->files->ops->fsync(d->files->ops->ctx, day->dir);
    if (r == 0)
        r = db_prepare(db, SQL, &q);
    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, day->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, day->day);
    return db_run(db, q);
}

static int note(struct db *db, const struct day *day)
{
    static const char SQL[] =
        "INSERT INTO open_days(device, day) VALUES(?, ?) ON CONFLICT DO NOTHING";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, day->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, day->day);
    return db_run(db, q);
}

static int save_notes(struct days *d, struct db *db)
{
    unsigned n_over = d->n > DAYS_MAX ? d->n - DAYS_MAX : 0;
    struct day *day;
    int r = 0;

    list_for_each (day, &d->used, link) {
        if (!day->noted) {
            r = note(db, day);
        } else if (forgettable(d, day, n_over)) {
            r = forget_note(d, db, day);
            n_over -= n_over > 0;
        }
        if (r < 0)
            break;
    }
    return r;
}

/* After the commit: memory follows. The same choice as in save_notes(). */
static void saved(struct days *d)
{
    unsigned n_over = d->n > DAYS_MAX ? d->n - DAYS_MAX : 0;
    struct day *day, *next;

    list_for_each_safe (day, next, &d->used, link) {
        if (!day->noted) {
            day->noted = true;
        } else if (forgettable(d, day, n_over)) {
            day_free(d, day);
            n_over -= n_over > 0;
        }
    }
}

static bool anything_new(const struct days *d)
{
    struct day *day;

    list_for_each (day, &d->used, link) {
        if (!day->noted)
            return true;
    }
    return false;
}

int days_save(struct days *d, struct db *db)
{
    int r;

    if (!anything_new(d))
        return 0;
    r = db_exec(db, "BEGIN IMMEDIATE");
    if (r == 0)
        r = save_notes(d, db);
    if (r == 0)
        r = db_exec(db, "COMMIT");
    if (r == 0)
        saved(d);
    else
        db_exec(db, "ROLLBACK");
    return r;
}

void days_drop_empty(struct days *d, struct day *day)
{
    if (day->dir >= 0 && files_drop_day(d->files, day->device, day->day))
        closep(&day->dir), day->dir = -1;
}

int days_close(struct days *d, struct db *db)
{
    struct day *day;
    int r = db_exec(db, "BEGIN IMMEDIATE");

    list_for_each (day, &d->used, link) {
        if (r == 0 && day->noted)
            r = forget_note(d, db, day);
    }
    if (r == 0)
        r = db_exec(db, "COMMIT");
    if (r < 0)
        db_exec(db, "ROLLBACK");
    days_fini(d);
    return r;
}
