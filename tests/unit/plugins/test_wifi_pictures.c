/* Pictures: the stream in every dialect, and stills where it is of no use. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wifi.h"

#define JPEG "\xFF\xD8\xFF\xD9"
#define MULTIPART "content-type: multipart/x-mixed-replace;boundary=frame\n"

static struct fake_http *opened(struct fake_host *h)
{
    struct fake_http *q;

    fake_host_watch(h, true);
    fake_host_advance(h, FAKE_MS);
    q = fake_http_for(h, "/stream");
    cr_assert(q && !q->over);
    fake_http_open(q, 200, MULTIPART);
    fake_host_turn(h);
    return q;
}

static void feed(struct fake_host *h, struct fake_http *q, const char *text)
{
    fake_http_feed(q, text, strlen(text));
    fake_host_turn(h);
}

Test(wifi_pictures, come_while_somebody_looks)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);
    struct fake_http *q;

    cr_expect_null(fake_http_for(h, "/stream"));
    q = opened(h);
    feed(h, q,
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\nX-Frame-Id: 7\r\n"
        "X-Timestamp: 12.500\r\n\r\n" JPEG "\r\n");
    cr_assert_eq(fake_n_frames(d), 1);
    cr_expect_eq(fake_frame(d, 0)->frame.device_seq, 7);
    cr_expect_str_eq(fake_value(d, "link"), "streaming");
    for (int i = 0; i < 19; i++) {
        fake_host_advance(h, 100 * FAKE_MS);
        feed(h, q, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n" JPEG "\r\n");
    }
    fake_host_advance(h, 200 * FAKE_MS);
    cr_expect_str_eq(fake_value(d, "fps"), "10");
    fake_host_watch(h, false);
    fake_host_turn(h);
    cr_expect(q->over);
    cr_expect_str_eq(fake_value(d, "fps"), "0");
    cr_expect_str_eq(fake_value(d, "link"), "idle");
    fake_host_free(h);
}

/* No Content-Length, a line end before the first boundary, none behind a picture. */
Test(wifi_pictures, of_the_first_cameras_are_cut_out_too)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct fake_http *q = opened(h);

    feed(h, q, "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n" JPEG);
    feed(h, q, "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n" JPEG);
    cr_expect_eq(fake_n_frames(fake_dev(h)), 2);
    fake_host_free(h);
}

static void feed_bare(struct fake_host *h, struct fake_http *q, size_t n)
{
    static const char head[] = "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n";
    uint8_t *grey = malloc(n);

    memset(grey, 100, n);
    fake_http_feed(q, head, sizeof head - 1);
    fake_http_feed(q, grey, n);
    fake_http_feed(q, "\r\n--frame\r\n", 11);
    fake_host_turn(h);
    free(grey);
}

Test(wifi_pictures, bare_grey_pixels_become_jpegs)
{
    static const struct {
        size_t n;
        uint8_t size[4]; /* height, width */
    } rows[] = {{320 * 240, {0, 240, 1, 64}}, {160 * 120, {0, 120, 0, 160}}};

    for (size_t i = 0; i < 2; i++) {
        struct fake_host *h = wifi_on_web(NULL);
        const struct fake_picture *p;

        feed_bare(h, opened(h), rows[i].n);
        cr_assert_eq(fake_n_frames(fake_dev(h)), 1);
        p = fake_frame(fake_dev(h), 0);
        cr_expect_arr_eq(p->bytes, "\xFF\xD8\xFF\xDB", 4);
        cr_expect_arr_eq(p->bytes + p->n - 2, "\xFF\xD9", 2);
        cr_expect_arr_eq(p->bytes + 2 + 69 + 5, rows[i].size, 4, "SOF0 behind DQT");
        cr_expect_eq(fake_n_held_frames(h), 0);
        fake_host_free(h);
    }
}

Test(wifi_pictures, what_is_no_picture_is_told)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct fake_http *q = opened(h);

    feed_bare(h, q, 999);
    cr_expect_eq(fake_n_frames(fake_dev(h)), 0);
    cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "no picture"));
    fake_host_free(h);
}

static void end_short(struct fake_host *h, const char *text)
{
    struct fake_http *q = fake_http_for(h, "/stream");

    cr_assert(!q->over);
    fake_http_open(q, 200, MULTIPART);
    fake_http_feed(q, text, strlen(text));
    fake_http_close(q, 0);
    fake_host_turn(h);
}

Test(wifi_pictures, a_stream_that_ends_after_each_picture_gives_way_to_stills)
{
    static const char *const streams[] = {
        "", "--frame\r\nContent-Type: image/jpeg\r\n\r\n" JPEG "\r\n"};

    for (size_t i = 0; i < 2; i++) {
        struct fake_host *h = wifi_on_web(NULL);
        struct wr_dev *d = fake_dev(h);
        size_t n;

        fake_host_watch(h, true);
        fake_host_advance(h, FAKE_MS);
        for (int k = 0; k < 3; k++) {
            end_short(h, streams[i]);
            fake_host_advance(h, (1 << k) * FAKE_S);
        }
        n = fake_n_frames(d);
        wifi_answer(h, "/snapshot", 200, "image/jpeg", JPEG);
        cr_expect_eq(fake_n_frames(d), n + 1);
        cr_expect_not_null(strstr(fake_why(d), "Stills"), "%s", fake_why(d));
        cr_expect_str_eq(fake_value(d, "link"), "streaming");
        fake_host_advance(h, 600 * FAKE_MS);
        wifi_answer(h, "/snapshot", 200, "image/jpeg", JPEG);
        cr_expect_eq(fake_n_frames(d), n + 2);
        fake_host_watch(h, false);
        fake_host_advance(h, 2 * FAKE_S);
        cr_expect(fake_http_for(h, "/snapshot")->over);
        cr_expect_eq(fake_n_frames(d), n + 2);
        cr_expect_str_eq(fake_value(d, "link"), "idle");
        fake_host_watch(h, true);
        fake_host_advance(h, FAKE_MS);
        cr_expect(!fake_http_for(h, "/snapshot")->over, "who looks next has them at once");
        fake_host_free(h);
    }
}

Test(wifi_pictures, stills_that_do_not_come_either_are_the_reason_that_is_told)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct wr_dev *d = fake_dev(h);

    fake_host_watch(h, true);
    fake_host_advance(h, FAKE_MS);
    for (int k = 0; k < 3; k++) {
        end_short(h, "");
        fake_host_advance(h, (1 << k) * FAKE_S);
    }
    wifi_answer(h, "/snapshot", 503, "text/plain", "Camera capture failed");
    cr_expect_not_null(strstr(fake_why(d), "Camera capture failed"), "%s", fake_why(d));
    fake_host_advance(h, 600 * FAKE_MS);
    wifi_answer(h, "/snapshot", 200, "image/jpeg", JPEG);
    cr_expect_not_null(strstr(fake_why(d), "Stills"), "%s", fake_why(d));
    fake_host_free(h);
}

Test(wifi_pictures, a_stream_that_breaks_is_opened_again_and_told)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct fake_http *q = opened(h);

    feed(h, q, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n" JPEG "\r\n");
    fake_http_close(q, -ECONNRESET);
    fake_host_turn(h);
    cr_expect_not_null(strstr(fake_value(fake_dev(h), "trouble"), "No pictures"));
    fake_host_advance(h, FAKE_S);
    q = fake_http_for(h, "/stream");
    cr_assert(!q->over);
    fake_http_open(q, 200, MULTIPART);
    feed(h, q, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n" JPEG "\r\n");
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}

Test(wifi_pictures, are_left_out_while_the_gateway_is_slow)
{
    struct fake_host *h = wifi_on_web(NULL);
    struct fake_http *q = opened(h);

    fake_host_refuse_frames(h, 1);
    feed(h, q, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n" JPEG "\r\n");
    cr_expect_eq(fake_n_frames(fake_dev(h)), 0);
    cr_expect_str_eq(fake_value(fake_dev(h), "trouble"), "");
    fake_host_free(h);
}
