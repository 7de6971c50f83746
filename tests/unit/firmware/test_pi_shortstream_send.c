#include <criterion/criterion.h>
#include <string.h>

#include "pi_part.h"
#include "pi_suite.h"

TestSuite(pi_shortstream_send, .init = fake_pi_begin, .fini = fake_pi_end);

#define TWO_FRAMES "\0\0\0\3xxx\0\0\0\3xxx\0\0\0\0STREAM_DONE: sent=2, skipped=0, available=2\n"

Test(pi_shortstream_send, shortstream_sends_the_newest_oldest_first)
{
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
}

Test(pi_shortstream_send, shortstream_with_times_puts_them_into_the_pictures)
{
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF, 0xD9};
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
}

Test(pi_shortstream_send, shortstream_tells_errors_in_its_own_form)
{
    const char *commands[] = {"shortstream abc", "shortstream -3", "shortstream 2.5"};
    for (unsigned i = 0; i < 3; i++) {
        struct fake_peer *p = fake_pi_send(w, commands[i]);
        cr_expect(p->finished);
        cr_expect_arr_eq(p->got, "\0\0\0\0ERROR: usage shortstream [<count>]\n", 40);
    }
}

Test(pi_shortstream_send, shortstream_waits_for_its_peer_and_skips_what_is_gone)
{
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
}

Test(pi_shortstream_send, shortstream_ends_with_its_peer)
{
    struct fake_peer *p = &w->peers[w->n_peers++];

    fake_pi_frames(w, 4, 100);
    p->refuse_after = 2;
    pi_camera_trigger(&w->camera, w->now_us, p, "shortstream 4", 13);
    pi_camera_gone(&w->camera, p);
    pi_camera_drained(&w->camera, w->now_us, p);
    cr_expect_eq(p->n, 7);
    cr_expect_not(p->finished);
}
