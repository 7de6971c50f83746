#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"

#define NOW INT64_C(1000000)
#define WALL (INT64_C(1767225600) * US_PER_S)

struct call {
    struct deferred d;
    struct loop *loop;
    unsigned n, again;
    struct call *cancels;
};

static void called(struct deferred *d)
{
    struct call *c = container_of(d, struct call, d);

    c->n++;
    if (c->again > 0) {
        c->again--;
        loop_defer(c->loop, d);
    }
    if (c->cancels)
        deferred_cancel(&c->cancels->d);
}

static void call_init(struct call *c, struct loop *l)
{
    *c = (struct call){.loop = l};
    deferred_init(&c->d, called);
}

static struct loop *virtual_loop(void)
{
    struct loop *l = NULL;

    cr_assert_eq(loop_new_virtual(NOW, WALL, &l), 0);
    return l;
}

static struct loop *real_loop(void)
{
    struct loop *l = NULL;

    cr_assert_eq(loop_new(&l), 0);
    return l;
}

Test(loop, closes_empty)
{
    cr_assert_null(loop_free(virtual_loop()));
    cr_assert_null(loop_free(real_loop()));
    cr_assert_null(loop_free(NULL));
}

Test(loop, a_virtual_loop_has_the_time_it_is_given)
{
    struct loop *l = virtual_loop();

    cr_assert_eq(loop_now_us(l), NOW);
    cr_assert_eq(loop_wall_us(l), WALL);
    loop_advance(l, 3600 * US_PER_S);
    cr_assert_eq(loop_now_us(l), NOW + 3600 * US_PER_S);
    cr_assert_eq(loop_wall_us(l), WALL + 3600 * US_PER_S);
    loop_turn(l);
    cr_assert_eq(loop_now_us(l), NOW + 3600 * US_PER_S);
    loop_free(l);
}

Test(loop, deferred_calls_come_once_and_later)
{
    struct loop *l = virtual_loop();
    struct call c;

    call_init(&c, l);
    loop_defer(l, &c.d);
    loop_defer(l, &c.d);
    cr_assert(deferred_pending(&c.d));
    cr_assert_eq(c.n, 0);
    loop_turn(l);
    cr_assert_eq(c.n, 1);
    cr_assert_not(deferred_pending(&c.d));
    loop_turn(l);
    cr_assert_eq(c.n, 1);
    loop_free(l);
}

Test(loop, deferred_calls_can_be_cancelled_even_by_their_neighbours)
{
    struct loop *l = virtual_loop();
    struct call a, b, c;

    call_init(&a, l);
    call_init(&b, l);
    call_init(&c, l);
    a.cancels = &b;
    loop_defer(l, &a.d);
    loop_defer(l, &b.d);
    loop_defer(l, &c.d);
    deferred_cancel(&c.d);
    deferred_cancel(&c.d);
    loop_turn(l);
    cr_assert_eq(a.n, 1);
    cr_assert_eq(b.n, 0);
    cr_assert_eq(c.n, 0);
    loop_free(l);
}

static void pipe_readable(uv_poll_t *p, int status, int events)
{
    char byte;

    cr_assert_eq(read(*(int *)p->data, &byte, 1), 1);
    uv_poll_stop(p);
}

Test(loop, a_deferred_call_that_repeats_itself_does_not_starve_sockets)
{
    struct loop *l = virtual_loop();
    struct call c;
    int fds[2];
    uv_poll_t poll = {.data = &fds[0]};

    cr_assert_eq(pipe(fds), 0);
    call_init(&c, l);
    c.again = 1000000;
    loop_defer(l, &c.d);
    uv_poll_init(loop_uv(l), &poll, fds[0]);
    uv_poll_start(&poll, UV_READABLE, pipe_readable);
    loop_turn(l);
    cr_assert_eq(c.n, 1, "one call in one turn");
    cr_assert_eq(write(fds[1], "x", 1), 1);
    loop_turn(l);
    cr_assert_not(uv_is_active((uv_handle_t *)&poll));
    cr_assert_eq(c.n, 2);
    deferred_cancel(&c.d);
    uv_close((uv_handle_t *)&poll, NULL);
    loop_free(l);
    close(fds[0]);
    close(fds[1]);
}

static void stop_loop(struct deferred *d)
{
    struct call *c = container_of(d, struct call, d);

    loop_stop(c->loop);
}

static void fail_loop(struct deferred *d)
{
    struct call *c = container_of(d, struct call, d);

    loop_fail(c->loop, -EIO);
    loop_fail(c->loop, -EPIPE);
}

Test(loop, runs_until_stopped)
{
    struct loop *l = real_loop();
    struct call c = {.loop = l};

    deferred_init(&c.d, stop_loop);
    loop_defer(l, &c.d);
    cr_assert_eq(loop_run(l), 0);
    loop_stop(l);
    cr_assert_eq(loop_run(l), 0, "a stop before the start counts");
    loop_turn(l);
    loop_free(l);
}

Test(loop, tells_the_first_failure_once)
{
    struct loop *l = real_loop();
    struct call c = {.loop = l};

    deferred_init(&c.d, fail_loop);
    loop_defer(l, &c.d);
    cr_assert_eq(loop_run(l), -EIO);
    deferred_init(&c.d, stop_loop);
    loop_defer(l, &c.d);
    cr_assert_eq(loop_run(l), 0);
    loop_free(l);
}

static void look_twice(struct deferred *d)
{
    struct call *c = container_of(d, struct call, d);
    int64_t now = loop_now_us(c->loop), wall = loop_wall_us(c->loop);

    usleep(3000);
    cr_assert_eq(loop_now_us(c->loop), now);
    cr_assert_eq(loop_wall_us(c->loop), wall);
    cr_assert_leq(now, clock_mono_us() - 3000);
    loop_stop(c->loop);
}

Test(loop, the_time_stands_still_within_a_turn)
{
    struct loop *l = real_loop();
    struct call c = {.loop = l};
    int64_t before = loop_now_us(l);

    usleep(2000);
    cr_assert_geq(loop_now_us(l), before + 2000, "outside of turns it goes on");
    deferred_init(&c.d, look_twice);
    loop_defer(l, &c.d);
    loop_run(l);
    loop_free(l);
}

Test(loop, writing_to_a_peer_that_is_gone_is_an_error_and_not_the_end)
{
    struct loop *l = virtual_loop();
    int fds[2];

    cr_assert_eq(pipe(fds), 0);
    close(fds[0]);
    cr_assert_eq(write(fds[1], "x", 1), -1);
    cr_assert_eq(errno, EPIPE);
    close(fds[1]);
    loop_free(l);
}

/* --- lag -------------------------------------------------------------------------------------- */

static void be_busy(uv_poll_t *p, int status, int events)
{
    int64_t end = clock_mono_us() + 30000;

    while (clock_mono_us() < end)
        ;
    pipe_readable(p, status, events);
}

static uint64_t turns_above(const struct loop_lag *lag, int64_t us)
{
    uint64_t n = lag->n[LOOP_LAG_BUCKETS];

    for (int i = 0; i < LOOP_LAG_BUCKETS; i++)
        if (lag->bound_us[i] > us)
            n += lag->n[i];
    return n;
}

static void stop_by_timer(struct timer *t)
{
    loop_stop(t->loop);
}

/* The work of a socket's callback counts, the wait before it does not. */
Test(loop, lag_is_the_work_without_the_wait)
{
    struct loop *l = real_loop();
    const struct loop_lag *lag = loop_lag(l);
    struct timer t;
    int fds[2];
    uv_poll_t poll = {.data = &fds[0]};

    cr_assert_eq(pipe(fds), 0);
    uv_poll_init(loop_uv(l), &poll, fds[0]);
    uv_poll_start(&poll, UV_READABLE, be_busy);
    cr_assert_eq(write(fds[1], "x", 1), 1);
    loop_turn(l);
    loop_turn(l);
    cr_assert_eq(turns_above(lag, 20000), 1);
    cr_assert_geq(lag->max_us, 30000);
    cr_assert_geq(lag->sum_us, lag->max_us);

    loop_lag_reset(l);
    cr_assert_eq(lag->count, 0);
    cr_assert_eq(lag->bound_us[0], 50);
    timer_init(&t, l, stop_by_timer);
    timer_once(&t, 300000);
    loop_run(l);
    cr_assert_gt(lag->count, 0);
    cr_assert_lt(lag->sum_us, 200000, "300 ms of waiting are no work");
    uv_close((uv_handle_t *)&poll, NULL);
    loop_free(l);
    close(fds[0]);
    close(fds[1]);
}

/* --- what is left at the end ------------------------------------------------------------------ */

static void nothing(struct timer *t)
{
}

Test(loop, an_open_handle_at_the_end_is_a_bug_and_named, .signal = SIGABRT)
{
    struct loop *l = virtual_loop();
    uv_timer_t t;

    uv_timer_init(loop_uv(l), &t);
    loop_free(l);
}

Test(loop, an_armed_timer_at_the_end_is_a_bug, .signal = SIGABRT)
{
    struct loop *l = virtual_loop();
    struct timer t;

    timer_init(&t, l, nothing);
    timer_once(&t, 1000);
    loop_free(l);
}

Test(loop, a_pending_deferred_call_at_the_end_is_a_bug_and_not_called, .signal = SIGABRT)
{
    struct loop *l = virtual_loop();
    struct deferred d;

    deferred_init(&d, NULL);
    loop_defer(l, &d);
    loop_free(l);
}

static void close_only(uv_handle_t *h)
{
    *(bool *)h->data = true;
}

Test(loop, what_is_closing_is_run_to_its_end)
{
    struct loop *l = virtual_loop();
    bool closed = false;
    uv_async_t a;

    uv_async_init(loop_uv(l), &a, NULL);
    a.data = &closed;
    uv_close((uv_handle_t *)&a, close_only);
    loop_free(l);
    cr_assert(closed);
}

struct putter {
    struct timer t;
    struct deferred d;
    int64_t at_us;
};

static void put_off(struct timer *t)
{
    loop_defer(t->loop, &container_of(t, struct putter, t)->d);
}

static void put_off_done(struct deferred *d)
{
    struct putter *p = container_of(d, struct putter, d);

    p->at_us = loop_now_us(p->t.loop);
}

Test(loop, advancing_runs_what_a_timer_put_off_at_the_timers_own_time)
{
    struct loop *l = NULL;
    struct putter p = {0};

    cr_assert_eq(loop_new_virtual(0, 0, &l), 0);
    timer_init(&p.t, l, put_off);
    deferred_init(&p.d, put_off_done);
    timer_once(&p.t, 1000);
    loop_advance(l, 1000000);
    cr_assert_eq(p.at_us, 1000);
    loop_free(l);
}
