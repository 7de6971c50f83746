#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "pi_suite.h"

TestSuite(pi_camera, .init = fake_pi_begin, .fini = fake_pi_end);

/* --- commands --------------------------------------------------------------------------------- */

Test(pi_camera, answers_what_takes_no_picture)
{
    w->readings = (struct pi_memory){.rss_bytes = 43515904, .swap_percent = 12.34};
    expect_answer("health\n", "RSS=41.5MiB SWAP=12.3%\n");
    expect_answer("night_level", "NO_DATA\n");
    expect_answer("pastStack", "NO_FRAMES\n");
    expect_answer("hello", "UNKNOWN_COMMAND\n");
    expect_answer("", "UNKNOWN_COMMAND\n");
    expect_answer("stream 3", "UNKNOWN_COMMAND\n");
    expect_answer("set", "ERROR: usage set <key_path> <value>\n");
    expect_answer("set camera.framerate", "ERROR: usage set <key_path> <value>\n");
    expect_answer("set camera.nothing 5", "ERROR: invalid key camera.nothing\n");
    expect_answer("set camera 5", "ERROR: invalid key camera\n");
    expect_answer("set camera.width.x 5", "ERROR: invalid key camera.width.x\n");
    expect_answer("set camera.framerate 5.5",
        "ERROR: invalid value 5.5 for camera.framerate: expected a whole number from 1 to 120\n");
    expect_answer("set a \xff\xfe", "ERROR: a command must be UTF-8\n");
}

Test(pi_camera, set_echoes_what_it_was_given)
{
    expect_answer("set camera.framerate 5", "OK: changed camera.framerate from 10 to 5\n");
    expect_answer("set night.gain 4", "OK: changed night.gain from 6.0 to 4\n");
    expect_answer("set night.gain 5", "OK: changed night.gain from 4.0 to 5\n");
    expect_answer(
        "set ring.downscale.enable yes", "OK: changed ring.downscale.enable from False to yes\n");
    expect_answer(
        "set export.formats jpg", "OK: changed export.formats from ['jpg', 'png'] to jpg\n");
    expect_answer("settle export.formats ['jpg', 'npy']",
        "OK: changed export.formats from ['jpg'] to ['jpg', 'npy']\n");
    expect_answer("set export.base_dir /mnt/my pictures",
        "OK: changed export.base_dir from ./captures to /mnt/my pictures\n");
    cr_expect(fake_pi_logged(w, "Parameter updated via trigger: night.gain : 6.0 → 4\n"));
    cr_expect(fake_pi_logged(w, "(from the next start on)"));
}

Test(pi_camera, night_level_names_the_threshold_that_counts)
{
    fake_pi_frames(w, 1, 131.44);
    expect_answer("night_level",
        "LEVEL=131.4 relevant threshold=50 dark_threshold: < 50 bright_threshold: > 240 "
        "STATUS=DAY\n");
    fake_pi_frames(w, 20, 31.4);
    expect_answer("night_level",
        "LEVEL=31.4 relevant threshold=240 dark_threshold: < 50 bright_threshold: > 240 "
        "STATUS=NIGHT\n");
}

Test(pi_camera, dumps_its_configuration)
{
    struct fake_peer *p = fake_pi_send(w, "dump_config");

    cr_expect_eq(strncmp(p->got, "{\n    \"camera\": {\n        \"codec\": \"rgb\",", 40), 0);
    cr_expect_str_eq(p->got + p->n - 3, "\n}\n");
}

Test(pi_camera, overwrites_its_configuration)
{
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
}

Test(pi_camera, tells_exposure_and_controls_as_json)
{
    expect_answer("dump_cam_exposure",
        "{\n  \"ExposureTime\": null,\n  \"AnalogueGain\": null,\n  \"AeEnable\": true\n}\n");
    w->want = (struct pi_source_want){.manual = true, .exposure_us = 2000000, .gain = 6};
    expect_answer("dump_cam_exposure",
        "{\n  \"ExposureTime\": 2000000,\n  \"AnalogueGain\": 6.0,\n  \"AeEnable\": false\n}\n");
    expect_answer("dump_cam_controls", "{}\n");
    w->n_controls = 2;
    expect_answer("dump_cam_controls",
        "{\n  \"Control 98\": {\n    \"min\": -1,\n    \"max\": 1001,\n    \"default\": 5,\n    "
        "\"value\": 6\n  },\n"
        "  \"Sharp_ness\": {\n    \"min\": -1,\n    \"max\": 1000,\n    \"default\": 5,\n    "
        "\"value\": 6\n  }\n}\n");
    w->n_controls = PI_MAX_CONTROLS;
    struct fake_peer *p = fake_pi_send(w, "dump_cam_controls");
    cr_expect_str_eq(p->got + p->n - 3, "\n}\n");
}

Test(pi_camera, asks_for_its_token_where_something_changes)
{
    struct pi_config config;

    fake_pi_anew();
    pi_config_init(&config);
    fake_pi_init(w, &config, "s3cret");
    pi_camera_start(&w->camera, w->now_us);
    expect_answer("set camera.framerate 5",
        "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer("token s3cre set camera.framerate 5",
        "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer("token s3crets set camera.framerate 5",
        "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer(
        "overwrite_config", "ERROR: this camera asks for its token: token <token> <command>\n");
    expect_answer(
        "token s3cret set camera.framerate 5", "OK: changed camera.framerate from 10 to 5\n");
    cr_expect_not(fake_pi_logged(w, "s3cret"));
}

/* --- saving ----------------------------------------------------------------------------------- */

Test(pi_camera, save_takes_the_next_picture_in_full_size)
{
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
}

Test(pi_camera, save_says_when_there_is_nothing)
{
    struct fake_peer *p = fake_pi_send(w, "save");

    fake_pi_wait(w, 4000000);
    cr_expect_not(p->finished);
    fake_pi_wait(w, 200000);
    expect_reply(p, "NOT_SAVED\n");
    expect_answer("save bmp", "NOT_SAVED\n");
    p = fake_pi_send(w, "save");
    fake_pi_frames(w, 1, 100);
    fake_pi_exported(w, NULL, "a.jpg: No space left on device");
    expect_reply(p, "NOT_SAVED\n");
    cr_expect(fake_pi_logged(w, "3 Cannot save a.jpg: No space left on device\n"));
    p = fake_pi_send(w, "save");
    w->export_result = -ENOMEM;
    fake_pi_frames(w, 1, 100);
    expect_reply(p, "NOT_SAVED\n");
}

Test(pi_camera, saves_at_the_same_time_share_one_picture)
{
    struct fake_peer *p = fake_pi_send(w, "save jpg"), *q = fake_pi_send(w, "save jpg"),
                     *r = fake_pi_send(w, "save png");

    fake_pi_frames(w, 1, 100);
    cr_expect_eq(w->n_exports, 2, "one for each set of formats");
    fake_pi_exported(w, "/c/a.jpg", NULL);
    fake_pi_exported(w, "/c/a.png", NULL);
    cr_expect(strstr(p->got, "/c/a.jpg"));
    cr_expect_str_eq(p->got, q->got);
    cr_expect(strstr(r->got, "/c/a.png"));
}

Test(pi_camera, a_peer_that_leaves_gets_its_picture_saved)
{
    struct fake_peer *p = fake_pi_send(w, "save");

    pi_camera_gone(&w->camera, p);
    fake_pi_frames(w, 1, 100);
    fake_pi_exported(w, "/c/a.jpg", NULL);
    cr_expect_eq(p->n, 0);
    cr_expect(fake_pi_logged(w, "Saved single full-resolution image: /c/a.jpg"));
}

Test(pi_camera, past_stack_averages_the_oldest_of_its_seconds)
{
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
}

Test(pi_camera, past_without_stacking_saves_each)
{
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
}

Test(pi_camera, past_without_stacking_goes_on_without_what_has_left_the_ring)
{
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
}

Test(pi_camera, more_than_a_few_jobs_wait_their_turn)
{
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
}

Test(pi_camera, more_commands_than_it_can_hold_are_told_so)
{
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        fake_pi_send(w, "save");
    expect_answer("save", "ERROR: too many commands at once\n");
    expect_answer("night_level", "NO_DATA\n");
    pi_camera_stop(&w->camera);
    for (unsigned i = 0; i < PI_MAX_SESSIONS; i++)
        cr_expect(w->peers[i].finished, "peer %u is let go at the end", i);
}

Test(pi_camera, saves_by_itself_at_once_and_then_at_its_interval)
{
    struct pi_config config;
    unsigned n = 0;

    fake_pi_anew();
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
}
