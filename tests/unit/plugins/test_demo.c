#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "motion_words.h"
#include "plugin.h"

#define STR(s) ((char *)(s))

static struct fake_host *begin(void)
{
    struct fake_host *h = fake_host_new(plugin("demo"));

    fake_host_start(h);
    return h;
}

static bool is_jpeg(const struct fake_picture *p)
{
    return p->n > 4 && memcmp(p->bytes, "\xFF\xD8", 2) == 0 &&
        memcmp(p->bytes + p->n - 2, "\xFF\xD9", 2) == 0;
}

static bool same(const struct fake_picture *a, const struct fake_picture *b)
{
    return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

Test(demo, is_there_at_once_and_by_itself)
{
    const struct wr_driver *driver = plugin("demo");
    struct fake_host *h = begin();

    cr_assert(eq(str, STR(driver->matches[0].bus), STR("auto")));
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(demo, pictures_come_only_while_somebody_looks)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_host_advance(h, 10 * FAKE_S);
    cr_assert(eq(sz, fake_n_frames(dev), 0));
    fake_host_watch(h, true);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(sz, fake_n_frames(dev), 30));
    cr_assert(eq(str, STR(fake_value(dev, "watched")), STR("true")));
    fake_host_watch(h, false);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(sz, fake_n_frames(dev), 30));
    cr_assert(eq(str, STR(fake_value(dev, "fps")), STR("0")));
    fake_host_free(h);
}

Test(demo, pictures_are_jpegs_that_move_in_a_loop)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_host_watch(h, true);
    fake_host_advance(h, 4 * FAKE_S);
    for (size_t i = 0; i < 24; i++) {
        cr_assert(is_jpeg(fake_frame(dev, i)));
        cr_assert(
            not(same(fake_frame(dev, i), fake_frame(dev, i + 1))), "picture %zu is as the next", i);
        cr_assert(same(fake_frame(dev, i), fake_frame(dev, i + 24)));
    }
    cr_assert(eq(u64, fake_frame(dev, 3)->frame.device_seq, 4));
    cr_assert(eq(i64, fake_frame(dev, 0)->frame.captured_us, FAKE_WALL_US + FAKE_S / 15));
    cr_assert(eq(int, (int)fake_clock(dev), WR_CLOCK_UTC));
    fake_host_free(h);
}

Test(demo, fps_is_an_option)
{
    struct fake_host *h = fake_host_new(plugin("demo"));

    fake_host_option(h, "fps", "40");
    fake_host_start(h);
    fake_host_watch(h, true);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 80));
    fake_host_free(h);
}

Test(demo, settings_are_seen_in_the_pictures)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);
    size_t n;

    fake_host_watch(h, true);
    fake_desire(dev, "paused", "true");
    fake_host_advance(h, FAKE_S);
    n = fake_n_frames(dev);
    cr_assert(same(fake_frame(dev, n - 1), fake_frame(dev, n - 2)));
    fake_desire(dev, "night", "true");
    fake_host_advance(h, FAKE_S);
    cr_assert(lt(sz, fake_frame(dev, fake_n_frames(dev) - 1)->n, fake_frame(dev, n - 1)->n / 2),
        "a dark picture is a small one");
    cr_assert(eq(int, (int)fake_frame(dev, fake_n_frames(dev) - 1)->frame.flags, WR_FRAME_NIGHT));
    cr_assert(eq(str, STR(fake_value(dev, "things")), STR("hills,moon,ball")));
    fake_host_free(h);
}

Test(demo, speed_takes_pictures_out)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_desire(dev, "speed", "8");
    fake_host_watch(h, true);
    fake_host_advance(h, FAKE_S);
    cr_assert(same(fake_frame(dev, 0), fake_frame(dev, 3)));
    fake_host_free(h);
}

Test(demo, every_setting_is_applied_and_told_back)
{
    static const char *const wanted[][2] = {{"speed", "3"}, {"paused", "true"}, {"night", "true"},
        {"greeting", "good day"}, {"gain", "2.5"}, {"shows", "grid,name"}};
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        fake_desire(dev, wanted[i][0], wanted[i][1]);
    fake_host_turn(h);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        cr_assert(eq(int, fake_applied(dev, wanted[i][0]), 0), "%s", wanted[i][0]);
        cr_assert(eq(str, STR(fake_value(dev, wanted[i][0])), STR(wanted[i][1])));
    }
    fake_host_free(h);
}

Test(demo, night_and_day_are_events_once_each)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_desire(dev, "night", "true");
    fake_desire(dev, "speed", "2");
    fake_host_turn(h);
    fake_desire(dev, "night", "false");
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_events(dev, "camera.night"), 1));
    cr_assert(eq(sz, fake_n_events(dev, "camera.day"), 1));
    fake_host_free(h);
}

Test(demo, ten_rounds_are_an_event)
{
    struct fake_host *h = begin();

    fake_host_watch(h, true);
    fake_host_advance(h, 16 * FAKE_S); /* 240 pictures of 24 to the round */
    cr_assert(eq(str, STR(fake_event(fake_dev(h), "demo.round")), STR("{\"rounds\":10}")));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "pictures")), STR("240")));
    fake_host_free(h);
}

Test(demo, look_says_what_it_understood)
{
    struct fake_host *h = begin();
    const struct fake_call *plain = fake_run(fake_dev(h), "look", NULL);
    const struct fake_call *full = fake_run(fake_dev(h), "look", "pan", "-90", "zoom", "1.5",
        "smooth", "no", "corner", "bottom-right", "tags", "a,b", "note", "say \"hi\"", NULL);

    fake_host_turn(h);
    cr_assert(eq(str, plain->json,
        STR("{\"pan\":0,\"zoom\":1,\"smooth\":true,\"corner\":\"top-left\",\"tags\":\"\",\"note\":"
            "null,\"by\":\"Demo\"}")));
    cr_assert(eq(str, full->json,
        STR("{\"pan\":-90,\"zoom\":1.5,\"smooth\":false,\"corner\":\"bottom-right\",\"tags\":\"a,"
            "b\",\"note\":\"say \\\"hi\\\"\",\"by\":\"Demo\"}")));
    fake_host_free(h);
}

Test(demo, count_takes_its_time)
{
    struct fake_host *h = begin();
    const struct fake_call *call = fake_run(fake_dev(h), "count", "to", "7", NULL);

    fake_host_advance(h, 650 * FAKE_MS);
    cr_assert(not(call->over));
    cr_assert(eq(
        str, STR(fake_event(fake_dev(h), "transfer.progress")), STR("{\"counted\":6,\"of\":7}")));
    fake_host_advance(h, 100 * FAKE_MS);
    cr_assert(eq(str, call->json, STR("7")));
    fake_host_advance(h, FAKE_S);
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "transfer.progress"), 7));
    fake_host_free(h);
}

Test(demo, fail_fails_with_the_sentence)
{
    struct fake_host *h = begin();
    const struct fake_call *call = fake_run(fake_dev(h), "fail", "why", "the lens cap is on", NULL);

    fake_host_turn(h);
    cr_assert(eq(int, call->result, -EIO));
    cr_assert(eq(str, call->json, STR("the lens cap is on")));
    fake_host_free(h);
}

Test(demo, slow_readers_lose_pictures_and_nothing_else)
{
    struct fake_host *h = begin();

    fake_host_watch(h, true);
    fake_host_refuse_frames(h, 5);
    fake_host_advance(h, FAKE_S);
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 10));
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

/* --- what moves ------------------------------------------------------------------------------- */

static const struct wr_overlay *overlay(struct wr_dev *dev, size_t i)
{
    return fake_overlay(dev, i);
}

Test(demo, each_picture_has_its_overlay)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_host_watch(h, true);
    fake_host_advance(h, 4 * FAKE_S);
    cr_assert(eq(sz, fake_n_overlays(dev), fake_n_frames(dev)));
    for (size_t i = 0; i < fake_n_overlays(dev); i++)
        cr_assert(eq(u64, overlay(dev, i)->device_seq, fake_frame(dev, i)->frame.device_seq));
    cr_assert_not(overlay(dev, 0)->flags & WR_OVERLAY_ACTIVE, "nothing came before the first");
    fake_host_free(h);
}

/* The ball goes 20 px to the right from one picture to the next, and back. */
Test(demo, overlays_tell_how_the_ball_goes)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_host_watch(h, true);
    fake_host_advance(h, 2 * FAKE_S);
    for (size_t i = 1; i < 24; i++) {
        const struct wr_overlay *o = overlay(dev, i);
        int sign = i <= 12 ? 1 : -1;

        cr_assert(o->flags & WR_OVERLAY_ACTIVE);
        cr_assert(o->n_blocks >= 1 && o->n_blocks <= 4, "%zu", o->n_blocks);
        cr_assert(eq(int, o->blocks[0].dx, sign * 20 * WR_OVERLAY_UNIT));
        cr_assert(ge(u32, o->speed, 20 * WR_OVERLAY_UNIT));
        cr_assert(eq(u32, o->speed_px_s, o->speed * 15));
        cr_assert(eq(sz, o->n_points, i < WR_OVERLAY_POINTS_MAX ? i : WR_OVERLAY_POINTS_MAX));
    }
    cr_assert(eq(int, overlay(dev, 1)->direction, MOTION_UP_RIGHT));
    cr_assert(eq(int, overlay(dev, 4)->direction, MOTION_DOWN_RIGHT));
    cr_assert(eq(int, overlay(dev, 13)->direction, MOTION_UP_LEFT));
    cr_assert(eq(int, overlay(dev, 16)->direction, MOTION_DOWN_LEFT));
    fake_host_free(h);
}

Test(demo, of_a_picture_that_stands_still_nothing_moves)
{
    struct fake_host *h = begin();
    struct wr_dev *dev = fake_dev(h);

    fake_desire(dev, "paused", "true");
    fake_host_watch(h, true);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(gt(sz, fake_n_overlays(dev), 10));
    cr_assert_not(overlay(dev, 10)->flags & WR_OVERLAY_ACTIVE);
    cr_assert(zero(sz, overlay(dev, 10)->n_blocks));
    fake_host_free(h);
}

Test(demo, on_an_older_gateway_has_no_overlays)
{
    struct fake_host *h = fake_host_new(plugin("demo"));

    fake_host_older(h, offsetof(struct wr_host, overlay_publish));
    fake_host_start(h);
    fake_host_watch(h, true);
    fake_host_advance(h, FAKE_S);
    cr_assert(gt(sz, fake_n_frames(fake_dev(h)), 10));
    fake_host_free(h);
}
