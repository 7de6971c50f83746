#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "media/flow_eye.h"
#include "motion_words.h"
#include "moving_picture.h"

#define MS INT64_C(1000)

static struct error e;

/* The scene has gone to the left and up as far as one looks to the right and down. */
static int look(struct flow_eye *eye, unsigned width, unsigned height, unsigned x, int64_t time_us,
    struct overlay *ret)
{
    struct moving_picture m = moving_picture(width, height, x, 0, 1);
    int r = flow_eye_look(eye, m.jpeg, m.n, time_us, ret, &e);

    free(m.jpeg);
    return r;
}

static struct overlay run(unsigned width, unsigned height, unsigned step)
{
    struct flow_eye *eye = flow_eye_new();
    struct overlay o = {0};

    cr_expect_eq(look(eye, width, height, 0, 1000 * MS, &o), 0);
    cr_assert_eq(look(eye, width, height, step, 1100 * MS, &o), 1);
    /* How long it took is known from here on. */
    cr_assert_eq(look(eye, width, height, 2 * step, 1200 * MS, &o), 1);
    cr_expect_gt(o.n_blocks, o.columns * o.rows / 2);
    flow_eye_free(eye);
    return o;
}

Test(flow_eye, tells_what_moved_between_two_pictures)
{
    struct overlay o = run(320, 240, 4);

    cr_expect(o.active && o.direction == MOTION_LEFT);
    cr_expect(abs((int)o.speed - 4 * OVERLAY_UNIT) < OVERLAY_UNIT / 4, "%u", o.speed);
    cr_expect(abs((int)o.speed_px_s - 40 * OVERLAY_UNIT) < 3 * OVERLAY_UNIT, "%u", o.speed_px_s);
    cr_expect(o.frame_width == 320 && o.frame_height == 240 && o.columns == 8 && o.rows == 6 &&
        o.block == 40);
    cr_expect(o.brightness > 110 && o.brightness < 145);
    cr_expect_eq(o.time_us, 1200 * MS);
}

Test(flow_eye, halves_large_pictures)
{
    struct overlay o = run(1280, 720, 8);

    cr_expect(o.frame_width == 640 && o.frame_height == 360 && o.block == 24 && o.columns == 26 &&
        o.rows == 15);
    cr_expect(abs((int)o.speed - 4 * OVERLAY_UNIT) < OVERLAY_UNIT / 2, "%u", o.speed);
}

Test(flow_eye, never_makes_a_picture_larger)
{
    struct overlay o = run(160, 120, 2);

    cr_expect(o.frame_width == 160 && o.frame_height == 120 && o.block <= 24);
}

Test(flow_eye, begins_anew_after_a_gap_another_size_or_a_step_back_in_time)
{
    struct flow_eye *eye = flow_eye_new();
    struct overlay o;

    cr_expect_eq(look(eye, 320, 240, 0, 5000 * MS, &o), 0);
    cr_expect_eq(look(eye, 320, 240, 0, 5000 * MS + FLOW_EYE_GAP_US, &o), 1);
    cr_expect_eq(look(eye, 320, 240, 0, 5001 * MS + 2 * FLOW_EYE_GAP_US, &o), 0);
    cr_expect_eq(look(eye, 320, 240, 0, 8100 * MS, &o), 1);
    cr_expect_eq(look(eye, 240, 320, 0, 8200 * MS, &o), 0);
    cr_expect_eq(look(eye, 240, 320, 0, 8300 * MS, &o), 1);
    cr_expect(o.columns == 6 && o.rows == 8);
    cr_expect_eq(look(eye, 240, 320, 0, 8200 * MS, &o), 0);
    cr_expect_eq(look(eye, 240, 320, 0, 8300 * MS, &o), 1);
    flow_eye_free(eye);
}

/* Of a camera that tells no times, over a network that stands still now and then. */
Test(flow_eye, goes_on_with_pictures_that_arrive_together)
{
    struct flow_eye *eye = flow_eye_new();
    struct overlay o;

    cr_expect_eq(look(eye, 320, 240, 0, 5000 * MS, &o), 0);
    cr_expect_eq(look(eye, 320, 240, 4, 5100 * MS, &o), 1);
    cr_expect(o.active && o.speed_px_s == 10 * o.speed, "%u %u", o.speed, o.speed_px_s);
    cr_expect_eq(look(eye, 320, 240, 8, 5100 * MS, &o), 1);
    cr_expect(o.active && o.speed_px_s == 10 * o.speed, "%u %u", o.speed, o.speed_px_s);
    flow_eye_free(eye);
}

Test(flow_eye, does_not_look_at_damaged_pictures)
{
    struct moving_picture m = moving_picture(320, 240, 90, 40, 1);
    struct flow_eye *eye = flow_eye_new();
    struct overlay o;

    cr_expect_eq(look(eye, 320, 240, 0, 1000 * MS, &o), 0);
    cr_expect_eq(flow_eye_look(eye, m.jpeg, m.n / 2, 1100 * MS, &o, &e), -EBADMSG);
    cr_expect(e.text[0]);
    cr_expect_eq(flow_eye_look(eye, m.jpeg, 3, 1100 * MS, &o, &e), -EBADMSG);
    /* As if they had not been there. */
    cr_expect_eq(look(eye, 320, 240, 4, 1200 * MS, &o), 1);
    cr_expect(o.active && abs((int)o.speed - 4 * OVERLAY_UNIT) < OVERLAY_UNIT / 4);
    flow_eye_free(eye);
    free(m.jpeg);
}

Test(flow_eye, refuses_what_is_too_small)
{
    struct flow_eye *eye = flow_eye_new();
    struct overlay o;

    cr_expect_eq(look(eye, 60, 200, 0, 1000 * MS, &o), -EBADMSG);
    cr_expect_str_eq(e.text, "no motion can be found in pictures that are decoded to 60 × 200");
    flow_eye_free(eye);
}

/* A cut, or a camera that turns away: there is nothing to be followed. */
Test(flow_eye, takes_another_scene_for_no_motion)
{
    struct flow_eye *eye = flow_eye_new();
    struct overlay o;

    for (unsigned i = 0; i < 20; i++) {
        if (look(eye, 320, 240, i * 5000, 1000 * MS + i * 100 * MS, &o))
            cr_expect(o.n_blocks <= 4, "cut %u: %u blocks", i, o.n_blocks);
    }
    flow_eye_free(eye);
}

Test(flow_eye, has_a_grid_for_every_usual_size)
{
    static const unsigned sizes[][2] = {{320, 240}, {240, 320}, {320, 180}, {352, 288}, {400, 300},
        {256, 192}, {240, 135}, {160, 120}, {452, 452}, {64, 64}, {1024, 1024}, {324, 243},
        {512, 384}, {640, 480}, {640, 360}, {480, 640}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        unsigned w = sizes[i][0], h = sizes[i][1];
        struct flow_shape s;

        cr_assert_eq(flow_eye_shape(w, h, &s), 0, "%u x %u", w, h);
        cr_expect_geq(s.columns * s.rows * s.block * s.block * 100, 80 * w * h,
            "%u x %u: %u x %u of %u", w, h, s.columns, s.rows, s.block);
    }
    cr_expect_eq(flow_eye_shape(63, 640, &(struct flow_shape){0}), -ERANGE);
    cr_expect_eq(flow_eye_shape(2049, 640, &(struct flow_shape){0}), -ERANGE);
}
