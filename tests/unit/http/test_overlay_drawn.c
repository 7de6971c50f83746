/* What moves, drawn into pictures: ?overlay=1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "live.h"
#include "media/pixels.h"

#define S INT64_C(1000000)
#define GET(path) "GET /api/v1/devices/toy/" path " HTTP/1.1\r\nHost: localhost\r\n\r\n"

TestSuite(overlay_drawn, .init = live_open, .fini = live_close, .timeout = 120);

/* A black picture of 320 by 240. */
static uint32_t black_picture(void)
{
    struct pixels p = {calloc(1, 320 * 240), 320, 240, 1};
    struct error e = ERROR_NULL;
    struct wr_frame *f;
    uint8_t *jpeg;
    size_t n;

    cr_assert_eq(pixels_encode(&p, 90, &jpeg, &n, &e), 0);
    pixels_fini(&p);
    f = toy.dev->host->frame_new(toy.dev, n);
    memcpy(f->data, jpeg, n);
    f->len = n;
    free(jpeg);
    cr_assert_eq(toy.dev->host->frame_publish(toy.dev, f), 0);
    return world.last_seq;
}

/* Workers take real time. */
static void wait_for_burned(unsigned n)
{
    struct timespec piece = {.tv_nsec = 1000000};

    for (int i = 0; i < 30000 && burn_stats(live.api.burn)->n_burned < n; i++) {
        live_turns(1);
        nanosleep(&piece, NULL);
    }
    cr_assert_eq(burn_stats(live.api.burn)->n_burned, n);
}

/* The arrow of block 1, 2: from its middle to the upper right. */
static bool has_arrow(const char *jpeg, size_t n)
{
    struct error e = ERROR_NULL;
    struct pixels p;
    bool red;

    cr_assert_eq(
        pixels_decode((const uint8_t *)jpeg, n, 0, PIXELS_RGB, &p, &e), 0, "%s", error_text(&e));
    cr_assert(p.width == 320 && p.height == 240);
    red = p.bytes[3 * (60 * 320 + 103)] > 150 && p.bytes[3 * (60 * 320 + 103) + 2] < 130;
    pixels_fini(&p);
    return red;
}

static size_t length_of(const char *head)
{
    unsigned long n = 0;

    cr_assert_eq(sscanf(strstr(head, "Content-Length:"), "Content-Length: %lu", &n), 1, "%s", head);
    return n;
}

/* The picture that is the answer. */
static void read_answer(int fd, const char *status, const char *seq)
{
    size_t n;

    client_read_head(&live.talk, fd);
    cr_assert(live_says(status), "%s", live.talk.reply);
    cr_expect(live_says(seq) && live_says("Cache-Control: no-store\r\n") && live_says("Age: "));
    n = length_of(live.talk.reply);
    client_read_n(&live.talk, fd, n);
}

Test(overlay_drawn, is_drawn_into_the_picture_on_request)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("frame.jpg?overlay=1"));
    live_turns(5);
    live_overlay(black_picture());
    wait_for_burned(1);
    read_answer(fd, "HTTP/1.1 200 ", "X-Frame-Seq: 1\r\n");
    cr_expect(has_arrow(live.talk.reply, live.talk.n_reply));
    client_say(&live.talk, fd, GET("frame.jpg"));
    read_answer(fd, "HTTP/1.1 200 ", "X-Frame-Seq: 1\r\n");
    cr_expect_not(has_arrow(live.talk.reply, live.talk.n_reply));
    client_say(&live.talk, fd, GET("frame.jpg?overlay=1&t=1"));
    live_turns(5);
    read_answer(fd, "HTTP/1.1 200 ", "X-Frame-Seq: 1\r\n");
    cr_expect(has_arrow(live.talk.reply, live.talk.n_reply));
    cr_expect_eq(burn_stats(live.api.burn)->n_burned, 1, "it was there");
    close(fd);
}

Test(overlay_drawn, nothing_is_new_that_is_of_before_the_clock_was_set_back)
{
    int fd = client_new(&live.talk);

    live_overlay(black_picture());
    last_frame(world.last, device_channel(live.toy))->pub.received_us += 3600 * S;
    last_overlay(world.last, device_channel(live.toy))->received_us += 3600 * S;
    for (int i = 0; i < 3; i++) {
        client_say(&live.talk, fd,
            i == 0       ? GET("frame.jpg")
                : i == 1 ? GET("overlay")
                         : GET("frame.jpg?overlay=1"));
        live_turns(5);
        if (i == 2)
            wait_for_burned(1);
        cr_expect(client_silent(&live.talk, fd), "a new one may come");
        loop_advance(world.loop, 3 * S);
        read_answer(fd, "HTTP/1.1 200 ", "X-Frame-Seq: 1\r\n");
    }
    close(fd);
}

Test(overlay_drawn, that_does_not_come_leaves_the_picture_as_it_is)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("frame.jpg?overlay=1"));
    live_turns(5);
    black_picture();
    loop_advance(world.loop, BURN_WAIT_US);
    read_answer(fd, "HTTP/1.1 200 ", "X-Frame-Seq: 1\r\n");
    cr_expect_not(has_arrow(live.talk.reply, live.talk.n_reply));
    close(fd);
}

Test(overlay_drawn, of_an_old_picture_is_drawn_when_no_new_one_comes)
{
    int fd;

    live_overlay(black_picture());
    loop_advance(world.loop, 20 * S);
    fd = client_new(&live.talk);
    client_say(&live.talk, fd, GET("frame.jpg?overlay=1"));
    live_turns(5);
    wait_for_burned(1);
    cr_expect(client_silent(&live.talk, fd), "a new one may come");
    loop_advance(world.loop, 3 * S);
    read_answer(fd, "HTTP/1.1 200 ", "Age: 23\r\n");
    cr_expect(has_arrow(live.talk.reply, live.talk.n_reply));
    close(fd);
}

/* Reads one part of an MJPEG stream; its number. */
static uint32_t read_part(int fd)
{
    unsigned n = 0, seq = 0;
    char head[512] = "";

    while (n < sizeof head - 1 && !strstr(head, "\r\n\r\n")) {
        client_read_n(&live.talk, fd, 1);
        head[n++] = live.talk.reply[0];
    }
    cr_assert_eq(sscanf(strstr(head, "X-Frame-Seq:"), "X-Frame-Seq: %u", &seq), 1);
    client_read_n(&live.talk, fd, length_of(head) + 2);
    return seq;
}

Test(overlay_drawn, is_drawn_once_for_all_who_watch_a_stream)
{
    int fd[4], plain = client_new(&live.talk);

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
        fd[i] = client_new(&live.talk);
        client_say(&live.talk, fd[i], GET("stream.mjpeg?overlay=1"));
        client_read_head(&live.talk, fd[i]);
    }
    client_say(&live.talk, plain, GET("stream.mjpeg"));
    client_read_head(&live.talk, plain);
    for (uint32_t n = 1; n <= 5; n++) {
        live_overlay(black_picture());
        wait_for_burned(n);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
            cr_expect_eq(read_part(fd[i]), n);
            cr_expect(has_arrow(live.talk.reply, live.talk.n_reply - 2));
        }
        cr_expect_eq(read_part(plain), n);
        cr_expect_not(has_arrow(live.talk.reply, live.talk.n_reply - 2));
    }
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
    close(plain);
}
