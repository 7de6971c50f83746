#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_pi_port.h"
#include "pi_part.h"

static void expect_reply(const struct fake_peer *p, const char *text)
{
    cr_expect(p->finished);
    cr_expect_eq(p->n, strlen(text), "%zu bytes: %s", p->n, p->got);
    cr_expect_str_eq(p->got, text);
}

static void expect_answer(struct fake_pi *w, const char *command, const char *reply)
{
    expect_reply(fake_pi_send(w, command), reply);
}

/* --- commands --------------------------------------------------------------------------------- */

Test(pi_camera, answers_what_takes_no_picture)
{
    struct fake_pi *w = fake_pi_started();

    w->readings = (struct pi_memory){.rss_bytes = 43515904, .swap_percent = 12.34};
    expect_answer(w, "health\n", "RSS=41.5MiB SWAP=12.3%\n");
    expect_answer(w, "night_level", "NO_DATA\n");
    expect_answer(w, "pastStack", "NO_FRAMES\n");
    expect_answer(w, "hello", "UNKNOWN_COMMAND\n");
    expect_answer(w, "", "UNKNOWN_COMMAND\n");
    expect_answer(w, "stream 3", "UNKNOWN_COMMAND\n");
    expect_answer(w, "set", "ERROR: usage set <key_path> <value>\n");
    expect_answer(w, "set camera.framerate", "ERROR: usage set <key_path> <value>\n");
    expect_answer(w, "set camera.nothing 5", "ERROR: invalid key camera.nothing\n");
    expect_answer(w, "set camera 5", "ERROR: invalid key camera\n");
    expect_answer(w, "set camera.width.x 5", "ERROR: invalid key camera.width.x\n");
    expect_answer(w, "set camera.framerate 5.5",
        "ERROR: invalid value 5.5 for camera.framerate: expected a whole number from 1 to 120\n");
    expect_answer(w, "set a \xff\xfe", "ERROR: a command must be UTF-8\n");
    fake_pi_free(w);
}

Test(pi_camera, set_echoes_what_it_was_given)
{
    struct fake_pi *w = fake_pi_started();

    expect_answer(w, "set camera.framerate 5", "OK: changed camera.framerate from 10 to 5\n");
    expect_answer(w, "set night.gain 4", "OK: changed night.gain from 6.0 to 4\n");
    expect_answer(w, "set night.gain 5", "OK: changed night.gain from 4.0 to 5\n");
    expect_answer(w, "set ring.downscale.enable yes",
        "OK: changed ring.downscale.enable from False to yes\n");
    expect_answer(
        w, "set export.formats jpg", "OK: changed export.formats from ['jpg', 'png'] to jpg\n");
    expect_answer(w, "settle export.formats ['jpg', 'npy']",
        "OK: changed export.formats from ['jpg'] to ['jpg', 'npy']\n");
    expect_answer(w, "set export.base_dir /mnt/my pictures",
        "OK: changed export.base_dir from ./captures to /mnt/my pictures\n");
    cr_expect(fake_pi_logged(w, "Parameter updated via trigger: night.gain : 6.0 → 4\n"));
    cr_expect(fake_pi_logged(w, "(from the next start on)"));
    fake_pi_free(w);
}

Test(pi_camera, night_level_names_the_threshold_that_counts)
{
    struct fake_pi *w = fake_pi_started();

    fake_pi_frames(w, 1, 131.44);
    expect_answer(w, "night_level",
        "LEVEL=131.4 relevant threshold=50 dark_threshold: < 50 bright_threshold: > 240 "
        "STATUS=DAY\n");
    fake_pi_frames(w, 20, 31.4);
    expect_answer(w, "night_level",
        "LEVEL=31.4 relevant threshold=240 dark_threshold: < 50 bright_threshold: > 240 "
        "STATUS=NIGHT\n");
    fake_pi_free(w);
}

Test(pi_camera, dumps_its_configuration)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p = fake_pi_send(w, "dump_config");

    cr_expect_eq(strncmp(p->got, "{\n    \"camera\": {\n        \"codec\": \"rgb\",", 40), 0);
    cr_expect_str_eq(p->got + p->n - 3, "\n}\n");
    fake_pi_free(w);
}

Test(pi_camera, overwrites_its_configuration)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p, *q;

    fake_pi_send(w, "set camera.framerate 7");
    p = fake_pi_send(w, "overwrite_config");
    cr_expect_not(p->finished, "not before it is written");
    cr_expect(strstr(w->saved_config, "\"framerate\": 7,"));
    q = fake_pi_send(w, "overwrite_config");
    expect_reply(q, "ERROR: failed to dump configuration: another one is being written\n");
    pi_camera_config_saved(&w->camera, NULL);
    expect_reply(p, "OK: configuration dumped to config.json\n");
    p = fake_pi_send(w, "overwrite_config");
    pi_camera_config_saved(&w->camera, "No space left on device");
    expect_reply(p, "ERROR: failed to dump configuration: No space left on device\n");
    fake_pi_free(w);
}

Test(pi_camera, tells_exposure_and_controls_as_json)
{
    struct fake_pi *w = fake_pi_started();

    expect_answer(w, "dump_cam_exposure",
        "{\n  \"ExposureTime\": null,\n  \"AnalogueGain\": null,\n  \"AeEnable\": true\n}\n");
    w->want = (struct pi_source_want){.manual = true, .exposure_us = 2000000, .gain = 6};
    expect_answer(w, "dump_cam_exposure",
        "{\n  \"ExposureTime\": 2000000,\n  \"AnalogueGain\": 6.0,\n  \"AeEnable\": false\n}\n");
    expect_answer(w, "dump_cam_controls", "{}\n");
    w->n_controls = 2;
    expect_answer(w, "dump_cam_controls",
        "{\n  \"Control 98\": {\n    \"min\": -1,\n    \"max\": 1001,\n    \"default\": 5,\n    "
        "\"value\": 6\n  },\n"
        "  \"Sharp_ness\": {\n    \"min\": -1,\n    \"max\": 1000,\n    \"default\": 5,\n    "
        "\"value\": 6\n  }\n}\n");
    w->n_controls = PI_MAX_CONTROLS;
    struct fake_peer *p = fake_pi_send(w, "dump_cam_controls");
    cr_expect_str_eq(p->got + p->n - 3, "\n}\n");
    fake_pi_free(w);
}

Test(pi_camera, asks_for_its_token_where_something_changes)
{
    struct fake_pi *w = fake_pi_new();
    struct pi_config config;

    pi_config_init(&config);
    fake_pi_init(w, &config, "s3cret");
    pi_camera_start(&w->camera, w->now_us);
    expect_answer(w, "set camera.framerate 5",
        "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer(w, "token s3cre set camera.framerate 5",
        "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer(w, "token s3crets set camera.framerate 5",
        "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer(
        w, "overwrite_config", "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer(
        w, "token s3cret set camera.framerate 5", "OK: changed camera.framerate from 10 to 5\n");
    cr_expect_not(fake_pi_logged(w, "s3cret"));
    fake_pi_free(w);
}

/* --- saving ----------------------------------------------------------------------------------- */

Test(pi_camera, save_takes_the_next_picture_in_full_size)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p;

    fake_pi_frames(w, 3, 100);
    p = fake_pi_send(w, "save png");
    cr_expect_eq(w->n_exports, 0);
    fake_pi_wait(w, 100000);
    cr_expect_eq(fake_pi_frame(w, 100), PI_WANT_RING | PI_WANT_FULL);
    cr_expect_eq(w->n_exports, 1);
    cr_expect_eq(w->exports[0].job.formats, PI_FORMAT_PNG);
    cr_expect_eq(w->exports[0].frames[0].n, 4, "not the ring's picture");
    cr_expect_eq(w->exports[0].frames[0].meta.id, 3);
    fake_pi_wait(w, 40000);
    fake_pi_exported(w, "/c/a.png", NULL);
    expect_reply(p,
        "Saved single full-resolution image: /c/a.png (timestamp: 1767225600.400, age: 0.04s)\n");
    fake_pi_wait(w, 60000);
    cr_expect_eq(fake_pi_frame(w, 100), PI_WANT_RING);
    fake_pi_free(w);
}

Test(pi_camera, save_says_when_there_is_nothing)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p = fake_pi_send(w, "save");

    fake_pi_wait(w, 4000000);
    cr_expect_not(p->finished);
    fake_pi_wait(w, 200000);
    expect_reply(p, "NOT_SAVED\n");
    expect_answer(w, "save bmp", "NOT_SAVED\n");
    p = fake_pi_send(w, "save");
    fake_pi_frames(w, 1, 100);
    fake_pi_exported(w, NULL, "a.jpg: No space left on device");
    expect_reply(p, "NOT_SAVED\n");
    cr_expect(fake_pi_logged(w, "3 Cannot save a.jpg: No space left on device\n"));
    p = fake_pi_send(w, "save");
    w->export_result = -ENOMEM;
    fake_pi_frames(w, 1, 100);
    expect_reply(p, "NOT_SAVED\n");
    fake_pi_free(w);
}

Test(pi_camera, saves_at_the_same_time_share_one_picture)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p = fake_pi_send(w, "save jpg"), *q = fake_pi_send(w, "save jpg"),
                     *r = fake_pi_send(w, "save png");

    fake_pi_frames(w, 1, 100);
    cr_expect_eq(w->n_exports, 2, "one for each set of formats");
    fake_pi_exported(w, "/c/a.jpg", NULL);
    fake_pi_exported(w, "/c/a.png", NULL);
    cr_expect(strstr(p->got, "/c/a.jpg"));
    cr_expect_str_eq(p->got, q->got);
    cr_expect(strstr(r->got, "/c/a.png"));
    fake_pi_free(w);
}

Test(pi_camera, a_peer_that_leaves_gets_its_picture_saved)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p = fake_pi_send(w, "save");

    pi_camera_gone(&w->camera, p);
    fake_pi_frames(w, 1, 100);
    fake_pi_exported(w, "/c/a.jpg", NULL);
    cr_expect_eq(p->n, 0);
    cr_expect(fake_pi_logged(w, "Saved single full-resolution image: /c/a.jpg"));
    fake_pi_free(w);
}

Test(pi_camera, past_stack_averages_the_oldest_of_its_seconds)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p;

    fake_pi_frames(w, 300, 100);
    fake_pi_wait(w, 20000);
    p = fake_pi_send(w, "pastStack jpg");
    cr_assert_eq(w->n_exports, 1);
    cr_expect(w->exports[0].job.stack);
    cr_expect_eq(w->exports[0].job.n_frames, 4);
    for (unsigned i = 0; i < 4; i++)
        cr_expect_eq(w->exports[0].frames[i].meta.id, 250 + i);
    fake_pi_wait(w, 80000);
    fake_pi_exported(w, "/c/s.jpg", NULL);
    expect_reply(p,
        "Saved stacked image: /c/s.jpg | stack of 4 frames | first frame timestamp: 1767225625.100 "
        "(age: 4.92s) | "
        "last frame timestamp: 1767225625.400 (age: 4.62s)(export.save_before_s: 5.000 s)\n");
    fake_pi_free(w);
}

Test(pi_camera, past_without_stacking_saves_each)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p;
    unsigned n = 0;

    fake_pi_frames(w, 60, 100);
    fake_pi_send(w, "set export.stack_dark_frames false");
    p = fake_pi_send(w, "pastStack");
    while (w->n_exports > 0) {
        cr_expect_leq(w->exports[0].job.n_frames, PI_TASK_BATCH);
        n += w->exports[0].job.n_frames;
        fake_pi_exported(w, "/c/s.jpg", NULL);
    }
    cr_expect_eq(n, 50);
    expect_reply(p,
        "Saved 100 separate images from ring buffer, starting at timestamp: 1767225601.100 (age: "
        "4.90s)"
        "(export.save_before_s: 5.000 s)bright_threshold: > 240 \n");
    fake_pi_free(w);
}

Test(pi_camera, past_without_stacking_goes_on_without_what_has_left_the_ring)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p;

    fake_pi_send(w, "set ring.size 50");
    fake_pi_frames(w, 50, 100);
    fake_pi_send(w, "set export.stack_dark_frames false");
    p = fake_pi_send(w, "pastStack jpg");
    fake_pi_frames(w, 48, 100);
    fake_pi_exported(w, "/c/s.jpg", NULL);
    cr_assert_eq(w->n_exports, 1);
    cr_expect_eq(w->exports[0].job.n_frames, 2);
    fake_pi_exported(w, "/c/t.jpg", NULL);
    cr_expect(strstr(p->got, "Saved 10 separate images"), "%s", p->got);
    fake_pi_free(w);
}

Test(pi_camera, more_than_a_few_jobs_wait_their_turn)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p[PI_MAX_TASKS + 2];

    fake_pi_frames(w, 10, 100);
    for (unsigned i = 0; i < PI_MAX_TASKS + 2; i++)
        p[i] = fake_pi_send(w, "pastStack jpg");
    cr_expect_eq(w->n_exports, PI_MAX_TASKS);
    for (unsigned i = 0; i < PI_MAX_TASKS + 2; i++) {
        cr_expect_not(p[i]->finished);
        fake_pi_exported(w, "/c/s.jpg", NULL);
        cr_expect(p[i]->finished);
    }
    fake_pi_free(w);
}

Test(pi_camera, more_commands_than_it_can_hold_are_told_so)
{
    struct fake_pi *w = fake_pi_started();

    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        fake_pi_send(w, "save");
    expect_answer(w, "save", "ERROR: too many commands at once\n");
    expect_answer(w, "night_level", "NO_DATA\n");
    pi_camera_stop(&w->camera);
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        cr_expect(w->peers[i].finished, "peer %u is let go at the end", i);
    fake_pi_free(w);
}

Test(pi_camera, saves_by_itself_at_once_and_then_at_its_interval)
{
    struct fake_pi *w = fake_pi_new();
    struct pi_config config;
    unsigned n = 0;

    pi_config_init(&config);
    config.export_auto_save_interval_s = 10;
    fake_pi_init(w, &config, NULL);
    pi_camera_start(&w->camera, w->now_us);
    for (unsigned i = 0; i < 301; i++) {
        fake_pi_frames(w, 1, 100);
        for (; w->n_exports > 0; n++) {
            cr_expect_eq(w->exports[0].job.formats, PI_FORMAT_JPG);
            cr_expect_eq(w->exports[0].frames[0].n, 4, "in full size");
            fake_pi_exported(w, "/c/a.jpg", NULL);
        }
    }
    cr_expect_eq(n, 4, "%u", n);
    fake_pi_send(w, "set export.auto_save_use_ring true");
    fake_pi_frames(w, 100, 100);
    cr_assert_eq(w->n_exports, 1);
    cr_expect_eq(w->exports[0].frames[0].n, 3);
    fake_pi_free(w);
}

/* --- shortstream ------------------------------------------------------------------------------ */

#define TWO_FRAMES "\0\0\0\3xxx\0\0\0\3xxx\0\0\0\0STREAM_DONE: sent=2, skipped=0, available=2\n"

Test(pi_camera, shortstream_sends_the_newest_oldest_first)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p;

    fake_pi_frames(w, 5, 100);
    p = fake_pi_send(w, "shortstream 2");
    cr_expect(p->finished);
    cr_expect_eq(p->n, sizeof TWO_FRAMES - 1);
    cr_expect_arr_eq(p->got, TWO_FRAMES, sizeof TWO_FRAMES - 1);
    p = fake_pi_send(w, "shortstream");
    cr_expect_str_eq(p->got + 5 * 7 + 4, "STREAM_DONE: sent=5, skipped=0, available=5\n");
    p = fake_pi_send(w, "shortstream 0");
    cr_expect_str_eq(p->got + 4, "STREAM_DONE: sent=0, skipped=0, available=0\n");
    fake_pi_free(w);
}

Test(pi_camera, shortstream_with_times_puts_them_into_the_pictures)
{
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF, 0xD9};
    struct fake_pi *w = fake_pi_started();
    struct pi_picture picture = {.jpeg = jpeg,
        .n = sizeof jpeg,
        .width = 1024,
        .height = 768,
        .dark_score = 12.5,
        .time_us = 1767225600250000,
        .mono_us = w->now_us};
    struct fake_peer *p;
    struct pi_part part = {0};

    fake_pi_frames(w, 1, 100); /* no JPEG: sent as it is */
    cr_assert(pi_camera_offer(&w->camera, w->now_us + 100000));
    pi_camera_frame(&w->camera, w->now_us + 100000, &picture);
    p = fake_pi_send(w, "shortstream 2 times");
    cr_expect_arr_eq(p->got, "\0\0\0\3xxx\0\0\0", 10);
    cr_expect_arr_eq(p->got + 11, "\xFF\xD8\xFF\xFE", 4);
    size_t n = (unsigned char)p->got[10], n_comment = (unsigned char)p->got[16] - 2u;
    cr_expect_eq(n, sizeof jpeg + 4 + n_comment);
    cr_expect_arr_eq(p->got + 17 + n_comment, "\xFF\xD9\0\0\0\0STREAM_DONE: sent=2", 25);
    cr_assert(pi_part_comment_parse(&part, (const uint8_t *)p->got + 17, n_comment));
    cr_expect_eq(part.time_us, picture.time_us);
    cr_expect_eq(part.frame_id, 1);
    p = fake_pi_send(w, "shortstream 1");
    cr_expect_arr_eq(p->got, "\0\0\0\4\xFF\xD8\xFF\xD9\0\0\0\0", 12, "not asked for");
    fake_pi_free(w);
}

Test(pi_camera, shortstream_tells_errors_in_its_own_form)
{
    struct fake_pi *w = fake_pi_started();

    const char *commands[] = {"shortstream abc", "shortstream -3", "shortstream 2.5"};
    for (unsigned i = 0; i < 3; i++) {
        struct fake_peer *p = fake_pi_send(w, commands[i]);
        cr_expect(p->finished);
        cr_expect_arr_eq(p->got, "\0\0\0\0ERROR: usage shortstream [<count>]\n", 40);
    }
    fake_pi_free(w);
}

Test(pi_camera, shortstream_waits_for_its_peer_and_skips_what_is_gone)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p = &w->peers[w->n_peers++];

    fake_pi_send(w, "set ring.size 4");
    fake_pi_frames(w, 4, 100);
    p->refuse_after = 3; /* takes two */
    pi_camera_trigger(&w->camera, w->now_us, p, "shortstream 4", 13);
    cr_expect_eq(p->n, 2 * 7);
    fake_pi_frames(w, 3, 100); /* the third is pushed out, the fourth is there */
    p->refuse_after = 0;
    pi_camera_drained(&w->camera, w->now_us, p);
    cr_expect(p->finished);
    cr_expect_str_eq(p->got + 3 * 7 + 4, "STREAM_DONE: sent=3, skipped=1, available=4\n");
    fake_pi_free(w);
}

Test(pi_camera, shortstream_ends_with_its_peer)
{
    struct fake_pi *w = fake_pi_started();
    struct fake_peer *p = &w->peers[w->n_peers++];

    fake_pi_frames(w, 4, 100);
    p->refuse_after = 2;
    pi_camera_trigger(&w->camera, w->now_us, p, "shortstream 4", 13);
    pi_camera_gone(&w->camera, p);
    pi_camera_drained(&w->camera, w->now_us, p);
    cr_expect_eq(p->n, 7);
    cr_expect_not(p->finished);
    fake_pi_free(w);
}

/* --- pace and night --------------------------------------------------------------------------- */

Test(pi_camera, keeps_its_rate_with_a_faster_source)
{
    struct fake_pi *w = fake_pi_started();
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
    fake_pi_free(w);
}

Test(pi_camera, night_is_told_to_the_source_and_key_by_key_to_the_log)
{
    struct fake_pi *w = fake_pi_started();

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
    fake_pi_free(w);
}

Test(pi_camera, a_source_that_cannot_adjust_is_restarted)
{
    struct fake_pi *w = fake_pi_started();

    w->adjust_result = 1;
    fake_pi_frames(w, 20, 30);
    cr_expect_eq(w->n_starts, 2);
    cr_expect(w->running && w->want.manual);
    fake_pi_free(w);
}

Test(pi_camera, night_in_still_mode_pauses_and_slow_video_does_not)
{
    struct fake_pi *w = fake_pi_started();

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
    fake_pi_free(w);
}

Test(pi_camera, night_can_be_switched_off_even_at_night)
{
    struct fake_pi *w = fake_pi_started();

    fake_pi_frames(w, 20, 30);
    cr_expect(w->want.manual);
    fake_pi_send(w, "set night.enable false");
    cr_expect_not(w->want.manual);
    fake_pi_wait(w, 2000000);
    for (unsigned i = 0; i < 40; i++)
        fake_pi_frames(w, 1, 30);
    cr_expect_not(w->want.manual);
    fake_pi_free(w);
}

Test(pi_camera, a_new_size_restarts_the_source)
{
    struct fake_pi *w = fake_pi_started();

    fake_pi_send(w, "set camera.width 640");
    cr_expect_eq(w->n_starts, 2);
    cr_expect_eq(w->want.width, 640);
    fake_pi_send(w, "set camera.framerate 20");
    cr_expect_eq(w->n_starts, 2);
    cr_expect_eq(w->want.framerate, 20);
    w->n_log = 0;
    fake_pi_send(w, "set ring.size 50");
    cr_expect_null(strstr(w->log, "Camera configuration updated"), "nothing of the camera changed");
    fake_pi_free(w);
}

/* --- a source in trouble ---------------------------------------------------------------------- */

Test(pi_camera, a_stalled_source_is_restarted_later_and_later)
{
    struct fake_pi *w = fake_pi_started();
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
    fake_pi_free(w);
}

Test(pi_camera, pictures_bring_it_back)
{
    struct fake_pi *w = fake_pi_started();

    fake_pi_frames(w, 1, 100);
    pi_camera_source_ended(&w->camera, w->now_us, "Source has ended: rpicam-vid, status 1");
    cr_expect_not(w->live);
    cr_expect_eq(w->n_stops, 1);
    fake_pi_wait(w, 1000000);
    fake_pi_frames(w, 1, 100);
    cr_expect(w->live);
    fake_pi_free(w);
}

Test(pi_camera, a_source_that_does_not_start_is_tried_again)
{
    struct fake_pi *w = fake_pi_new();
    struct pi_config config;

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
    fake_pi_free(w);
}

Test(pi_camera, pictures_that_cannot_be_used_are_no_pictures)
{
    struct fake_pi *w = fake_pi_started();

    fake_pi_frames(w, 1, 100);
    for (unsigned i = 0; i < 50; i++) {
        fake_pi_wait(w, 100000);
        pi_camera_offer(&w->camera, w->now_us);
        pi_camera_bad_frame(&w->camera, w->now_us, "it is no JPEG");
    }
    cr_expect_not(w->live);
    cr_expect(fake_pi_logged(w, "2 A picture cannot be used: it is no JPEG (1 so far)\n"));
    cr_expect_not(fake_pi_logged(w, "(2 so far)"), "not every one");
    fake_pi_free(w);
}

/* --- memory ----------------------------------------------------------------------------------- */

Test(pi_camera, swap_slows_it_down_and_pauses_it)
{
    struct fake_pi *w = fake_pi_started();

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
    fake_pi_free(w);
}

Test(pi_camera, too_large_a_process_gives_up_the_past)
{
    struct fake_pi *w = fake_pi_started();
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
    fake_pi_free(w);
}

Test(pi_camera, memory_that_cannot_be_read_is_no_trouble)
{
    struct fake_pi *w = fake_pi_started();

    w->memory_result = -EIO;
    fake_pi_wait(w, 6000000);
    expect_answer(w, "health", "ERROR: memory cannot be read\n");
    fake_pi_free(w);
}

Test(pi_camera, logs_at_the_level_it_is_told)
{
    struct fake_pi *w = fake_pi_started();

    fake_pi_send(w, "set logging.level error");
    size_t n = w->n_log;
    fake_pi_send(w, "set night.gain 5");
    cr_expect_eq(w->n_log, n);
    fake_pi_send(w, "set logging.level critical");
    fake_pi_frames(w, 1, 100);
    pi_camera_source_ended(&w->camera, w->now_us, "Source has ended");
    cr_expect_eq(w->n_log, n);
    fake_pi_free(w);
}
