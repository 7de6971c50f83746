#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "media/draw.h"
#include "media/overlay_draw.h"
#include "motion_words.h"

static struct pixels black(unsigned width, unsigned height)
{
    return (struct pixels){calloc(1, (size_t)width * height * 3), width, height, 3};
}

static const uint8_t *at(const struct pixels *p, unsigned x, unsigned y)
{
    return p->bytes + y * pixels_row_bytes(p) + x * 3;
}

static bool is(const struct pixels *p, unsigned x, unsigned y, unsigned r, unsigned g, unsigned b)
{
    const uint8_t *c = at(p, x, y);

    return abs(c[0] - (int)r) < 3 && abs(c[1] - (int)g) < 3 && abs(c[2] - (int)b) < 3;
}

static unsigned n_lit(const struct pixels *p)
{
    unsigned n = 0;

    for (size_t i = 0; i < pixels_row_bytes(p) * p->height; i += 3)
        n += p->bytes[i] || p->bytes[i + 1] || p->bytes[i + 2];
    return n;
}

static const struct colour red = {255, 0, 0, 1};

Test(draw, a_line_covers_its_pixels_and_no_others)
{
    struct pixels p = black(20, 10);

    draw_line(&p, 3, 5, 15, 5, 2, red);
    for (unsigned x = 3; x < 15; x++)
        cr_expect(is(&p, x, 4, 255, 0, 0) && is(&p, x, 5, 255, 0, 0), "%u", x);
    for (unsigned x = 0; x < 20; x++)
        cr_expect(is(&p, x, 2, 0, 0, 0) && is(&p, x, 7, 0, 0, 0), "%u", x);
    cr_expect(is(&p, 0, 5, 0, 0, 0) && is(&p, 18, 5, 0, 0, 0));
    pixels_fini(&p);
}

Test(draw, a_slanted_line_has_smooth_edges)
{
    struct pixels p = black(20, 20);
    unsigned n_between = 0;

    draw_line(&p, 2, 2, 17, 11, 2, red);
    cr_expect(is(&p, 9, 6, 255, 0, 0));
    for (unsigned i = 0; i < 400; i++)
        n_between += p.bytes[3 * i] > 20 && p.bytes[3 * i] < 235;
    cr_expect_gt(n_between, 10);
    pixels_fini(&p);
}

Test(draw, what_is_half_opaque_lets_the_picture_through)
{
    struct pixels p = black(4, 4);

    memset(p.bytes, 200, 48);
    draw_box(&p, 1, 1, 2, 2, (struct colour){0, 0, 0, 0.5});
    cr_expect(is(&p, 0, 0, 200, 200, 200) && is(&p, 1, 1, 100, 100, 100));
    cr_expect(is(&p, 2, 2, 100, 100, 100) && is(&p, 3, 3, 200, 200, 200));
    pixels_fini(&p);
}

Test(draw, what_lies_outside_is_left_out)
{
    struct pixels p = black(8, 8);

    draw_line(&p, -100, -50, -2000, 7, 3, red);
    draw_line(&p, 1e6, 4, 2e6, 4, 3, red);
    draw_box(&p, -10, -10, 10, 10, red);
    draw_box(&p, 8, 8, 100, 100, red);
    draw_text(&p, 100, 100, 2, red, "x");
    cr_expect_eq(n_lit(&p), 0);
    draw_line(&p, -1000, 4, 1000, 4, 2, red);
    cr_expect(is(&p, 0, 4, 255, 0, 0) && is(&p, 7, 3, 255, 0, 0));
    pixels_fini(&p);
}

Test(draw, letters_are_made_of_dots)
{
    struct pixels p = black(40, 20);

    draw_text(&p, 1, 1, 2, red, "L ");
    for (unsigned y = 1; y < 13; y++)
        cr_expect(is(&p, 1, y, 255, 0, 0) && is(&p, 2, y, 255, 0, 0), "the stem, %u", y);
    for (unsigned x = 1; x < 9; x++)
        cr_expect(is(&p, x, 11, 255, 0, 0) && is(&p, x, 12, 255, 0, 0), "the foot, %u", x);
    cr_expect(is(&p, 4, 4, 0, 0, 0) && is(&p, 9, 11, 0, 0, 0) && is(&p, 1, 13, 0, 0, 0));
    pixels_fini(&p);
}

/* --- an overlay ------------------------------------------------------------------------------- */

/* Two columns and two rows of 40 px, at 20, 10 of a frame of 120 by 100. */
static struct overlay some(const struct overlay_block *blocks, unsigned n)
{
    return (struct overlay){.frame_width = 120,
        .frame_height = 100,
        .columns = 2,
        .rows = 2,
        .block = 40,
        .left = 20,
        .top = 10,
        .active = true,
        .direction = MOTION_RIGHT,
        .n_blocks = (uint16_t)n,
        .blocks = blocks};
}

Test(overlay_draw, the_grid_lies_where_it_is_in_the_frame)
{
    struct overlay o = some(NULL, 0);
    struct pixels p = black(240, 200); /* twice the frame */

    overlay_draw(&p, &o, true);
    cr_expect_gt(at(&p, 40, 60)[1], 40, "the left edge");
    cr_expect_gt(at(&p, 200, 60)[1], 40, "the right one");
    cr_expect_gt(at(&p, 120, 60)[1], 40, "between the columns");
    cr_expect_gt(at(&p, 60, 20)[1], 40, "the upper edge");
    cr_expect_gt(at(&p, 60, 100)[1], 40, "between the rows");
    cr_expect(is(&p, 36, 60, 0, 0, 0) && is(&p, 204, 60, 0, 0, 0) && is(&p, 80, 60, 0, 0, 0));
    pixels_fini(&p);
}

Test(overlay_draw, an_arrow_goes_from_the_middle_of_its_block_where_the_motion_goes)
{
    const struct overlay_block blocks[] = {{0, 0, 250, true, 5 * OVERLAY_UNIT, 0}};
    struct overlay o = some(blocks, 1);
    struct pixels p = black(120, 100);

    overlay_draw(&p, &o, true);
    for (unsigned x = 41; x < 54; x++) /* 9 + 2 * 5 px long */
        cr_expect(is(&p, x, 29, 255, 77, 61), "%u: %u %u %u", x, at(&p, x, 29)[0], at(&p, x, 29)[1],
            at(&p, x, 29)[2]);
    cr_expect(is(&p, 36, 29, 0, 0, 0) && is(&p, 64, 45, 0, 0, 0));
    pixels_fini(&p);
}

Test(overlay_draw, arrows_are_coloured_by_how_sure_they_are)
{
    const struct overlay_block blocks[] = {{0, 0, 250, true, 0, 5 * OVERLAY_UNIT},
        {0, 1, 120, true, 0, 5 * OVERLAY_UNIT}, {1, 0, 50, true, 0, -5 * OVERLAY_UNIT},
        {1, 1, 250, false, 0, 5 * OVERLAY_UNIT}};
    struct overlay o = some(blocks, 4);
    struct pixels p = black(240, 200);

    overlay_draw(&p, &o, true);
    cr_expect(is(&p, 80, 70, 255, 77, 61));
    cr_expect_gt(at(&p, 160, 70)[1], 120);
    cr_expect_lt(at(&p, 160, 70)[2], 60);
    cr_expect_gt(at(&p, 80, 132)[2], 180);
    cr_expect(is(&p, 160, 150, 0, 0, 0), "a guess is not drawn");
    pixels_fini(&p);
}

Test(overlay_draw, the_summary_stands_in_the_lower_left_corner)
{
    struct overlay o = {.active = false};
    struct pixels still = black(320, 240), apart = black(320, 240);
    unsigned above = 0;

    overlay_draw(&still, &o, true);
    overlay_draw(&apart, &o, false);
    cr_expect_gt(n_lit(&still), 30);
    cr_expect_gt(n_lit(&apart), n_lit(&still), "a tilde before it");
    for (unsigned i = 0; i < 320 * 228; i++)
        above += still.bytes[3 * i] != 0;
    cr_expect_eq(above, 0);
    pixels_fini(&still);
    pixels_fini(&apart);
}

/* Cameras write the time of day there. */
Test(overlay_draw, the_summary_can_be_read_over_white_letters)
{
    struct overlay o = {.active = false};
    struct pixels p = black(320, 240);

    memset(p.bytes, 255, (size_t)3 * 320 * 240);
    overlay_draw(&p, &o, true);
    cr_expect_lt(at(&p, 0, 239)[1], 64);
    pixels_fini(&p);
}

Test(overlay_draw, nothing_is_drawn_outside_of_the_smallest_picture)
{
    static struct overlay_block blocks[OVERLAY_BLOCKS_MAX];
    struct overlay o = {.frame_width = 320,
        .frame_height = 320,
        .columns = 32,
        .rows = 32,
        .block = 10,
        .active = true,
        .blocks = blocks,
        .n_blocks = OVERLAY_BLOCKS_MAX,
        .gesture = MOTION_CLASH,
        .speed = UINT32_MAX};
    struct pixels p = black(1, 1);

    for (unsigned i = 0; i < OVERLAY_BLOCKS_MAX; i++)
        blocks[i] = (struct overlay_block){
            (uint8_t)(i / 32), (uint8_t)(i % 32), 255, true, INT16_MIN, INT16_MAX};
    overlay_draw(&p, &o, false);
    pixels_fini(&p);
}
