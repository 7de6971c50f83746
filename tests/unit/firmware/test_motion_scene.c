/* What the scene says of its motion is what the firmware's own flow finds. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/sim/motion_scene.h"
#include "flow_summary.h"

#define WIDTH MOTION_SCENE_WIDTH
#define HEIGHT MOTION_SCENE_HEIGHT

struct rig {
    struct motion_scene *scene;
    struct flow *flow;
    void *room;
    uint8_t *frames[2];
    unsigned n_sure, n_moving; /* blocks that lie in one surface; that move, of them */
};

static struct rig rig_new(const char *spec)
{
    struct flow_shape shape = FLOW_SHAPE_DEFAULT;
    size_t n = flow_bytes(&shape);
    struct rig g = {.room = malloc(n), .frames = {malloc(WIDTH * HEIGHT), malloc(WIDTH * HEIGHT)}};

    cr_assert_eq(motion_scene_new(spec, &g.scene), 0);
    g.flow = flow_init(g.room, n, &shape, NULL);
    cr_assert(g.flow && g.frames[0] && g.frames[1]);
    return g;
}

static void rig_free(struct rig *g)
{
    motion_scene_free(g->scene);
    free(g->room);
    free(g->frames[0]);
    free(g->frames[1]);
}

/* Does all of the block move alike? */
static bool truth_of_block(
    const struct rig *g, uint64_t frame, unsigned row, unsigned column, int *ret_dx, int *ret_dy)
{
    int block = flow_shape(g->flow)->block, dx, dy;

    motion_scene_truth(g->scene, frame, (int)column * block, (int)row * block, ret_dx, ret_dy);
    for (int y = 0; y <= block; y += 4)
        for (int x = 0; x <= block; x += 4) {
            motion_scene_truth(
                g->scene, frame, (int)column * block + x, (int)row * block + y, &dx, &dy);
            if (dx != *ret_dx || dy != *ret_dy)
                return false;
        }
    return true;
}

static void check_frame(struct rig *g, uint64_t frame)
{
    motion_scene_draw(g->scene, frame - 1, WIDTH, HEIGHT, g->frames[0]);
    motion_scene_draw(g->scene, frame, WIDTH, HEIGHT, g->frames[1]);
    flow_run(g->flow, g->frames[0], g->frames[1], false);
    for (unsigned row = 1; row < 5; row++)
        for (unsigned column = 1; column < 7; column++) {
            const struct flow_vector *v = flow_block(g->flow, row, column);
            int dx, dy;

            if (!truth_of_block(g, frame, row, column, &dx, &dy))
                continue;
            g->n_sure++;
            g->n_moving += dx != 0 || dy != 0;
            cr_expect(hypot(v->dx - dx, v->dy - dy) < 0.25 * FLOW_UNIT,
                "frame %d, block %u,%u: %d,%d and not %d,%d", (int)frame, row, column, v->dx, v->dy,
                dx, dy);
        }
}

Test(motion_scene, two_people_walk_as_it_says)
{
    struct rig g = rig_new("walk");

    for (uint64_t frame = 1; frame < MOTION_SCENE_WALK_FRAMES; frame += 4)
        check_frame(&g, frame);
    cr_assert_gt(g.n_sure, 1000);
    cr_assert_gt(g.n_moving, 20);
    rig_free(&g);
}

/* When both are in the picture they fill a quarter of it. */
Test(motion_scene, who_walks_by_makes_no_gesture)
{
    struct rig g = rig_new("walk");
    struct flow_summary s;
    unsigned most = 0;

    flow_summary_init(&s, &FLOW_RULES_DEFAULT);
    motion_scene_draw(g.scene, 30, WIDTH, HEIGHT, g.frames[0]);
    for (uint64_t frame = 31; frame < 130; frame++) {
        motion_scene_draw(g.scene, frame, WIDTH, HEIGHT, g.frames[frame % 2]);
        flow_run(g.flow, g.frames[(frame + 1) % 2], g.frames[frame % 2], frame > 31);
        flow_summary_update(&s, g.flow, 100, (int64_t)frame * 100000);
        most = s.active_blocks > most ? s.active_blocks : most;
        cr_expect_eq(
            s.events & FLOW_GESTURE, 0, "frame %d: %u blocks", (int)frame, s.active_blocks);
    }
    cr_expect_geq(most, 12);
    rig_free(&g);
}

Test(motion_scene, at_the_end_of_a_walk_nothing_moves_and_then_it_begins_anew)
{
    struct rig g = rig_new("walk");
    uint64_t last = MOTION_SCENE_WALK_FRAMES - 1;

    motion_scene_draw(g.scene, last, WIDTH, HEIGHT, g.frames[0]);
    for (uint64_t frame = MOTION_SCENE_WALK_FRAMES - MOTION_SCENE_WALK_REST; frame <= last + 1;
         frame++) {
        motion_scene_draw(g.scene, frame, WIDTH, HEIGHT, g.frames[1]);
        cr_expect_arr_eq(g.frames[1], g.frames[0], WIDTH * HEIGHT);
    }
    motion_scene_draw(g.scene, 30, WIDTH, HEIGHT, g.frames[0]);
    motion_scene_draw(g.scene, 30 + MOTION_SCENE_WALK_FRAMES, WIDTH, HEIGHT, g.frames[1]);
    cr_assert_arr_eq(g.frames[0], g.frames[1], WIDTH * HEIGHT);
    rig_free(&g);
}

Test(motion_scene, all_that_is_seen_moves_as_the_camera_turns)
{
    static const char *const specs[] = {"pan", "pan:7.5,4.25", "pan:-16,16", "pan:0,-0.5"};

    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct rig g = rig_new(specs[i]);

        check_frame(&g, 1);
        check_frame(&g, 1000003);
        cr_expect_eq(g.n_moving, 48);
        rig_free(&g);
    }
}

Test(motion_scene, what_is_still_stays_to_the_bit)
{
    struct rig g = rig_new("still");

    motion_scene_draw(g.scene, 0, WIDTH, HEIGHT, g.frames[0]);
    motion_scene_draw(g.scene, 12345, WIDTH, HEIGHT, g.frames[1]);
    cr_assert_arr_eq(g.frames[0], g.frames[1], WIDTH * HEIGHT);
    check_frame(&g, 5);
    cr_assert_eq(g.n_moving, 0);
    rig_free(&g);
}

Test(motion_scene, what_it_does_not_know_is_no_scene)
{
    static const char *const specs[] = {
        "", "walks", "pan:", "pan:1", "pan:1,x", "pan:17,0", "pan:0,-16.5", "drawn"};
    struct motion_scene *s = NULL;

    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
        cr_expect_eq(motion_scene_new(specs[i], &s), -EINVAL, "%s", specs[i]);
    cr_assert_null(s);
}
