#include "store/job.h"

#include <errno.h>
#include <signal.h>

/* Moves the next batch from `waiting` to `batch`. */
static void job_thread_take(struct job_thread *t, struct list *batch)
{
    size_t n_jobs = 0, n_bytes = 0;

    while (!list_empty(&t->waiting) && n_jobs < t->max_jobs) {
        struct job *j = job_of(t->waiting.next);

        if (n_jobs > 0 && n_bytes + j->bytes > t->max_bytes)
            break;
        n_bytes += j->bytes;
        n_jobs++;
        list_remove(&j->message.link);
        list_append(batch, &j->message.link);
    }
}

static void *job_thread_main(void *ctx)
{
    struct job_thread *t = ctx;

    for (;;) {
        struct list batch = LIST_INIT(batch);

        pthread_mutex_lock(&t->lock);
        while (list_empty(&t->waiting) && !t->stopping)
            pthread_cond_wait(&t->wake, &t->lock);
        job_thread_take(t, &batch);
        pthread_mutex_unlock(&t->lock);
        if (list_empty(&batch))
            return NULL;

        t->work(t->ctx, &batch);
        while (!list_empty(&batch)) {
            struct job *j = job_of(batch.next);

            list_remove(&j->message.link);
            inbox_post(t->inbox, &j->message);
        }
    }
}

int job_thread_start(struct job_thread *t, const char *name, struct inbox *inbox, size_t max_jobs,
    size_t max_bytes, void (*work)(void *ctx, struct list *batch), void *ctx)
{
    sigset_t all, before;
    int r;

    *t = (struct job_thread){
        .inbox = inbox, .max_jobs = max_jobs, .max_bytes = max_bytes, .work = work, .ctx = ctx};
    list_init(&t->waiting);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);

    /* Signals are the loop's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&t->id, NULL, job_thread_main, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0) {
        pthread_mutex_destroy(&t->lock);
        pthread_cond_destroy(&t->wake);
        return -r;
    }
    pthread_setname_np(t->id, name);
    t->started = true;
    return 0;
}

void job_thread_push(struct job_thread *t, struct list *jobs)
{
    pthread_mutex_lock(&t->lock);
    list_splice(&t->waiting, jobs);
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

void job_thread_stop(struct job_thread *t)
{
    if (!t->started)
        return;
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->id, NULL);
    t->started = false;
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->wake);
}
