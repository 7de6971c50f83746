/* The camera and hosts that know nothing of LINK. */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_batch_port.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

TestSuite(batch_push, .init = fake_batch_begin, .fini = fake_batch_end);
TestSuite(batch_camera, .init = fake_batch_begin, .fini = fake_batch_end);

static void config(const char *text)
{
    fake_batch_write(BATCH_CHAR_CONFIG, text, strlen(text));
}

/* Batches are due with the first picture. */
static void always_due(void)
{
    w->memory_bytes = 20000;
    w->saved.threshold_permille = 20;
    fake_batch_reboot();
}

static void expect_heard(const char *text)
{
    cr_expect_str_eq(fake_batch_heard(), text);
}

Test(batch_push, a_picture_of_1200_bytes_is_the_vector_of_the_protocol)
{
    uint8_t sent[1200], taken[1200];
    size_t n = 0;

    always_due();
    fake_batch_fill(1);
    fake_batch_connect(517);
    fake_batch_pass(499 * MS);
    expect_heard("");
    fake_batch_pass(1 * MS);
    expect_heard("COUNT:1 ");
    cr_expect_str_eq(fake_batch_value(BATCH_CHAR_STATUS), "COUNT:1");
    cr_expect_str_eq(w->lines[BATCH_LINE_LINK], "Connected! Sending...");
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    expect_heard("IMAGE:1200 ");
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    expect_heard("512 ");
    fake_batch_command('N');
    fake_batch_pass(10 * MS);
    expect_heard("512 ");
    fake_batch_command('N');
    fake_batch_pass(10 * MS);
    expect_heard("176 ");
    cr_expect_eq(w->camera.pictures.n, 1, "it may still be lost");
    fake_batch_pass(600 * MS);
    expect_heard("");
    cr_expect_eq(w->camera.pictures.n, 0);
    cr_expect_str_eq(w->lines[BATCH_LINE_LINK], "");
    for (unsigned i = 0; i < w->n_notes; i++)
        if (w->notes[i].chr == BATCH_CHAR_DATA) {
            memcpy(sent + n, w->notes[i].bytes, w->notes[i].n);
            n += w->notes[i].n;
        }
    fake_batch_jpeg(1, 1200, taken);
    cr_expect_arr_eq(sent, taken, 1200);
}

Test(batch_push, a_picture_of_exactly_one_piece_needs_no_n)
{
    w->picture_bytes = 512;
    always_due();
    fake_batch_fill(1);
    fake_batch_connect(517);
    for (int i = 0; i < 2; i++) {
        fake_batch_pass(500 * MS);
        fake_batch_command('A');
    }
    fake_batch_pass(700 * MS);
    expect_heard("COUNT:1 IMAGE:512 512 ");
    cr_expect_eq(w->camera.pictures.n, 0);
}

Test(batch_push, an_n_is_never_lost_and_stray_ones_bring_one_piece_each_in_order)
{
    w->picture_bytes = 512 * 4;
    always_due();
    fake_batch_fill(1);
    fake_batch_connect(517);
    fake_batch_command('N');
    fake_batch_pass(500 * MS);
    fake_batch_command('N');
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    fake_batch_command('N');
    fake_batch_pass(50 * MS);
    expect_heard("COUNT:1 IMAGE:2048 ");
    fake_batch_command('N');
    fake_batch_command('A');
    fake_batch_pass(2 * S);
    expect_heard("512 ");
    fake_batch_command('N');
    expect_heard("512 ");
    fake_batch_command('N');
    fake_batch_command('N');
    fake_batch_command('A');
    expect_heard("");
    fake_batch_pass(10 * MS);
    expect_heard("512 ");
    fake_batch_pass(10 * S);
    expect_heard("");
}

/* The host the way the one in use is: A to COUNT and IMAGE, N to each piece until the size is there. */
struct old_host {
    unsigned n_seen;
    uint32_t size, have;
    unsigned n_pictures, number[64];
    unsigned n_messages, cut_at; /* messages of either side; 0: the link holds */
    bool cut, leaves;
};

static void take_note(struct old_host *h, const struct fake_note *note)
{
    struct batch_status s;

    if (note->chr == BATCH_CHAR_DATA) {
        if (h->have == 0)
            memcpy(&h->number[h->n_pictures], note->bytes + 2, sizeof *h->number);
        h->have += (uint32_t)note->n;
        if (h->have < h->size) {
            fake_batch_command('N');
            return;
        }
        cr_assert_eq(h->have, h->size);
        h->n_pictures++;
        return;
    }
    cr_assert(batch_status_parse(note->bytes, note->n, &s));
    if (s.kind == BATCH_STATUS_IMAGE) {
        h->size = s.image_bytes;
        h->have = 0;
    }
    if (s.kind != BATCH_STATUS_MEMORY)
        fake_batch_command('A');
}

/* 20 ms after it was sent each notification is there; what comes after the cut is lost. */
static void play(struct old_host *h, int64_t until_us)
{
    while (w->now_us < until_us && !h->cut) {
        fake_batch_until(w->now_us + 20 * MS);
        while (h->n_seen < w->n_notes && !h->cut) {
            if (h->cut_at > 0 && ++h->n_messages == h->cut_at)
                h->cut = true;
            else
                take_note(h, &w->notes[h->n_seen++]);
        }
    }
}

Test(batch_push, at_most_20_pictures_are_one_batch_and_the_rest_follows_when_due)
{
    struct old_host h = {0};

    fake_batch_fill(23);
    fake_batch_connect(517);
    config("F:86400");
    play(&h, w->now_us + 60 * S);
    cr_expect_eq(h.n_pictures, 20);
    cr_expect_eq(w->camera.pictures.n, 3);
    for (unsigned i = 0; i < 20; i++)
        cr_expect_eq(h.number[i], i + 1, "the oldest first");
}

Test(batch_push, pieces_fit_the_mtu_whatever_it_is)
{
    static const unsigned mtus[] = {0, 23, 24, 100, 185, 247, 514, 515, 516, 517, 9999};

    w->picture_bytes = 3000;
    always_due();
    for (unsigned i = 0; i < sizeof mtus / sizeof *mtus; i++) {
        struct old_host h = {.n_seen = w->n_notes};

        fake_batch_fill(1);
        fake_batch_connect(mtus[i]);
        config("F:86400");
        play(&h, w->now_us + 30 * S);
        cr_expect_eq(h.n_pictures, 1, "MTU %u", mtus[i]);
        batch_camera_disconnected(&w->camera, w->now_us, true);
        w->now_us += 3 * S;
        w->camera.settings.frequency_s = 1;
        w->camera.next_capture_us = w->now_us;
    }
}

/* A lost link at every message of a batch of 4: each picture comes whole, once at least, and nothing is forgotten before. */
static struct old_host *forgetting;

static void must_have_gone_out(struct fake_batch *f, unsigned number)
{
    static uint8_t last[BATCH_VALUE_MAX], jpeg[FAKE_MAX_PICTURE_BYTES];

    /* Its last piece is among what was sent. */
    fake_batch_jpeg(number, 1200, jpeg);
    memcpy(last, jpeg + 1024, 176);
    for (unsigned i = 0; i < f->n_notes; i++)
        if (f->notes[i].n == 176 && memcmp(f->notes[i].bytes, last, 176) == 0)
            return;
    cr_assert_fail(
        "picture %u was forgotten, and never sent (cut at %u)", number, forgetting->cut_at);
}

static bool has(const struct old_host *h, unsigned number)
{
    for (unsigned i = 0; i < h->n_pictures; i++)
        if (h->number[i] == number)
            return true;
    return false;
}

Test(batch_push, nothing_is_lost_wherever_the_link_is_lost)
{
    /* COUNT, and IMAGE and three pieces for each of four */
    for (unsigned cut = 1; cut <= 1 + 4 * 4; cut++) {
        struct old_host h = {.cut_at = cut};

        fake_batch_end();
        fake_batch_begin();
        always_due();
        w->on_forget = must_have_gone_out;
        forgetting = &h;
        fake_batch_fill(4);
        fake_batch_connect(517);
        config("F:86400");
        play(&h, w->now_us + 20 * S);
        cr_assert(h.cut, "cut at %u", cut);
        batch_camera_disconnected(&w->camera, w->now_us, false);
        cr_expect(w->advertising);
        h.n_seen = w->n_notes;
        h.cut = false;
        h.cut_at = 0;
        fake_batch_connect(517);
        play(&h, w->now_us + 20 * S);
        for (unsigned i = 1; i <= 4; i++)
            cr_expect(has(&h, i), "picture %u, cut at %u", i, cut);
        cr_expect_leq(h.n_pictures, 6, "cut at %u: %u", cut, h.n_pictures);
        cr_expect_eq(w->camera.pictures.n, 0);
    }
}

Test(batch_push, a_host_that_leaves_when_it_has_all_gets_nothing_twice)
{
    struct old_host h = {0};

    always_due();
    fake_batch_fill(3);
    fake_batch_connect(517);
    config("F:86400");
    while (h.n_pictures < 3)
        play(&h, w->now_us + 20 * MS);
    batch_camera_disconnected(&w->camera, w->now_us, true);
    cr_expect_eq(w->camera.pictures.n, 0);
}

Test(batch_push, count_is_said_again_after_r)
{
    always_due();
    fake_batch_fill(1);
    fake_batch_connect(517);
    fake_batch_command('R');
    fake_batch_pass(1 * S);
    expect_heard("COUNT:1 ");
    fake_batch_command('R');
    expect_heard("COUNT:1 ");
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    fake_batch_command('A');
    fake_batch_pass(50 * MS);
    expect_heard("IMAGE:1200 512 ");
    fake_batch_command('R');
    expect_heard("COUNT:1 ");
    cr_expect_eq(w->camera.pictures.n, 1);
}

Test(batch_push, waits_10_s_for_an_a_and_15_s_for_an_n_and_keeps_the_picture)
{
    int64_t t;

    always_due();
    fake_batch_fill(1);
    fake_batch_connect(517);
    config("F:86400");
    fake_batch_pass(500 * MS);
    t = w->now_us;
    fake_batch_until(t + 10 * S + 49 * MS);
    cr_expect_eq(w->camera.push.state, BATCH_PUSH_COUNT);
    fake_batch_until(t + 10 * S + 50 * MS);
    cr_expect_eq(w->camera.push.state, BATCH_PUSH_IDLE);
    fake_batch_pass(100 * S);
    expect_heard("COUNT:1 ");
    fake_batch_command('A');
    fake_batch_pass(1 * S);
    expect_heard("");
    fake_batch_command('R');
    fake_batch_pass(500 * MS);
    for (int i = 0; i < 2; i++) {
        fake_batch_command('A');
        fake_batch_pass(50 * MS);
    }
    expect_heard("COUNT:1 IMAGE:1200 512 ");
    fake_batch_pass(14 * S);
    cr_expect_eq(w->camera.push.state, BATCH_PUSH_NEXT);
    fake_batch_pass(1 * S + 10 * MS);
    cr_expect_eq(w->camera.push.state, BATCH_PUSH_IDLE);
    cr_expect_eq(w->camera.pictures.n, 1);
}

Test(batch_push, waits_until_the_host_has_subscribed_to_both)
{
    always_due();
    fake_batch_fill(1);
    batch_camera_connected(&w->camera, w->now_us, 517);
    fake_batch_pass(3 * S);
    batch_camera_subscribed(&w->camera, w->now_us, BATCH_CHAR_STATUS, true);
    fake_batch_pass(1 * S);
    expect_heard("");
    batch_camera_subscribed(&w->camera, w->now_us, BATCH_CHAR_DATA, true);
    fake_batch_pass(500 * MS);
    expect_heard("COUNT:1 ");
}

Test(batch_push, memory_is_told_after_each_picture_but_not_within_a_batch)
{
    w->memory_bytes = 24000;
    fake_batch_reboot();
    fake_batch_connect(517);
    fake_batch_pass(5 * S);
    expect_heard("PSRAM: 5.0% | Imgs: 1 ");
    cr_expect_str_eq(w->lines[BATCH_LINE_MEMORY], "PSRAM: 5.0% | Imgs: 1");
    config("F:1,T:2");
    fake_batch_pass(500 * MS);
    expect_heard("COUNT:1 ");
    fake_batch_pass(3 * S);
    expect_heard("");
    cr_expect_eq(w->camera.pictures.n, 4, "it goes on taking pictures");
    fake_batch_pass(8 * S);
    cr_expect(strstr(fake_batch_heard(), "PSRAM: ") != NULL, "said when the batch is over");
}

Test(batch_push, a_full_stack_delays_and_loses_nothing)
{
    struct old_host h = {0};

    always_due();
    fake_batch_fill(2);
    fake_batch_connect(517);
    config("F:86400");
    w->room = 0;
    for (int i = 0; i < 40; i++) {
        w->room = 1;
        if (i % 2)
            batch_camera_room(&w->camera, w->now_us);
        play(&h, w->now_us + 600 * MS);
    }
    cr_expect_eq(h.n_pictures, 2);
}

/* --- memory, sensor, settings, host ----------------------------------------------------------- */

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
        batch_camera_disconnected(&w->camera, w->now_us, i % 2);
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
    batch_camera_disconnected(&w->camera, w->now_us, false);
    fake_batch_connect(23);
    fake_batch_pass(120 * S);
    cr_expect_eq(w->n_disconnects, 1, "one that has subscribed may listen for ever");
}
