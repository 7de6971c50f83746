#include "store/events_trim.h"

#include <stdio.h>

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
    t->due = r > 0;
    return MIN(r, 0);
}

int events_trim_look(struct events_trim *t, struct writer *w)
{
    struct excess over = excess(t, &w->status);

    t->due = false;
    t->going = over.events > 0 || over.bytes > 0;
    if (!t->going)
        return 0;
    over = excess(t, &w->status); /* from the ceiling down to where it ends */
    if (over.bytes > 0)           /* about as many as these bytes are */
        over.events = MAX(over.events,
            1 + over.bytes / (w->status.event_bytes / MAX(w->status.n_events, UINT64_C(1)) + 1));
    t->n = MIN(over.events, (uint64_t)EVENTS_SLICE);
    return find_loudest(t, w);
}

int events_trim_run(struct events_trim *t, struct writer *w)
{
    static const char SQL[] = "DELETE FROM events WHERE id IN"
                              " (SELECT id FROM events WHERE device = ? ORDER BY id LIMIT ?)";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r;

    if (!t->due)
        return 0;
    r = db_prepare(&w->db, SQL, &q);
    if (r < 0)
        return r;
    sqlite3_bind_text(q, 1, t->device, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, (int64_t)t->n);
    return db_run(&w->db, q);
}
