#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "pi.h"

#define VALUE(h, key) STR(fake_value(fake_dev(h), key))

Test(pi_settings, what_the_camera_says_is_reported)
{
    struct fake_host *h = pi_online();

    cr_assert(eq(str, VALUE(h, "camera.framerate"), STR("10")));
    cr_assert(eq(str, VALUE(h, "export.formats"), STR("jpg,png")));
    cr_assert(eq(str, VALUE(h, "export.stack_dark_frames"), STR("true")));
    cr_assert(eq(str, VALUE(h, "night.gain"), STR("6")));
    cr_assert(eq(str, VALUE(h, "ring.downscale.enable"), STR("false")));
    cr_assert(eq(str, VALUE(h, "logging.level"), STR("INFO")));
    fake_host_free(h);
}

Test(pi_settings, values_that_make_no_sense_are_left_out)
{
    struct fake_host *h = pi_new();

    fake_host_start(h);
    pi_serve(h, "token - health\n", "RSS=1.0MiB SWAP=0.0%\n");
    pi_serve(h, "dump_config\n",
        "{\"camera\": {\"framerate\": \"fast\", \"width\": 1024.5, \"height\": 768.0, \"codec\": "
        "7}, \"night\": {\"enable\": 1, \"gain\": null}, "
        "\"export\": {\"formats\": []}, \"unknown\": {\"key\": [1, {\"x\": 2}]}, \"ring\": 5}");
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "camera.framerate"), NULL));
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "camera.width"), NULL));
    cr_assert(eq(str, VALUE(h, "camera.height"), STR("768")));
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "camera.codec"), NULL));
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "night.enable"), NULL));
    cr_assert(eq(str, VALUE(h, "export.formats"), STR("")));
    fake_host_free(h);
}

Test(pi_settings, texts_that_a_setting_cannot_be_are_left_out)
{
    struct fake_host *h = pi_new();

    fake_host_start(h);
    pi_serve(h, "token - health\n", "RSS=1.0MiB SWAP=0.0%\n");
    pi_serve(h, "dump_config\n",
        "{\"camera\": {\"codec\": \"a\\u001b[2J\", \"video_mode\": \"caf\\u00e9\"}, "
        "\"export\": {\"formats\": [\"jpg\", \"\\u0007\"]}}");
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "camera.codec"), NULL));
    cr_assert(eq(str, VALUE(h, "camera.video_mode"), STR("café")));
    cr_assert(eq(str, VALUE(h, "export.formats"), STR("jpg")));
    fake_host_free(h);
}

Test(pi_settings, an_answer_about_another_key_is_none)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);

    fake_desire(dev, "camera.framerate", "5");
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.width from 10 to 5\n");
    cr_assert(eq(int, fake_applied(dev, "camera.framerate"), -EINVAL));
    cr_assert(eq(str, VALUE(h, "camera.framerate"), STR("10")));
    fake_host_free(h);
}

Test(pi_settings, desired_ones_are_set_and_read_back)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);

    fake_desire(dev, "camera.framerate", "5");
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    cr_assert(eq(int, fake_applied(dev, "camera.framerate"), 0));
    cr_assert(eq(str, VALUE(h, "camera.framerate"), STR("5")));
    pi_serve(h, "dump_config\n", "{\"camera\": {\"framerate\": 5}}");
    cr_assert(fake_tcp_last(h)->over, "nothing more is asked");
    fake_host_free(h);
}

Test(pi_settings, every_type_is_written_as_the_camera_reads_it)
{
    static const char *const rows[][3] = {
        {"night.enable", "no", "set night.enable false\n"},
        {"night.gain", "2.5", "set night.gain 2.5\n"},
        {"night.exposure_us", "500000", "set night.exposure_us 500000\n"},
        {"logging.level", "DEBUG", "set logging.level DEBUG\n"},
        {"export.base_dir", "/mnt/my disk", "set export.base_dir /mnt/my disk\n"},
        {"export.formats", "npy,jpg", "set export.formats npy,jpg\n"},
    };
    struct fake_host *h = pi_online();
    char reply[200];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_desire(fake_dev(h), rows[i][0], rows[i][1]);
        snprintf(reply, sizeof reply, "OK: changed %s from x to y\n", rows[i][0]);
        pi_serve(h, rows[i][2], reply);
        cr_assert(eq(int, fake_applied(fake_dev(h), rows[i][0]), 0));
        pi_serve(h, "dump_config\n", "{}");
    }
    fake_host_free(h);
}

Test(pi_settings, what_is_so_already_is_not_set)
{
    struct fake_host *h = pi_new();

    fake_desire(fake_dev(h), "camera.framerate", "10");
    fake_desire(fake_dev(h), "night.gain", "6");
    fake_desire(fake_dev(h), "export.formats", "png,jpg");
    fake_desire(fake_dev(h), "ring.size", "100");
    fake_host_start(h);
    pi_serve(h, "token - health\n", "RSS=1.0MiB SWAP=0.0%\n");
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "set ring.size 100\n", "OK: changed ring.size from 300 to 100\n");
    pi_serve(h, "dump_config\n", PI_CONFIG);
    cr_assert(eq(int, fake_applied(fake_dev(h), "camera.framerate"), 0));
    cr_assert(eq(int, fake_applied(fake_dev(h), "night.gain"), 0));
    cr_assert(eq(int, fake_applied(fake_dev(h), "export.formats"), 0));
    cr_assert(eq(str, VALUE(h, "export.formats"), STR("png,jpg")),
        "the order is nobody's, so it is the one that was wished for");
    fake_host_free(h);
}

Test(pi_settings, refused_ones_are_told)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);

    fake_desire(dev, "ring.max_mib", "32");
    fake_desire(dev, "ring.size", "50");
    pi_serve(h, "set ring.max_mib 32\n", "ERROR: invalid key ring.max_mib\n");
    pi_serve(h, "set ring.size 50\n", "OK: changed ring.size from 300 to 50\n");
    cr_assert(eq(int, fake_applied(dev, "ring.max_mib"), -EINVAL));
    cr_assert(eq(int, fake_applied(dev, "ring.size"), 0), "the others go on");
    cr_assert(eq(str, STR(fake_event(dev, "device.error")),
        STR("{\"why\":\"the setting ring.max_mib was not taken: invalid key "
            "ring.max_mib\"}")));
    fake_host_free(h);
}

Test(pi_settings, camera_that_does_not_answer_fails_them_all)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);

    fake_host_watch(h, true);
    pi_stream(h);
    fake_desire(dev, "ring.size", "50");
    fake_desire(dev, "camera.framerate", "3");
    fake_host_turn(h);
    fake_tcp_close(fake_tcp_last(h), -ECONNREFUSED);
    fake_host_turn(h);
    cr_assert(eq(int, fake_applied(dev, "ring.size"), -ECONNREFUSED));
    cr_assert(eq(int, fake_applied(dev, "camera.framerate"), -ECONNREFUSED));
    fake_host_free(h);
}

/* --- kept across restarts of either side ------------------------------------------------------ */

Test(pi_settings, are_set_again_when_the_gateway_starts_anew)
{
    struct fake_host *h = pi_online();

    fake_desire(fake_dev(h), "camera.framerate", "5");
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    fake_host_stop(h);
    fake_host_start(h);
    pi_serve(h, "token - health\n", "RSS=1.0MiB SWAP=0.0%\n");
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    fake_host_free(h);
}

Test(pi_settings, are_set_again_when_the_camera_counts_from_the_beginning)
{
    struct fake_host *h = pi_online();
    struct fake_http *q;

    fake_desire(fake_dev(h), "camera.framerate", "5");
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    pi_serve(h, "dump_config\n", "{\"camera\": {\"framerate\": 5}}");
    fake_host_watch(h, true);
    q = pi_stream(h);
    pi_part(q, 900, 1767225600, 100, 0);
    fake_host_turn(h);
    fake_http_close(q, 0);
    fake_host_turn(h);
    pi_serve(h, "health\n", "RSS=1.0MiB SWAP=0.0%\n");
    fake_host_advance(h, FAKE_S);
    pi_part(pi_stream(h), 3, 1767225620, 100, 0);
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    fake_host_free(h);
}

Test(pi_settings, are_set_again_when_a_poll_finds_them_changed)
{
    struct fake_host *h = pi_online();

    fake_desire(fake_dev(h), "camera.framerate", "5");
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    pi_serve(h, "dump_config\n", "{\"camera\": {\"framerate\": 5}}");
    for (int i = 0; i < 4; i++) {
        fake_host_advance(h, 30 * FAKE_S);
        pi_serve(h, "health\n", "RSS=1.0MiB SWAP=0.0%\n");
    }
    pi_serve(h, "dump_config\n", PI_CONFIG); /* a restart between two polls: 10 again */
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "set camera.framerate 5\n", "OK: changed camera.framerate from 10 to 5\n");
    fake_host_free(h);
}

Test(pi_settings, change_on_the_camera_wins_where_nothing_is_desired)
{
    struct fake_host *h = pi_online();

    for (int i = 0; i < 4; i++) {
        fake_host_advance(h, 30 * FAKE_S);
        pi_serve(h, "health\n", "RSS=1.0MiB SWAP=0.0%\n");
    }
    pi_serve(h, "dump_config\n", "{\"camera\": {\"framerate\": 25}}");
    cr_assert(eq(str, VALUE(h, "camera.framerate"), STR("25")));
    cr_assert(fake_tcp_last(h)->over);
    fake_host_free(h);
}

/* --- traps of the original -------------------------------------------------------------------- */

Test(pi_settings, list_is_never_sent_to_the_original)
{
    struct fake_host *h = pi_online_original();

    fake_desire(fake_dev(h), "export.formats", "npy");
    fake_host_turn(h);
    cr_assert(fake_tcp_last(h)->over);
    cr_assert(eq(int, fake_applied(fake_dev(h), "export.formats"), -EOPNOTSUPP));
    cr_assert(ne(
        ptr, strstr(fake_event(fake_dev(h), "device.error"), "splits a list into letters"), NULL));
    fake_host_free(h);
}

Test(pi_settings, point_is_never_sent_where_the_original_holds_a_whole_number)
{
    struct fake_host *h = pi_new();
    struct wr_dev *dev = fake_dev(h);

    fake_host_start(h);
    pi_serve(h, "token - health\n", "UNKNOWN_COMMAND\n");
    pi_serve(h, "dump_config\n", "{\"night\": {\"gain\": 6}}");
    fake_desire(dev, "night.gain", "2.5");
    fake_host_turn(h);
    cr_assert(eq(int, fake_applied(dev, "night.gain"), -EOPNOTSUPP));
    fake_desire(dev, "night.gain", "8");
    pi_serve(h, "set night.gain 8\n", "OK: changed night.gain from 6 to 8\n");
    cr_assert(eq(int, fake_applied(dev, "night.gain"), 0));
    fake_host_free(h);
}

Test(pi_settings, nothing_is_set_before_it_is_known_who_answers)
{
    struct fake_host *h = pi_new();
    struct wr_dev *dev = fake_dev(h);

    fake_host_option(h, "hold", "true");
    fake_host_start(h);
    fake_tcp_close(fake_tcp_last(h), -ECONNREFUSED);
    pi_stream(h);
    cr_assert(fake_online(dev), "by its pictures");
    fake_desire(dev, "export.formats", "npy");
    fake_desire(dev, "ring.size", "70");
    pi_serve(h, "token - health\n", "UNKNOWN_COMMAND\n");
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "dump_config\n", PI_CONFIG);
    pi_serve(h, "set ring.size 70\n", "OK: changed ring.size from 300 to 70\n");
    cr_assert(eq(int, fake_applied(dev, "export.formats"), -EOPNOTSUPP));
    fake_host_free(h);
}
