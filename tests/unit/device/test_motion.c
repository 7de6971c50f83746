#include <criterion/criterion.h>
#include <string.h>
#include <warren/overlay.h>

#include "motion_words.h"
#include "world.h"

#define MS INT64_C(1000)

static struct device *toy_device;

static void setup(void)
{
    world_open(NULL);
    toy_device = world_toy();
}

TestSuite(motion, .init = setup, .fini = world_close);

static struct wr_overlay still(void)
{
    return (struct wr_overlay){.size = sizeof(struct wr_overlay)};
}

static struct wr_overlay moving(enum motion_direction direction)
{
    return (struct wr_overlay){.size = sizeof(struct wr_overlay),
        .flags = WR_OVERLAY_ACTIVE,
        .intensity = 60,
        .confidence_percent = 80,
        .direction = (uint8_t)direction,
        .speed_px_s = 100 * WR_OVERLAY_UNIT,
        .active_blocks = 7};
}

/* The camera says this ten times a second for so long. */
static void go_on(struct wr_overlay o, int64_t us)
{
    for (int64_t t = 0; t < us; t += 100 * MS) {
        world_pass(100 * MS);
        cr_assert_eq(toy.dev->host->overlay_publish(toy.dev, &o), 0);
    }
}

static void expect(const char *type, size_t n, const char *data)
{
    const char *got = "";

    cr_assert_eq(world_events(type, &got), n, "%s: %zu", type, world_events(type, NULL));
    if (data)
        cr_assert_str_eq(got, data);
}

Test(motion, that_starts_and_ends_is_told_once)
{
    go_on(still(), 500 * MS);
    go_on(moving(MOTION_RIGHT), 2500 * MS);
    expect("motion.started", 1,
        "{\"intensity\":60,\"direction\":\"right\",\"speed_px_s\":100,\"blocks\":7}");
    expect("motion.ended", 0, NULL);
    go_on(still(), 1900 * MS);
    expect("motion.ended", 0, NULL);
    go_on(still(), 500 * MS);
    expect("motion.ended", 1, "{\"seconds\":2.5}");
    expect("motion.direction", 0, NULL);
    cr_assert_eq(world_kept("motion.started") + world_kept("motion.ended"), 2);
}

Test(motion, of_a_moment_is_none)
{
    for (int i = 0; i < 10; i++) {
        go_on(moving(MOTION_UP), 100 * MS);
        go_on(still(), 100 * MS);
    }
    expect("motion.started", 0, NULL);
}

Test(motion, of_somebody_who_stops_and_goes_on_is_one)
{
    go_on(moving(MOTION_UP), 500 * MS);
    for (int i = 0; i < 10; i++) {
        go_on(still(), 1500 * MS);
        go_on(moving(MOTION_UP), 100 * MS);
    }
    expect("motion.started", 1, NULL);
    expect("motion.ended", 0, NULL);
}

Test(motion, that_turns_is_told_for_those_who_look)
{
    go_on(moving(MOTION_UP), 1000 * MS);
    go_on(moving(MOTION_LEFT), 1000 * MS);
    expect("motion.direction", 1, "{\"direction\":\"left\",\"intensity\":60}");
    cr_assert_eq(world_kept("motion.direction"), 0);
}

Test(motion, that_trembles_turns_twice_a_second_at_most)
{
    go_on(moving(MOTION_UP), 1000 * MS);
    for (int i = 0; i < 20; i++) {
        go_on(moving(MOTION_LEFT), 100 * MS);
        go_on(moving(MOTION_UP), 100 * MS);
    }
    cr_assert_leq(world_events("motion.direction", NULL), 8);
    cr_assert_geq(world_events("motion.direction", NULL), 4);
}

Test(motion, of_a_camera_that_goes_away_is_over)
{
    go_on(moving(MOTION_UP), 1000 * MS);
    toy.dev->host->away(toy.dev, "asleep");
    expect("motion.ended", 1, NULL);
    toy.dev->host->online(toy.dev, true, NULL);
    go_on(moving(MOTION_UP), 1000 * MS);
    toy.dev->host->online(toy.dev, false, "gone");
    expect("motion.started", 2, NULL);
    expect("motion.ended", 2, NULL);
}

Test(motion, of_a_device_that_is_removed_is_over)
{
    go_on(moving(MOTION_UP), 1000 * MS);
    world_configure("devices:\n");
    world_pass(1);
    expect("motion.ended", 1, NULL);
}

Test(motion, of_a_camera_that_says_no_more_is_over)
{
    go_on(moving(MOTION_UP), 1000 * MS);
    world_pass(MOTION_SILENT_US - 1);
    expect("motion.ended", 0, NULL);
    world_pass(2);
    expect("motion.ended", 1, "{\"seconds\":0.9}");
}

Test(motion, gesture_is_told_once_while_it_is_shown)
{
    struct wr_overlay o = moving(MOTION_UP);

    o.gesture = MOTION_IGNITION;
    go_on(o, 700 * MS);
    expect("motion.gesture", 1, "{\"gesture\":\"ignition\",\"confidence_percent\":80}");
    go_on(moving(MOTION_UP), 100 * MS);
    go_on(o, 700 * MS);
    expect("motion.gesture", 2, NULL);
    o.gesture = MOTION_CLASH;
    go_on(o, 100 * MS);
    expect("motion.gesture", 3, "{\"gesture\":\"clash\",\"confidence_percent\":80}");
}
