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

TestSuite(tcp_read, .init = setup, .fini = teardown, .timeout = 60);

Test(tcp_read, offers_what_was_not_used_again_with_more)
{
    connect_both(&w, NULL);
    w.server.use_at_most = 0;
    tcp_send(w.client.t, "abc", 3);
    WAIT_UNTIL(w.loop, w.server.n_data == 1);
    w.server.use_at_most = 2;
    tcp_send(w.client.t, "def", 3);
    WAIT_UNTIL(w.loop, got(&w.server, "abcdef"));
    cr_assert_eq(w.server.n_data, 4, "offered until all was used");
}

Test(tcp_read, more_than_the_owner_wants_is_an_error_only_when_more_comes)
{
    const struct tcp_limits limits = {.recv_max_bytes = 100};
    char text[101] = {0};

    listen_with(&w, 4, &limits);
    connect_both(&w, NULL);
    w.server.use_at_most = 0;
    tcp_send(w.client.t, text, 100);
    WAIT_UNTIL(w.loop, w.server.n_data > 0);
    some_turns(w.loop);
    cr_assert_eq(w.server.n_closed, 0);
    tcp_send(w.client.t, text, 1);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_eq(w.server.why, -EMSGSIZE);
    cr_assert_eq(w.server.left, 100);
}

Test(tcp_read, a_full_buffer_at_the_peers_end_is_no_error)
{
    const struct tcp_limits limits = {.recv_max_bytes = 100};
    char text[100] = {0};

    listen_with(&w, 4, &limits);
    connect_both(&w, NULL);
    w.server.use_at_most = 0;
    tcp_send(w.client.t, text, 100);
    act(&w.client, CLOSES);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert(w.server.why == 0 && w.server.left == 100);
}

Test(tcp_read, pausing_in_data_keeps_the_rest_for_later)
{
    connect_both(&w, NULL);
    w.server.use_at_most = 1;
    w.server.on_data = PAUSES;
    tcp_send(w.client.t, "abc", 3);
    WAIT_UNTIL(w.loop, w.server.n_data == 1);
    tcp_send(w.client.t, "def", 3);
    some_turns(w.loop);
    cr_assert(got(&w.server, "a"));
    w.server.on_data = NOTHING;
    tcp_resume(w.server.t);
    cr_assert(got(&w.server, "a"), "not from within tcp_resume()");
    WAIT_UNTIL(w.loop, got(&w.server, "abcdef"));
}

Test(tcp_read, may_be_paused_before_it_is_open)
{
    go(&w, NULL);
    tcp_pause(w.client.t);
    WAIT_UNTIL(w.loop, w.client.n_opened == 1 && w.server.t);
    tcp_send(w.server.t, "abc", 3);
    some_turns(w.loop);
    cr_assert_eq(w.client.n_data, 0);
    tcp_resume(w.client.t);
    WAIT_UNTIL(w.loop, got(&w.client, "abc"));
}

Test(tcp_read, kept_bytes_are_offered_before_the_peers_end)
{
    connect_both(&w, NULL);
    w.server.use_at_most = 1;
    w.server.on_data = PAUSES;
    tcp_send(w.client.t, "abc", 3);
    act(&w.client, CLOSES);
    some_turns(w.loop);
    cr_assert(got(&w.server, "a") && w.server.n_closed == 0);
    w.server.on_data = NOTHING;
    tcp_resume(w.server.t);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert(got(&w.server, "abc"));
    cr_assert_eq(w.server.left, 0);
}

Test(tcp_read, silence_is_an_error_after_the_idle_timeout)
{
    const struct tcp_limits limits = {.idle_timeout_us = 10 * US_PER_S};

    listen_with(&w, 4, &limits);
    connect_both(&w, NULL);
    loop_advance(w.loop, 9 * US_PER_S);
    tcp_send(w.client.t, "x", 1);
    WAIT_UNTIL(w.loop, got(&w.server, "x"));
    loop_advance(w.loop, 9 * US_PER_S);
    cr_assert_eq(w.server.n_closed, 0);
    tcp_pause(w.server.t);
    loop_advance(w.loop, 3600 * US_PER_S);
    cr_assert_eq(w.server.n_closed, 0, "a pause is our own silence");
    tcp_resume(w.server.t);
    loop_advance(w.loop, 10 * US_PER_S - 1);
    cr_assert_eq(w.server.n_closed, 0);
    loop_advance(w.loop, 1);
    cr_assert(w.server.n_closed == 1 && w.server.why == -ETIMEDOUT);
}
