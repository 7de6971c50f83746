#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <warren/overlay.h>

#include "base/json.h"
#include "world.h"

#define MS INT64_C(1000)
#define SEEN_MAX 32

/* Overlays in the order in which viewers get them, and the frame that was the newest then. */
static struct {
    uint32_t seq, newest;
    bool in_step, by_gateway;
    int64_t captured_us, received_us;
    uint8_t intensity;
} seen[SEEN_MAX];
static size_t n_seen;
static struct bus_listener ear;

static void saw_overlay(struct bus_listener *l, struct overlay_message *o)
{
    cr_assert_lt(n_seen, SEEN_MAX);
    seen[n_seen].seq = o->seq;
    seen[n_seen].newest = world.last_seq;
    seen[n_seen].in_step = o->in_step;
    seen[n_seen].by_gateway = o->by_gateway;
    seen[n_seen].captured_us = o->captured_us;
    seen[n_seen].received_us = o->received_us;
    seen[n_seen++].intensity = o->overlay.intensity;
}

static struct device *toy_device;

static void setup(void)
{
    world_open(NULL);
    n_seen = 0;
    ear = (struct bus_listener){.overlay = saw_overlay};
    bus_listen(world.bus, &ear);
    toy_device = world_toy();
}

static void teardown(void)
{
    bus_unlisten(&ear);
    world_close();
}

TestSuite(host_overlay, .init = setup, .fini = teardown);

static void give_frame(uint64_t device_seq)
{
    struct wr_frame *f = toy_frame(100);

    f->device_seq = device_seq;
    cr_assert_eq(toy.dev->host->frame_publish(toy.dev, f), 0);
}

static struct wr_overlay sound(void)
{
    static const struct wr_overlay_block blocks[] = {
        {.row = 1, .column = 2, .valid = 1, .dx = 256}};

    return (struct wr_overlay){.size = sizeof(struct wr_overlay),
        .flags = WR_OVERLAY_ACTIVE,
        .frame_width = 320,
        .frame_height = 240,
        .columns = 8,
        .rows = 6,
        .block = 40,
        .blocks = blocks,
        .n_blocks = 1};
}

static int give(const struct wr_overlay *o)
{
    return toy.dev->host->overlay_publish(toy.dev, o);
}

static void give_overlay(uint64_t device_seq, uint8_t intensity)
{
    struct wr_overlay o = sound();

    o.device_seq = device_seq;
    o.intensity = intensity;
    cr_assert_eq(give(&o), 0);
}

/* --- whose it is ------------------------------------------------------------------------------ */

Test(host_overlay, belongs_to_the_frame_of_its_number)
{
    give_frame(70);
    give_frame(71);
    give_overlay(70, 1);
    cr_assert_eq(n_seen, 1);
    cr_assert_eq(seen[0].seq, 1);
    cr_assert(seen[0].in_step);
    cr_assert_not(seen[0].by_gateway);
    cr_assert_eq(last_overlay(world.last, device_channel(toy_device))->seq, 1);
}

Test(host_overlay, has_the_times_of_its_frame)
{
    struct wr_frame *f = toy_frame(100);

    toy.dev->host->clock(toy.dev, WR_CLOCK_UTC);
    f->device_seq = 5;
    f->captured_us = f->received_us - 40 * MS;
    int64_t captured = f->captured_us, received = f->received_us;
    toy.dev->host->frame_publish(toy.dev, f);
    world_pass(30 * MS);
    give_overlay(5, 1);
    cr_assert_eq(seen[0].captured_us, captured);
    cr_assert_eq(seen[0].received_us, received);
}

Test(host_overlay, that_is_ahead_of_its_frame_waits_for_it)
{
    give_frame(70);
    give_overlay(71, 1);
    cr_assert_eq(n_seen, 0);
    give_frame(71);
    cr_assert_eq(n_seen, 1);
    cr_assert_eq(seen[0].seq, 2);
    cr_assert_eq(seen[0].newest, 2, "viewers have the frame before its overlay");
    world_pass(10 * OVERLAY_MATCH_WAIT_US);
    cr_assert_eq(n_seen, 1);
}

Test(host_overlay, whose_frame_was_skipped_does_not_hold_up_the_next)
{
    give_frame(70);
    give_overlay(71, 1);
    give_overlay(72, 2);
    give_frame(72);
    cr_assert_eq(n_seen, 2);
    cr_assert_eq(seen[0].seq, 0);
    cr_assert_eq(seen[0].intensity, 1);
    cr_assert_eq(seen[1].seq, 2);
    cr_assert_eq(seen[1].intensity, 2);
    cr_assert_eq(device_stats(toy_device)->n_overlays_unmatched, 1);
}

Test(host_overlay, that_waited_in_vain_is_there_without_a_frame)
{
    give_frame(70);
    give_overlay(71, 9);
    world_pass(OVERLAY_MATCH_WAIT_US - 1);
    cr_assert_eq(n_seen, 0);
    world_pass(2);
    cr_assert_eq(n_seen, 1);
    cr_assert_eq(seen[0].seq, 0);
    cr_assert_not(seen[0].in_step);
    cr_assert_eq(last_overlay(world.last, device_channel(toy_device))->overlay.intensity, 9);
}

Test(host_overlay, only_a_few_wait)
{
    give_frame(70);
    for (unsigned i = 0; i < OVERLAY_MATCH_WAITING + 3; i++)
        give_overlay(100 + i, (uint8_t)i);
    cr_assert_eq(n_seen, 3);
    cr_assert_eq(seen[2].intensity, 2, "the oldest have gone");
}

Test(host_overlay, does_not_wait_where_no_pictures_come)
{
    give_overlay(71, 1);
    cr_assert_eq(n_seen, 1);
    cr_assert_eq(seen[0].seq, 0);
    device_look(toy_device);
    world_pass(1);
    give_overlay(72, 1);
    cr_assert_eq(n_seen, 1, "they are about to come");
}

Test(host_overlay, of_a_device_that_numbers_nothing_goes_to_the_nearest_frame)
{
    struct wr_overlay o = sound();

    give_frame(0);
    world_pass(100 * MS);
    give_frame(0);
    world_pass(40 * MS);
    give_overlay(0, 1);
    cr_assert_eq(seen[0].seq, 2);
    cr_assert_not(seen[0].in_step);
    o.received_us = loop_wall_us(world.loop) - 120 * MS;
    give(&o);
    cr_assert_eq(seen[1].seq, 1);
    world_pass(2 * OVERLAY_MATCH_WAIT_US);
    give_overlay(0, 1);
    cr_assert_eq(seen[2].seq, 0, "no picture since long");
}

Test(host_overlay, of_before_a_restart_is_not_taken_for_one_of_after)
{
    give_frame(70);
    give_overlay(71, 1);
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(5 * 1000 * MS);
    cr_assert_eq(toy.n_starts, 2);
    n_seen = 0;
    give_frame(71);
    cr_assert_eq(n_seen, 0);
    give_overlay(70, 1);
    cr_assert_eq(n_seen, 0, "that frame was of before");
}

Test(host_overlay, of_a_number_that_came_again_goes_to_the_newer_frame)
{
    give_frame(1);
    give_frame(2);
    give_frame(1);
    give_overlay(1, 1);
    cr_assert_eq(seen[0].seq, 3);
}

Test(host_overlay, that_the_gateway_computed_belongs_to_the_frame_it_says)
{
    struct overlay o = {.intensity = 5};

    give_frame(0);
    give_frame(0);
    cr_assert_eq(device_publish_overlay(toy_device, 1, &o), 0);
    cr_assert_eq(seen[0].seq, 1);
    cr_assert(seen[0].in_step);
    cr_assert(seen[0].by_gateway);
}

/* On a slow machine, looking at a picture takes longer than many more take to come. */
Test(host_overlay, that_the_gateway_computed_late_is_told_without_its_frame)
{
    struct overlay o = {.intensity = 5, .active = true};

    give_frame(0);
    for (unsigned i = 0; i < OVERLAY_MATCH_FRAMES; i++)
        give_frame(0);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(device_publish_overlay(toy_device, 1, &o), 0);
        world_pass(100 * MS);
    }
    cr_assert_eq(n_seen, 3);
    cr_assert_eq(seen[0].seq, 0);
    cr_assert_not(seen[0].in_step);
    cr_assert_eq(world_events("motion.started", NULL), 1);
}

Test(host_overlay, that_the_gateway_computed_of_a_device_that_has_stopped_is_not_told)
{
    struct overlay o = {.intensity = 5};

    give_frame(0);
    device_halt(toy_device, "its cable was cut");
    cr_assert_eq(device_publish_overlay(toy_device, 1, &o), -ESTALE);
    cr_assert_eq(n_seen, 0);
}

/* --- what is refused -------------------------------------------------------------------------- */

static void refused(struct wr_overlay o, const char *why)
{
    cr_assert_eq(give(&o), -EINVAL, "%s", why);
    cr_assert_eq(n_seen, 0);
    cr_assert_eq(device_stats(toy_device)->n_overlays, 0);
}

#define REFUSED(...)                                                                               \
    do {                                                                                           \
        struct wr_overlay o = sound();                                                             \
        __VA_ARGS__;                                                                               \
        refused(o, #__VA_ARGS__);                                                                  \
    } while (0)

Test(host_overlay, that_cannot_be_is_refused)
{
    static const struct wr_overlay_block beside[] = {{.row = 6}}, under[] = {{.column = 8}},
                                         twice[] = {{.row = 1}, {.row = 1}};
    static const struct wr_overlay_point points[WR_OVERLAY_POINTS_MAX + 1];

    REFUSED(o.size = 8);
    REFUSED(o.size = sizeof o - 1);
    REFUSED(o.blocks = NULL);
    REFUSED(o.n_points = 1);
    REFUSED(o.points = points, o.n_points = WR_OVERLAY_POINTS_MAX + 1);
    REFUSED(o.columns = 0);
    REFUSED(o.rows = 0);
    REFUSED(o.columns = o.rows = 0);
    REFUSED(o.columns = WR_OVERLAY_SIDE_MAX + 1, o.block = 1);
    REFUSED(o.block = 0);
    REFUSED(o.left = 1);
    REFUSED(o.top = 65535);
    REFUSED(o.frame_width = 319);
    REFUSED(o.blocks = beside);
    REFUSED(o.blocks = under);
    REFUSED(o.blocks = twice, o.n_blocks = 2);
    REFUSED(o.confidence_percent = 101);
    REFUSED(o.direction = 9);
    REFUSED(o.gesture = 4);
    REFUSED(o.received_us = INT64_MIN);
}

Test(host_overlay, without_a_grid_is_a_summary)
{
    struct wr_overlay o = {.size = sizeof o, .intensity = 3};

    cr_assert_eq(give(&o), 0);
    cr_assert_eq(seen[0].intensity, 3);
}

/* --- what people see -------------------------------------------------------------------------- */

Test(host_overlay, makes_the_device_known_as_one_that_has_them)
{
    cr_assert_not(device_has_overlay(toy_device));
    cr_assert_eq(world_events("device.changed", NULL), 0);
    give_overlay(0, 1);
    give_overlay(0, 1);
    cr_assert(device_has_overlay(toy_device));
    cr_assert_eq(world_events("device.changed", NULL), 1);
    world_pass(10 * 1000 * MS + 1);
    cr_assert_not(device_has_overlay(toy_device));
}
