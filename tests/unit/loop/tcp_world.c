#include "tcp_world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "loop/address.h"

/* --- one end of a connection that keeps what it hears ----------------------------------------- */

void act(struct end *e, enum act what)
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

const struct tcp_events end_events = {
    .opened = end_opened, .data = end_data, .drained = end_drained, .closed = end_closed};
static const struct tcp_events end_events_half = {.opened = end_opened,
    .data = end_data,
    .drained = end_drained,
    .closed = end_closed,
    .ended = end_ended};

void end_init(struct end *e)
{
    *e = (struct end){.got = BUF_INIT(64u << 20), .use_at_most = SIZE_MAX};
}

/* --- a loop, a listener, and a client on its way to it ---------------------------------------- */

void accepted(void *ctx, struct tcp *t)
{
    struct tcp_world *w = ctx;

    w->n_accepted++;
    if (w->frees_listener)
        w->listener = tcp_listener_free(w->listener);
    if (w->refuses)
        return;
    w->server.t = t;
    tcp_set_events(t, w->half ? &end_events_half : &end_events, &w->server);
}

void tcp_world_init(struct tcp_world *w)
{
    *w = (struct tcp_world){0};
    end_init(&w->client);
    end_init(&w->server);
    cr_assert_eq(loop_new_virtual(0, 0, &w->loop), 0);
    cr_assert_eq(resolver_new(w->loop, &w->resolver), 0);
    listen_with(w, 4, NULL);
}

void listen_with(struct tcp_world *w, unsigned max_clients, const struct tcp_limits *limits)
{
    tcp_listener_free(w->listener);
    cr_assert_eq(
        tcp_listen(w->loop, "127.0.0.1", 0, max_clients, limits, accepted, w, &w->listener, NULL),
        0);
}

void go(struct tcp_world *w, const struct tcp_limits *limits)
{
    cr_assert_eq(tcp_connect(w->loop, w->resolver, "127.0.0.1", tcp_listener_port(w->listener),
                     limits, &end_events, &w->client, &w->client.t),
        0);
}

void connect_both(struct tcp_world *w, const struct tcp_limits *limits)
{
    go(w, limits);
    cr_assert_eq(w->client.n_opened, 0, "not from within tcp_connect()");
    WAIT_UNTIL(w->loop, w->client.n_opened == 1 && w->server.t);
}

void end_over(struct end *e)
{
    if (e->t)
        tcp_close(e->t);
    buf_fini(&e->got);
}

void tcp_world_fini(struct tcp_world *w)
{
    end_over(&w->client);
    end_over(&w->server);
    tcp_listener_free(w->listener);
    resolver_free(w->resolver);
    loop_free(w->loop);
    *w = (struct tcp_world){0};
}

void tcp_world_again(struct tcp_world *w)
{
    tcp_world_fini(w);
    tcp_world_init(w);
}

bool got(struct end *e, const char *text)
{
    return strcmp(buf_text(&e->got), text) == 0;
}

int plain_client(struct tcp_world *w)
{
    struct sockaddr_storage a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address_parse("127.0.0.1", tcp_listener_port(w->listener), &a);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, address_len(&a)), 0);
    WAIT_UNTIL(w->loop, w->server.t || w->refuses);
    return fd;
}

void reset(int fd)
{
    struct linger now = {1, 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}
