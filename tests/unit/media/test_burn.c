#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bus/bus.h"
#include "bus/last.h"
#include "loop/loop.h"
#include "media/burn.h"
#include "media/pixels.h"

#define CHANNEL 3
#define MS INT64_C(1000)

static struct world {
    struct loop *loop;
    struct bus *bus;
    struct last *last;
    struct frame_pool *pool;
    struct burn *burn;
    uint8_t *jpeg; /* a grey picture of 64 by 64 */
    size_t n_jpeg;
} world;

struct ear {
    struct burn_listener listener;
    uint32_t seqs[16];
    unsigned n, n_burned;
    int64_t received_us;
    bool once;
};

/* A burned one is not the picture that went in. */
static void heard(struct burn_listener *l, struct frame *f)
{
    struct ear *e = container_of(l, struct ear, listener);

    cr_assert_lt(e->n, 16);
    e->seqs[e->n++] = f->pub.seq;
    e->n_burned += f->pub.len != world.n_jpeg;
    e->received_us = f->pub.received_us;
    if (e->once)
        burn_unlisten(l);
}

static struct ear ear = {.listener.frame = heard};

static void setup(void)
{
    struct pixels grey = {malloc(64 * 64), 64, 64, 1};
    struct error e = ERROR_NULL;

    memset(grey.bytes, 90, 64 * 64);
    cr_assert_eq(pixels_encode(&grey, 90, &world.jpeg, &world.n_jpeg, &e), 0);
    pixels_fini(&grey);
    cr_assert_eq(loop_new_virtual(5000000, 7000000, &world.loop), 0);
    cr_assert_eq(bus_new(world.loop, 1, &world.bus), 0);
    cr_assert_eq(last_new(world.bus, &world.last), 0);
    cr_assert_eq(frame_pool_new(&world.pool), 0);
    cr_assert_eq(burn_new(world.loop, world.bus, world.last, world.pool, &world.burn), 0);
}

static void teardown(void)
{
    burn_unlisten(&ear.listener);
    burn_free(world.burn);
    last_free(world.last);
    bus_free(world.bus);
    frame_pool_free(world.pool);
    loop_free(world.loop);
    free(world.jpeg);
}

TestSuite(burn, .init = setup, .fini = teardown, .timeout = 60);

static void frame(uint32_t seq)
{
    struct frame *f = frame_new(world.pool, NULL, world.n_jpeg);

    memcpy(f->pub.data, world.jpeg, world.n_jpeg);
    f->pub.len = world.n_jpeg;
    f->pub.received_us = 1000 + seq;
    frame_seal(f, CHANNEL, seq);
    bus_publish_frame(world.bus, f);
    frame_unref(f);
}

static void overlay(uint32_t seq)
{
    struct overlay o = {.active = true};
    struct overlay_message *m = overlay_message_new(world.pool, &o, CHANNEL, true);

    m->seq = seq;
    m->in_step = true;
    overlay_message_seal(m);
    bus_publish_overlay(world.bus, m);
    overlay_message_unref(m);
}

static void listen(void)
{
    cr_assert_eq(burn_listen(world.burn, &ear.listener, CHANNEL), 0);
}

/* Turns until so many were heard: workers take real time. */
static void wait_for(unsigned n)
{
    struct timespec piece = {.tv_nsec = 1000000};

    for (int i = 0; i < 30000 && ear.n < n; i++) {
        loop_turn(world.loop);
        nanosleep(&piece, NULL);
    }
    cr_assert_eq(ear.n, n, "%u of %u", ear.n, n);
}

Test(burn, a_picture_goes_out_with_its_overlay_in_it)
{
    listen();
    frame(1);
    loop_advance(world.loop, 100 * MS);
    cr_expect_eq(ear.n, 0, "it waits");
    overlay(1);
    wait_for(1);
    cr_expect_eq(ear.seqs[0], 1);
    cr_expect_eq(ear.n_burned, 1);
    cr_expect_eq(ear.received_us, 1001);
    cr_expect_eq(burn_stats(world.burn)->n_burned, 1);
}

Test(burn, a_picture_whose_overlay_does_not_come_goes_out_as_it_is)
{
    listen();
    frame(1);
    loop_advance(world.loop, BURN_WAIT_US);
    loop_turn(world.loop);
    cr_expect(ear.n == 1 && ear.n_burned == 0);
    overlay(1);
    frame(2);
    overlay(2);
    wait_for(2);
    cr_expect(ear.seqs[1] == 2 && ear.n_burned == 1, "the late one is for nothing");
}

Test(burn, where_no_overlays_come_pictures_do_not_wait)
{
    listen();
    loop_advance(world.loop, BURN_NONE_US + 1);
    frame(1);
    loop_turn(world.loop);
    cr_expect(ear.n == 1 && ear.n_burned == 0);
    overlay(1);
    frame(2);
    loop_turn(world.loop);
    cr_expect_eq(ear.n, 1, "now they do");
}

Test(burn, what_was_overtaken_does_not_go_out)
{
    listen();
    for (uint32_t seq = 1; seq <= 3; seq++)
        frame(seq);
    overlay(2);
    overlay(1);
    wait_for(1);
    cr_expect_eq(ear.seqs[0], 2);
    loop_advance(world.loop, BURN_WAIT_US);
    loop_turn(world.loop);
    cr_expect(ear.n == 2 && ear.seqs[1] == 3 && ear.n_burned == 1);
}

Test(burn, while_one_is_burned_the_newest_waits)
{
    listen();
    for (uint32_t seq = 1; seq <= 6; seq++) {
        frame(seq);
        overlay(seq);
    }
    wait_for(2);
    cr_expect(ear.seqs[0] == 1 && ear.seqs[1] == 6, "%u", ear.seqs[1]);
    cr_expect_eq(burn_stats(world.burn)->n_burned, 2);
}

Test(burn, too_many_that_wait_go_out_as_they_are)
{
    listen();
    for (uint32_t seq = 1; seq <= BURN_WAITING + 1; seq++) {
        frame(seq);
        loop_turn(world.loop);
    }
    cr_expect(ear.n == 1 && ear.seqs[0] == 1 && ear.n_burned == 0);
}

Test(burn, a_broken_picture_goes_out_as_it_is)
{
    listen();
    memset(world.jpeg + 2, 0, world.n_jpeg - 2);
    frame(1);
    overlay(1);
    wait_for(1);
    cr_expect_eq(ear.n_burned, 0);
    cr_expect_eq(burn_stats(world.burn)->n_failed, 1);
}

Test(burn, who_comes_later_gets_the_newest_and_it_is_burned_once_for_all)
{
    struct ear second = {.listener.frame = heard}, third = {.listener.frame = heard, .once = true};

    frame(1);
    overlay(1);
    listen();
    cr_expect_eq(ear.n, 0, "not from inside the call");
    wait_for(1);
    cr_expect_eq(ear.n_burned, 1);
    cr_assert_eq(burn_listen(world.burn, &second.listener, CHANNEL), 0);
    cr_expect_eq(second.n, 0);
    loop_turn(world.loop);
    cr_expect(second.n == 1 && second.n_burned == 1 && ear.n == 1);
    burn_unlisten(&second.listener);
    burn_unlisten(&ear.listener);
    cr_assert_eq(burn_listen(world.burn, &third.listener, CHANNEL), 0);
    loop_turn(world.loop);
    cr_expect(third.n == 1 && third.n_burned == 1);
    cr_expect_eq(burn_stats(world.burn)->n_burned, 1);
}

Test(burn, nothing_is_done_while_nobody_listens)
{
    listen();
    frame(1);
    burn_unlisten(&ear.listener);
    overlay(1);
    frame(2);
    overlay(2);
    loop_advance(world.loop, 60000 * MS);
    cr_expect_eq(burn_stats(world.burn)->n_burned + burn_stats(world.burn)->n_plain, 0);
    cr_expect_eq(ear.n, 0);
    last_forget(world.last, CHANNEL);
    cr_expect_eq(frame_pool_stats(world.pool)->bytes_out, 0);
}

Test(burn, that_ends_in_the_midst_of_a_picture_leaves_nothing)
{
    listen();
    frame(1);
    overlay(1);
    frame(2);
    overlay(2);
}
