#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "live.h"

#define GET "GET /api/v1/devices/toy/stream.mjpeg HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define S INT64_C(1000000)

TestSuite(mjpeg, .init = live_open, .fini = live_close, .timeout = 60);

static int viewer(void)
{
    int fd = client_new(&live.talk);

    client_say(&live.talk, fd, GET);
    client_read_head(&live.talk, fd);
    return fd;
}

/* Reads one part; its number. The picture is checked by its bytes. */
static uint32_t read_part(int fd, size_t length)
{
    unsigned n = 0, seq = 0;
    char head[512] = "";

    while (n < sizeof head - 1 && !strstr(head, "\r\n\r\n")) {
        client_read_n(&live.talk, fd, 1);
        head[n++] = live.talk.reply[0];
    }
    cr_assert_eq(strncmp(head, "--frame\r\nContent-Type: image/jpeg\r\n", 35), 0, "%s", head);
    cr_assert_eq(sscanf(strstr(head, "X-Frame-Seq:"), "X-Frame-Seq: %u", &seq), 1);
    client_read_n(&live.talk, fd, length + 2);
    cr_assert_eq((uint8_t)live.talk.reply[length - 1], (uint8_t)seq);
    cr_assert_eq(memcmp(live.talk.reply + length, "\r\n", 2), 0);
    return seq;
}

Test(mjpeg, is_a_multipart_stream_that_begins_with_the_newest)
{
    int fd;

    live_picture(1000);
    live_picture(1000);
    fd = client_new(&live.talk);
    client_say(&live.talk, fd, GET);
    client_read_head(&live.talk, fd);
    cr_expect_not_null(
        strstr(live.talk.reply, "Content-Type: multipart/x-mixed-replace; boundary=frame\r\n"));
    cr_expect_not_null(strstr(live.talk.reply, "Cache-Control: no-store\r\n"));
    close(fd);
}

Test(mjpeg, one_copy_serves_all_viewers)
{
    int fd[5];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        fd[i] = viewer();
    for (uint32_t n = 1; n <= 50; n++) {
        live_picture(30000);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
            cr_expect_eq(read_part(fd[i], 30000), n);
    }
    cr_expect_eq(frame_pool_stats(world.pool)->n_copies, 50);
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}

Test(mjpeg, nothing_is_allocated_per_picture)
{
    int fd[4];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        fd[i] = viewer();
    for (unsigned n = 0; n < 120; n++) {
        allocations_count(n >= 20);
        live_picture(30000);
        for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
            read_part(fd[i], 30000);
    }
    allocations_count(false);
    cr_expect_eq(allocations(), 0, "%lu allocations for 400 delivered pictures", allocations());
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}

Test(mjpeg, a_slow_viewer_gets_the_newest_and_the_others_do_not_notice)
{
    int slow = viewer(), fast = viewer();
    uint32_t last = 0;
    unsigned n = 0;

    for (uint32_t i = 1; i <= 200; i++) {
        live_picture(200000);
        cr_expect_eq(read_part(fast, 200000), i);
    }
    while (!client_silent(&live.talk, slow)) {
        uint32_t seq = read_part(slow, 200000);

        cr_expect_gt(seq, last);
        last = seq;
        n++;
    }
    cr_expect_eq(last, 200);
    cr_expect_lt(n, 100);
    close(slow);
    close(fast);
}

Test(mjpeg, a_viewer_that_sleeps_for_a_minute_is_ended)
{
    int fd = viewer();

    for (unsigned i = 0; i < 60; i++) {
        live_picture(1 << 20);
        live_turns(1);
    }
    for (unsigned i = 0; i < 50; i++)
        loop_advance(world.loop, S);
    cr_expect_eq(http_server_stats(live.api.server)->n_streams, 1);
    /* What a busy machine's kernel takes late, in its own time, has the minute begin again. */
    for (unsigned i = 0; i < 600 && http_server_stats(live.api.server)->n_streams > 0; i++)
        loop_advance(world.loop, S);
    cr_expect_eq(http_server_stats(live.api.server)->n_streams, 0);
    close(fd);
}

Test(mjpeg, ends_when_the_camera_is_removed)
{
    int fd = viewer();

    live_picture(1000);
    read_part(fd, 1000);
    world_configure("devices: {}\n");
    world_pass(1);
    client_read(&live.talk, fd, NULL);
    cr_expect(live.talk.end);
    close(fd);
}

Test(mjpeg, wants_a_camera_and_a_rate)
{
    ask(&live.talk, "GET /api/v1/devices/nobody/stream.mjpeg HTTP/1.0\r\nHost: localhost\r\n\r\n");
    cr_expect_eq(strncmp(live.talk.reply, "HTTP/1.1 404 ", 13), 0);
    ask(&live.talk,
        "GET /api/v1/devices/toy/stream.mjpeg?max_fps=fast HTTP/1.0\r\nHost: localhost\r\n\r\n");
    cr_expect_eq(strncmp(live.talk.reply, "HTTP/1.1 422 ", 13), 0);
}

Test(mjpeg, the_camera_runs_while_somebody_looks)
{
    int fd = viewer();

    world_pass(1);
    cr_expect(toy.watched);
    close(fd);
    live_turns(5);
    world_pass(DEVICE_LINGER_US + 1000);
    cr_expect_not(toy.watched);
}
