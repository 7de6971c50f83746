#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/util.h"
#include "world.h"

#define GET "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"

static struct world w;

static void setup(void)
{
    world_init(&w);
}

static void teardown(void)
{
    world_fini(&w);
}

TestSuite(stream, .init = setup, .fini = teardown, .timeout = 30);

static void give(const void *piece, size_t n)
{
    w.piece = piece;
    w.n_piece = n;
    for (unsigned i = 0; i < w.n_streams; i++)
        if (w.streams[i])
            http_stream_want(w.streams[i]);
}

Test(stream, has_a_head_and_no_end)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    client_read(&w.talk, fd, "\r\n\r\n");
    cr_expect_not_null(strstr(w.talk.reply, "200 OK"));
    cr_expect_not_null(strstr(w.talk.reply, "Connection: close\r\n"));
    cr_expect_null(strstr(w.talk.reply, "Content-Length"));
    loop_advance(w.loop, 3600 * INT64_C(1000000));
    cr_expect_eq(http_server_stats(w.server)->n_streams, 1, "a quiet stream is left alone");
    give("piece", 5);
    client_read(&w.talk, fd, "piece");
    close(fd);
}

Test(stream, is_written_only_when_asked_for)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    turns(&w.talk, 5);
    cr_expect_eq(w.n_writable, 0);
    cr_expect_eq(http_stream_write(w.streams[0], "x", 1), -EBUSY);
    give("a", 1);
    http_stream_want(w.streams[0]);
    cr_expect_eq(w.n_writable, 0, "not from within a call of the owner's");
    turns(&w.talk, 3);
    cr_expect_eq(w.n_writable, 1);
    close(fd);
}

Test(stream, reaches_many_viewers_and_those_who_do_not_read_hold_up_nobody)
{
    static uint8_t piece[100000];
    int fd[6], small = 4096;
    unsigned stuck;

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
        fd[i] = client_new(&w.talk);
        client_say(&w.talk, fd[i], GET);
        client_read(&w.talk, fd[i], "\r\n\r\n");
    }
    setsockopt(fd[0], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    memset(piece, 'p', sizeof piece);
    for (unsigned round = 0; round < 100; round++) {
        give(piece, sizeof piece);
        turns(&w.talk, 1);
        for (unsigned i = 1; i < N_ELEMENTS(fd); i++)
            client_read_n(&w.talk, fd[i], sizeof piece);
    }
    stuck = 600 - w.n_writable;
    cr_expect_gt(stuck, 50, "the slow one was asked as often as the others");
    cr_expect_gt(http_stream_blocked_us(w.streams[0]), 0);
    cr_expect_eq(http_stream_blocked_us(w.streams[1]), 0);
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
}

Test(stream, tells_how_long_a_viewer_took_nothing)
{
    static uint8_t piece[8 << 20];
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    give(piece, sizeof piece);
    turns(&w.talk, 50);
    (void)http_stream_blocked_us(w.streams[0]);
    loop_advance(w.loop, 5000000);
    cr_expect_geq(http_stream_blocked_us(w.streams[0]), 4900000);
    client_read_n(&w.talk, fd, 3 << 20);
    cr_expect_leq(http_stream_blocked_us(w.streams[0]), 100000, "it took something");
    close(fd);
}

Test(stream, bytes_are_sent_as_they_lie)
{
    static uint8_t piece[4 << 20];
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    client_read(&w.talk, fd, "\r\n\r\n");
    memset(piece, 'a', sizeof piece);
    give(piece, sizeof piece);
    turns(&w.talk, 3);
    memset(piece + sizeof piece - 10, 'b', 10); /* what was not copied is seen changed */
    client_read_n(&w.talk, fd, sizeof piece - 10);
    client_read_n(&w.talk, fd, 10);
    cr_expect_arr_eq(w.talk.reply, "bbbbbbbbbb", 10);
    close(fd);
}

Test(stream, keeps_little_in_the_kernel_for_who_does_not_read)
{
    static uint8_t piece[20000];
    int fd = client_new(&w.talk), unread = 0;
    unsigned n;

    client_say(&w.talk, fd, GET);
    for (n = 0; n < 2000; n++) {
        unsigned before = w.n_writable;

        give(piece, sizeof piece);
        turns(&w.talk, 1);
        if (n > 100 && w.n_writable == before)
            break;
    }
    ioctl(fd, FIONREAD, &unread);
    /* The viewer's kernel has its own buffer; beyond it there wait at most the limit and one piece. */
    cr_expect_lt(w.n_writable * sizeof piece, (size_t)unread + 4 * sizeof piece,
        "%u pieces, %d unread", w.n_writable, unread);
    close(fd);
}

Test(stream, ends_when_told_after_what_was_written)
{
    static uint8_t piece[1 << 20];
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    give(piece, sizeof piece);
    turns(&w.talk, 3);
    http_stream_end(w.streams[0]);
    client_read(&w.talk, fd, NULL);
    cr_expect_gt(w.talk.n_reply, sizeof piece);
    cr_expect_eq(w.n_closed, 1);
    cr_expect_eq(http_server_stats(w.server)->n_streams, 0);
    close(fd);
}

Test(stream, end_does_not_wait_for_who_takes_nothing)
{
    static uint8_t piece[8 << 20];
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    give(piece, sizeof piece);
    turns(&w.talk, 30);
    http_stream_end(w.streams[0]);
    loop_advance(w.loop, 3 * HTTP_SEND_TIMEOUT_US);
    cr_expect_eq(w.n_closed, 1);
    cr_expect_eq(http_server_stats(w.server)->n_connections, 0);
    close(fd);
}

Test(stream, is_closed_when_the_viewer_leaves)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, GET);
    client_say(&w.talk, fd, "whatever it still says");
    close(fd);
    turns(&w.talk, 5);
    cr_expect_eq(w.n_closed, 1);
    cr_expect_eq(http_server_stats(w.server)->n_connections, 0);
}

Test(stream, head_request_gets_the_head_only)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, "HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    client_read(&w.talk, fd, NULL);
    cr_expect_not_null(strstr(w.talk.reply, "200 OK"));
    cr_expect_eq(w.n_streams, 0);
    close(fd);
}
