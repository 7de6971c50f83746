#include <string.h>
#include <sys/resource.h>
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

TestSuite(tcp_listener, .init = setup, .fini = teardown, .timeout = 60);

Test(tcp_listener, closes_more_than_it_may_have)
{
    struct end extra;

    listen_with(&w, 1, NULL);
    connect_both(&w, NULL);
    end_init(&extra);
    tcp_connect(w.loop, w.resolver, "127.0.0.1", tcp_listener_port(w.listener), NULL, &end_events,
        &extra, &extra.t);
    WAIT_UNTIL(w.loop, extra.n_closed == 1);
    cr_assert_eq(w.n_accepted, 1);
    act(&w.client, CLOSES);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    w.client.n_opened = 0;
    connect_both(&w, NULL);
    cr_assert_eq(w.n_accepted, 2, "there is room again");
    end_over(&extra);
}

Test(tcp_listener, an_accepted_connection_outlives_it)
{
    w.frees_listener = true;
    connect_both(&w, NULL);
    cr_assert_null(w.listener);
    tcp_send(w.client.t, "x", 1);
    WAIT_UNTIL(w.loop, got(&w.server, "x"));
}

/* Bytes that an accepted connection takes from us while its peer reads nothing. */
static size_t most_on_its_way(int kernel_send_bytes)
{
    static const char block[65536];
    const struct tcp_limits limits = {
        .send_max_bytes = sizeof block, .kernel_send_bytes = kernel_send_bytes};
    size_t n = 0;

    listen_with(&w, 4, &limits);
    connect_both(&w, NULL);
    tcp_pause(w.client.t);
    while (n < (32u << 20) && tcp_send(w.server.t, block, sizeof block) == 0) {
        n += sizeof block;
        some_turns(w.loop);
    }
    return n;
}

Test(tcp_listener, an_accepted_connection_may_have_a_small_queue_in_the_kernel)
{
    size_t most = most_on_its_way(0), small;

    tcp_world_again(&w);
    small = most_on_its_way(8192);
    cr_expect_lt(small, most / 2, "%zu of %zu", small, most);
}

Test(tcp_listener, closes_what_nobody_wants)
{
    w.refuses = true;
    go(&w, NULL);
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert_eq(w.client.why, 0);
}

Test(tcp_listener, says_why_it_cannot_listen)
{
    struct error e = ERROR_NULL;
    struct tcp_listener *s = NULL;
    char text[64];

    cr_assert_eq(tcp_listen(w.loop, "localhost", 0, 1, NULL, accepted, &w, &s, &e), -EINVAL);
    cr_assert_str_eq(error_text(&e), "cannot listen on \"localhost\": not an IP address");
    cr_assert_eq(tcp_listen(w.loop, "127.0.0.1", tcp_listener_port(w.listener), 1, NULL, accepted,
                     &w, &s, &e),
        -EADDRINUSE);
    snprintf(text, sizeof text, "cannot listen on 127.0.0.1:%u: Address already in use",
        tcp_listener_port(w.listener));
    cr_assert_str_eq(error_text(&e), text);
    cr_assert_null(s);
}

Test(tcp_listener, serves_both_families_on_the_any_address)
{
    struct tcp_listener *v4 = NULL;
    struct error e = ERROR_NULL;

    v4 = w.listener;
    if (tcp_listen(w.loop, "::", 0, 4, NULL, accepted, &w, &w.listener, &e) == -EAFNOSUPPORT) {
        tcp_world_again(&w); /* a kernel without IPv6 */
        return;
    }
    connect_both(&w, NULL);
    cr_assert_eq(strncmp(tcp_peer(w.server.t), "127.0.0.1:", 10), 0, "%s", tcp_peer(w.server.t));
    tcp_listener_free(v4);
}

/* Without descriptors the connection waits in the kernel; neither do we spin nor is it lost. */
Test(tcp_listener, waits_when_descriptors_run_out)
{
    struct rlimit limit;
    int fds[256], n = 0;

    go(&w, NULL);
    loop_turn(w.loop);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &limit);
    while ((fds[n] = dup(0)) >= 0)
        n++;
    WAIT_UNTIL(w.loop, w.client.n_opened == 1);
    some_turns(w.loop);
    cr_assert_eq(w.n_accepted, 0);
    while (n > 0)
        close(fds[--n]);
    some_turns(w.loop);
    cr_assert_eq(w.n_accepted, 0, "pauses for a second");
    loop_advance(w.loop, US_PER_S);
    WAIT_UNTIL(w.loop, w.server.t);
}
