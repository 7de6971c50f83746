/* What the camera does whoever its host is: pictures by the clock, memory, settings, the display, being found. */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_batch_port.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

TestSuite(batch_camera, .init = fake_batch_begin, .fini = fake_batch_end);

static void config(const char *text)
{
    fake_batch_write(BATCH_CHAR_CONFIG, text, strlen(text));
}

static void expect_heard(const char *text)
{
    cr_expect_str_eq(fake_batch_heard(), text);
}

Test(batch_camera, takes_a_picture_every_f_seconds)
{
    fake_batch_pass(26 * S);
    cr_expect_eq(w->n_captures, 5);
    fake_batch_connect(23);
    config("F:2");
    fake_batch_pass(10 * S);
    cr_expect_eq(w->n_captures, 10, "%u", w->n_captures);
}

Test(batch_camera, forgets_the_oldest_when_memory_is_full_and_counts)
{
    w->memory_bytes = 1200 * 4 + 100;
    fake_batch_reboot();
    fake_batch_pass(50 * S);
    cr_expect_eq(w->n_captures, 10);
    cr_expect_eq(w->camera.pictures.n, 4);
    cr_expect_eq(w->camera.pictures.rows[0].id, 7);
    cr_expect_eq(w->camera.pictures.n_dropped, 6);
    cr_expect_eq(w->n_pictures_held, 4);
    cr_expect_str_eq(w->lines[BATCH_LINE_SYSTEM], "Failed 0 Lost 6");
    cr_expect_str_eq(w->lines[BATCH_LINE_LINK], "Batch full. Wait conn.");
    w->picture_bytes = 6000;
    fake_batch_pass(5 * S);
    cr_expect_eq(w->camera.pictures.n, 4, "what never fits costs no other its place");
    cr_expect_eq(w->camera.pictures.n_dropped, 7);
}

Test(batch_camera, never_forgets_the_picture_that_is_being_sent)
{
    w->memory_bytes = 1200 * 2;
    fake_batch_reboot();
    fake_batch_fill(2);
    fake_batch_connect(517);
    fake_batch_pass(500 * MS);
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    expect_heard("COUNT:2 IMAGE:1200 512 ");
    fake_batch_pass(14 * S);
    cr_expect_eq(w->camera.pictures.rows[0].id, 1);
    cr_expect_gt(w->camera.pictures.rows[1].id, 2);
    fake_batch_command('N');
    fake_batch_command('N');
    fake_batch_pass(10 * MS);
    expect_heard("512 176 ");
}

Test(batch_camera, counts_what_the_sensor_did_not_give)
{
    w->n_failing = 2;
    fake_batch_pass(15 * S);
    cr_expect_eq(w->camera.pictures.n_failed, 2);
    cr_expect_eq(w->camera.pictures.n, 1);
    w->refuses = true;
    fake_batch_pass(5 * S);
    cr_expect_eq(w->camera.pictures.n_failed, 3);
    w->refuses = false;
    w->hangs = true;
    fake_batch_pass(15 * S);
    cr_expect_eq(w->camera.pictures.n_failed, 4, "it hangs");
    w->hangs = false;
    fake_batch_pass(20 * S);
    cr_expect_gt(w->camera.pictures.n, 1, "and comes back");
    cr_expect_str_eq(w->lines[BATCH_LINE_SYSTEM], "Failed 4 Lost 0");
}

Test(batch_camera, what_is_no_jpeg_counts_as_failed)
{
    batch_camera_picture(&w->camera, w->now_us, "\xff\xd8xx", 4);
    cr_expect_eq(w->camera.pictures.n, 0, "nobody asked");
    w->hangs = true;
    fake_batch_pass(5 * S);
    batch_camera_picture(&w->camera, w->now_us, "GIF8", 4);
    cr_expect_eq(w->camera.pictures.n_failed, 1);
    cr_expect_eq(w->camera.pictures.n, 0);
}

Test(batch_camera, settings_are_checked_shown_and_saved)
{
    fake_batch_connect(517);
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_CONFIG), "F:5,T:95");
    config("T:12.5,F:30");
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_CONFIG), "F:30,T:12.5");
    cr_expect_str_eq(w->lines[BATCH_LINE_SETTINGS], "Settings Saved!");
    cr_expect_eq(w->saved.frequency_s, 30);
    cr_expect_eq(w->saved.threshold_permille, 125);
    cr_expect_eq(w->n_saves, 1);
    config("F:30,T:12.5");
    cr_expect_eq(w->n_saves, 1, "flash wears");
    fake_batch_pass(2 * S);
    cr_expect_str_eq(w->lines[BATCH_LINE_SETTINGS], "");
    config("F:0,T:99");
    cr_expect_str_eq(w->lines[BATCH_LINE_SETTINGS], "Settings refused");
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_CONFIG), "F:30,T:12.5");
    fake_batch_reboot();
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_CONFIG), "F:30,T:12.5");
}

Test(batch_camera, settings_written_while_others_are_saved_are_saved_after_them)
{
    fake_batch_connect(517);
    w->saves_slowly = true;
    config("F:30");
    config("F:31");
    config("F:32");
    cr_expect_eq(w->n_saves, 1);
    fake_batch_pass(1 * S);
    batch_camera_saved(&w->camera, w->now_us, 0);
    cr_expect_eq(w->n_saves, 2);
    cr_expect_eq(w->saving.frequency_s, 32);
    cr_expect_str_eq(w->lines[BATCH_LINE_SETTINGS], "");
    batch_camera_saved(&w->camera, w->now_us, 0);
    cr_expect_str_eq(w->lines[BATCH_LINE_SETTINGS], "Settings Saved!");
    w->save_fails = true;
    config("F:33");
    cr_expect_str_eq(w->lines[BATCH_LINE_SETTINGS], "Settings not saved");
    config("F:33");
    cr_expect_eq(w->n_saves, 4, "tried again, for it is not known what is in there");
}

Test(batch_camera, saved_settings_out_of_range_are_not_taken)
{
    w->saved = (struct batch_config){true, true, 0, 999, false};
    fake_batch_reboot();
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_CONFIG), "F:30,T:80");
    w->has_saved = false;
    fake_batch_reboot();
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_CONFIG), "F:30,T:80");
}

Test(batch_camera, is_found_again_after_each_host)
{
    cr_expect(w->advertising);
    cr_expect_str_eq(w->lines[BATCH_LINE_SYSTEM], "System Ready");
    cr_expect_str_eq(w->lines[BATCH_LINE_RADIO], "BLE Init OK");
    for (int i = 0; i < 3; i++) {
        fake_batch_connect(100);
        cr_expect_not(w->advertising);
        cr_expect_str_eq(w->lines[BATCH_LINE_LINK], "Status: Connected");
        fake_batch_disconnect(i % 2);
        cr_expect(w->advertising);
        cr_expect_str_eq(w->lines[BATCH_LINE_LINK], "Status: Disconnected");
    }
}

Test(batch_camera, a_host_that_is_silent_from_the_beginning_makes_room)
{
    batch_camera_connected(&w->camera, w->now_us, 23);
    fake_batch_pass(59 * S);
    cr_expect_eq(w->n_disconnects, 0);
    fake_batch_pass(1 * S);
    cr_expect_eq(w->n_disconnects, 1);
    fake_batch_disconnect(false);
    fake_batch_connect(23);
    fake_batch_pass(120 * S);
    cr_expect_eq(w->n_disconnects, 1, "one that has subscribed may listen for ever");
}

Test(batch_camera, the_display_tells_memory_as_it_is)
{
    const char *line = w->lines[BATCH_LINE_MEMORY];

    w->memory_bytes = 24000;
    fake_batch_reboot();
    cr_expect_str_eq(line, "PSRAM: 0.0% | Imgs: 0", "from the beginning");
    fake_batch_fill(2);
    cr_expect_str_eq(line, "PSRAM: 10.0% | Imgs: 2");
    fake_batch_connect(517);
    fake_batch_write(BATCH_CHAR_LINK, "\x81\1\0\0\xff\xff\0\0\0\0\0\0\0\0\0\0", 16);
    fake_batch_write(BATCH_CHAR_LINK, "\x84\0\0\0\1\0\0\0", 8);
    cr_expect_str_eq(
        line, "PSRAM: 5.0% | Imgs: 1", "not with the next picture only, which may be a day away");
    fake_batch_write(BATCH_CHAR_LINK, "\x84\0\0\0\2\0\0\0", 8);
    cr_expect_str_eq(line, "PSRAM: 0.0% | Imgs: 0");
    cr_expect(strstr(fake_batch_heard(), "PSRAM") == NULL, "INFO says it");
}
