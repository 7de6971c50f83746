#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "loop/address.h"
#include "silent_server.h"
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

TestSuite(tcp_connect, .init = setup, .fini = teardown, .timeout = 60);

Test(tcp_connect, carries_bytes_both_ways_and_says_who_ended)
{
    connect_both(&w, NULL);
    cr_assert_eq(tcp_send(w.client.t, "ping", 4), 0);
    WAIT_UNTIL(w.loop, got(&w.server, "ping"));
    cr_assert_eq(tcp_send(w.server.t, "pong", 4), 0);
    WAIT_UNTIL(w.loop, got(&w.client, "pong"));
    tcp_close(w.client.t);
    w.client.t = NULL;
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert(w.server.why == 0 && w.server.left == 0);
    cr_assert_eq(w.client.n_closed, 0, "who closes hears nothing");
}

Test(tcp_connect, tells_the_peers_address)
{
    char text[32];

    connect_both(&w, NULL);
    snprintf(text, sizeof text, "127.0.0.1:%u", tcp_listener_port(w.listener));
    cr_assert_str_eq(tcp_peer(w.client.t), text);
    cr_assert_eq(strncmp(tcp_peer(w.server.t), "127.0.0.1:", 10), 0);
}

Test(tcp_connect, refuses_what_cannot_be_connected_to)
{
    struct tcp *t = NULL;

    cr_assert_eq(
        tcp_connect(w.loop, w.resolver, "no name", 80, NULL, &end_events, NULL, &t), -EINVAL);
    cr_assert_eq(
        tcp_connect(w.loop, w.resolver, "127.0.0.1", 0, NULL, &end_events, NULL, &t), -EINVAL);
    cr_assert_null(t);
}

Test(tcp_connect, says_why_nobody_listens)
{
    go(&w, NULL);
    tcp_listener_free(w.listener);
    w.listener = NULL;
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert_eq(w.client.why, -ECONNREFUSED);
    cr_assert_eq(w.client.n_opened, 0);
}

static int two_addresses(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    *ret_n = 2;
    address_parse("127.0.0.77", 0, &ret[0]); /* nobody listens there */
    return address_parse("127.0.0.1", 0, &ret[1]);
}

Test(tcp_connect, tries_the_addresses_of_a_name_in_order)
{
    resolver_set_backend(w.resolver, two_addresses);
    tcp_connect(w.loop, w.resolver, "camera.local", tcp_listener_port(w.listener), NULL,
        &end_events, &w.client, &w.client.t);
    WAIT_UNTIL(w.loop, w.client.n_opened == 1 && w.server.t);
}

Test(tcp_connect, the_connect_timeout_holds_for_the_name_too)
{
    const struct tcp_limits limits = {.connect_timeout_us = US_PER_S};

    resolver_set_backend(w.resolver, silent_server());
    tcp_connect(w.loop, w.resolver, "x", 80, &limits, &end_events, &w.client, &w.client.t);
    cr_assert_eq(tcp_send(w.client.t, "x", 1), -ENOTCONN);
    loop_advance(w.loop, US_PER_S - 1);
    cr_assert_eq(w.client.n_closed, 0);
    loop_advance(w.loop, 1);
    cr_assert(w.client.n_closed == 1 && w.client.why == -ETIMEDOUT);
    silence_ends(w.loop);
}

/* A listener whose queue is full takes no SYN: the nearest thing to a host that is off. */
Test(tcp_connect, an_address_that_swallows_everything_times_out)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0), fill[4];

    bind(fd, (struct sockaddr *)&a, sizeof a);
    getsockname(fd, (struct sockaddr *)&a, &n);
    listen(fd, 0);
    for (int i = 0; i < 4; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(fill[i], (struct sockaddr *)&a, sizeof a);
    }
    usleep(50000);
    tcp_connect(w.loop, w.resolver, "127.0.0.1", ntohs(a.sin_port), NULL, &end_events, &w.client,
        &w.client.t);
    some_turns(w.loop);
    loop_advance(w.loop, 10 * US_PER_S - 1);
    cr_assert_eq(w.client.n_closed, 0);
    loop_advance(w.loop, 1);
    cr_assert(w.client.n_closed == 1 && w.client.why == -ETIMEDOUT);
    for (int i = 0; i < 4; i++)
        close(fill[i]);
    close(fd);
}

Test(tcp_connect, can_be_closed_on_its_way)
{
    go(&w, NULL);
    tcp_close(w.client.t);
    go(&w, NULL);
    loop_turn(w.loop);
    tcp_abort(w.client.t);
    w.client.t = NULL;
    some_turns(w.loop);
    cr_assert(w.client.n_opened == 0 && w.client.n_closed == 0);
}
