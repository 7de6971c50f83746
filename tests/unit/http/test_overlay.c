#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <warren/overlay.h>

#include "base/json.h"
#include "live.h"
#include "media/pixels.h"
#include "motion_words.h"

#define S INT64_C(1000000)
#define GET(path) "GET /api/v1/devices/toy/" path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define GET_ONCE(path) "GET /api/v1/devices/toy/" path " HTTP/1.0\r\nHost: localhost\r\n\r\n"

TestSuite(overlay, .init = live_open, .fini = live_close, .timeout = 120);

static bool says(const char *text)
{
    return strstr(live.talk.reply, text) != NULL;
}

static void overlay(uint32_t seq)
{
    static const struct overlay_block blocks[] = {{1, 2, 200, true, 3 * OVERLAY_UNIT + 64, -128}};
    struct overlay o = {.active = true,
        .intensity = (uint8_t)seq,
        .direction = MOTION_UP_RIGHT,
        .frame_id = 77,
        .has_frame_id = true,
        .frame_width = 320,
        .frame_height = 240,
        .columns = 8,
        .rows = 6,
        .block = 40,
        .blocks = blocks,
        .n_blocks = 1};

    cr_assert_eq(device_publish_overlay(live.toy, seq, &o), 0);
}

/* --- GET …/overlay ---------------------------------------------------------------------------- */

Test(overlay, is_told_in_the_words_of_debug_cameras)
{
    live_picture(1000);
    overlay(1);
    ask(&live.talk, GET_ONCE("overlay"));
    cr_expect(says("HTTP/1.1 200 "), "%s", live.talk.reply);
    cr_expect(says("Content-Type: application/json\r\n") && says("Cache-Control: no-store\r\n"));
    cr_expect(says("X-Frame-Seq: 1\r\n") && says("Age: 0\r\n"));
    cr_expect(says("\"direction\":\"up_right\"") && says("\"gridCols\":8") && says("\"seq\":1"));
    cr_expect(says("{\"row\":1,\"col\":2,\"x\":80,\"y\":40,\"dx\":3.25,\"dy\":-0.5,"), "%s",
        live.talk.reply);
    cr_expect_not(says("frameId"), "the camera's own number says nothing here");
}

Test(overlay, that_has_no_picture_has_no_number)
{
    struct wr_overlay o = {.size = sizeof o, .intensity = 9};

    cr_assert_eq(toy.dev->host->overlay_publish(toy.dev, &o), 0);
    ask(&live.talk, GET_ONCE("overlay"));
    cr_expect(says("HTTP/1.1 200 ") && says("\"intensity\":9"));
    cr_expect_not(says("\"seq\"") || says("X-Frame-Seq"));
}

Test(overlay, that_is_not_there_yet_is_waited_for_while_the_camera_runs)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    world_pass(1);
    cr_expect(toy.watched);
    live_picture(1000);
    overlay(1);
    client_read(&live.talk, fd, "\"seq\":1");
    close(fd);
    live_turns(5);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}

Test(overlay, that_does_not_come_is_503_and_an_old_one_is_better_than_none)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    loop_advance(world.loop, 3 * S);
    client_read(&live.talk, fd, "in this camera's pictures");
    cr_expect(says("HTTP/1.1 503 ") && says("Retry-After: 3\r\n"));
    live_picture(1000);
    overlay(1);
    loop_advance(world.loop, 20 * S);
    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    cr_expect(client_silent(&live.talk, fd));
    loop_advance(world.loop, 3 * S);
    client_read(&live.talk, fd, "\"seq\":1");
    cr_expect(says("Age: 23\r\n"), "%s", live.talk.reply);
    close(fd);
}

Test(overlay, whose_asker_goes_is_no_longer_waited_for)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay"));
    live_turns(5);
    close(fd);
    live_turns(5);
    live_picture(1000);
    overlay(1);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}

Test(overlay, is_a_cameras)
{
    ask(&live.talk, "GET /api/v1/devices/nobody/overlay HTTP/1.0\r\nHost: localhost\r\n\r\n");
    cr_expect(says("HTTP/1.1 404 "));
    ask(&live.talk,
        "GET /api/v1/devices/nobody/overlay/stream HTTP/1.0\r\nHost: localhost\r\n\r\n");
    cr_expect(says("HTTP/1.1 404 "));
    ask(&live.talk, GET_ONCE("frame.jpg?overlay=yes"));
    cr_expect(says("HTTP/1.1 422 ") && says("overlay: expected an integer from 0 to 1"));
}

Test(overlay, of_a_camera_where_nobody_looks_for_motion_is_404)
{
    struct device_change off = {.flow = "off"}, on = {.flow = "device"};
    struct error e = ERROR_NULL;

    live_picture(1000);
    overlay(1);
    cr_assert_eq(device_change(live.toy, &off, NULL, NULL, &e), 0, "%s", error_text(&e));
    ask(&live.talk, GET_ONCE("overlay"));
    cr_expect(
        says("HTTP/1.1 404 ") && says("its \\\"flow\\\" is \\\"off\\\""), "%s", live.talk.reply);
    ask(&live.talk, GET_ONCE("overlay/stream"));
    cr_expect(says("HTTP/1.1 404 "));
    cr_assert_eq(device_change(live.toy, &on, NULL, NULL, &e), 0, "%s", error_text(&e));
    cr_expect_null(last_overlay(world.last, device_channel(live.toy)), "what was is forgotten");
}

/* --- GET …/overlay/stream --------------------------------------------------------------------- */

Test(overlay, stream_tells_each_as_an_event)
{
    int fd = client_new(&live.talk);

    live_picture(1000);
    overlay(1);
    client_say(&live.talk, fd, GET("overlay/stream"));
    client_read(&live.talk, fd, "\"seq\":1}\n\n");
    cr_expect(says("Content-Type: text/event-stream\r\n"));
    cr_expect(says("id: 1\nevent: overlay\ndata: {\"intensity\":1,"), "%s", live.talk.reply);
    live_picture(1000);
    overlay(2);
    client_read(&live.talk, fd, "\"seq\":2}\n\n");
    cr_expect(says("id: 2\nevent: overlay\ndata: {\"intensity\":2,"));
    world_pass(1);
    cr_expect(toy.watched);
    close(fd);
    live_turns(5);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}

Test(overlay, stream_is_kept_alive_and_ends_with_its_camera)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("overlay/stream"));
    client_read_head(&live.talk, fd);
    client_read(&live.talk, fd, ":\n\n");
    loop_advance(world.loop, 16 * S);
    client_read(&live.talk, fd, ":\n\n");
    world_configure("devices: {}\n");
    world_pass(1);
    client_read(&live.talk, fd, NULL);
    cr_expect(live.talk.end);
    close(fd);
}

Test(overlay, of_a_slow_reader_is_the_newest)
{
    int fd = client_new(&live.talk);
    struct wr_overlay o = {.size = sizeof o};

    client_say(&live.talk, fd, GET("overlay/stream"));
    client_read_head(&live.talk, fd);
    for (unsigned i = 1; i <= 30000; i++) {
        o.intensity = (uint8_t)(i % 200);
        o.speed = i << 8;
        cr_assert_eq(toy.dev->host->overlay_publish(toy.dev, &o), 0);
        live_turns(i % 100 == 0);
    }
    client_read(&live.talk, fd, "\"speed\":30000,");
    cr_expect_not(says("\"speed\":29990,"), "others were skipped");
    close(fd);
}

/* --- ?overlay=1 ------------------------------------------------------------------------------- */

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
    cr_assert(says(status), "%s", live.talk.reply);
    cr_expect(says(seq) && says("Cache-Control: no-store\r\n") && says("Age: "));
    n = length_of(live.talk.reply);
    client_read_n(&live.talk, fd, n);
}

Test(overlay, is_drawn_into_the_picture_on_request)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET("frame.jpg?overlay=1"));
    live_turns(5);
    overlay(black_picture());
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

Test(overlay, that_does_not_come_leaves_the_picture_as_it_is)
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

Test(overlay, of_an_old_picture_is_drawn_when_no_new_one_comes)
{
    int fd;

    overlay(black_picture());
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

Test(overlay, is_drawn_once_for_all_who_watch_a_stream)
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
        overlay(black_picture());
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
