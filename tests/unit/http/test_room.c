#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/util.h"
#include "world.h"

#define LIMIT 4
#define REQUEST(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static struct world w;

static void setup(void)
{
    w.config.max_connections = LIMIT;
    world_init(&w);
}

static void teardown(void)
{
    world_fini(&w);
}

TestSuite(room, .init = setup, .fini = teardown, .timeout = 30);

static uint64_t evicted(void)
{
    return http_server_stats(w.server)->n_evicted;
}

static bool open_still(int fd)
{
    return !client_ended(&w.talk, fd);
}

/* Connects, is answered, and keeps the connection. */
static int answered(void)
{
    int fd = client_new(&w.talk);

    client_say(&w.talk, fd, REQUEST("/hello"));
    client_read(&w.talk, fd, "hello");
    return fd;
}

Test(room, the_oldest_that_said_nothing_goes_first)
{
    int fd[LIMIT + 2];

    for (unsigned i = 0; i < LIMIT; i++)
        fd[i] = client_new(&w.talk);
    cr_expect_eq(evicted(), 0);
    for (unsigned i = LIMIT; i < LIMIT + 2; i++)
        fd[i] = answered();
    cr_expect_eq(evicted(), 2);
    cr_expect_eq(http_server_stats(w.server)->n_refused, 0);
    for (unsigned i = 0; i < LIMIT + 2; i++) {
        cr_expect_eq(open_still(fd[i]), i >= 2, "%u", i);
        close(fd[i]);
    }
}

Test(room, half_a_head_counts_as_nothing_and_makes_nobody_younger)
{
    int first = client_new(&w.talk), second = client_new(&w.talk), idle = answered(),
        last = client_new(&w.talk);

    client_say(&w.talk, first, "GET /hello HTTP/1.1\r\n");
    close(answered());
    cr_expect_not(open_still(first));
    cr_expect(open_still(second) && open_still(last) && open_still(idle));
    close(first);
    close(second);
    close(idle);
    close(last);
}

Test(room, who_waits_between_requests_goes_after_the_silent_and_before_a_body)
{
    int body = client_new(&w.talk), idle, younger, silent, fd[3];

    client_say(&w.talk, body, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
    idle = answered();
    younger = answered();
    silent = client_new(&w.talk);
    fd[0] = answered();
    cr_expect_not(open_still(silent));
    cr_expect(open_still(idle));
    client_say(&w.talk, idle, REQUEST("/hello")); /* is now the younger */
    client_read(&w.talk, idle, "hello");
    fd[1] = answered();
    cr_expect_not(open_still(younger));
    cr_expect(open_still(idle) && open_still(body));
    client_say(&w.talk, body, "cde");
    client_read(&w.talk, body, "abcde");
    cr_expect_eq(evicted(), 2);
    close(body);
    close(idle);
    close(younger);
    close(silent);
    close(fd[0]);
    close(fd[1]);
}

Test(room, half_a_body_goes_when_nobody_else_can)
{
    int fd[LIMIT];

    for (unsigned i = 0; i < LIMIT; i++) {
        fd[i] = client_new(&w.talk);
        client_say(&w.talk, fd[i], "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
    }
    close(answered());
    cr_expect_eq(evicted(), 1);
    cr_expect_not(open_still(fd[0]));
    for (unsigned i = 0; i < LIMIT; i++)
        close(fd[i]);
}

Test(room, who_is_served_stays)
{
    int stream = client_new(&w.talk), ws, waits, slow = client_new(&w.talk), small = 4096, late;
    static uint8_t much[8 << 20];

    w.piece = much;
    w.n_piece = sizeof much;
    setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    client_say(&w.talk, slow, REQUEST("/static"));
    w.n_piece = 0;
    client_say(&w.talk, stream, REQUEST("/stream"));
    ws = ws_client_new(&w.talk, "/ws");
    waits = client_new(&w.talk);
    client_say(&w.talk, waits, REQUEST("/later"));
    cr_assert_eq(http_server_stats(w.server)->n_connections, LIMIT);
    late = client_new(&w.talk);
    cr_expect_not(open_still(late), "there is no room for it");
    cr_expect_eq(evicted(), 0);
    cr_expect_eq(http_server_stats(w.server)->n_refused, 1);
    cr_expect_eq(w.n_closed, 0);
    cr_expect_eq(w.n_ws_closed, 0);
    http_reply(w.waiting[0], 200, "text/plain", "at last", 7, NULL, 0);
    client_read(&w.talk, waits, "at last");
    late = client_new(&w.talk);
    cr_expect(open_still(late));
    cr_expect_not(open_still(waits), "now it can go");
    close(stream);
    close(ws);
    close(waits);
    close(slow);
    close(late);
}

Test(room, a_flood_of_silent_clients_keeps_nobody_out)
{
    int silent[200];

    for (unsigned i = 0; i < N_ELEMENTS(silent); i++) {
        silent[i] = client_new(&w.talk);
        if (i % 10 == 0)
            close(answered());
    }
    cr_expect_geq(evicted(), N_ELEMENTS(silent) - LIMIT);
    cr_expect_eq(http_server_stats(w.server)->n_refused, 0);
    cr_expect_leq(http_server_stats(w.server)->n_connections, LIMIT);
    for (unsigned i = 0; i < N_ELEMENTS(silent); i++)
        close(silent[i]);
}

/* From now on the process may have n descriptors more than it has. */
static void descriptors_left(int n)
{
    struct rlimit limit;
    int next = dup(0);

    close(next);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = (rlim_t)(next + n);
    setrlimit(RLIMIT_NOFILE, &limit);
}

Test(room, without_descriptors_the_silent_go_as_well)
{
    int silent = client_new(&w.talk), fd;

    descriptors_left(1); /* for the client's own */
    fd = client_new(&w.talk);
    client_say(&w.talk, fd, REQUEST("/hello"));
    client_read(&w.talk, fd, "hello");
    cr_expect_not(open_still(silent));
    cr_expect_eq(evicted(), 1, "and no more than it takes");
    close(silent);
    close(fd);
}
