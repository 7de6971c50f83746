#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "world.h"

#define GET "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
#define SIZE 300000 /* more than two pieces */

static struct world w;
static char path[] = "/tmp/test-http-file-XXXXXX";
static char content[SIZE];

static void setup(void)
{
    int fd = mkstemp(path);

    for (size_t i = 0; i < SIZE; i++)
        content[i] = (char)('a' + i % 26);
    cr_assert_eq(write(fd, content, SIZE), SIZE);
    close(fd);
    w.file_path = path;
    world_init(&w);
}

static void teardown(void)
{
    world_fini(&w);
    unlink(path);
}

TestSuite(file, .init = setup, .fini = teardown, .timeout = 30);

static const char *body(void)
{
    const char *s = strstr(w.talk.reply, "\r\n\r\n");

    cr_assert_not_null(s);
    return s + 4;
}

static size_t body_size(void)
{
    return w.talk.n_reply - (size_t)(body() - w.talk.reply);
}

static bool says(const char *line)
{
    return strstr(w.talk.reply, line) != NULL;
}

Test(file, comes_whole)
{
    ask(&w.talk, GET "\r\n");
    cr_expect(says("HTTP/1.1 200 OK\r\n") && says("Content-Length: 300000\r\n") &&
        says("ETag: \"tag\"\r\n") && says("Accept-Ranges: bytes\r\n") &&
        says("Content-Type: image/jpeg\r\n"));
    cr_assert_eq(body_size(), SIZE);
    cr_expect_arr_eq(body(), content, SIZE);
}

Test(file, comes_in_parts)
{
    ask(&w.talk, GET "Range: bytes=0-0\r\n\r\n");
    cr_expect(says("HTTP/1.1 206 ") && says("Content-Range: bytes 0-0/300000\r\n") &&
        says("Content-Length: 1\r\n"));
    cr_expect_str_eq(body(), "a");
    ask(&w.talk, GET "Range: bytes=-26\r\n\r\n");
    cr_expect(says("Content-Range: bytes 299974-299999/300000\r\n"));
    cr_expect_arr_eq(body(), content + SIZE - 26, 26);
    ask(&w.talk, GET "Range: bytes=131070-131075\r\n\r\n");
    cr_expect_arr_eq(body(), content + 131070, 6);
}

Test(file, part_beyond_its_end_is_416)
{
    ask(&w.talk, GET "Range: bytes=300000-\r\n\r\n");
    cr_expect(says("HTTP/1.1 416 ") && says("Content-Range: bytes */300000\r\n") &&
        says("Content-Length: 0\r\n"));
}

Test(file, comes_whole_when_the_part_was_of_another_version)
{
    ask(&w.talk, GET "Range: bytes=0-0\r\nIf-Range: \"tag\"\r\n\r\n");
    cr_expect(says("206 "));
    ask(&w.talk, GET "Range: bytes=0-0\r\nIf-Range: \"old\"\r\n\r\n");
    cr_expect(says("200 OK"));
    cr_expect_eq(body_size(), SIZE);
}

Test(file, is_not_sent_again_to_who_has_it)
{
    ask(&w.talk, GET "If-None-Match: \"tag\"\r\n\r\n");
    cr_expect(says("HTTP/1.1 304 Not Modified\r\n") && says("ETag: \"tag\"\r\n") &&
        !says("Content-Length"));
    cr_expect_eq(body_size(), 0);
}

Test(file, head_names_the_whole)
{
    ask(&w.talk, "HEAD /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\nRange: bytes=0-0\r\n\r\n");
    cr_expect(says("200 OK") && says("Content-Length: 300000\r\n"));
    cr_expect_eq(body_size(), 0);
}

Test(file, that_shrinks_ends_the_connection_early)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
    cr_assert_eq(truncate(path, 200), 0);
    client_read(&w.talk, fd, NULL);
    cr_expect_lt(body_size(), SIZE);
    close(fd);
}

Test(file, may_be_left_in_the_middle)
{
    int fd[20];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
        fd[i] = client_new(&w.talk);
        client_say(&w.talk, fd[i], GET "\r\n");
    }
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++)
        close(fd[i]);
    turns(&w.talk, 10);
    cr_expect_eq(http_server_stats(w.server)->n_connections, 0);
}

Test(file, is_given_to_more_clients_than_there_are_workers)
{
    int fd[100];

    for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
        fd[i] = client_new(&w.talk);
        client_say(&w.talk, fd[i], GET "Range: bytes=5-9\r\n\r\n");
    }
    for (unsigned i = 0; i < N_ELEMENTS(fd); i++) {
        loop_advance(w.loop, 20000);
        client_read(&w.talk, fd[i], NULL);
        cr_expect_str_eq(body(), "fghij");
        close(fd[i]);
    }
}
