#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop/loop.h"
#include "media/frame_flow.h"
#include "moving_picture.h"

/* Half a minute: the machine may be busy. */
#define TURNS 30000

#define CLOCK_GOES (-1)

struct world {
    struct loop *loop;
    struct frame_pool *pool;
    struct frame_quota quota;
    struct frame_flow *flow;
    uint32_t seq;
    int64_t now_us;
    int64_t clock; /* what the camera says; 0: nothing; CLOCK_GOES: the time */
    unsigned n_told, n_failed;
    uint32_t told; /* the last one's number */
    struct overlay overlay;
    bool end; /* when told */
};

static void tell(void *ctx, uint32_t seq, const struct overlay *o, const char *why)
{
    struct world *w = ctx;

    cr_assert((o == NULL) == (why != NULL));
    w->n_told += o != NULL;
    w->n_failed += o == NULL;
    w->told = seq;
    if (o)
        w->overlay = *o;
    if (w->end)
        w->flow = frame_flow_end(w->flow);
}

static void world_begin(struct world *w)
{
    *w = (struct world){.quota.max = FRAME_QUOTA, .now_us = 1000000, .clock = CLOCK_GOES};
    cr_assert_eq(loop_new_virtual(1000000, 1000000, &w->loop), 0);
    cr_assert_eq(frame_pool_new(&w->pool), 0);
    w->flow = frame_flow_new(w->loop, tell, w);
    cr_assert(w->flow);
}

static void world_end(struct world *w)
{
    w->flow = frame_flow_end(w->flow);
    /* What a thread still looks at is not the pool's. */
    cr_expect_eq(w->quota.n_out, 0);
    frame_pool_free(w->pool);
    loop_free(w->loop);
}

static void show(struct world *w, const uint8_t *jpeg, size_t n, int64_t after_us)
{
    struct frame *f = frame_new(w->pool, &w->quota, n);

    cr_assert(f);
    memcpy(f->pub.data, jpeg, n);
    f->pub.len = n;
    f->pub.received_us = w->now_us += after_us;
    f->pub.captured_us = w->clock == CLOCK_GOES ? w->now_us : w->clock;
    frame_seal(f, 1, ++w->seq);
    frame_flow_see(w->flow, f);
    frame_unref(f);
}

static void show_at(struct world *w, unsigned x)
{
    struct moving_picture m = moving_picture(320, 240, x, 0, 0);

    show(w, m.jpeg, m.n, 100000);
    free(m.jpeg);
}

/* Until so many pictures were looked at. */
static void wait_for(struct world *w, uint64_t n_seen)
{
    for (int i = 0; i < TURNS && frame_flow_stats(w->flow)->n_seen < n_seen; i++) {
        loop_turn(w->loop);
        usleep(1000);
    }
    cr_assert_geq(frame_flow_stats(w->flow)->n_seen, n_seen);
}

Test(frame_flow, tells_what_moved_with_the_picture_s_number)
{
    struct world w;

    world_begin(&w);
    show_at(&w, 0);
    wait_for(&w, 1);
    cr_expect_eq(w.n_told, 0);
    show_at(&w, 5);
    wait_for(&w, 2);
    cr_expect(w.n_told == 1 && w.told == 2 && w.overlay.active);
    cr_expect_eq(w.quota.n_out, 0);
    cr_expect_gt(frame_flow_stats(w.flow)->busy_us, 0);
    world_end(&w);
}

/* Without a turn of the loop no job ends. */
Test(frame_flow, skips_pictures_that_come_while_one_is_looked_at_but_for_the_newest)
{
    struct world w;

    world_begin(&w);
    for (unsigned i = 0; i < 5; i++)
        show_at(&w, 2 * i);
    cr_expect_eq(w.quota.n_out, 1);
    wait_for(&w, 2);
    cr_expect(w.n_told == 1 && w.told == 5);
    cr_expect_eq(frame_flow_stats(w.flow)->n_skipped, 3);
    cr_expect(
        abs((int)w.overlay.speed - 8 * OVERLAY_UNIT) < OVERLAY_UNIT / 2, "%u", w.overlay.speed);
    world_end(&w);
}

static void show_steps(struct world *w, unsigned from, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t n_seen = frame_flow_stats(w->flow)->n_seen;

        show_at(w, 5 * (from + i));
        wait_for(w, n_seen + 1);
    }
}

Test(frame_flow, takes_the_time_of_arrival_where_the_camera_tells_none_or_its_clock_stands)
{
    struct world w;

    world_begin(&w);
    w.clock = 0;
    show_steps(&w, 0, 3);
    cr_expect_eq(w.n_told, 2);
    w.clock = 1000000;
    show_steps(&w, 3, 3);
    cr_expect_eq(w.n_told, 5);
    world_end(&w);
}

Test(frame_flow, goes_on_when_the_camera_s_clock_is_set_back_or_goes_again)
{
    struct world w;

    world_begin(&w);
    show_steps(&w, 0, 2);
    w.clock = 500000;
    show_steps(&w, 2, 2);
    w.clock = CLOCK_GOES;
    show_steps(&w, 4, 2);
    cr_expect_eq(w.n_told, 5);
    world_end(&w);
}

Test(frame_flow, tells_why_there_is_nothing_to_be_told)
{
    struct world w;

    world_begin(&w);
    show(&w, (const uint8_t *)"\xFF\xD8nothing", 9, 100000);
    wait_for(&w, 1);
    cr_expect(w.n_failed == 1 && w.n_told == 0 && frame_flow_stats(w.flow)->n_failed == 1);
    world_end(&w);
}

Test(frame_flow, ends_while_a_picture_is_looked_at_and_another_one_waits)
{
    struct world w;

    world_begin(&w);
    show_at(&w, 0);
    show_at(&w, 1);
    world_end(&w);
    cr_expect(w.n_told == 0 && w.n_failed == 0);
}

Test(frame_flow, may_be_ended_by_who_is_told)
{
    struct world w;

    world_begin(&w);
    w.end = true;
    show(&w, (const uint8_t *)"\xFF\xD8nothing", 9, 100000);
    show_at(&w, 1);
    for (int i = 0; i < TURNS && w.flow; i++) {
        loop_turn(w.loop);
        usleep(1000);
    }
    cr_expect(!w.flow && w.n_failed == 1);
    world_end(&w);
}
