#include <fcntl.h>
#include <sys/socket.h>
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

TestSuite(tcp_close, .init = setup, .fini = teardown, .timeout = 60);

/* Returns how many bytes were taken for sending before the client closed. */
static size_t close_with_a_full_queue(void)
{
    static char block[60000];
    size_t n_sent = 0;

    connect_both(&w, NULL);
    tcp_pause(w.server.t);
    for (; tcp_send(w.client.t, block, sizeof block) == 0; n_sent += sizeof block)
        loop_turn(w.loop);
    act(&w.client, CLOSES);
    return n_sent;
}

Test(tcp_close, close_sends_what_is_queued)
{
    size_t n_sent = close_with_a_full_queue();

    tcp_resume(w.server.t);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_eq(w.server.why, 0);
    cr_assert_eq(w.server.got.len, n_sent);
    cr_assert_eq(w.client.n_drained, 0, "no calls after tcp_close()");
}

Test(tcp_close, close_waits_five_seconds_at_most)
{
    size_t n_sent = close_with_a_full_queue();

    loop_advance(w.loop, 5 * US_PER_S);
    tcp_resume(w.server.t);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_lt(w.server.got.len, n_sent);
}

Test(tcp_close, the_loop_ends_without_waiting_for_a_slow_peer)
{
    int64_t begin = clock_mono_us();

    close_with_a_full_queue();
    tcp_world_fini(&w);
    cr_assert_lt(clock_mono_us() - begin, 4 * US_PER_S);
}

Test(tcp_close, last_words_reach_a_peer_that_is_still_talking)
{
    char block[4096] = {0}, answer[64] = {0};
    int fd = plain_client(&w);

    w.server.use_at_most = 0;
    cr_assert_gt(write(fd, block, sizeof block), 0);
    WAIT_UNTIL(w.loop, w.server.n_data > 0);
    cr_assert_gt(write(fd, block, sizeof block), 0); /* unread when the server closes */
    tcp_send(w.server.t, "too long", 8);
    act(&w.server, CLOSES);
    some_turns(w.loop);
    cr_assert_gt(send(fd, block, sizeof block, MSG_NOSIGNAL), 0);
    some_turns(w.loop);
    cr_assert_eq(read(fd, answer, sizeof answer), 8);
    cr_assert_eq(read(fd, answer, sizeof answer), 0, "an end, not a reset");
    close(fd);
}

Test(tcp_close, a_peer_that_talks_for_ever_after_close_is_cut_off)
{
    static char block[65536];
    ssize_t n = 0;
    int fd = plain_client(&w);

    fcntl(fd, F_SETFL, O_NONBLOCK);
    act(&w.server, CLOSES);
    for (int i = 0; i < 1000 && (n > 0 || errno == EAGAIN || i == 0); i++) {
        n = send(fd, block, sizeof block, MSG_NOSIGNAL);
        wait_turn(w.loop);
    }
    cr_assert(n < 0 && (errno == ECONNRESET || errno == EPIPE));
    close(fd);
}

Test(tcp_close, shutdown_ends_one_side)
{
    w.half = true;
    connect_both(&w, NULL);
    tcp_send(w.client.t, "question", 8);
    tcp_shutdown(w.client.t);
    cr_assert_eq(tcp_send(w.client.t, "x", 1), -ENOTCONN);
    WAIT_UNTIL(w.loop, w.server.n_ended == 1);
    cr_assert(got(&w.server, "question"));
    cr_assert_eq(w.server.n_closed, 0);
    tcp_send(w.server.t, "answer", 6);
    act(&w.server, CLOSES);
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert(got(&w.client, "answer"));
    cr_assert_eq(w.client.why, 0);
}

Test(tcp_close, may_be_closed_when_the_peer_ended)
{
    w.half = w.server.closes_when_ended = true;
    connect_both(&w, NULL);
    tcp_shutdown(w.client.t);
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert(got(&w.client, "bye"));
}

Test(tcp_close, what_was_queued_is_sent_after_the_peer_ended_its_side)
{
    static char block[60000], answer[65536];
    size_t n_sent = 0, n_got = 0;
    ssize_t n;
    int fd = plain_client(&w);

    for (; tcp_send(w.server.t, block, sizeof block) == 0; n_sent += sizeof block)
        loop_turn(w.loop);
    shutdown(fd, SHUT_WR);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_eq(w.server.why, 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while ((n = read(fd, answer, sizeof answer)) != 0) {
        if (n > 0)
            n_got += (size_t)n;
        else
            cr_assert_eq(errno, EAGAIN);
        wait_turn(w.loop);
    }
    cr_assert_eq(n_got, n_sent);
    close(fd);
}

Test(tcp_close, abort_resets_and_a_reset_is_told)
{
    connect_both(&w, NULL);
    act(&w.client, ABORTS);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_eq(w.server.why, -ECONNRESET);
}

Test(tcp_close, may_be_closed_or_aborted_in_every_call)
{
    static char block[60000];
    const enum act acts[] = {CLOSES, ABORTS};

    for (int i = 0; i < 2; i++)
        for (int call = 0; call < 3; call++) {
            w.client.on_opened = call == 0 ? acts[i] : NOTHING;
            w.client.on_data = call == 1 ? acts[i] : NOTHING;
            w.client.on_drained = call == 2 ? acts[i] : NOTHING;
            go(&w, NULL);
            WAIT_UNTIL(w.loop, w.server.t);
            if (call == 1)
                tcp_send(w.server.t, "abc", 3);
            if (call == 2) {
                WAIT_UNTIL(w.loop, w.client.n_opened == 1);
                tcp_pause(w.server.t);
                while (tcp_send(w.client.t, block, sizeof block) != -EAGAIN)
                    loop_turn(w.loop);
                tcp_resume(w.server.t);
            }
            WAIT_UNTIL(w.loop, w.server.n_closed == 1);
            cr_assert(w.client.n_closed == 0 && !w.client.t);
            tcp_world_again(&w);
        }
}
