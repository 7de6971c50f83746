/* A device that says too much costs itself, and nobody else. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "world.h"

#define S INT64_C(1000000)

TestSuite(device_tell, .fini = world_close);

static struct device *toy_open(void)
{
    world_open(NULL);
    return world_toy();
}

static unsigned say(struct wr_dev *dev, const char *type, const char *json, unsigned n)
{
    unsigned n_told = 0;

    for (unsigned i = 0; i < n; i++) {
        int r = dev->host->publish(dev, type, json);

        cr_assert(r == 0 || r == -EAGAIN, "%d", r);
        n_told += r == 0;
    }
    return n_told;
}

Test(device_tell, too_much_is_left_out_after_a_burst)
{
    toy_open();
    cr_assert_eq(say(toy.dev, "toy.said", NULL, 1000), EVENTS_BURST - 1, "device.online was one");
    world_pass(S);
    cr_assert_eq(say(toy.dev, "toy.said", NULL, 1000), EVENTS_PER_S);
    world_pass(3600 * S);
    cr_assert_eq(say(toy.dev, "toy.said", NULL, 1000), EVENTS_BURST);
}

Test(device_tell, events_for_who_is_there_now_have_more_and_their_own)
{
    toy_open();
    cr_assert_eq(say(toy.dev, "toy.hums", NULL, 1000), LIVE_EVENTS_BURST);
    cr_assert_eq(say(toy.dev, "toy.said", NULL, 1), 1);
    world_pass(S);
    cr_assert_eq(say(toy.dev, "toy.hums", NULL, 1000), LIVE_EVENTS_PER_S);
}

Test(device_tell, long_events_count_as_several)
{
    char json[10 * EVENT_UNIT_BYTES];

    snprintf(json, sizeof json, "{\"a\":\"%*d\"}", (int)sizeof json - 16, 1);
    toy_open();
    cr_assert_eq(say(toy.dev, "toy.said", json, 1000), EVENTS_BURST / 10);
}

Test(device_tell, children_share_what_their_parent_has)
{
    struct device *d = toy_open();
    struct wr_dev *a, *b;

    a = toy.dev->host->child(toy.dev, "toy-module", "a", "A");
    b = toy.dev->host->child(toy.dev, "toy-module", "b", "B");
    cr_assert_eq(say(a, "module.pressed", NULL, 60), 60);
    cr_assert_eq(say(b, "module.pressed", NULL, 60), EVENTS_BURST - 1 - 60);
    cr_assert_eq(device_stats(device_of(b))->n_events_left_out, 60 - (EVENTS_BURST - 1 - 60));
    cr_assert_eq(device_stats(d)->n_events_left_out, 0);
    world_pass(10 * S);
    cr_assert_eq(world_events("device.events_left_out", NULL), 1);
}

Test(device_tell, what_was_left_out_is_told_by_one_event)
{
    struct device *d = toy_open();
    const char *data;

    say(toy.dev, "toy.said", NULL, EVENTS_BURST + 40);
    say(toy.dev, "toy.hums", NULL, LIVE_EVENTS_BURST + 5);
    world_pass(9 * S);
    cr_assert_eq(world_events("device.events_left_out", NULL), 0);
    world_pass(S);
    cr_assert_eq(world_events("device.events_left_out", &data), 1);
    cr_assert_str_eq(data, "{\"n\":46,\"since\":\"2026-01-01T00:00:00.000001Z\"}");
    cr_assert_eq(device_stats(d)->n_events_left_out, 46);
    world_pass(3600 * S);
    cr_assert_eq(world_events("device.events_left_out", NULL), 1);
    say(toy.dev, "toy.said", NULL, EVENTS_BURST + 1);
    world_pass(10 * S);
    cr_assert_eq(world_events("device.events_left_out", &data), 2);
    cr_assert_not_null(strstr(data, "\"n\":1,"), "%s", data);
}

/* So much in all that who reads the tail now and then does not lose what others say. */
Test(device_tell, flood_leaves_the_tail_of_events_to_others)
{
    uint64_t before;

    toy_open();
    before = bus_next_id(world.bus);
    for (int i = 0; i < 100; i++) {
        say(toy.dev, "toy.said", NULL, 100);
        say(toy.dev, "toy.hums", NULL, 100);
        world_pass(S / 10);
    }
    cr_assert_lt(bus_next_id(world.bus) - before, BUS_TAIL);
}

Test(device_tell, states_are_told_always_and_kept_as_far_as_they_may)
{
    struct wr_dev *c;

    toy_open();
    c = toy.dev->host->child(toy.dev, "toy-module", "a", "A");
    for (unsigned i = 0; i < EVENTS_BURST; i++) {
        c->host->online(c, true, NULL);
        c->host->online(c, false, "gone");
    }
    cr_assert_eq(world_events("device.offline", NULL), EVENTS_BURST);
    cr_assert_eq(world_kept("device.online") + world_kept("device.offline"), EVENTS_BURST);
}

Test(device_tell, sentences_that_come_too_fast_are_told_by_the_newest)
{
    const char *data;
    char why[32];

    toy_open();
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(why, sizeof why, "step %u", i);
        toy.dev->host->status(toy.dev, why);
    }
    cr_assert_eq(world_events("device.status", NULL), LIVE_EVENTS_BURST);
    world_pass(S);
    cr_assert_eq(world_events("device.status", &data), LIVE_EVENTS_BURST + 1);
    cr_assert_str_eq(data, "{\"why\":\"step 999\"}");
    cr_assert_eq(world_events("device.attributes", NULL), 0);
    world_pass(10 * S);
    cr_assert_eq(world_events("device.status", NULL), LIVE_EVENTS_BURST + 1);
}

Test(device_tell, values_wait_while_the_device_says_too_much)
{
    const char *data;

    toy_open();
    toy.dev->host->report(toy.dev, "battery", &(struct wr_value){.type = WR_INT, .i = 7});
    world_pass(S - 1);
    say(toy.dev, "toy.hums", NULL, 1000);
    world_pass(1);
    cr_assert_eq(world_events("device.attributes", NULL), 0);
    toy.dev->host->report(toy.dev, "battery", &(struct wr_value){.type = WR_INT, .i = 8});
    world_pass(S);
    cr_assert_eq(world_events("device.attributes", &data), 1);
    cr_assert_str_eq(data, "{\"battery\":8}");
}

Test(device_tell, device_that_is_removed_takes_what_it_would_tell_along)
{
    toy_open();
    say(toy.dev, "toy.said", NULL, 1000);
    world_configure("devices: {}\n");
    world_pass(20 * S);
    cr_assert_eq(world_events("device.removed", NULL), 1);
    cr_assert_eq(world_events("device.events_left_out", NULL), 0);
}
