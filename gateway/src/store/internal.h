/* internal.h - what the store's files share on the loop. */
#pragma once

#include <stdatomic.h>

#include <warren/json_write.h>

#include "bus/bus.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "store/job.h"
#include "store/kv.h"
#include "store/store.h"
#include "store/writer.h"

/* --- the reader's thread ---------------------------------------------------------------------- */

struct reader {
    struct db db;
    const struct files *files;
    int64_t max_us;       /* that one read may take */
    atomic_bool stopping; /* what still waits is answered with -ECANCELED */
};

/* --- events on their way to the disk (events.c) ----------------------------------------------- */

/* One transaction's share: a commit of so many takes about as long as one of few. */
#define EVENTS_PER_JOB 1024

struct event_queue {
    struct bus_listener listener;
    struct timer timer;
    struct event *ring[STORE_MAX_PENDING_EVENTS]; /* a reference each */
    size_t first, n;
    bool failing; /* said in the log */
    struct {
        struct job job;
        struct event *events[EVENTS_PER_JOB]; /* the first of the ring, borrowed */
        size_t n;                             /* 0: not on its way */
    } job;
};

/* --- thumbnails being made (capture_open.c) --------------------------------------------------- */

struct thumbs {
    struct list waiting, running;
    unsigned n_running;
};

/* --- whether writing works (health.c) ---------------------------------------------------------- */

struct health {
    /* Where a picture could not be written; "": it is not for a picture's sake. */
    char device[64];
    int64_t day;
    struct timer timer;
    bool probing; /* its job is on its way */
};

/* --- all of it -------------------------------------------------------------------------------- */

struct store {
    struct loop *loop;
    struct store_config config; /* path is NULL: it was used */
    struct files files;
    struct writer writer;
    struct reader reader;
    struct job_thread write_thread, read_thread;
    struct inbox *inbox;
    bool closing;

    struct list outgoing; /* for the writer, handed over once per turn */
    struct deferred handover;
    unsigned n_pending_writes, n_pending_reads; /* writes: captures as well */
    size_t pending_bytes;

    struct bus *bus;
    struct event_queue events;
    uint64_t next_event_id;
    struct thumbs thumbs;
    struct kv kv;

    struct store_usage usage;
    bool low;            /* storage.low was said */
    size_t failed_bytes; /* of the largest write that failed for space */
    struct health health;
    struct timer retention_timer;
    bool retaining;      /* its job is on its way */
    bool trimming;       /* there were too many events */
    unsigned n_captured; /* since its last one */
};

/* As store_open(), with the functions that reach the disk: for tests. */
int store_open_with(struct loop *l, const struct store_config *config, const struct files_ops *ops,
    struct store **ret, struct error *e);

/* Whether one more write may wait: -EAGAIN: too many do; -ESHUTDOWN: closing. Captures have a
 * ceiling of their own. */
int store_may_write(const struct store *s);
/* Hands the job over with others of this turn. */
void store_write(struct store *s, struct job *j);
/* -EAGAIN, -ESHUTDOWN: it is still the caller's. */
int store_read(struct store *s, struct job *j);

/* events.c */
void events_init(struct store *s);
void events_fini(struct store *s);
void events_attach(struct store *s, struct bus *b);
/* Puts what waits before the jobs that are about to be handed over. */
void events_hand_over(struct store *s);
/* Writes what is left on this thread, when the writer's has ended. */
void events_drain(struct store *s);

/* capture_open.c: tells those whose thumbnails are not made yet that they will not be. */
void thumbs_cancel(struct store *s);

/* capture_read.c: reads the row of `columns` that `q` stands at. Texts live in one allocation,
 * ret->device. -ENOMEM. */
#define CAPTURE_COLUMNS                                                                            \
    "id, device, source, key, captured_us, received_us, width, height, bytes, sha256, pinned, "    \
    "latitude, longitude, sound_bytes"
int capture_row_read(sqlite3_stmt *q, struct capture_row *ret);
void capture_row_fini(struct capture_row *row);

/* capture_write.c, on the writer: the row of a picture whose file is there. */
int capture_insert(struct writer *w, const struct capture_row *row);

/* capture_change.c: the picture's file is not there any more; or its sound's. */
void capture_lost(struct store *s, uint64_t id);
void capture_sound_lost(struct store *s, uint64_t id);

/* retention.c */
void retention_init(struct store *s);
void retention_stop(struct store *s);
/* The limits have changed, or what is kept: look soon. */
void retention_nudge(struct store *s);
/* A capture was added. */
void retention_added(struct store *s);

/* adopt.c: goes on with finding captures again from the files, if there is need to. */
void adopt_start(struct store *s);

/* space.c: what the room on the disk means to others. */
void space_failed(struct store *s, size_t bytes);
void space_worked(struct store *s);
/* From the writer: totals, and the file system as last measured. */
void space_update(struct store *s);
/* The file system was measured. */
void space_measured(struct store *s);

/* health.c: a write that fails, but not for want of space, is remembered, and tried by ourselves
 * until one works. Of every job that comes back from the writer; and of a capture more exactly,
 * before its owner hears of it. */
void health_init(struct store *s);
void health_stop(struct store *s);
void health_of_job(struct store *s, const struct job *j);
void health_of_capture(struct store *s, const struct job *j, const char *device, int64_t day);

/* Publishes, when there is a bus. */
void store_publish(struct store *s, const char *device, const char *type, const char *data);
