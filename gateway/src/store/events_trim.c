#include "store/events_trim.h"

#include <errno.h>
#include <stdio.h>

#define AUTO_VACUUM_INCREMENTAL 2 /* as the PRAGMA says it */

struct excess {
    uint64_t events, bytes;
};

static uint64_t above(uint64_t value, uint64_t limit, bool going)
{
    limit -= going ? limit / 20 : 0;
    return limit > 0 && value > limit ? value - limit : 0;
}

static struct excess excess(const struct events_trim *t, const struct writer_status *now)
{
    uint64_t max_bytes = now->total_bytes / EVENTS_DISK_PART;

    if (t->max > 0 && (max_bytes == 0 || t->max < max_bytes / EVENTS_MEAN_BYTES))
        max_bytes = t->max * EVENTS_MEAN_BYTES;
    return (struct excess){.events = above(now->n_events, t->max, t->going),
        .bytes = above(now->event_bytes, max_bytes, t->going)};
}

/* Goes through an index of all events, but only while there are too many. */
static int find_loudest(struct events_trim *t, struct writer *w)
{
    static const char SQL[] =
        "SELECT device FROM events GROUP BY device ORDER BY count(*) DESC LIMIT 1";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r == 0)
        r = db_step(&w->db, q);
    if (r > 0)
        snprintf(t->device, sizeof t->device, "%s", db_text(q, 0));
    t->due = t->due || r > 0;
    return MIN(r, 0);
}

/* A database of before this was so keeps its pages, for what comes later. */
static int look_for_room(struct events_trim *t, struct writer *w)
{
    int64_t mode, n_pages;

    if (!t->is_short)
        return 0;
    if (db_int(&w->db, "PRAGMA auto_vacuum", &mode) < 0 ||
        db_int(&w->db, "PRAGMA freelist_count", &n_pages) < 0)
        return -EIO;
    t->makes_room = mode == AUTO_VACUUM_INCREMENTAL &&
        (n_pages > EVENTS_FREE_PAGES || w->status.n_events > EVENTS_WHEN_SHORT);
    t->due = t->makes_room;
    return 0;
}

static uint64_t how_many(const struct events_trim *t, const struct writer_status *now)
{
    struct excess over = excess(t, now);

    if (over.bytes > 0) /* about as many as these bytes are */
        over.events = MAX(
            over.events, 1 + over.bytes / (now->event_bytes / MAX(now->n_events, UINT64_C(1)) + 1));
    if (t->makes_room && now->n_events > EVENTS_WHEN_SHORT)
        over.events = MAX(over.events, now->n_events - EVENTS_WHEN_SHORT);
    return MIN(over.events, (uint64_t)EVENTS_SLICE);
}

int events_trim_look(struct events_trim *t, struct writer *w)
{
    struct excess over = excess(t, &w->status);
    int r;

    t->due = t->makes_room = false; /* a job that failed with others is looked at anew */
    r = look_for_room(t, w);
    t->going = over.events > 0 || over.bytes > 0; /* from the ceiling down to where it ends */
    t->n = how_many(t, &w->status);
    return r < 0 || t->n == 0 ? r : find_loudest(t, w);
}

static int delete_events(const struct events_trim *t, struct writer *w)
{
    static const char SQL[] = "DELETE FROM events WHERE id IN"
                              " (SELECT id FROM events WHERE device = ? ORDER BY id LIMIT ?)";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, t->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, (int64_t)t->n);
    return db_run(&w->db, q);
}

int events_trim_run(struct events_trim *t, struct writer *w)
{
    char sql[48];
    int r = t->n > 0 ? delete_events(t, w) : 0;

    if (r < 0 || !t->makes_room)
        return r;
    snprintf(sql, sizeof sql, "PRAGMA incremental_vacuum(%d)", EVENTS_FREE_SLICE);
    return db_exec(&w->db, sql);
}

/* The file gets shorter when the log was written back; if that does not work now, it does later. */
void events_trim_settle(const struct events_trim *t, struct writer *w)
{
    if (t->makes_room)
        db_exec(&w->db, "PRAGMA wal_checkpoint(PASSIVE)");
}
