#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

#include "pi.h"

static struct fake_http *look(struct fake_host *h)
{
    fake_host_watch(h, true);
    return pi_stream(h);
}

static void feed(struct fake_host *h, struct fake_http *q, const char *text)
{
    fake_http_feed(q, text, strlen(text));
    fake_host_turn(h);
}

static void feed_jpeg(struct fake_http *q, uint8_t tag)
{
    uint8_t jpeg[JPEG_BYTES];

    pi_jpeg(jpeg, tag);
    fake_http_feed(q, jpeg, sizeof jpeg);
}

/* --- on demand -------------------------------------------------------------------------------- */

Test(pi_stream, is_opened_when_somebody_looks_and_closed_when_nobody_does)
{
    struct fake_host *h = pi_online();
    struct fake_http *q;

    fake_host_advance(h, 5 * FAKE_S);
    cr_assert(eq(sz, fake_n_http(h), 0));
    q = look(h);
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "stream")), STR("live")));
    fake_host_watch(h, false);
    fake_host_turn(h);
    cr_assert(q->over);
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "stream")), STR("closed")));
    fake_host_free(h);
}

Test(pi_stream, is_held_open_where_the_option_says_so)
{
    struct fake_host *h = pi_new();
    struct fake_http *q;

    fake_host_option(h, "hold", "true");
    fake_host_start(h);
    q = pi_stream(h);
    fake_host_watch(h, true);
    fake_host_turn(h);
    fake_host_watch(h, false);
    fake_host_turn(h);
    cr_assert(not(q->over));
    cr_assert(eq(sz, fake_n_http(h), 1), "one connection, whoever looks");
    fake_host_free(h);
}

Test(pi_stream, goes_where_the_options_say)
{
    struct fake_host *h = fake_host_new(plugin("pi-trigger-camera"));

    fake_host_option(h, "host", "fe80::1");
    fake_host_option(h, "mjpeg_port", "8090");
    fake_host_option(h, "stream_path", "cam/1?q=2");
    fake_host_option(h, "hold", "yes");
    fake_host_start(h);
    cr_assert(eq(str, fake_http(h, 0)->url, STR("http://[fe80::1]:8090/cam/1?q=2")));
    fake_host_free(h);
}

/* --- dialects --------------------------------------------------------------------------------- */

Test(pi_stream, original_dialect_with_all_headers_and_no_line_end)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);
    const struct fake_picture *p;

    pi_part(q, 4711, 1767225600.125, 131.4, 0);
    pi_part(q, 4712, 1767225600.225, 130.0, 0);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 2));
    p = fake_frame(fake_dev(h), 0);
    cr_assert(eq(sz, p->n, JPEG_BYTES));
    cr_assert(eq(i64, p->frame.captured_us, 1767225600125000));
    cr_assert(eq(u64, p->frame.device_seq, 4711));
    cr_assert(eq(int, (int)fake_clock(fake_dev(h)), WR_CLOCK_UTC));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "dark_score")), STR("130")));
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "night")), STR("false")));
    fake_host_free(h);
}

Test(pi_stream, proxy_dialect_without_our_headers)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    for (uint8_t i = 0; i < 3; i++) {
        feed(h, q, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 30\r\n\r\n");
        feed_jpeg(q, i);
        feed(h, q, "\r\n");
    }
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 3));
    cr_assert(eq(i64, fake_frame(fake_dev(h), 0)->frame.captured_us, 0));
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "night"), NULL));
    fake_host_free(h);
}

Test(pi_stream, dialect_without_length)
{
    struct fake_host *h = pi_online();
    struct fake_http *q;

    fake_host_watch(h, true);
    fake_host_turn(h);
    q = fake_http_last(h);
    fake_http_open(q, 200, "Content-Type: multipart/x-mixed-replace;boundary=frame");
    for (uint8_t i = 0; i < 3; i++) {
        feed(h, q, "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n");
        feed_jpeg(q, i);
    }
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 3));
    fake_host_free(h);
}

Test(pi_stream, headers_that_make_no_sense_are_passed_over)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    feed(h, q,
        "--frame\r\nContent-Length: 30\r\nX-Frame-Id: -3\r\nX-Timestamp: now\r\nX-Dark-Score: "
        "900\r\nX-Night: maybe\r\nX-Else: \xFF\r\n\r\n");
    feed_jpeg(q, 1);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 1));
    cr_assert(eq(i64, fake_frame(fake_dev(h), 0)->frame.captured_us, 0));
    cr_assert(eq(ptr, (void *)fake_value(fake_dev(h), "dark_score"), NULL));
    fake_host_free(h);
}

Test(pi_stream, picture_that_is_sent_again_is_left_out)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    pi_part(q, 7, 1767225600.0, 100, 0);
    pi_part(q, 7, 1767225600.0, 100, 0);
    pi_part(q, 8, 1767225600.5, 100, 0);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_frames(fake_dev(h)), 2));
    fake_host_free(h);
}

/* --- night and day ---------------------------------------------------------------------------- */

Test(pi_stream, night_and_day_are_events_when_they_begin)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);
    struct fake_http *q = look(h);

    pi_part(q, 1, 1767225600.0, 60.5, 0);
    pi_part(q, 2, 1767225600.5, 40.0, 0);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_events(dev, "camera.day"), 0), "what it is at first is no event");
    pi_part(q, 3, 1767225603.0, 12.5, 1);
    pi_part(q, 4, 1767225607.0, 13.0, 1);
    fake_host_advance(h, FAKE_S);
    cr_assert(eq(str, STR(fake_event(dev, "camera.night")), STR("{\"dark_score\":12.5}")));
    cr_assert(eq(sz, fake_n_events(dev, "camera.night"), 1));
    cr_assert(eq(int, (int)fake_frame(dev, 2)->frame.flags, WR_FRAME_NIGHT));
    cr_assert(eq(str, STR(fake_value(dev, "night")), STR("true")));
    pi_part(q, 5, 1767225608.0, 241, 0);
    fake_host_advance(h, FAKE_S);
    cr_assert(eq(str, STR(fake_event(dev, "camera.day")), STR("{\"dark_score\":241}")));
    fake_host_free(h);
}

Test(pi_stream, night_and_day_in_turns_are_no_news_until_one_lasts)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);
    struct fake_http *q = look(h);

    for (unsigned i = 0; i < 100; i++) {
        pi_part(q, i, 1767225600.0 + i / 10.0, 10, i % 2);
        fake_host_advance(h, 100 * FAKE_MS);
    }
    cr_assert(eq(sz, fake_n_events(dev, "camera.night") + fake_n_events(dev, "camera.day"), 0));
    cr_assert(eq(str, STR(fake_value(dev, "night")), STR("false")));
    fake_host_advance(h, FAKE_S);
    cr_assert(
        eq(sz, fake_n_events(dev, "camera.night"), 1), "the last picture was one of the night");
    fake_host_free(h);
}

Test(pi_stream, night_that_is_not_known_to_last_is_forgotten_with_the_stream)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    pi_part(q, 1, 1767225600.0, 100, 0);
    pi_part(q, 2, 1767225600.1, 10, 1);
    fake_host_turn(h);
    fake_host_watch(h, false);
    fake_host_advance(h, 5 * FAKE_S);
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "camera.night"), 0));
    fake_host_free(h);
}

Test(pi_stream, fps_is_measured)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    for (unsigned i = 0; i < 40; i++) {
        pi_part(q, i, 1767225600 + i * 0.1, 100, 0);
        fake_host_advance(h, 100 * FAKE_MS);
    }
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "fps")), STR("10")));
    fake_host_watch(h, false);
    fake_host_turn(h);
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "fps")), STR("0")));
    fake_host_free(h);
}

/* --- trouble ---------------------------------------------------------------------------------- */

Test(pi_stream, camera_that_dies_in_the_middle_of_a_picture_is_tried_again)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);
    struct fake_http *q = look(h);

    pi_part(q, 1, 1767225600.0, 100, 0);
    feed(h, q, "--frame\r\nContent-Length: 50000\r\nX-Frame-Id: 2\r\n\r\n\xFF\xD8 half of it");
    fake_http_close(q, -ECONNRESET);
    fake_host_turn(h);
    cr_assert(eq(str, STR(fake_value(dev, "stream")), STR("failed")));
    pi_serve(h, "health\n", "RSS=45.5MiB SWAP=1.0%\n");
    cr_assert(fake_online(dev), "commands work, so it is there");
    cr_assert(eq(sz, fake_n_held_frames(h), 0));
    fake_host_advance(h, FAKE_S);
    pi_part(pi_stream(h), 3, 1767225602.0, 100, 0);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_frames(dev), 2));
    cr_assert(eq(str, STR(fake_value(dev, "trouble")), STR("")));
    cr_assert(eq(sz, fake_n_events(dev, "device.error"), 1));
    fake_host_free(h);
}

Test(pi_stream, camera_that_hangs_is_given_up_after_the_time_limit)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    pi_part(q, 1, 1767225600.0, 100, 0);
    fake_host_advance(h, 14 * FAKE_S);
    cr_assert(not(q->over));
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(q->over);
    fake_host_free(h);
}

Test(pi_stream, failures_are_tried_again_ever_more_slowly)
{
    struct fake_host *h = pi_online();
    size_t n;

    fake_host_watch(h, true);
    for (int s = 0; s < 300; s++) {
        for (size_t i = 0; i < fake_n_http(h); i++) {
            if (!fake_http(h, i)->over)
                fake_http_close(fake_http(h, i), -ECONNREFUSED);
        }
        if (fake_n_tcp(h) > 0 && !fake_tcp_last(h)->over)
            pi_serve(h, "health\n", "RSS=45.5MiB SWAP=1.0%\n");
        if (!fake_tcp_last(h)->over)
            pi_serve(h, "dump_config\n", PI_CONFIG);
        fake_host_advance(h, FAKE_S);
    }
    n = fake_n_http(h);
    cr_assert(gt(sz, n, 10));
    cr_assert(lt(sz, n, 18), "%zu", n);
    cr_assert(eq(sz, fake_n_events(fake_dev(h), "device.error"), 1), "it is said once");
    fake_host_free(h);
}

Test(pi_stream, somebody_who_begins_to_look_does_not_wait_for_the_back_off)
{
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);
    size_t n;

    fake_http_close(q, -ECONNRESET);
    fake_host_turn(h);
    n = fake_n_http(h);
    fake_host_watch(h, false);
    fake_host_turn(h);
    fake_host_watch(h, true);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_http(h), n + 1));
    fake_host_free(h);
}

Test(pi_stream, status_503_is_said_and_tried_again)
{
    struct fake_host *h = pi_online();

    fake_host_watch(h, true);
    fake_host_turn(h);
    fake_http_open(fake_http_last(h), 503, "Content-Type: text/plain");
    fake_host_turn(h);
    cr_assert(ne(ptr, strstr(fake_value(fake_dev(h), "trouble"), "503"), NULL));
    pi_serve(h, "health\n", "RSS=45.5MiB SWAP=1.0%\n");
    cr_assert(fake_online(fake_dev(h)));
    fake_host_free(h);
}

Test(pi_stream, rubbish_is_no_stream)
{
    static char rubbish[8192];
    struct fake_host *h = pi_online();
    struct fake_http *q = look(h);

    memset(rubbish, 'x', sizeof rubbish);
    fake_http_feed(q, rubbish, sizeof rubbish);
    fake_host_turn(h);
    cr_assert(q->over);
    cr_assert(eq(str, STR(fake_value(fake_dev(h), "stream")), STR("failed")));
    fake_host_free(h);
}

Test(pi_stream, parts_that_are_no_jpegs_are_counted_and_said_once)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);
    struct fake_http *q = look(h);

    for (int i = 0; i < 3; i++)
        feed(h, q, "--frame\r\nContent-Length: 6\r\n\r\n<html>");
    cr_assert(eq(sz, fake_n_frames(dev), 0));
    cr_assert(eq(str, STR(fake_value(dev, "bad_pictures")), STR("3")));
    cr_assert(eq(sz, fake_n_events(dev, "device.error"), 1));
    pi_part(q, 1, 1767225600.0, 100, 0);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_frames(dev), 1));
    fake_host_free(h);
}

Test(pi_stream, same_picture_for_long_is_stalled)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);
    struct fake_http *q = look(h);

    for (int s = 0; s < 26; s++) {
        pi_part(q, 9, 1767225600.0, 100, 0);
        fake_host_advance(h, FAKE_S);
    }
    cr_assert(eq(str, STR(fake_value(dev, "stream")), STR("live")));
    for (int s = 0; s < 6; s++) {
        pi_part(q, 9, 1767225600.0, 100, 0);
        if (fake_n_tcp(h) > 0 && !fake_tcp_last(h)->over)
            pi_serve(h, "health\n", "RSS=45.5MiB SWAP=1.0%\n");
        fake_host_advance(h, FAKE_S);
    }
    cr_assert(eq(str, STR(fake_value(dev, "stream")), STR("stalled")));
    pi_part(q, 10, 1767225632.0, 100, 0);
    fake_host_turn(h);
    cr_assert(eq(str, STR(fake_value(dev, "stream")), STR("live")));
    fake_host_free(h);
}

Test(pi_stream, slow_readers_lose_pictures_but_no_events)
{
    struct fake_host *h = pi_online();
    struct wr_dev *dev = fake_dev(h);
    struct fake_http *q = look(h);

    pi_part(q, 1, 1767225600.0, 100, 0);
    fake_host_turn(h);
    fake_host_refuse_frames(h, 1);
    pi_part(q, 2, 1767225600.1, 10, 1);
    pi_part(q, 3, 1767225600.2, 10, 1);
    fake_host_advance(h, FAKE_S);
    cr_assert(eq(sz, fake_n_frames(dev), 2));
    cr_assert(eq(sz, fake_n_events(dev, "camera.night"), 1));
    fake_host_free(h);
}
