#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "pi_suite.h"

TestSuite(pi_source, .init = fake_pi_begin, .fini = fake_pi_end);

/* --- pace and night --------------------------------------------------------------------------- */

Test(pi_source, keeps_its_rate_with_a_faster_source)
{
    unsigned n = 0;

    for (unsigned i = 0; i < 300; i++) {
        fake_pi_wait(w, i % 3 ? 33333 : 33334);
        n += fake_pi_frame(w, 100) != 0;
    }
    cr_expect(n >= 99 && n <= 101, "%u of 300 at 30 per second", n);
    n = 0;
    for (unsigned i = 0; i < 250; i++) {
        fake_pi_wait(w, 40000);
        n += fake_pi_frame(w, 100) != 0;
    }
    cr_expect(n >= 99 && n <= 101, "%u of 250 at 25 per second", n);
}

Test(pi_source, night_is_told_to_the_source_and_key_by_key_to_the_log)
{
    cr_expect(fake_pi_logged(w,
        "1 Camera configuration updated:\n1   mode: None → video\n1   resolution: None → "
        "1024x768\n1   framerate: None → 10\n"
        "1   exposure_us: None → auto\n1   gain: None → auto\n"));
    fake_pi_frames(w, 20, 30);
    cr_expect(w->want.manual);
    cr_expect_eq(w->want.exposure_us, 2000000);
    cr_expect_eq(w->want.framerate, 1);
    cr_expect(fake_pi_logged(w,
        "1 Camera configuration updated:\n1   mode: video → still\n1   framerate: 10 → None\n"
        "1   exposure_us: auto → 2000000\n1   gain: auto → 6.0\n"));
    cr_expect_eq(w->n_starts, 1, "by adjusting");
    cr_expect_not(w->published.night, "taken before the switch");
    fake_pi_frames(w, 1, 241);
    cr_expect(w->published.night);
    cr_expect_not(w->want.manual);
    cr_expect(fake_pi_logged(w,
        "1   mode: still → video\n1   framerate: None → 10\n1   exposure_us: 2000000 → auto\n1   "
        "gain: 6.0 → auto\n"));
}

Test(pi_source, a_source_that_cannot_adjust_is_restarted)
{
    w->adjust_result = 1;
    fake_pi_frames(w, 20, 30);
    cr_expect_eq(w->n_starts, 2);
    cr_expect(w->running && w->want.manual);
}

Test(pi_source, night_in_still_mode_pauses_and_slow_video_does_not)
{
    fake_pi_frames(w, 20, 30);
    fake_pi_wait(w, 1000000);
    cr_expect_not(fake_pi_frame(w, 30));
    fake_pi_wait(w, 1000000);
    cr_expect(fake_pi_frame(w, 30));
    fake_pi_send(w, "set night.mode slow_video");
    fake_pi_send(w, "set night.exposure_us 100000");
    cr_expect_eq(w->want.framerate, 10);
    fake_pi_wait(w, 2000000);
    cr_expect(fake_pi_frame(w, 30));
    fake_pi_wait(w, 100000);
    cr_expect(fake_pi_frame(w, 30));
}

Test(pi_source, night_can_be_switched_off_even_at_night)
{
    fake_pi_frames(w, 20, 30);
    cr_expect(w->want.manual);
    fake_pi_send(w, "set night.enable false");
    cr_expect_not(w->want.manual);
    fake_pi_wait(w, 2000000);
    for (unsigned i = 0; i < 40; i++)
        fake_pi_frames(w, 1, 30);
    cr_expect_not(w->want.manual);
}

Test(pi_source, a_new_size_restarts_the_source)
{
    fake_pi_send(w, "set camera.width 640");
    cr_expect_eq(w->n_starts, 2);
    cr_expect_eq(w->want.width, 640);
    fake_pi_send(w, "set camera.framerate 20");
    cr_expect_eq(w->n_starts, 2);
    cr_expect_eq(w->want.framerate, 20);
    w->n_log = 0;
    fake_pi_send(w, "set ring.size 50");
    cr_expect_null(strstr(w->log, "Camera configuration updated"), "nothing of the camera changed");
}

/* --- a source in trouble ---------------------------------------------------------------------- */

Test(pi_source, a_stalled_source_is_restarted_later_and_later)
{
    struct pi_ring_frame f;

    fake_pi_frames(w, 10, 100);
    cr_expect(w->live);
    fake_pi_wait(w, 4000000);
    cr_expect(w->running);
    cr_expect(pi_camera_newest(&w->camera, &f));
    fake_pi_wait(w, 150000);
    cr_expect_not(w->running);
    cr_expect_not(w->live);
    cr_expect_not(pi_camera_newest(&w->camera, &f));
    cr_expect(fake_pi_logged(
        w, "3 Source has stalled: no picture for 4.1 s; it is started again in 1 s\n"));
    fake_pi_wait(w, 1000000);
    cr_expect_eq(w->n_starts, 2);
    fake_pi_wait(w, 200000000);
    cr_expect(w->n_starts >= 7 && w->n_starts <= 9, "%u", w->n_starts);
    cr_expect(fake_pi_logged(w, "started again in 30 s"));
}

Test(pi_source, pictures_bring_it_back)
{
    fake_pi_frames(w, 1, 100);
    pi_camera_source_ended(&w->camera, w->now_us, "Source has ended: rpicam-vid, status 1");
    cr_expect_not(w->live);
    cr_expect_eq(w->n_stops, 1);
    fake_pi_wait(w, 1000000);
    fake_pi_frames(w, 1, 100);
    cr_expect(w->live);
}

Test(pi_source, a_source_that_does_not_start_is_tried_again)
{
    struct pi_config config;

    fake_pi_anew();
    pi_config_init(&config);
    fake_pi_init(w, &config, NULL);
    w->start_result = -ENODEV;
    pi_camera_start(&w->camera, w->now_us);
    cr_expect(fake_pi_logged(w, "3 Source does not start: No such device; next try in 1 s\n"));
    fake_pi_wait(w, 3500000);
    cr_expect_eq(w->n_starts, 3);
    w->start_result = 0;
    fake_pi_wait(w, 4000000);
    cr_expect(w->running);
    pi_camera_stop(&w->camera);
    cr_expect_not(w->running);
}

Test(pi_source, pictures_that_cannot_be_used_are_no_pictures)
{
    fake_pi_frames(w, 1, 100);
    for (unsigned i = 0; i < 50; i++) {
        fake_pi_wait(w, 100000);
        pi_camera_offer(&w->camera, w->now_us);
        pi_camera_bad_frame(&w->camera, w->now_us, "it is no JPEG");
    }
    cr_expect_not(w->live);
    cr_expect(fake_pi_logged(w, "2 A picture cannot be used: it is no JPEG (1 so far)\n"));
    cr_expect_not(fake_pi_logged(w, "(2 so far)"), "not every one");
}

/* --- memory ----------------------------------------------------------------------------------- */

Test(pi_source, swap_slows_it_down_and_pauses_it)
{
    w->readings.swap_percent = 71;
    fake_pi_frames(w, 49, 100);
    fake_pi_wait(w, 1400000);
    cr_expect(fake_pi_frame(w, 100));
    fake_pi_wait(w, 1000000);
    cr_expect_not(fake_pi_frame(w, 100));
    fake_pi_wait(w, 500000);
    cr_expect(fake_pi_frame(w, 100));
    w->readings.swap_percent = 86;
    fake_pi_wait(w, 5000000);
    cr_expect_not(fake_pi_frame(w, 100));
    cr_expect_not(w->live, "the stream says so");
    fake_pi_wait(w, 60000000);
    cr_expect(w->running, "a pause is no stall");
    w->readings.swap_percent = 10;
    fake_pi_wait(w, 3000000);
    cr_expect(fake_pi_frame(w, 100));
    cr_expect(w->live);
    cr_expect(fake_pi_logged(w, "3 Critical swap 86.0% → capture is paused\n"));
}

Test(pi_source, too_large_a_process_gives_up_the_past)
{
    static const uint8_t big[400000];

    for (unsigned i = 0; i < 100; i++) {
        struct pi_picture p = {
            .jpeg = big, .n = sizeof big, .width = 8, .height = 8, .mono_us = w->now_us};
        pi_camera_frame(&w->camera, w->now_us, &p);
        w->now_us += 1000;
    }
    cr_expect_eq(w->camera.ring.n_frames, 100);
    w->readings.rss_bytes = UINT64_C(151) << 20;
    fake_pi_wait(w, 5000000);
    cr_expect_eq(w->camera.ring.n_frames, 75);
    cr_expect(
        fake_pi_logged(w, "2 RSS 151.0 MiB (limit 150): the ring holds at most 28.6 MiB now\n"));
    for (unsigned i = 0; i < 100; i++)
        fake_pi_wait(w, 5000000);
    cr_expect_geq(w->camera.ring.n_frames, 1, "never nothing");
    cr_expect_geq(w->camera.guard.ring_bytes, PI_RING_MIN_BYTES);
    w->readings.rss_bytes = 60 << 20;
    fake_pi_wait(w, 100000000);
    cr_expect_eq(w->camera.guard.ring_bytes, 64 << 20, "all of it again when there is room");
}

Test(pi_source, memory_that_cannot_be_read_is_no_trouble)
{
    w->memory_result = -EIO;
    fake_pi_wait(w, 6000000);
    expect_answer("health", "ERROR: memory cannot be read\n");
}

Test(pi_source, logs_at_the_level_it_is_told)
{
    fake_pi_send(w, "set logging.level error");
    size_t n = w->n_log;
    fake_pi_send(w, "set night.gain 5");
    cr_expect_eq(w->n_log, n);
    fake_pi_send(w, "set logging.level critical");
    fake_pi_frames(w, 1, 100);
    pi_camera_source_ended(&w->camera, w->now_us, "Source has ended");
    cr_expect_eq(w->n_log, n);
}
