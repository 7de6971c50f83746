#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"

struct tick {
    struct timer t;
    unsigned n;
    int64_t last_us;
    struct tick *stops;
    bool stops_itself;
    int64_t again_us; /* ≥ 0: arms itself anew */
    char *trace, name;
};

static void ticked(struct timer *t)
{
    struct tick *k = container_of(t, struct tick, t);

    k->n++;
    k->last_us = loop_now_us(t->loop);
    if (k->trace)
        k->trace[strlen(k->trace)] = k->name;
    if (k->stops)
        timer_stop(&k->stops->t);
    if (k->stops_itself)
        timer_stop(t);
    if (k->again_us >= 0)
        timer_once(t, k->again_us);
}

static struct loop *new_loop(void)
{
    struct loop *l = NULL;

    cr_assert_eq(loop_new_virtual(0, 0, &l), 0);
    return l;
}

static void tick_init(struct tick *k, struct loop *l)
{
    *k = (struct tick){.again_us = -1};
    timer_init(&k->t, l, ticked);
}

Test(timer, fires_once_at_its_time)
{
    struct loop *l = new_loop();
    struct tick k;

    tick_init(&k, l);
    cr_assert_not(timer_armed(&k.t));
    cr_assert_eq(timer_once(&k.t, 1500), 0);
    cr_assert(timer_armed(&k.t));
    loop_advance(l, 1499);
    cr_assert_eq(k.n, 0);
    loop_advance(l, 1);
    cr_assert_eq(k.n, 1);
    cr_assert_not(timer_armed(&k.t));
    loop_advance(l, 100000);
    cr_assert_eq(k.n, 1);
    loop_free(l);
}

Test(timer, fires_in_deadline_order_and_equal_ones_as_armed)
{
    struct loop *l = new_loop();
    const int64_t after[] = {30, 10, 20, 10, 30, 10, 0, -5};
    struct tick k[N_ELEMENTS(after)];
    char trace[N_ELEMENTS(after) + 1] = "";

    for (size_t i = 0; i < N_ELEMENTS(after); i++) {
        tick_init(&k[i], l);
        k[i].trace = trace;
        k[i].name = (char)('a' + i);
        timer_once(&k[i].t, after[i]);
    }
    loop_advance(l, 100);
    cr_assert_str_eq(trace, "ghbdfcae");
    for (size_t i = 0; i < N_ELEMENTS(after); i++)
        cr_assert_eq(
            k[i].last_us, after[i] < 0 ? 0 : after[i], "each sees its own deadline as the time");
    loop_free(l);
}

Test(timer, keeps_its_order_under_thousands_armed_and_stopped)
{
    enum { N = 2000 };
    struct loop *l = new_loop();
    struct tick *k = calloc(N, sizeof *k);
    unsigned n_stopped = 0, n_fired = 0;

    srand(7);
    for (int i = 0; i < N; i++) {
        tick_init(&k[i], l);
        timer_once(&k[i].t, rand() % 100000);
    }
    for (int i = 0; i < N; i++) {
        if (i % 3 == 0)
            timer_once(&k[i].t, rand() % 100000);
        if (i % 5 == 0) {
            timer_stop(&k[i].t);
            timer_stop(&k[i].t);
            n_stopped++;
        }
    }
    for (int i = 0; i < 100; i++) {
        loop_advance(l, 1000);
        for (int j = 0; j < N; j++)
            if (k[j].n > 0)
                cr_assert_eq(k[j].last_us, k[j].t.deadline_us);
    }
    for (int i = 0; i < N; i++) {
        cr_assert_leq(k[i].n, 1);
        n_fired += k[i].n;
    }
    cr_assert_eq(n_fired + n_stopped, N);
    free(k);
    loop_free(l);
}

Test(timer, repeats_until_stopped_in_its_own_call)
{
    struct loop *l = new_loop();
    struct tick k;

    tick_init(&k, l);
    timer_every(&k.t, 1000);
    loop_advance(l, 10500);
    cr_assert_eq(k.n, 10);
    cr_assert_eq(k.last_us, 10000);
    k.stops_itself = true;
    loop_advance(l, 5000);
    cr_assert_eq(k.n, 11);
    loop_free(l);
}

/* A turn that lasts longer than the period: on the real clock. */
Test(timer, late_periods_are_skipped_and_the_phase_is_kept)
{
    struct loop *l;
    struct tick k;
    int64_t begin, end;

    loop_new(&l);
    tick_init(&k, l);
    timer_every(&k.t, 10000);
    begin = k.t.deadline_us - 10000;
    end = begin + 55000;
    while (clock_mono_us() < end)
        ;
    loop_turn(l);
    cr_assert_eq(k.n, 1);
    cr_assert_eq((k.t.deadline_us - begin) % 10000, 0);
    cr_assert_gt(k.t.deadline_us, end);
    timer_stop(&k.t);
    loop_free(l);
}

Test(timer, may_stop_others_that_are_due_as_well)
{
    struct loop *l = new_loop();
    struct tick a, b;

    tick_init(&a, l);
    tick_init(&b, l);
    a.stops = &b;
    timer_once(&a.t, 10);
    timer_once(&b.t, 10);
    loop_advance(l, 20);
    cr_assert_eq(a.n, 1);
    cr_assert_eq(b.n, 0);
    loop_free(l);
}

Test(timer, arming_anew_moves_it)
{
    struct loop *l = new_loop();
    struct tick k;

    tick_init(&k, l);
    timer_once(&k.t, 10);
    timer_once(&k.t, 1000);
    loop_advance(l, 999);
    cr_assert_eq(k.n, 0);
    timer_every(&k.t, 10);
    loop_advance(l, 10);
    cr_assert_eq(k.n, 1);
    timer_once(&k.t, 5);
    loop_advance(l, 100);
    cr_assert_eq(k.n, 2, "a period is over when it is armed for once");
    loop_free(l);
}

Test(timer, without_a_delay_waits_for_the_next_turn)
{
    struct loop *l = new_loop();
    struct tick k;

    tick_init(&k, l);
    k.again_us = 0;
    timer_once(&k.t, 0);
    for (unsigned i = 1; i < 5; i++) {
        loop_turn(l);
        cr_assert_eq(k.n, i);
    }
    timer_stop(&k.t);
    loop_free(l);
}

Test(timer, very_far_deadlines_do_not_wrap)
{
    struct loop *l = new_loop();
    struct tick k;

    loop_advance(l, 5000);
    tick_init(&k, l);
    timer_once(&k.t, INT64_MAX);
    loop_advance(l, INT64_C(1) << 40);
    cr_assert_eq(k.n, 0);
    timer_stop(&k.t);
    loop_free(l);
}

static void stop_when_all_fired(struct timer *t)
{
    loop_stop(t->loop);
}

Test(timer, on_the_real_clock_is_never_early_and_hardly_late)
{
    const int64_t after[] = {1, 999, 1000, 1001, 4700, 20300, 20900};
    struct tick k[N_ELEMENTS(after)];
    int64_t deadline[N_ELEMENTS(after)], begin;
    struct loop *l;
    struct timer end;

    loop_new(&l);
    for (size_t i = 0; i < N_ELEMENTS(after); i++) {
        tick_init(&k[i], l);
        timer_once(&k[i].t, after[i]);
        deadline[i] = k[i].t.deadline_us;
    }
    timer_init(&end, l, stop_when_all_fired);
    timer_once(&end, 30000);
    begin = clock_mono_us();
    loop_run(l);
    cr_assert_geq(clock_mono_us() - begin, 25000);
    for (size_t i = 0; i < N_ELEMENTS(after); i++) {
        cr_assert_eq(k[i].n, 1);
        cr_assert_geq(k[i].last_us, deadline[i]);
        cr_assert_lt(k[i].last_us, deadline[i] + 500000);
    }
    loop_free(l);
}
