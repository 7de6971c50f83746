#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop/address.h"
#include "loop/resolver.h"
#include "loop/tcp.h"
#include "wait.h"

/* --- one end of a connection that keeps what it hears ----------------------------------------- */

enum act { NOTHING, CLOSES, ABORTS, PAUSES, SENDS };

struct end {
    struct tcp *t;
    struct buf got;
    int n_opened, n_data, n_drained, n_closed, n_ended, why;
    size_t left, use_at_most; /* of the bytes in one data() */
    enum act on_opened, on_data, on_drained;
    bool closes_when_ended;
};

static void act(struct end *e, enum act what)
{
    struct tcp *t = e->t;

    if (what == CLOSES || what == ABORTS)
        e->t = NULL;
    if (what == CLOSES)
        tcp_close(t);
    else if (what == ABORTS)
        tcp_abort(t);
    else if (what == PAUSES)
        tcp_pause(t);
    else if (what == SENDS)
        tcp_send(t, "hello", 5);
}

static void end_opened(void *ctx, struct tcp *t)
{
    struct end *e = ctx;

    e->n_opened++;
    act(e, e->on_opened);
}

static size_t end_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    struct end *e = ctx;
    size_t used = MIN(n, e->use_at_most);

    cr_assert_eq(t, e->t);
    e->n_data++;
    buf_append(&e->got, bytes, used);
    act(e, e->on_data);
    return used;
}

static void end_drained(void *ctx, struct tcp *t)
{
    struct end *e = ctx;

    e->n_drained++;
    act(e, e->on_drained);
}

static void end_closed(void *ctx, struct tcp *t, int why, size_t left)
{
    struct end *e = ctx;

    e->n_closed++;
    e->why = why;
    e->left = left;
    e->t = NULL;
    tcp_close(t); /* not asked for, but must do no harm */
}

static void end_ended(void *ctx, struct tcp *t, size_t left)
{
    struct end *e = ctx;

    e->n_ended++;
    e->left = left;
    if (!e->closes_when_ended)
        return;
    tcp_send(t, "bye", 3);
    act(e, CLOSES);
}

static const struct tcp_events end_events = {
    .opened = end_opened, .data = end_data, .drained = end_drained, .closed = end_closed};
static const struct tcp_events end_events_half = {.opened = end_opened,
    .data = end_data,
    .drained = end_drained,
    .closed = end_closed,
    .ended = end_ended};

static void end_init(struct end *e)
{
    *e = (struct end){.got = BUF_INIT(64u << 20), .use_at_most = SIZE_MAX};
}

/* --- a loop, a listener, and a client on its way to it ---------------------------------------- */

struct world {
    struct loop *loop;
    struct resolver *resolver;
    struct tcp_listener *listener;
    struct end client, server;
    bool half, refuses, frees_listener;
    int n_accepted;
};

static void accepted(void *ctx, struct tcp *t)
{
    struct world *w = ctx;

    w->n_accepted++;
    if (w->frees_listener)
        w->listener = tcp_listener_free(w->listener);
    if (w->refuses)
        return;
    w->server.t = t;
    tcp_set_events(t, w->half ? &end_events_half : &end_events, &w->server);
}

static void world_init(
    struct world *w, unsigned max_clients, const struct tcp_limits *server_limits)
{
    *w = (struct world){0};
    end_init(&w->client);
    end_init(&w->server);
    cr_assert_eq(loop_new_virtual(0, 0, &w->loop), 0);
    cr_assert_eq(resolver_new(w->loop, &w->resolver), 0);
    cr_assert_eq(tcp_listen(w->loop, "127.0.0.1", 0, max_clients, server_limits, accepted, w,
                     &w->listener, NULL),
        0);
}

static void go(struct world *w, const struct tcp_limits *limits)
{
    cr_assert_eq(tcp_connect(w->loop, w->resolver, "127.0.0.1", tcp_listener_port(w->listener),
                     limits, &end_events, &w->client, &w->client.t),
        0);
}

static void connect_both(struct world *w, const struct tcp_limits *limits)
{
    go(w, limits);
    cr_assert_eq(w->client.n_opened, 0, "not from within tcp_connect()");
    WAIT_UNTIL(w->loop, w->client.n_opened == 1 && w->server.t);
}

static void end_over(struct end *e)
{
    if (e->t)
        tcp_close(e->t);
    buf_fini(&e->got);
}

static void world_over(struct world *w)
{
    end_over(&w->client);
    end_over(&w->server);
    tcp_listener_free(w->listener);
    resolver_free(w->resolver);
    loop_free(w->loop);
}

static bool got(struct end *e, const char *text)
{
    return strcmp(buf_text(&e->got), text) == 0;
}

/* A plain socket, for peers that do what ours would not. */
static int plain_client(struct world *w)
{
    struct sockaddr_storage a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address_parse("127.0.0.1", tcp_listener_port(w->listener), &a);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, address_len(&a)), 0);
    WAIT_UNTIL(w->loop, w->server.t || w->refuses);
    return fd;
}

static void reset(int fd)
{
    struct linger now = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

/* --- tests ------------------------------------------------------------------------------------ */

Test(tcp, carries_bytes_both_ways_and_says_who_ended)
{
    struct world w;

    world_init(&w, 4, NULL);
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
    world_over(&w);
}

Test(tcp, tells_the_peers_address)
{
    struct world w;
    char text[32];

    world_init(&w, 4, NULL);
    connect_both(&w, NULL);
    snprintf(text, sizeof text, "127.0.0.1:%u", tcp_listener_port(w.listener));
    cr_assert_str_eq(tcp_peer(w.client.t), text);
    cr_assert_eq(strncmp(tcp_peer(w.server.t), "127.0.0.1:", 10), 0);
    world_over(&w);
}

Test(tcp, refuses_what_cannot_be_connected_to)
{
    struct world w;
    struct tcp *t = NULL;

    world_init(&w, 4, NULL);
    cr_assert_eq(
        tcp_connect(w.loop, w.resolver, "no name", 80, NULL, &end_events, NULL, &t), -EINVAL);
    cr_assert_eq(
        tcp_connect(w.loop, w.resolver, "127.0.0.1", 0, NULL, &end_events, NULL, &t), -EINVAL);
    cr_assert_null(t);
    world_over(&w);
}

Test(tcp, says_why_nobody_listens)
{
    struct world w;

    world_init(&w, 4, NULL);
    go(&w, NULL);
    tcp_listener_free(w.listener);
    w.listener = NULL;
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert_eq(w.client.why, -ECONNREFUSED);
    cr_assert_eq(w.client.n_opened, 0);
    world_over(&w);
}

static int two_addresses(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    *ret_n = 2;
    address_parse("127.0.0.77", 0, &ret[0]); /* nobody listens there */
    return address_parse("127.0.0.1", 0, &ret[1]);
}

Test(tcp, tries_the_addresses_of_a_name_in_order)
{
    struct world w;

    world_init(&w, 4, NULL);
    resolver_set_backend(w.resolver, two_addresses);
    tcp_connect(w.loop, w.resolver, "camera.local", tcp_listener_port(w.listener), NULL,
        &end_events, &w.client, &w.client.t);
    WAIT_UNTIL(w.loop, w.client.n_opened == 1 && w.server.t);
    world_over(&w);
}

static int silent_server(const char *name, struct sockaddr_storage *ret, size_t max, size_t *ret_n)
{
    usleep(300000);
    return -EIO;
}

Test(tcp, the_connect_timeout_holds_for_the_name_too)
{
    struct world w;
    const struct tcp_limits limits = {.connect_timeout_us = US_PER_S};

    world_init(&w, 4, NULL);
    resolver_set_backend(w.resolver, silent_server);
    tcp_connect(w.loop, w.resolver, "x", 80, &limits, &end_events, &w.client, &w.client.t);
    cr_assert_eq(tcp_send(w.client.t, "x", 1), -ENOTCONN);
    loop_advance(w.loop, US_PER_S - 1);
    cr_assert_eq(w.client.n_closed, 0);
    loop_advance(w.loop, 1);
    cr_assert(w.client.n_closed == 1 && w.client.why == -ETIMEDOUT);
    world_over(&w);
}

/* A listener whose queue is full takes no SYN: the nearest thing to a host that is off. */
Test(tcp, an_address_that_swallows_everything_times_out)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct world w;
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0), fill[4];

    world_init(&w, 4, NULL);
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
    world_over(&w);
}

Test(tcp, can_be_closed_on_its_way)
{
    struct world w;

    world_init(&w, 4, NULL);
    go(&w, NULL);
    tcp_close(w.client.t);
    go(&w, NULL);
    loop_turn(w.loop);
    tcp_abort(w.client.t);
    w.client.t = NULL;
    some_turns(w.loop);
    cr_assert(w.client.n_opened == 0 && w.client.n_closed == 0);
    world_over(&w);
}

Test(tcp, offers_what_was_not_used_again_with_more)
{
    struct world w;

    world_init(&w, 4, NULL);
    connect_both(&w, NULL);
    w.server.use_at_most = 0;
    tcp_send(w.client.t, "abc", 3);
    WAIT_UNTIL(w.loop, w.server.n_data == 1);
    w.server.use_at_most = 2;
    tcp_send(w.client.t, "def", 3);
    WAIT_UNTIL(w.loop, got(&w.server, "abcdef"));
    cr_assert_eq(w.server.n_data, 4, "offered until all was used");
    world_over(&w);
}

Test(tcp, more_than_the_owner_wants_is_an_error_only_when_more_comes)
{
    const struct tcp_limits limits = {.recv_max_bytes = 100};
    char text[101] = {0};
    struct world w;

    world_init(&w, 4, &limits);
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
    world_over(&w);
}

Test(tcp, a_full_buffer_at_the_peers_end_is_no_error)
{
    const struct tcp_limits limits = {.recv_max_bytes = 100};
    char text[100] = {0};
    struct world w;

    world_init(&w, 4, &limits);
    connect_both(&w, NULL);
    w.server.use_at_most = 0;
    tcp_send(w.client.t, text, 100);
    act(&w.client, CLOSES);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert(w.server.why == 0 && w.server.left == 100);
    world_over(&w);
}

Test(tcp, pausing_in_data_keeps_the_rest_for_later)
{
    struct world w;

    world_init(&w, 4, NULL);
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
    world_over(&w);
}

Test(tcp, may_be_paused_before_it_is_open)
{
    struct world w;

    world_init(&w, 4, NULL);
    go(&w, NULL);
    tcp_pause(w.client.t);
    WAIT_UNTIL(w.loop, w.client.n_opened == 1 && w.server.t);
    tcp_send(w.server.t, "abc", 3);
    some_turns(w.loop);
    cr_assert_eq(w.client.n_data, 0);
    tcp_resume(w.client.t);
    WAIT_UNTIL(w.loop, got(&w.client, "abc"));
    world_over(&w);
}

Test(tcp, kept_bytes_are_offered_before_the_peers_end)
{
    struct world w;

    world_init(&w, 4, NULL);
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
    world_over(&w);
}

Test(tcp, a_paused_reader_stops_the_sender_at_its_ceiling_until_drained)
{
    static char block[50000];
    struct world w;
    size_t n_sent = 0;
    int r;

    world_init(&w, 4, NULL);
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
    world_over(&w);
}

Test(tcp, what_would_never_fit_is_refused_as_such)
{
    const struct tcp_limits limits = {.send_max_bytes = 10};
    struct world w;

    world_init(&w, 4, NULL);
    connect_both(&w, &limits);
    cr_assert_eq(tcp_send(w.client.t, "01234567890", 11), -EMSGSIZE);
    cr_assert_eq(tcp_send(w.client.t, "0123456789", 10), 0);
    WAIT_UNTIL(w.loop, got(&w.server, "0123456789"));
    world_over(&w);
}

static void close_with_a_full_queue(struct world *w, size_t *ret_sent)
{
    static char block[60000];

    world_init(w, 4, NULL);
    connect_both(w, NULL);
    tcp_pause(w->server.t);
    for (*ret_sent = 0; tcp_send(w->client.t, block, sizeof block) == 0; *ret_sent += sizeof block)
        loop_turn(w->loop);
    act(&w->client, CLOSES);
}

Test(tcp, close_sends_what_is_queued)
{
    struct world w;
    size_t n_sent;

    close_with_a_full_queue(&w, &n_sent);
    tcp_resume(w.server.t);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_eq(w.server.why, 0);
    cr_assert_eq(w.server.got.len, n_sent);
    cr_assert_eq(w.client.n_drained, 0, "no calls after tcp_close()");
    world_over(&w);
}

Test(tcp, close_waits_five_seconds_at_most)
{
    struct world w;
    size_t n_sent;

    close_with_a_full_queue(&w, &n_sent);
    loop_advance(w.loop, 5 * US_PER_S);
    tcp_resume(w.server.t);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_lt(w.server.got.len, n_sent);
    world_over(&w);
}

Test(tcp, the_loop_ends_without_waiting_for_a_slow_peer)
{
    struct world w;
    size_t n_sent;
    int64_t begin = clock_mono_us();

    close_with_a_full_queue(&w, &n_sent);
    world_over(&w);
    cr_assert_lt(clock_mono_us() - begin, 4 * US_PER_S);
}

Test(tcp, last_words_reach_a_peer_that_is_still_talking)
{
    struct world w;
    char block[4096] = {0}, answer[64] = {0};
    int fd;

    world_init(&w, 4, NULL);
    fd = plain_client(&w);
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
    world_over(&w);
}

Test(tcp, a_peer_that_talks_for_ever_after_close_is_cut_off)
{
    static char block[65536];
    struct world w;
    ssize_t n = 0;
    int fd;

    world_init(&w, 4, NULL);
    fd = plain_client(&w);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    act(&w.server, CLOSES);
    for (int i = 0; i < 1000 && (n > 0 || errno == EAGAIN || i == 0); i++) {
        n = send(fd, block, sizeof block, MSG_NOSIGNAL);
        wait_turn(w.loop);
    }
    cr_assert(n < 0 && (errno == ECONNRESET || errno == EPIPE));
    close(fd);
    world_over(&w);
}

Test(tcp, shutdown_ends_one_side)
{
    struct world w;

    world_init(&w, 4, NULL);
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
    world_over(&w);
}

Test(tcp, may_be_closed_when_the_peer_ended)
{
    struct world w;

    world_init(&w, 4, NULL);
    w.half = w.server.closes_when_ended = true;
    connect_both(&w, NULL);
    tcp_shutdown(w.client.t);
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert(got(&w.client, "bye"));
    world_over(&w);
}

Test(tcp, what_was_queued_is_sent_after_the_peer_ended_its_side)
{
    static char block[60000], answer[65536];
    struct world w;
    size_t n_sent = 0, n_got = 0;
    ssize_t n;
    int fd;

    world_init(&w, 4, NULL);
    fd = plain_client(&w);
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
    world_over(&w);
}

Test(tcp, abort_resets_and_a_reset_is_told)
{
    struct world w;

    world_init(&w, 4, NULL);
    connect_both(&w, NULL);
    act(&w.client, ABORTS);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_eq(w.server.why, -ECONNRESET);
    world_over(&w);
}

Test(tcp, a_failed_send_is_told_later_and_after_the_peers_last_words)
{
    struct world w;
    int fd;

    world_init(&w, 4, NULL);
    fd = plain_client(&w);
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
    world_over(&w);
}

Test(tcp, a_failed_send_is_told_to_a_paused_owner_too)
{
    struct world w;
    int fd;

    world_init(&w, 4, NULL);
    fd = plain_client(&w);
    tcp_pause(w.server.t);
    reset(fd);
    usleep(20000);
    cr_assert_eq(tcp_send(w.server.t, "x", 1), 0);
    WAIT_UNTIL(w.loop, w.server.n_closed == 1);
    cr_assert_lt(w.server.why, 0);
    world_over(&w);
}

Test(tcp, silence_is_an_error_after_the_idle_timeout)
{
    const struct tcp_limits limits = {.idle_timeout_us = 10 * US_PER_S};
    struct world w;

    world_init(&w, 4, &limits);
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
    world_over(&w);
}

Test(tcp, may_be_closed_or_aborted_in_every_call)
{
    static char block[60000];
    const enum act acts[] = {CLOSES, ABORTS};

    for (int i = 0; i < 2; i++)
        for (int call = 0; call < 3; call++) {
            struct world w;

            world_init(&w, 4, NULL);
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
            world_over(&w);
        }
}

Test(tcp, may_send_in_its_calls)
{
    struct world w;

    world_init(&w, 4, NULL);
    w.client.on_opened = SENDS;
    w.server.on_data = SENDS;
    connect_both(&w, NULL);
    WAIT_UNTIL(w.loop, got(&w.client, "hello"));
    world_over(&w);
}

/* --- listening -------------------------------------------------------------------------------- */

Test(tcp_listener, closes_more_than_it_may_have)
{
    struct world w;
    struct end extra;

    world_init(&w, 1, NULL);
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
    world_over(&w);
}

Test(tcp_listener, an_accepted_connection_outlives_it)
{
    struct world w;

    world_init(&w, 4, NULL);
    w.frees_listener = true;
    connect_both(&w, NULL);
    cr_assert_null(w.listener);
    tcp_send(w.client.t, "x", 1);
    WAIT_UNTIL(w.loop, got(&w.server, "x"));
    world_over(&w);
}

Test(tcp_listener, closes_what_nobody_wants)
{
    struct world w;

    world_init(&w, 4, NULL);
    w.refuses = true;
    go(&w, NULL);
    WAIT_UNTIL(w.loop, w.client.n_closed == 1);
    cr_assert_eq(w.client.why, 0);
    world_over(&w);
}

Test(tcp_listener, says_why_it_cannot_listen)
{
    struct world w;
    struct error e = ERROR_NULL;
    struct tcp_listener *s = NULL;
    char text[64];

    world_init(&w, 4, NULL);
    cr_assert_eq(tcp_listen(w.loop, "localhost", 0, 1, NULL, accepted, &w, &s, &e), -EINVAL);
    cr_assert_str_eq(error_text(&e), "cannot listen on \"localhost\": not an IP address");
    cr_assert_eq(tcp_listen(w.loop, "127.0.0.1", tcp_listener_port(w.listener), 1, NULL, accepted,
                     &w, &s, &e),
        -EADDRINUSE);
    snprintf(text, sizeof text, "cannot listen on 127.0.0.1:%u: Address already in use",
        tcp_listener_port(w.listener));
    cr_assert_str_eq(error_text(&e), text);
    cr_assert_null(s);
    world_over(&w);
}

Test(tcp_listener, serves_both_families_on_the_any_address)
{
    struct world w;
    struct tcp_listener *v4 = NULL;
    struct error e = ERROR_NULL;

    world_init(&w, 4, NULL);
    v4 = w.listener;
    if (tcp_listen(w.loop, "::", 0, 4, NULL, accepted, &w, &w.listener, &e) == -EAFNOSUPPORT) {
        world_over(&w); /* a kernel without IPv6 */
        return;
    }
    connect_both(&w, NULL);
    cr_assert_eq(strncmp(tcp_peer(w.server.t), "127.0.0.1:", 10), 0, "%s", tcp_peer(w.server.t));
    tcp_listener_free(v4);
    world_over(&w);
}

/* Without descriptors the connection waits in the kernel; neither do we spin nor is it lost. */
Test(tcp_listener, waits_when_descriptors_run_out)
{
    struct rlimit limit;
    struct world w;
    int fds[256], n = 0;

    world_init(&w, 4, NULL);
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
    world_over(&w);
}
