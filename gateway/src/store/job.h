/* job.h - what the loop hands to one of the store's threads, and gets back.
 *
 * A job is made on the loop, pushed with others of the same turn, worked on by one thread, and
 * comes back through an inbox. Nobody else looks at it meanwhile, so nothing in it is locked.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "loop/inbox.h"

struct job;
struct reader;
struct store;
struct writer;

/* What a kind of job does. The first group is for the writer, whose batch is one transaction
 * (writer.h); `read` is the reader's. */
struct job_class {
    const char *name; /* for the log */
    /* It removes: on a full disk it is done again with the room of the reserve, and alone, so that
     * nothing else takes that. */
    bool makes_room;
    /* Before the transaction: checks, and folders that are needed. 0: run it; 1: there is nothing
     * to do; negative: its result. May be called again when the batch was undone. NULL: run it. */
    int (*prepare)(struct writer *w, struct job *j);
    /* In the transaction. What concerns this job only goes to j->result and returns 0; negative
     * undoes the whole batch. */
    int (*run)(struct writer *w, struct job *j);
    /* After run() was called: whether all it did is durable, or undone. May be NULL. */
    void (*settle)(struct writer *w, struct job *j, bool durable);

    void (*read)(struct reader *r, struct job *j);

    /* On the loop, with j->result. Frees the job. */
    void (*done)(struct store *s, struct job *j);
};

struct job {
    struct message message; /* on its way there, then back; first */
    const struct job_class *class;
    int result;
    size_t bytes;      /* of the file it writes; 0: none */
    bool ran, skipped; /* the writer's notes about this batch */
    int disk_error;    /* what the disk or the database said; 0: nothing is wrong with them */
};

/* A list of jobs is a list of their messages. */
#define job_of(node) container_of(node, struct job, message.link)

/* A thread that works on jobs in the order of their coming. */
struct job_thread {
    pthread_t id;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct list waiting;
    bool stopping;

    struct inbox *inbox; /* where jobs go afterwards */
    size_t max_jobs, max_bytes;
    void (*work)(void *ctx, struct list *batch);
    void *ctx;
};

/* `work` gets up to max_jobs that wait, fewer when their bytes exceed max_bytes (one at the least),
 * and leaves them in the list. `name` has at most 15 characters. */
int job_thread_start(struct job_thread *t, const char *name, struct inbox *inbox, size_t max_jobs,
    size_t max_bytes, void (*work)(void *ctx, struct list *batch), void *ctx);
/* Takes all of `jobs`, so that what one turn made can become one batch. */
void job_thread_push(struct job_thread *t, struct list *jobs);
/* Works on what waits, then joins. Safe to repeat, and when it never started. */
void job_thread_stop(struct job_thread *t);
