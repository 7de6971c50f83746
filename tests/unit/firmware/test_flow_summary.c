#include <criterion/criterion.h>
#include <string.h>

#include "flow_scene.h"
#include "flow_summary.h"

#define MS INT64_C(1000)

struct watch {
    struct flow_rig rig;
    struct flow_summary s;
    int64_t now_us;
};

static struct watch watch_new(void)
{
    struct watch w = {.rig = flow_rig_new(FLOW_SHAPE_DEFAULT), .now_us = 5000 * MS};
    struct flow_rules rules = FLOW_RULES_DEFAULT;

    flow_summary_init(&w.s, &rules);
    return w;
}

static struct flow_scene moved(double dx, double dy)
{
    struct flow_scene s = FLOW_SCENE;

    s.dx = dx;
    s.dy = dy;
    return s;
}

/* The next frame, some time later. */
static unsigned look(struct watch *w, struct flow_scene scene, int64_t after_us)
{
    flow_rig_run(&w->rig, scene);
    w->now_us += after_us;
    flow_summary_update(&w->s, w->rig.flow, 120, w->now_us);
    return w->s.events;
}

Test(flow_summary, what_is_still_is_not_active)
{
    struct watch w = watch_new();

    look(&w, FLOW_SCENE, 100 * MS);
    cr_expect(!w.s.active && w.s.active_blocks == 0 && w.s.valid_blocks == 48 && w.s.speed == 0 &&
        w.s.intensity == 0);
    cr_expect(w.s.direction == MOTION_NONE && w.s.confidence > 150 && w.s.trajectory.n == 0);
    flow_rig_free(&w.rig);
}

Test(flow_summary, speed_and_direction_are_those_of_what_moves)
{
    struct watch w = watch_new();
    struct flow_scene s = moved(6, 0);

    memcpy(s.box, (int[]){80, 80, 200, 200}, sizeof(s.box));
    look(&w, s, 100 * MS);
    look(&w, s, 100 * MS);
    cr_expect(
        w.s.active && w.s.active_blocks >= 6 && w.s.active_blocks <= 24, "%u", w.s.active_blocks);
    cr_expect_eq(w.s.direction, MOTION_RIGHT);
    cr_expect(w.s.speed > 5 * FLOW_UNIT && w.s.speed < 7 * FLOW_UNIT, "%u", w.s.speed);
    cr_expect_eq(w.s.speed_px_s, w.s.speed * 10);
    cr_expect(w.s.x > 110 * 256 && w.s.x < 180 * 256 && w.s.y > 110 * 256 && w.s.y < 170 * 256,
        "%d,%d", w.s.x / 256, w.s.y / 256);
    cr_expect(w.s.intensity > 40 && w.s.intensity < 90, "%u", w.s.intensity);
    flow_rig_free(&w.rig);
}

Test(flow_summary, speed_per_second_is_known_of_the_first_pair_of_frames_too)
{
    struct watch w = watch_new();

    flow_summary_first(&w.s, w.now_us);
    look(&w, moved(6, 0), 50 * MS);
    cr_expect(w.s.active && w.s.speed_px_s == w.s.speed * 20, "%u", w.s.speed_px_s);
    look(&w, moved(6, 0), FLOW_STEP_MAX_US + 1);
    cr_expect_eq(w.s.speed_px_s, 0);
    flow_rig_free(&w.rig);
}

/* Of cameras that tell no times frames are timed by arrival, and a network that stood still hands over several. */
Test(flow_summary, frames_that_come_at_once_are_as_fast_as_usual)
{
    static const int64_t steps_us[] = {0, 20, 400 * MS, 3, 100 * MS};
    struct watch w = watch_new();

    flow_summary_first(&w.s, w.now_us);
    for (unsigned i = 0; i < 5; i++)
        look(&w, moved(6, 0), 100 * MS);
    for (unsigned i = 0; i < sizeof steps_us / sizeof *steps_us; i++) {
        look(&w, moved(6, 0), steps_us[i]);
        cr_expect(w.s.speed_px_s > w.s.speed && w.s.speed_px_s <= w.s.speed * 10, "%u: %u", i,
            w.s.speed_px_s / FLOW_UNIT);
    }
    flow_rig_free(&w.rig);
}

/* So many frames, each so long after the one before; what moves goes on as it did last. */
static void look_on(struct watch *w, unsigned n, int64_t step_us)
{
    while (n-- > 0) {
        w->now_us += step_us;
        flow_summary_update(&w->s, w->rig.flow, 120, w->now_us);
    }
}

Test(flow_summary, a_camera_that_takes_more_frames_from_now_on_is_believed_within_a_second)
{
    struct watch w = watch_new();

    flow_summary_first(&w.s, w.now_us);
    look(&w, moved(6, 0), 500 * MS);
    look_on(&w, 5, 500 * MS);
    cr_expect_eq(w.s.speed_px_s, 2 * w.s.speed);
    look_on(&w, 10, 100 * MS);
    cr_expect_eq(w.s.speed_px_s, 10 * w.s.speed);
    look_on(&w, 40, 20 * MS);
    cr_expect_eq(w.s.speed_px_s, 50 * w.s.speed);
    flow_rig_free(&w.rig);
}

Test(flow_summary, a_first_step_that_was_long_is_not_believed_for_ever)
{
    struct watch w = watch_new();

    flow_summary_first(&w.s, w.now_us);
    look(&w, moved(6, 0), 300 * MS);
    look_on(&w, 30, 40 * MS);
    cr_expect_eq(w.s.speed_px_s, 25 * w.s.speed);
    flow_rig_free(&w.rig);
}

/* What a link that stood still for as long as it may sends on in a third of that time. */
Test(flow_summary, many_frames_that_come_at_once_are_no_faster_camera)
{
    struct watch w = watch_new();

    flow_summary_first(&w.s, w.now_us);
    look(&w, moved(6, 0), 100 * MS);
    look_on(&w, 5, 100 * MS);
    look_on(&w, 1, FLOW_STEP_MAX_US - 1);
    for (unsigned i = 0; i < 20; i++) {
        look_on(&w, 1, 24 * MS);
        cr_expect(w.s.speed_px_s <= w.s.speed * 10, "%u: %u", i, w.s.speed_px_s / FLOW_UNIT);
    }
    look_on(&w, 1, 100 * MS);
    cr_expect_eq(w.s.speed_px_s, 10 * w.s.speed);
    flow_rig_free(&w.rig);
}

Test(flow_summary, motion_apart_has_speed_and_no_direction)
{
    struct watch w = watch_new();
    struct flow_scene s = FLOW_SCENE;

    s.zoom = 1.05;
    look(&w, s, 100 * MS);
    cr_expect(w.s.active && w.s.speed > FLOW_UNIT && w.s.direction == MOTION_NONE);
    flow_rig_free(&w.rig);
}

Test(flow_summary, motion_begins_after_120_ms_and_ends_after_180)
{
    struct watch w = watch_new();
    struct flow_scene go = moved(3, 0);

    look(&w, FLOW_SCENE, 50 * MS);
    cr_expect_eq(look(&w, go, 50 * MS), 0);
    cr_expect_eq(look(&w, FLOW_SCENE, 50 * MS), 0); /* a gap */
    cr_expect_eq(look(&w, go, 50 * MS), 0);
    cr_expect_eq(look(&w, go, 119 * MS), 0);
    cr_expect(look(&w, go, 1 * MS) & FLOW_STARTED && w.s.phase.moving);
    cr_expect_eq(look(&w, FLOW_SCENE, 100 * MS), 0);
    cr_expect_eq(look(&w, go, 100 * MS) & (FLOW_STARTED | FLOW_ENDED), 0);
    cr_expect_eq(look(&w, FLOW_SCENE, 100 * MS), 0);
    cr_expect_eq(look(&w, FLOW_SCENE, 179 * MS), 0);
    cr_expect(look(&w, FLOW_SCENE, 1 * MS) & FLOW_ENDED && !w.s.phase.moving);
    cr_expect(w.s.n_frames == 11 && w.s.n_active_frames == 5, "%u", w.s.n_active_frames);
    flow_rig_free(&w.rig);
}

Test(flow_summary, a_turn_is_told)
{
    struct watch w = watch_new();

    for (int i = 0; i < 3; i++)
        look(&w, moved(3, 0), 100 * MS);
    cr_expect(w.s.phase.moving && w.s.phase.heading == MOTION_RIGHT);
    cr_expect(look(&w, moved(0, 3), 100 * MS) & FLOW_TURNED);
    cr_expect_eq(look(&w, moved(0, 3), 100 * MS) & FLOW_TURNED, 0);
    cr_expect_eq(w.s.phase.heading, MOTION_DOWN);
    flow_rig_free(&w.rig);
}

Test(flow_summary, gestures_come_out_of_motion)
{
    struct watch w = watch_new();
    unsigned events = 0;

    for (int i = 0; i < 3; i++)
        events |= look(&w, moved(0, -5), 100 * MS);
    cr_expect(events & FLOW_GESTURE && w.s.gesture.kind == MOTION_IGNITION);
    flow_rig_free(&w.rig);
}

Test(flow_summary, who_passes_in_the_distance_makes_no_gesture)
{
    struct watch w = watch_new();
    struct flow_scene s = moved(0, -5);
    unsigned events = 0;

    memcpy(s.box, (int[]){80, 80, 160, 160}, sizeof(s.box));
    for (int i = 0; i < 5; i++)
        events |= look(&w, s, 100 * MS);
    cr_expect(events & FLOW_STARTED && w.s.active_blocks >= 2 && w.s.active_blocks < 6, "%u",
        w.s.active_blocks);
    cr_expect_eq(events & FLOW_GESTURE, 0);
    flow_rig_free(&w.rig);
}

Test(flow_summary, gestures_are_told_by_their_axis_and_rest_in_between)
{
    struct flow_gesture g = {.any = false};
    struct flow_gesture_motion up = {10, -300, 40, 200, 9000}, down = {-10, 300, 40, 200, 9000},
                               side = {300, 20, 40, 200, 9000};
    int64_t t = 1;

    cr_expect_eq(flow_gesture_update(&g, NULL, t), MOTION_GESTURE_NONE);
    cr_expect_eq(flow_gesture_update(&g, &up, t), MOTION_IGNITION);
    cr_expect_eq(flow_gesture_update(&g, &down, t + 699999), MOTION_GESTURE_NONE);
    cr_expect_eq(g.kind, MOTION_IGNITION);
    flow_gesture_update(&g, NULL, t + 700000);
    cr_expect_eq(g.kind, MOTION_GESTURE_NONE);
    cr_expect_eq(flow_gesture_update(&g, &down, t + 1199999), MOTION_GESTURE_NONE);
    cr_expect_eq(flow_gesture_update(&g, &down, t + 1200000), MOTION_RETRACT);
    t += 2400000;
    cr_expect_eq(flow_gesture_update(&g, &side, t), MOTION_CLASH);
    cr_expect_eq(flow_gesture_update(&g, &side, t + 1200000), MOTION_GESTURE_NONE);
    cr_expect_eq(flow_gesture_update(&g, &side, t + 4999999), MOTION_GESTURE_NONE);
    cr_expect_eq(flow_gesture_update(&g, &side, t + 5000000), MOTION_CLASH);
}

Test(flow_summary, slow_and_faint_motion_is_no_gesture)
{
    struct flow_gesture g = {.any = false};
    struct flow_gesture_motion up = {0, -100, 11, 200, FLOW_GESTURE_SPEED - 1},
                               side = {100, 0, 11, 200, FLOW_CLASH_SPEED - 1};

    cr_expect_eq(flow_gesture_update(&g, &up, 0), MOTION_GESTURE_NONE);
    cr_expect_eq(flow_gesture_update(&g, &side, 0), MOTION_GESTURE_NONE);
    up.speed++;
    cr_expect_eq(flow_gesture_update(&g, &up, 0), MOTION_IGNITION);
    side.intensity = 12;
    cr_expect_eq(flow_gesture_update(&g, &side, 1200000), MOTION_CLASH);
    cr_expect_str_eq(motion_gesture_name(MOTION_IGNITION), "ignition");
    cr_expect_str_eq(motion_gesture_name(MOTION_RETRACT), "retract");
    cr_expect_str_eq(motion_gesture_name(MOTION_CLASH), "clash");
    cr_expect_str_eq(motion_gesture_name(MOTION_GESTURE_NONE), "none");
}
