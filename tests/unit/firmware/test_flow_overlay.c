#include <criterion/criterion.h>
#include <string.h>

#include "flow_overlay.h"
#include "flow_scene.h"

/* Frames at 10 Hz in which something moves within a still picture; a grid that does not fill the frame. */
struct watch {
    struct flow_rig rig;
    struct flow_summary s;
    struct overlay_block room[OVERLAY_BLOCKS_MAX];
    struct overlay o;
};

static const struct flow_shape small_grid = {320, 240, 7, 5, 40};
static const struct flow_scene box = {
    .dx = 6, .zoom = 1, .contrast = 1, .stronger = 1, .box = {100, 80, 220, 200}};

static void watch_begin(struct watch *w)
{
    w->rig = flow_rig_new(small_grid);
    flow_summary_init(&w->s, &FLOW_RULES_DEFAULT);
}

static void look(struct watch *w, struct flow_scene scene, int64_t now_us)
{
    flow_rig_run(&w->rig, scene);
    flow_summary_update(&w->s, w->rig.flow, 120, now_us);
    flow_overlay(w->rig.flow, &w->s, w->room, OVERLAY_BLOCKS_MAX, &w->o);
}

Test(flow_overlay, what_is_still_has_a_grid_and_no_blocks)
{
    static struct watch w;

    watch_begin(&w);
    look(&w, FLOW_SCENE, 7000000);
    cr_expect(!w.o.active && !w.o.centred && w.o.n_blocks == 0 && w.o.n_points == 0);
    cr_expect(w.o.frame_width == 320 && w.o.frame_height == 240 && w.o.columns == 7 &&
        w.o.rows == 5 && w.o.block == 40 && w.o.left == 20 && w.o.top == 20);
    cr_expect(w.o.brightness == 120 && w.o.confidence_percent > 60 && w.o.time_us == 7000000 &&
        !w.o.has_frame_id);
    flow_rig_free(&w.rig);
}

Test(flow_overlay, of_what_moves_the_blocks_are_told_and_the_whole)
{
    static struct watch w;

    watch_begin(&w);
    look(&w, box, 7000000);
    look(&w, box, 7100000);
    cr_assert(
        w.o.active && w.o.centred && w.o.n_blocks >= 6 && w.o.n_blocks <= 20, "%u", w.o.n_blocks);
    cr_expect_eq(w.o.n_blocks, w.o.active_blocks);
    cr_expect(w.o.direction == MOTION_RIGHT && w.o.intensity == w.s.intensity &&
        w.o.speed == w.s.speed && w.o.speed_px_s == w.s.speed_px_s && w.o.speed_px_s > 0);
    cr_expect_eq(w.o.x, w.s.x * 256 / 320);
    cr_expect_eq(w.o.y, w.s.y * 256 / 240);
    cr_expect(w.o.x > OVERLAY_PLACE_UNIT / 3 && w.o.x < OVERLAY_PLACE_UNIT * 2 / 3);
    for (unsigned i = 0; i < w.o.n_blocks; i++) {
        const struct overlay_block *b = &w.o.blocks[i];
        const struct flow_vector *v = flow_block(w.rig.flow, b->row, b->column);

        cr_assert(v);
        cr_expect(b->valid && b->dx == v->dx && b->dy == v->dy && b->confidence == v->confidence);
        cr_expect(b->dx > FLOW_UNIT / 2, "%d,%d: %d", b->row, b->column, b->dx);
    }
    flow_rig_free(&w.rig);
}

Test(flow_overlay, the_trajectory_and_the_gesture_go_along)
{
    static struct watch w;
    struct flow_scene close = box;

    memcpy(close.box, (int[]){40, 20, 280, 220}, sizeof(close.box));
    watch_begin(&w);
    for (int i = 0; i < 3; i++)
        look(&w, close, 7000000 + i * 200000);
    cr_assert(w.o.n_points >= 1 && w.o.n_points == w.s.trajectory.n);
    cr_expect(w.o.points[0].x == w.s.trajectory.points[0].x &&
        w.o.points[0].y == w.s.trajectory.points[0].y &&
        w.o.points[0].intensity == w.s.trajectory.points[0].intensity);
    cr_expect_eq(w.o.gesture, MOTION_CLASH);
    flow_rig_free(&w.rig);
}

Test(flow_overlay, no_more_blocks_than_there_is_room_for)
{
    static struct watch w;

    watch_begin(&w);
    look(&w, box, 7000000);
    flow_overlay(w.rig.flow, &w.s, w.room, 3, &w.o);
    cr_expect(w.o.n_blocks == 3 && w.o.active_blocks > 3);
    flow_overlay(w.rig.flow, &w.s, NULL, 0, &w.o);
    cr_expect_eq(w.o.n_blocks, 0);
    flow_rig_free(&w.rig);
}
