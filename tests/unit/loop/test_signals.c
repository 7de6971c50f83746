#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/signals.h"

struct heard {
    struct loop *loop;
    struct signals *signals;
    int number, n;
};

static void heard(void *ctx, int number)
{
    struct heard *h = ctx;

    h->number = number;
    h->n++;
    loop_stop(h->loop);
}

Test(signals, are_calls_on_the_loop)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct heard h = {0};

    loop_new(&h.loop);
    cr_assert_eq(signals_new(h.loop, numbers, 3, heard, &h, &h.signals), 0);
    for (int i = 0; i < 3; i++) {
        kill(getpid(), numbers[i]);
        loop_run(h.loop);
        cr_assert_eq(h.number, numbers[i]);
    }
    cr_assert_eq(h.n, 3);
    signals_free(h.signals);
    cr_assert_null(signals_free(NULL));
    loop_free(h.loop);
}

/* As for a job that a shell without job control started in the background. */
Test(signals, are_heard_where_the_parent_ignored_them)
{
    struct heard h = {0};

    signal(SIGINT, SIG_IGN);
    loop_new(&h.loop);
    cr_assert_eq(signals_new(h.loop, &(int){SIGINT}, 1, heard, &h, &h.signals), 0);
    raise(SIGINT);
    loop_run(h.loop);
    cr_assert_eq(h.number, SIGINT);
    signals_free(h.signals);
    loop_free(h.loop);
}

Test(signals, that_cannot_be_caught_are_refused)
{
    struct loop *l;
    struct signals *s = NULL;

    loop_new(&l);
    cr_assert_eq(signals_new(l, &(int){SIGKILL}, 1, heard, NULL, &s), -EINVAL);
    cr_assert_null(s);
    loop_free(l);
}
