/* writer.h - the thread that writes: what waits becomes one batch, and a batch is one transaction.
 *
 *     prepare each job → note new day folders (days.h)
 *       → BEGIN → run each → sync the files → COMMIT → settle each
 *
 * One picture is synced by itself (file, then folder); several by one syncfs, which costs less than
 * two of the former. If anything in the batch fails, all of it is undone, and its jobs are tried
 * again one by one: each ends with a result that is its own.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/days.h"
#include "store/db.h"
#include "store/files.h"
#include "store/job.h"

/* What one transaction takes at the most: past these a larger batch is hardly cheaper per picture,
 * and all of it waits for the slowest. */
#define WRITER_MAX_JOBS 64
#define WRITER_MAX_BYTES (8u << 20)

/* What the loop is told after each batch. */
struct writer_status {
    uint64_t n_captures, capture_bytes, pinned_bytes, n_events, event_bytes;
    uint64_t free_bytes, total_bytes;
};

struct writer {
    struct db db;
    const struct files *files;
    struct days days;
    uint64_t next_id;

    /* Of the batch that is being made. */
    bool sync_each; /* one picture: it syncs itself */
    bool files_put; /* there is something to sync */
    int64_t warned_us;

    struct writer_status status; /* of the last commit */
    pthread_mutex_t lock;        /* of what the loop sees of it */
    struct writer_status shown;
};

/* Takes the opened database over. */
int writer_init(struct writer *w, struct db *db, const struct files *files);
/* Notes go and the log is written back when all went well; safe when init failed. */
void writer_fini(struct writer *w);

/* job_thread.work */
void writer_work(void *ctx, struct list *batch);
/* For what disk or database answered to a job: noted in it for the loop. Returns what the job's owner
 * is told, -ENOSPC, -ENOMEM or -EIO: which of our own files it was is nothing that he did. */
int writer_blame(struct job *j, int r);
/* From the loop. */
void writer_get_status(struct writer *w, struct writer_status *ret);
/* On the writer's thread: asks the file system. */
void writer_measure(struct writer *w);
