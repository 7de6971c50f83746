#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "flow_light.h"
#include "flow_scene.h"
#include "flow_seed.h"

#define PIXELS (FLOW_SEED_WIDTH * FLOW_SEED_HEIGHT)

Test(flow_seed, confidence_falls_with_the_difference)
{
    static const uint32_t rows[][2] = {{0, 255}, {159, 255}, {160, 254}, {1000, 249}, {8000, 205},
        {16000, 155}, {32800, 50}, {32959, 50}, {32960, 49}, {40799, 1}, {40800, 0}, {65535, 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        cr_expect_eq(flow_seed_confidence(rows[i][0]), rows[i][1], "of %u", rows[i][0]);
}

Test(flow_seed, directions_are_sectors_of_45_degrees)
{
    /* tan 22.5° = 0.41421, tan 67.5° = 2.41421 */
    static const struct {
        int32_t dx, dy;
        enum motion_direction d;
    } rows[] = {{100000, 41421, MOTION_RIGHT}, {100000, 41422, MOTION_DOWN_RIGHT},
        {41421, 100000, MOTION_DOWN}, {41422, 100000, MOTION_DOWN_RIGHT},
        {-41421, 100000, MOTION_DOWN}, {-41422, 100000, MOTION_DOWN_LEFT},
        {-100000, 41421, MOTION_LEFT}, {-100000, 41422, MOTION_DOWN_LEFT},
        {-100000, -41421, MOTION_LEFT}, {-100000, -41422, MOTION_UP_LEFT},
        {-41421, -100000, MOTION_UP}, {-41422, -100000, MOTION_UP_LEFT},
        {41421, -100000, MOTION_UP}, {41422, -100000, MOTION_UP_RIGHT},
        {100000, -41421, MOTION_RIGHT}, {100000, -41422, MOTION_UP_RIGHT}, {1, 0, MOTION_RIGHT},
        {0, 1, MOTION_DOWN}, {-1, 0, MOTION_LEFT}, {0, -1, MOTION_UP}, {1, 1, MOTION_DOWN_RIGHT},
        {0, 0, MOTION_NONE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        cr_expect_eq(
            flow_direction_of(rows[i].dx, rows[i].dy), rows[i].d, "%d,%d", rows[i].dx, rows[i].dy);
}

Test(flow_seed, directions_have_names)
{
    static const char *const names[] = {
        "none", "up", "down", "left", "right", "up_left", "up_right", "down_left", "down_right"};

    for (int i = 0; i < 9; i++)
        cr_expect_str_eq(motion_direction_name((enum motion_direction)i), names[i]);
    cr_expect_str_eq(motion_direction_name((enum motion_direction)9), "unknown");
    cr_expect_str_eq(motion_direction_name(255), "unknown");
}

Test(flow_seed, the_lamp_follows_the_light)
{
    static const uint8_t rows[][2] = {{0, 255}, {29, 255}, {30, 255}, {50, 225}, {65, 203},
        {99, 152}, {100, 150}, {140, 115}, {179, 81}, {180, 80}, {255, 80}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        cr_expect_eq(flow_flash_target(rows[i][0]), rows[i][1], "at %u", rows[i][0]);
    cr_expect_eq(flow_flash_step(150, 255), 155);
    cr_expect_eq(flow_flash_step(150, 80), 145);
    cr_expect_eq(flow_flash_step(150, 152), 152);
    cr_expect_eq(flow_flash_step(253, 255), 255);
}

Test(flow_seed, sensitivity_sets_both_thresholds)
{
    static const uint8_t rows[][3] = {{0, 80, 10}, {128, 55, 7}, {153, 50, 7}, {255, 30, 4}};
    struct flow_seed s;

    flow_seed_init(&s);
    cr_expect(s.min_confidence == 50 && s.min_active_blocks == 6);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        flow_seed_sensitivity(&s, rows[i][0]);
        cr_expect_eq(s.min_confidence, rows[i][1], "at %u", rows[i][0]);
        cr_expect_eq(s.min_active_blocks, rows[i][2], "at %u", rows[i][0]);
    }
}

static struct flow_seed still_field(int8_t dx, int8_t dy)
{
    struct flow_seed s;

    flow_seed_init(&s);
    for (int i = 0; i < 48; i++)
        s.blocks[i / 8][i % 8] = (struct flow_seed_block){dx, dy, 255, true};
    return s;
}

Test(flow_seed, motion_is_active_above_a_speed_of_two)
{
    struct flow_seed s = still_field(2, 0);

    flow_seed_summarise(&s);
    cr_expect(!s.active && s.intensity == 25 && s.direction == MOTION_RIGHT && s.speed == 2 * 256 &&
        s.confidence == 100);
    /* 2.1 on the average: one of twenty has 4 instead of 2. */
    s = still_field(2, 0);
    for (int i = 0; i < 28; i++)
        s.blocks[i / 8][i % 8].valid = false;
    s.blocks[5][0].dx = 4;
    flow_seed_summarise(&s);
    cr_expect(s.active && s.intensity == 26 && s.active_blocks == 20);
    s = still_field(0, -10);
    flow_seed_summarise(&s);
    cr_expect(s.active && s.intensity == 127 && s.direction == MOTION_UP && s.speed == 10 * 256);
    s = still_field(1, 1); /* 1.41: no direction */
    flow_seed_summarise(&s);
    cr_expect(!s.active && s.direction == MOTION_NONE && s.speed == 362);
}

Test(flow_seed, too_few_blocks_are_no_motion)
{
    struct flow_seed s = still_field(6, 0);

    for (int i = 5; i < 48; i++)
        s.blocks[i / 8][i % 8].valid = false;
    flow_seed_summarise(&s);
    cr_expect(!s.active && s.intensity == 0 && s.speed == 0 && s.confidence == 0 &&
        s.active_blocks == 0 && s.direction == MOTION_NONE);
    s.blocks[5][5].valid = true;
    flow_seed_summarise(&s);
    cr_expect(s.active && s.active_blocks == 6);
}

Test(flow_seed, outliers_go_inside_the_grid_only)
{
    struct flow_seed s = still_field(0, 0);

    s.blocks[2][3].dx = 10;
    s.blocks[3][5].dy = 8;
    s.blocks[0][3].dx = 10;
    s.blocks[2][7].dx = -10;
    flow_seed_outliers(&s);
    cr_expect(!s.blocks[2][3].valid);
    cr_expect(s.blocks[3][5].valid, "8 is not more than 8");
    cr_expect(s.blocks[0][3].valid && s.blocks[2][7].valid);
}

Test(flow_seed, four_neighbours_make_no_median)
{
    struct flow_seed s = still_field(0, 0);

    s.blocks[2][3].dx = 10;
    for (int i = 0; i < 5; i++)
        s.blocks[1 + i / 3][2 + i % 3 + (i == 4)].valid = false;
    flow_seed_outliers(&s);
    cr_expect(s.blocks[2][3].valid);
}

struct pair {
    uint8_t first[PIXELS], second[PIXELS];
};

Test(flow_seed, what_is_flat_drifts)
{
    struct pair *p = malloc(sizeof(*p));
    struct flow_seed s;

    memset(p, 90, sizeof(*p));
    flow_seed_init(&s);
    flow_seed_run(&s, p->first, p->second, 0);
    for (int row = 0; row < 6; row++) {
        for (int column = 0; column < 8; column++) {
            const struct flow_seed_block *b = &s.blocks[row][column];

            cr_expect(
                b->dx == (column ? -10 : 0) || (row == 0 && column == 0), "%d,%d", row, column);
            cr_expect(b->dy == (row ? -10 : 0) || (row == 0 && column == 0), "%d,%d", row, column);
            cr_expect(b->confidence == 255 && b->valid);
        }
    }
    cr_expect(s.active && s.active_blocks == 48 && s.direction == MOTION_UP_LEFT);
    cr_expect_eq(s.brightness, 90);
    free(p);
}

/* Squares of 4 x 4 pixels without a pattern; negative positions are none. */
static uint8_t texel(int x, int y)
{
    uint32_t at = (uint32_t)((y + 240) / 4 * 1000 + (x + 320) / 4);

    return (uint8_t)(flow_noise(&at) % 200);
}

static void draw(struct pair *p, int dx, int dy)
{
    for (int i = 0; i < PIXELS; i++) {
        p->first[i] = texel(i % 320, i / 320);
        p->second[i] = texel(i % 320 - dx, i / 320 - dy);
    }
}

Test(flow_seed, vectors_say_where_the_content_went)
{
    struct pair *p = malloc(sizeof(*p));
    struct flow_seed s;

    draw(p, 6, -4);
    flow_seed_init(&s);
    flow_seed_run(&s, p->first, p->second, 0);
    for (int row = 1; row < 4; row++) {
        for (int column = 0; column < 7; column++)
            cr_expect(s.blocks[row][column].dx == 6 && s.blocks[row][column].dy == -4 &&
                s.blocks[row][column].confidence == 255);
    }
    free(p);
}

/* Row 205 and those below are the frame's top to it. */
Test(flow_seed, indices_have_16_bits)
{
    struct pair *p = malloc(sizeof(*p));
    struct flow_seed a, b;

    draw(p, 4, 0);
    flow_seed_init(&a);
    flow_seed_run(&a, p->first, p->second, 0);
    memset(p->first + 65536, 0, PIXELS - 65536);
    memset(p->second + 65536, 255, PIXELS - 65536);
    flow_seed_init(&b);
    flow_seed_run(&b, p->first, p->second, 0);
    cr_expect_arr_eq(a.blocks, b.blocks, sizeof(a.blocks));
    free(p);
}

Test(flow_seed, a_trajectory_has_twenty_points_apart_from_each_other)
{
    struct flow_trajectory t = {.n = 0};
    struct flow_point p = {.y = 30000, .intensity = 10, .speed = 5, .direction = MOTION_RIGHT};

    for (int i = 0; i < 30; i++) {
        p.x = (uint16_t)(i * FLOW_TRAJECTORY_STEP);
        p.time_us = i;
        flow_trajectory_add(&t, &p);
    }
    cr_expect(
        t.n == 20 && t.points[0].x == 10 * FLOW_TRAJECTORY_STEP && t.points[19].time_us == 29);
    p = (struct flow_point){.x = (uint16_t)(p.x + FLOW_TRAJECTORY_STEP - 1),
        .y = 30000,
        .intensity = 4,
        .speed = 9,
        .direction = MOTION_UP,
        .time_us = 40};
    flow_trajectory_add(&t, &p);
    cr_expect(t.n == 20 && t.points[19].x == 29 * FLOW_TRAJECTORY_STEP &&
        t.points[19].intensity == 10 && t.points[19].speed == 9);
    cr_expect(t.points[19].direction == MOTION_UP && t.points[19].time_us == 40);
    flow_trajectory_rest(&t, 1000040);
    cr_expect_eq(t.n, 20);
    flow_trajectory_rest(&t, 1000041);
    cr_expect_eq(t.n, 0);
}
