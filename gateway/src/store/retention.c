/* retention.c - the oldest go when there is too much: by bytes, by percent and free room of the
 * file system, and by days; events by days, and by number (events_trim.h).
 *
 * Age is counted from when a picture was received, for a camera's own clock may be anywhere.
 * Removing thousands of files at once makes the creation of new ones five times dearer for half a
 * minute, so they go in small slices; while pictures come in faster than that, a slice takes two
 * for each that came.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/events_trim.h"
#include "store/internal.h"
#include "store/removal.h"

#define SLICE_FILES 16
#define SLICE_EVERY_US (250 * US_PER_MS)
/* When there is nothing to remove: how often days and free room are looked at. */
#define LOOK_EVERY_US (10 * US_PER_S)
#define LOOK_WHEN_FULL_US (2 * US_PER_S)
#define SLICE_EVENTS 500
/* What is later than now by more is from a clock that was ahead; its age is not known. */
#define AHEAD_US DAY_US
/* Among so many of the oldest one of known age is looked for. More of a clock that was ahead go by
 * their number. */
#define LOOK_EVENTS 20000
/* What was received before 2020 was received before the clock was set: its age is not known. */
#define CLOCK_SET_US (INT64_C(1577836800) * US_PER_S)

struct retention_job {
    struct job job;
    uint64_t max_bytes, min_free_bytes;
    double max_percent;
    int64_t captures_before_us, events_before_us; /* 0: for ever */
    size_t max_files;
    size_t probe_bytes; /* 0: the disk was not full */
    bool has_room;      /* the probe went well */
    struct removal removal;
    int64_t ahead_us;       /* later events are of a clock that was ahead */
    int64_t first_known_id; /* the oldest event that is not */
    bool events_expired;
    int n_events;
    struct events_trim trim;
    bool more;
};

/* --- on the writer ---------------------------------------------------------------------------- */

static uint64_t above(uint64_t value, uint64_t limit)
{
    return value > limit ? value - limit : 0;
}

/* How many bytes of captures have to go. */
static uint64_t excess(const struct retention_job *t, const struct writer_status *now)
{
    uint64_t over = 0;

    if (t->max_bytes > 0)
        over = above(now->capture_bytes, t->max_bytes);
    if (t->max_percent > 0)
        over = MAX(over,
            above(now->capture_bytes, (uint64_t)((double)now->total_bytes * t->max_percent / 100)));
    if (t->trim.makes_room) /* then events go first, and their room comes back */
        return over;
    return MAX(over, above(t->min_free_bytes, now->free_bytes));
}

enum pick { PICK_TAKE, PICK_PASS, PICK_END };

static enum pick judge(const struct retention_job *t, int64_t received_us, bool over)
{
    if (over)
        return PICK_TAKE;
    if (t->captures_before_us == 0 || received_us >= t->captures_before_us)
        return PICK_END;
    return received_us < CLOCK_SET_US ? PICK_PASS : PICK_TAKE;
}

/* Goes through the unpinned from the oldest on; a slice is full at max_files. */
static int pick_captures(struct retention_job *t, struct writer *w)
{
    static const char SQL[] = "SELECT " REMOVAL_COLUMNS
                              ", received_us FROM captures WHERE pinned = 0 ORDER BY received_us";
    uint64_t over = excess(t, &w->status), picked = 0;
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = removal_begin(&t->removal, t->max_files);

    if (r == 0)
        r = db_prepare(&w->db, SQL, &q);
    while (r == 0 && (r = db_step(&w->db, q)) > 0) {
        enum pick pick = judge(t, sqlite3_column_int64(q, 5), picked < over);

        t->more = pick == PICK_TAKE && t->removal.n == t->max_files;
        if (t->more || pick == PICK_END)
            return 0;
        r = 0;
        if (pick == PICK_PASS)
            continue;
        r = removal_add(&t->removal, w, q);
        picked += (uint64_t)sqlite3_column_int64(q, 1);
    }
    return r;
}

/* Ids tell the order whatever the clock says: an event of a clock that was ahead has expired when one
 * after it has. */
static int find_events(struct retention_job *t, struct writer *w)
{
    static const char SQL[] =
        "SELECT id, time_us FROM events WHERE id < (SELECT min(id) FROM events)"
        " + ? AND time_us <= ? ORDER BY id LIMIT 1";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r;

    t->events_expired = false;
    if (t->events_before_us == 0)
        return 0;
    r = db_prepare(&w->db, SQL, &q);
    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, LOOK_EVENTS);
    sqlite3_bind_int64(q, 2, t->ahead_us);
    r = db_step(&w->db, q);
    if (r <= 0)
        return r;
    t->first_known_id = sqlite3_column_int64(q, 0);
    t->events_expired = sqlite3_column_int64(q, 1) < t->events_before_us;
    return 0;
}

/* For what did not fit, and first of all for the reserve: else pictures took its place, and none could
 * be removed. A disk that is hardly larger than it has none. */
static bool has_room(const struct retention_job *t, struct writer *w)
{
    size_t missing = w->status.total_bytes < 16 * FILES_RESERVE_BYTES
        ? 0
        : FILES_RESERVE_BYTES - files_reserve_bytes(w->files);

    if (files_probe(w->files, w->files->captures, missing + t->probe_bytes) < 0)
        return false;
    if (missing > 0)
        files_keep_reserve(w->files);
    return true;
}

static int retention_prepare(struct writer *w, struct job *j)
{
    struct retention_job *t = container_of(j, struct retention_job, job);
    int r;

    writer_measure(w);
    t->more = false;
    if (t->probe_bytes > 0) {
        t->has_room = has_room(t, w);
    } else if (above(w->status.free_bytes, t->min_free_bytes) > 8 * FILES_RESERVE_BYTES) {
        files_keep_reserve(w->files);
    }
    t->trim.is_short = t->probe_bytes == 0 && w->status.free_bytes < t->min_free_bytes;
    r = events_trim_look(&t->trim, w);
    if (r == 0)
        r = pick_captures(t, w);
    if (r == 0)
        r = find_events(t, w);
    t->more = t->more || t->trim.due;
    return r < 0 ? r : t->removal.n == 0 && !t->events_expired && !t->trim.due;
}

/* Only among the lowest ids: where nothing has expired, a search would go through all. */
static int remove_events(struct retention_job *t, struct writer *w)
{
    static const char SQL[] = "DELETE FROM events WHERE id < (SELECT min(id) FROM events) + ?"
                              " AND (time_us < ? OR (time_us > ? AND id < ?))";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r;

    t->n_events = 0;
    if (!t->events_expired)
        return 0;
    r = db_prepare(&w->db, SQL, &q);
    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, SLICE_EVENTS);
    sqlite3_bind_int64(q, 2, t->events_before_us);
    sqlite3_bind_int64(q, 3, t->ahead_us);
    sqlite3_bind_int64(q, 4, t->first_known_id);
    r = db_run(&w->db, q);
    t->n_events = sqlite3_changes(w->db.handle);
    t->more = t->more || t->n_events > 0;
    return r;
}

static int retention_run(struct writer *w, struct job *j)
{
    struct retention_job *t = container_of(j, struct retention_job, job);
    int r = removal_run(&t->removal, w);

    if (r == 0)
        r = events_trim_run(&t->trim, w);
    return r < 0 ? r : remove_events(t, w);
}

static void retention_settle(struct writer *w, struct job *j, bool durable)
{
    struct retention_job *t = container_of(j, struct retention_job, job);

    if (!durable)
        return;
    removal_settle(&t->removal, w);
    events_trim_settle(&t->trim, w);
    writer_measure(w);
}

/* --- on the loop ------------------------------------------------------------------------------ */

static void arm(struct store *s, int64_t after_us)
{
    struct timer *t = &s->retention_timer;

    if (!s->closing && (!timer_armed(t) || t->deadline_us - loop_now_us(s->loop) > after_us))
        timer_once(t, after_us);
}

static void retention_done(struct store *s, struct job *j)
{
    struct retention_job *t = container_of(j, struct retention_job, job);

    s->retaining = false;
    s->trimming = t->trim.going;
    if (t->has_room)
        space_worked(s);
    if (j->result == 0)
        removal_publish(&t->removal, s, "retention");
    else if (j->result == -ENOSPC)
        space_failed(s, 0);
    else
        log_error("what is too old or too much could not be removed", F_ERRNO(j->result));
    space_measured(s);
    arm(s,
        t->more && j->result == 0 ? SLICE_EVERY_US
            : s->usage.full       ? LOOK_WHEN_FULL_US
                                  : LOOK_EVERY_US);
    removal_fini(&t->removal);
    free(t);
}

static const struct job_class retention_class = {
    .name = "retention",
    .makes_room = true,
    .prepare = retention_prepare,
    .run = retention_run,
    .settle = retention_settle,
    .done = retention_done,
};

static int64_t days_before(const struct store *s, double days)
{
    return days > 0 ? loop_wall_us(s->loop) - (int64_t)(days * (double)DAY_US) : 0;
}

/* On a full disk a slice is small: the room for its transaction is what the reserve gave. */
static size_t slice_files(struct store *s)
{
    size_t n = s->usage.full ? SLICE_FILES : SLICE_FILES + 2 * (size_t)s->n_captured;

    s->n_captured = 0;
    return MIN(n, REMOVAL_MAX);
}

static void on_timer(struct timer *timer)
{
    struct store *s = container_of(timer, struct store, retention_timer);
    uint64_t min_free = s->config.min_free_bytes;
    struct retention_job *t;

    if (s->retaining || !(t = calloc(1, sizeof *t))) {
        arm(s, LOOK_EVERY_US);
        return;
    }
    *t = (struct retention_job){
        .job.class = &retention_class,
        .max_bytes = s->config.max_bytes,
        .max_percent = s->config.max_percent,
        .min_free_bytes = s->low ? min_free + min_free / 20 : min_free,
        .captures_before_us = days_before(s, s->config.max_days),
        .events_before_us = days_before(s, s->config.events_max_days),
        .ahead_us = loop_wall_us(s->loop) + AHEAD_US,
        .trim = {.max = s->config.events_max, .going = s->trimming},
        .max_files = slice_files(s),
        .probe_bytes = s->usage.full ? MAX(s->failed_bytes, 4096) : 0,
    };
    s->retaining = true;
    store_write(s, &t->job);
}

void retention_nudge(struct store *s)
{
    if (!s->retaining)
        arm(s, SLICE_EVERY_US);
}

void retention_added(struct store *s)
{
    const struct store_config *c = &s->config;

    s->n_captured++;
    if ((c->max_bytes > 0 && s->usage.capture_bytes > c->max_bytes) ||
        ((c->max_percent > 0 || c->min_free_bytes > 0) && s->n_captured >= SLICE_FILES))
        retention_nudge(s);
}

void retention_init(struct store *s)
{
    timer_init(&s->retention_timer, s->loop, on_timer);
}

void retention_stop(struct store *s)
{
    timer_stop(&s->retention_timer);
}
