#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/worker.h"

struct job {
    struct loop *loop;
    pthread_t ran_on, done_on;
    int result, n_done;
    int *hold; /* a pipe: works until a byte comes */
    struct work *w;
};

static void job_work(void *ctx)
{
    struct job *j = ctx;
    char byte;

    j->ran_on = pthread_self();
    if (j->hold)
        cr_assert_eq(read(j->hold[0], &byte, 1), 1);
}

static void job_done(void *ctx, int result)
{
    struct job *j = ctx;

    j->done_on = pthread_self();
    j->result = result;
    j->n_done++;
    loop_stop(j->loop);
}

Test(worker, runs_beside_the_loop_and_answers_on_it)
{
    struct job j = {.result = 1};

    loop_new(&j.loop);
    cr_assert_eq(work_submit(j.loop, job_work, job_done, &j, NULL), 0);
    loop_run(j.loop);
    cr_assert_eq(j.result, 0);
    cr_assert(pthread_equal(j.done_on, pthread_self()));
    cr_assert_not(pthread_equal(j.ran_on, pthread_self()));
    loop_free(j.loop);
}

static void release(int fds[2], int n)
{
    for (int i = 0; i < n; i++)
        cr_assert_eq(write(fds[1], "x", 1), 1);
}

Test(worker, refuses_more_than_may_wait)
{
    struct job jobs[WORK_MAX_PENDING], extra = {0};
    struct loop *l;
    int fds[2];

    cr_assert_eq(pipe(fds), 0);
    loop_new(&l);
    for (int i = 0; i < WORK_MAX_PENDING; i++) {
        jobs[i] = (struct job){.loop = l, .hold = fds};
        cr_assert_eq(work_submit(l, job_work, job_done, &jobs[i], &jobs[i].w), 0);
    }
    cr_assert_eq(work_submit(l, job_work, job_done, &extra, NULL), -EAGAIN);
    release(fds, WORK_MAX_PENDING);
    loop_free(l);
    for (int i = 0; i < WORK_MAX_PENDING; i++)
        cr_assert(jobs[i].n_done == 1 && jobs[i].result == 0, "loop_free() waits for the pool");
}

Test(worker, cancel_answers_for_what_had_not_begun)
{
    struct job jobs[WORK_MAX_PENDING];
    int fds[2], n_ran = 0, n_cancelled = 0;
    struct loop *l;

    cr_assert_eq(pipe(fds), 0);
    loop_new(&l);
    for (int i = 0; i < WORK_MAX_PENDING; i++) {
        jobs[i] = (struct job){.loop = l, .hold = fds};
        work_submit(l, job_work, job_done, &jobs[i], &jobs[i].w);
    }
    for (int i = 0; i < WORK_MAX_PENDING; i++)
        work_cancel(jobs[i].w);
    for (int i = 0; i < WORK_MAX_PENDING; i++)
        cr_assert_eq(jobs[i].n_done, 0, "not from within work_cancel()");
    release(fds, WORK_MAX_PENDING);
    loop_free(l);
    for (int i = 0; i < WORK_MAX_PENDING; i++) {
        cr_assert_eq(jobs[i].n_done, 1);
        n_ran += jobs[i].result == 0;
        n_cancelled += jobs[i].result == -ECANCELED;
    }
    cr_assert_eq(n_ran + n_cancelled, WORK_MAX_PENDING);
    cr_assert_gt(n_cancelled, WORK_MAX_PENDING / 2, "the pool has few threads");
}
