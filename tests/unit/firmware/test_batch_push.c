/* The camera and hosts that know nothing of LINK. */
#include <criterion/criterion.h>
#include <string.h>

#include "old_host.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

TestSuite(batch_push, .init = fake_batch_begin, .fini = fake_batch_end);

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

Test(batch_push, at_most_20_pictures_are_one_batch_and_the_rest_follows_when_due)
{
    struct old_host h = {0};

    fake_batch_fill(23);
    fake_batch_connect(517);
    config("F:86400");
    old_host_play(&h, w->now_us + 60 * S);
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
        old_host_play(&h, w->now_us + 30 * S);
        cr_expect_eq(h.n_pictures, 1, "MTU %u", mtus[i]);
        fake_batch_disconnect(true);
        w->now_us += 3 * S;
        w->camera.settings.frequency_s = 1;
        w->camera.next_capture_us = w->now_us;
    }
}

/* A lost link at every message of a batch of 4: each picture comes whole, once at least, and nothing is forgotten before. */
Test(batch_push, nothing_is_lost_wherever_the_link_is_lost)
{
    /* COUNT, and IMAGE and three pieces for each of four */
    for (unsigned cut = 1; cut <= 1 + 4 * 4; cut++) {
        struct old_host h = {.cut_at = cut};

        fake_batch_end();
        fake_batch_begin();
        always_due();
        w->on_forget = old_host_must_have_been_sent;
        fake_batch_fill(4);
        fake_batch_connect(517);
        config("F:86400");
        old_host_play(&h, w->now_us + 20 * S);
        cr_assert(h.cut, "cut at %u", cut);
        fake_batch_disconnect(false);
        cr_expect(w->advertising);
        h.n_seen = w->n_notes;
        h.cut = false;
        h.cut_at = 0;
        fake_batch_connect(517);
        old_host_play(&h, w->now_us + 20 * S);
        for (unsigned i = 1; i <= 4; i++)
            cr_expect(old_host_times(&h, i) > 0, "picture %u, cut at %u", i, cut);
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
        old_host_play(&h, w->now_us + 20 * MS);
    fake_batch_disconnect(true);
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
        old_host_play(&h, w->now_us + 600 * MS);
    }
    cr_expect_eq(h.n_pictures, 2);
}

/* --- memory, sensor, settings, host ----------------------------------------------------------- */
