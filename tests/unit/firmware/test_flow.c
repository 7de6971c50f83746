#include "flow_scene.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "flow_math.h"

/* Every block that stays in the frame: right within `px`, and valid. */
static void expect(struct flow_shape shape, struct flow_scene scene, double px)
{
    struct flow_rig rig = flow_rig_new(shape);
    unsigned n = 0;

    flow_rig_run(&rig, scene);
    for (unsigned r = 0; r < shape.rows; r++) {
        for (unsigned c = 0; c < shape.columns; c++) {
            const struct flow_vector *v = flow_block(rig.flow, r, c);

            if (!flow_rig_stays(&rig, scene, r, c))
                continue;
            n++;
            cr_expect(flow_rig_error(&rig, scene, r, c) <= px,
                "block %u,%u: %d,%d of 256, off by %.3f px", r, c, v->dx, v->dy,
                flow_rig_error(&rig, scene, r, c));
            cr_expect(v->valid, "block %u,%u has confidence %d", r, c, v->confidence);
        }
    }
    cr_expect(n * 3 >= shape.columns * shape.rows);
    flow_rig_free(&rig);
}

Test(flow, what_is_still_has_no_motion)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);

    flow_rig_run(&rig, FLOW_SCENE);
    for (unsigned i = 0; i < 48; i++) {
        const struct flow_vector *v = flow_block(rig.flow, i / 8, i % 8);

        cr_expect(v->dx == 0 && v->dy == 0 && v->valid && v->confidence >= 150,
            "block %u: %d,%d confidence %d", i, v->dx, v->dy, v->confidence);
    }
    flow_rig_free(&rig);
}

Test(flow, whole_shifts_are_found_up_to_16_px_to_any_side)
{
    static const int shifts[][2] = {
        {1, 0}, {0, -1}, {3, 2}, {-7, 5}, {16, 0}, {0, 16}, {-16, -16}, {16, -16}, {-11, 14}};

    for (size_t i = 0; i < sizeof(shifts) / sizeof(*shifts); i++) {
        struct flow_scene s = FLOW_SCENE;

        s.dx = shifts[i][0];
        s.dy = shifts[i][1];
        expect(FLOW_SHAPE_DEFAULT, s, 0.03);
    }
}

Test(flow, shifts_are_found_between_the_pixels)
{
    for (int i = 1; i < 16; i += 2) {
        struct flow_scene s = FLOW_SCENE;

        s.dx = i / 16.0;
        s.dy = -2 - i / 10.0;
        expect(FLOW_SHAPE_DEFAULT, s, 0.03);
    }
}

Test(flow, what_turns_and_grows_is_followed)
{
    struct flow_scene turned = FLOW_SCENE, grown = FLOW_SCENE;

    turned.turn = 0.06;
    expect(FLOW_SHAPE_DEFAULT, turned, 0.1);
    grown.zoom = 1.05;
    grown.dx = 1.3;
    expect(FLOW_SHAPE_DEFAULT, grown, 0.1);
}

Test(flow, light_is_no_motion)
{
    static const double light[][2] = {{25, 1}, {-25, 1}, {0, 0.8}, {10, 1.15}};

    for (size_t i = 0; i < sizeof(light) / sizeof(*light); i++) {
        struct flow_scene s = FLOW_SCENE;

        s.contrast = 0.7;
        s.brighter = light[i][0];
        s.stronger = light[i][1];
        expect(FLOW_SHAPE_DEFAULT, s, 0.25);
        s.dx = 4.5;
        s.dy = -3;
        expect(FLOW_SHAPE_DEFAULT, s, 0.25);
    }
}

Test(flow, noise_and_faint_texture_are_borne)
{
    struct flow_scene noisy = FLOW_SCENE, faint = FLOW_SCENE;

    noisy.noise = 12;
    noisy.dx = 5.2;
    expect(FLOW_SHAPE_DEFAULT, noisy, 0.3);
    faint.contrast = 0.06;
    faint.noise = 1;
    faint.dy = 3.4;
    expect(FLOW_SHAPE_DEFAULT, faint, 0.4);
}

static void expect_nothing_valid(struct flow_rig *rig)
{
    flow_run(rig->flow, rig->frames.first, rig->frames.second, false);
    for (unsigned i = 0; i < 48; i++) {
        const struct flow_vector *v = flow_block(rig->flow, i / 8, i % 8);

        cr_expect(!v->valid, "block %u: %d,%d confidence %d", i, v->dx, v->dy, v->confidence);
    }
}

Test(flow, what_is_flat_is_not_valid_and_does_not_drift)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);
    uint32_t seed = 7;

    memset(rig.frames.first, 100, 320 * 240);
    for (int step = 0; step <= 40; step += 20) {
        memset(rig.frames.second, 100 + step, 320 * 240);
        expect_nothing_valid(&rig);
        for (unsigned i = 0; i < 48; i++)
            cr_expect(flow_block(rig.flow, i / 8, i % 8)->dx == 0 &&
                flow_block(rig.flow, i / 8, i % 8)->dy == 0);
    }
    /* A sensor's noise is no texture. */
    for (int level = 3; level <= 15; level += 4) {
        for (int i = 0; i < 2 * 320 * 240; i++) {
            uint8_t *frame = i % 2 ? rig.frames.first : rig.frames.second;

            frame[i / 2] = (uint8_t)(100 + flow_noise(&seed) % (unsigned)level);
        }
        expect_nothing_valid(&rig);
    }
    flow_rig_free(&rig);
}

/* One edge says nothing about motion along it. */
Test(flow, an_edge_alone_is_not_valid)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);

    for (int i = 0; i < 320 * 240; i++)
        rig.frames.first[i] = rig.frames.second[i] = i % 320 / 20 % 2 ? 200 : 60;
    expect_nothing_valid(&rig);
    flow_rig_free(&rig);
}

/* Nor does a ramp, whose slope hardly differs from its mean anywhere: less than what the mean is rounded by. */
Test(flow, a_ramp_of_any_slope_comes_to_an_end_and_is_not_valid, .timeout = 60)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);

    for (int slope = 128; slope < 1500; slope += 7) {
        int until = 255 * 256 / slope;

        for (int i = 0; i < 320 * 240; i++)
            rig.frames.first[i] = rig.frames.second[i] = (uint8_t)(i % 320 % until * slope / 256);
        expect_nothing_valid(&rig);
    }
    flow_rig_free(&rig);
}

static void expect_root(uint64_t v)
{
    uint64_t root = flow_root(v);

    cr_expect(root * root <= v && (root + 1) * (root + 1) > v, "%llu of %llu",
        (unsigned long long)root, (unsigned long long)v);
}

Test(flow, roots_are_rounded_down)
{
    for (uint64_t v = 0; v < 3000; v++)
        expect_root(v);
    for (uint64_t root = 55; root < 65536; root++)
        for (uint64_t v = root * root - 1; v <= root * root + 1; v++)
            expect_root(v);
    expect_root(UINT32_MAX);
    cr_expect_eq(flow_root(UINT64_MAX), UINT32_C(0xffff0000));
    cr_expect_eq(flow_root(UINT64_C(1) << 40), UINT32_C(1) << 20);
}

Test(flow, what_moves_alone_is_told_from_what_is_still)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);
    struct flow_scene s = FLOW_SCENE;

    s.dx = 6;
    s.dy = -4;
    memcpy(s.box, (int[]){80, 80, 200, 200}, sizeof(s.box));
    flow_rig_run(&rig, s);
    for (unsigned r = 0; r < 6; r++) {
        for (unsigned c = 0; c < 8; c++) {
            /* Blocks beside it are covered by it in part. */
            if (((r == 1 || r == 5) && c >= 1 && c <= 5) ||
                ((c == 1 || c == 5) && r >= 1 && r <= 5))
                continue;
            cr_expect(flow_rig_error(&rig, s, r, c) < 0.2, "block %u,%u is off by %.2f", r, c,
                flow_rig_error(&rig, s, r, c));
        }
    }
    flow_rig_free(&rig);
}

Test(flow, what_cannot_be_found_has_little_confidence)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);
    struct flow_scene s = FLOW_SCENE;

    s.dx = 3000; /* another picture altogether */
    flow_rig_run(&rig, s);
    for (unsigned i = 0; i < 48; i++)
        cr_expect(flow_block(rig.flow, i / 8, i % 8)->confidence < 100);
    flow_rig_free(&rig);
}

Test(flow, blocks_outside_the_grid_are_none)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT);

    cr_expect_not_null(flow_block(rig.flow, 5, 7));
    cr_expect_null(flow_block(rig.flow, 6, 0));
    cr_expect_null(flow_block(rig.flow, 0, 8));
    cr_expect_null(flow_block(rig.flow, ~0U, ~0U));
    cr_expect(!flow_block(rig.flow, 0, 0)->valid);
    flow_rig_free(&rig);
}

/* Grids that debug cameras had, the smallest, the largest, sides that no power of two divides. */
Test(flow, works_on_any_grid)
{
    static const struct flow_shape shapes[] = {{320, 240, 8, 8, 30}, {320, 240, 6, 6, 40},
        {240, 240, 6, 6, 40}, {320, 240, 6, 6, 20}, {160, 120, 8, 6, 20}, {352, 288, 11, 9, 32},
        {401, 307, 6, 4, 64}, {64, 64, 4, 4, 16}, {333, 255, 9, 7, 35}, {2048, 72, 32, 1, 64},
        {128, 96, 1, 1, 64}};

    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        struct flow_scene s = FLOW_SCENE;

        s.dx = 2.5;
        s.dy = -1.25;
        expect(shapes[i], s, shapes[i].block < 30 ? 0.3 : 0.1);
    }
}

Test(flow, shapes_that_cannot_be_are_refused)
{
    static const struct flow_shape shapes[] = {{0, 0, 0, 0, 0}, {320, 240, 9, 6, 40},
        {320, 240, 8, 7, 40}, {320, 240, 8, 6, 15}, {320, 240, 4, 3, 65}, {63, 240, 1, 1, 40},
        {4096, 240, 8, 6, 40}, {320, 240, 0, 6, 40}, {2048, 2048, 33, 33, 40}};
    struct flow_shape sound = FLOW_SHAPE_DEFAULT;
    size_t bytes = flow_bytes(&sound);
    void *room = malloc(bytes);

    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        cr_expect_eq(flow_bytes(&shapes[i]), 0);
        cr_expect_null(flow_init(room, bytes, &shapes[i], NULL));
    }
    cr_expect_null(flow_init(room, bytes - 1, &sound, NULL));
    cr_expect_not_null(flow_init(room, bytes, &sound, NULL));
    free(room);
}

Test(flow, fits_the_memory_of_a_microcontroller)
{
    struct flow_shape sound = FLOW_SHAPE_DEFAULT;

    cr_expect_lt(flow_bytes(&sound), 16000);
}

/* The same frames, whatever came before, and however they are said to follow. */
Test(flow, the_same_frames_give_the_same_vectors)
{
    struct flow_rig rig = flow_rig_new(FLOW_SHAPE_DEFAULT),
                    fresh = flow_rig_new(FLOW_SHAPE_DEFAULT);
    struct flow_scene s = FLOW_SCENE, other = FLOW_SCENE;

    s.dx = 3.7;
    s.noise = 3;
    other.dy = -5;
    flow_rig_run(&rig, other);
    flow_rig_run(&fresh, s);
    flow_run(rig.flow, fresh.frames.second, fresh.frames.first, false);
    flow_run(rig.flow, fresh.frames.first, fresh.frames.second, true);
    for (unsigned i = 0; i < 48; i++)
        cr_expect_arr_eq(flow_block(rig.flow, i / 8, i % 8), flow_block(fresh.flow, i / 8, i % 8),
            sizeof(struct flow_vector));
    flow_rig_free(&rig);
    flow_rig_free(&fresh);
}
