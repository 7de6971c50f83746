#include <string.h>
#include <unistd.h>

#include "tcp_world.h"

static struct tcp_world w;

static void setup(void)
{
    tcp_world_init(&w);
}

static void teardown(void)
{
    tcp_world_fini(&w);
}

TestSuite(tcp_send, .init = setup, .fini = teardown, .timeout = 60);

Test(tcp_send, a_paused_reader_stops_the_sender_at_its_ceiling_until_drained)
{
    static char block[50000];
    size_t n_sent = 0;
    int r;

    connect_both(&w, NULL);
    tcp_pause(w.server.t);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 2000; i++) {
        r = tcp_send(w.client.t, block, sizeof block);
        if (r < 0)
            break;
        n_sent += sizeof block;
        loop_turn(w.loop);
    }
    cr_assert_eq(r, -EAGAIN);
    some_turns(w.loop);
    cr_assert_eq(tcp_send(w.client.t, block, sizeof block), -EAGAIN);
    cr_assert_eq(w.client.n_drained, 0);
    tcp_resume(w.server.t);
    WAIT_UNTIL(w.loop, w.client.n_drained == 1);
    cr_assert_eq(tcp_send(w.client.t, block, sizeof block), 0);
    n_sent += sizeof block;
    WAIT_UNTIL(w.loop, w.server.got.len == n_sent);
    cr_assert_eq(w.client.n_drained, 1, "only after -EAGAIN");
}

Test(tcp_send, what_would_never_fit_is_refused_as_such)
{
    const struct tcp_limits limits = {.send_max_bytes = 10};

    connect_both(&w, &limits);
    cr_assert_eq(tcp_send(w.client.t, "01234567890", 11), -EMSGSIZE);
    cr_assert_eq(tcp_send(w.client.t, "0123456789", 10), 0);
    WAIT_UNTIL(w.loop, got(&w.server, "0123456789"));
}

Test(tcp_send, a_failed_send_is_told_later_and_after_the_peers_last_words)
{
    int fd = plain_client(&w);

    cr_assert_eq(write(fd, "last", 4), 4);
    reset(fd);
    usleep(20000);
    /* No turn since: the socket's error shows in the send. */
    cr_assert_eq(tcp_send(w.server.t, "x", 1), 0);
    cr_assert_eq(w.server.n_closed, 0);
    cr_assert_eq(tcp_send(w.server.t, "x", 1), 0);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert(got(&w.server, "last"));
    cr_assert_lt(w.server.why, 0);
}

Test(tcp_send, a_failed_send_is_told_to_a_paused_owner_too)
{
    int fd = plain_client(&w);

    tcp_pause(w.server.t);
    reset(fd);
    usleep(20000);
    cr_assert_eq(tcp_send(w.server.t, "x", 1), 0);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_lt(w.server.why, 0);
}

Test(tcp_send, may_send_in_its_calls)
{
    w.client.on_opened = SENDS;
    w.server.on_data = SENDS;
    connect_both(&w, NULL);
    WAIT_UNTIL(w.loop, got(&w.client, "hello"));
}
