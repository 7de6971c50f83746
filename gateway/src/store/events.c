/* events.c - events from the bus to the disk.
 *
 * They wait in a ring with a reference each. One job at a time takes the oldest of them along: each
 * 200 ms when events wait, at once when many do or when something else is written anyway. While a
 * write fails they stay and it is tried again; a full ring forgets its oldest.
 */
#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/internal.h"

#define EVENTS_WAIT_US (200 * US_PER_MS)
/* So many that waiting longer saves little. */
#define EVENTS_ENOUGH 256
/* After a failure: a full disk is not filled any faster by asking often. */
#define EVENTS_RETRY_US (2 * US_PER_S)

/* --- on the writer ---------------------------------------------------------------------------- */

static int insert(struct writer *w, const struct event *e)
{
    /* An id can be there already when a commit failed at its very end, and was durable after all.
     */
    static const char SQL[] =
        "INSERT INTO events(id, time_us, device, type, json) VALUES(?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING";
    _cleanup_(db_resetp) sqlite3_stmt *q = NULL;
    int r = db_prepare(&w->db, SQL, &q);

    if (r < 0)
        return r;
    sqlite3_bind_int64(q, 1, (int64_t)e->id);
    sqlite3_bind_int64(q, 2, e->time_us);
    sqlite3_bind_text(q, 3, e->device, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, e->type, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 5, e->json, (int)e->json_len, SQLITE_STATIC);
    return db_run(&w->db, q);
}

static int events_run(struct writer *w, struct job *j)
{
    struct event_queue *q = container_of(j, struct event_queue, job.job);
    int r = 0;

    for (size_t i = 0; i < q->job.n && r == 0; i++)
        r = insert(w, q->job.events[i]);
    return r;
}

/* --- on the loop: the queue ------------------------------------------------------------------- */

static struct event **slot(struct event_queue *q, size_t i)
{
    return &q->ring[(q->first + i) % STORE_MAX_PENDING_EVENTS];
}

/* Forgets the oldest `n`. */
static void shift(struct event_queue *q, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *slot(q, i) = event_unref(*slot(q, i));
    q->first = (q->first + n) % STORE_MAX_PENDING_EVENTS;
    q->n -= n;
}

static const struct job_class events_class;

/* Makes the job of the oldest events; NULL: none wait, or one is on its way. */
static struct job *take(struct store *s)
{
    struct event_queue *q = &s->events;

    if (q->n == 0 || q->job.n > 0)
        return NULL;
    q->job.n = MIN(q->n, EVENTS_PER_JOB);
    for (size_t i = 0; i < q->job.n; i++)
        q->job.events[i] = *slot(q, i);
    q->job.job = (struct job){.class = &events_class};
    timer_stop(&q->timer);
    return &q->job.job;
}

static void flush(struct store *s)
{
    struct job *j = take(s);

    if (j)
        store_write(s, j);
}

void events_hand_over(struct store *s)
{
    /* While they fail they go alone, at their own pace. */
    struct job *j = s->events.failing ? NULL : take(s);

    if (!j)
        return;
    s->n_pending_writes++;
    list_prepend(&s->outgoing, &j->message.link);
}

/* When nothing is on its way: sees to it that what waits goes, some time. */
static void schedule(struct store *s)
{
    struct event_queue *q = &s->events;

    if (q->n == 0 || q->job.n > 0 || s->closing)
        return;
    if (q->n >= EVENTS_ENOUGH && !q->failing)
        flush(s);
    else if (!timer_armed(&q->timer))
        timer_once(&q->timer, q->failing ? EVENTS_RETRY_US : EVENTS_WAIT_US);
}

static void events_done(struct store *s, struct job *j)
{
    struct event_queue *q = &s->events;
    size_t n = q->job.n;

    q->job.n = 0;
    if (j->result == 0)
        shift(q, n);
    else if (j->result == -ENOSPC)
        space_failed(s, 0);
    else if (!q->failing)
        log_error("events cannot be written; they wait", F_ERRNO(j->result));
    q->failing = j->result < 0;
    schedule(s);
}

static const struct job_class events_class = {
    .name = "events", .run = events_run, .done = events_done};

static void on_timer(struct timer *t)
{
    flush(container_of(t, struct store, events.timer));
}

/* The oldest that is not on its way goes; those that are stay where they are, in front. */
static void drop_one(struct store *s)
{
    struct event_queue *q = &s->events;
    size_t kept = q->job.n;

    s->usage.n_events_dropped++;
    event_unref(*slot(q, kept));
    for (size_t i = kept; i > 0; i--)
        *slot(q, i) = *slot(q, i - 1);
    *slot(q, 0) = NULL;
    q->first = (q->first + 1) % STORE_MAX_PENDING_EVENTS;
    q->n--;
}

static void on_event(struct bus_listener *l, struct event *e)
{
    struct store *s = container_of(l, struct store, events.listener);
    struct event_queue *q = &s->events;

    if (e->transient)
        return;
    if (q->n == STORE_MAX_PENDING_EVENTS)
        drop_one(s);
    *slot(q, q->n) = event_ref(e);
    q->n++;
    schedule(s);
}

void events_attach(struct store *s, struct bus *b)
{
    bus_unlisten(&s->events.listener);
    if (b)
        bus_listen(b, &s->events.listener);
}

void events_init(struct store *s)
{
    s->events.listener.event = on_event;
    timer_init(&s->events.timer, s->loop, on_timer);
}

void events_drain(struct store *s)
{
    struct job *j;

    while ((j = take(s))) {
        struct list batch = LIST_INIT(batch);

        list_append(&batch, &j->message.link);
        writer_work(&s->writer, &batch);
        list_remove(&j->message.link);
        events_done(s, j);
        if (j->result < 0)
            break;
    }
    if (s->events.n > 0)
        log_error("events were lost at the end", F_INT("events", s->events.n));
}

void events_fini(struct store *s)
{
    bus_unlisten(&s->events.listener);
    timer_stop(&s->events.timer);
    shift(&s->events, s->events.n);
}
