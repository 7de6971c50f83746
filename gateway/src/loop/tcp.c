/* tcp.c - the life of a connection: naming, connecting, open, the end. What flows is in tcp_io.c.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "loop/tcp_private.h"

#define DEFAULT_MAX_BYTES (64u << 10)
#define DEFAULT_CONNECT_TIMEOUT_US (10 * US_PER_S)
#define LINGER_US (5 * US_PER_S)

static void tcp_timer(struct timer *timer);
static void tcp_abandon(struct lingering *g);

struct tcp *tcp_new(struct loop *l, const struct tcp_limits *limits)
{
    struct tcp *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->loop = l;
    t->fd = -1;
    if (limits)
        t->limits = *limits;
    if (t->limits.recv_max_bytes == 0)
        t->limits.recv_max_bytes = DEFAULT_MAX_BYTES;
    if (t->limits.send_max_bytes == 0)
        t->limits.send_max_bytes = DEFAULT_MAX_BYTES;
    if (t->limits.connect_timeout_us == 0)
        t->limits.connect_timeout_us = DEFAULT_CONNECT_TIMEOUT_US;
    t->in = BUF_INIT(t->limits.recv_max_bytes);
    t->out = BUF_INIT(t->limits.send_max_bytes);
    timer_init(&t->timer, l, tcp_timer);
    deferred_init(&t->later, tcp_io_later);
    list_init(&t->lingering.link);
    list_init(&t->of_listener);
    return t;
}

static void tcp_close_fd(struct tcp *t)
{
    t->watch = watch_fd_free(t->watch);
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

static void tcp_free(struct tcp *t)
{
    buf_fini(&t->in);
    buf_fini(&t->out);
    free(t);
}

void tcp_gone(struct tcp *t)
{
    if (t->resolve)
        resolve_cancel(t->resolve);
    t->resolve = NULL;
    timer_stop(&t->timer);
    deferred_cancel(&t->later);
    list_remove(&t->lingering.link);
    list_remove(&t->of_listener);
    if (t->n_of_listener)
        --*t->n_of_listener;
    t->n_of_listener = NULL;
    tcp_close_fd(t);
    t->state = TCP_GONE;
    if (t->n_calls == 0)
        tcp_free(t);
}

bool tcp_leave(struct tcp *t)
{
    bool gone = t->state == TCP_GONE;

    if (--t->n_calls == 0 && gone)
        tcp_free(t);
    return !gone;
}

void tcp_died(struct tcp *t, int why)
{
    struct tcp_events events = t->events;
    size_t left = t->in.len;

    /* From here on the owner's calls find nothing to do. */
    t->events = (struct tcp_events){0};
    tcp_enter(t);
    if (why < 0 || t->out.len == 0)
        tcp_gone(t);
    else
        tcp_linger(t);
    events.closed(t->ctx, t, why, left);
    tcp_leave(t);
}

/* --- lingering: the owner has let go, the peer is still to get what was queued ---------------- */

static void tcp_abandon(struct lingering *g)
{
    tcp_gone(container_of(g, struct tcp, lingering));
}

/* Closing a socket with unread bytes sends RST, and the peer may lose our last words; so its bytes
 * are thrown away until its FIN. */
void tcp_linger(struct tcp *t)
{
    t->state = TCP_LINGERING;
    t->events = (struct tcp_events){0};
    t->shut = true;
    deferred_cancel(&t->later);
    if (timer_once(&t->timer, LINGER_US) < 0) {
        tcp_gone(t);
        return;
    }
    loop_linger(t->loop, &t->lingering, tcp_abandon);
    tcp_io(t, 0);
}

void tcp_close(struct tcp *t)
{
    if (t->state == TCP_OPEN && t->send_error == 0)
        tcp_linger(t);
    else if (t->state != TCP_LINGERING && t->state != TCP_GONE)
        tcp_gone(t);
}

void tcp_abort(struct tcp *t)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};

    if (t->state == TCP_GONE)
        return;
    if (t->fd >= 0)
        setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    tcp_gone(t);
}

/* --- connecting: one address after the other -------------------------------------------------- */

static void tcp_ready(void *ctx, unsigned events);

static int tcp_watch(struct tcp *t, int fd)
{
    int r = watch_fd_new(t->loop, fd, tcp_ready, t, &t->watch);

    if (r < 0) {
        close(fd);
        return r;
    }
    t->fd = fd;
    return 0;
}

int tcp_take_fd(struct tcp *t, int fd)
{
    int r = tcp_watch(t, fd);

    if (r < 0)
        return r;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (t->limits.kernel_send_bytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &t->limits.kernel_send_bytes, sizeof(int));
    t->state = TCP_OPEN;
    return 0;
}

/* Each attempt gets its share of what is left of the whole time, so that one dead address does not
 * hide a living one. */
static int tcp_arm_attempt(struct tcp *t)
{
    int64_t left_us = t->connect_by_us - loop_now_us(t->loop);

    return timer_once(&t->timer, left_us / (int64_t)(t->n_addresses - t->next_address + 1));
}

static int tcp_try(struct tcp *t, const struct sockaddr_storage *address)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    r = connect(fd, (const struct sockaddr *)address, address_len(address)) < 0 ? -errno : 0;
    if (r < 0 && r != -EINPROGRESS) {
        close(fd);
        return r;
    }
    r = tcp_watch(t, fd);
    if (r == 0)
        r = watch_fd_set(t->watch, FD_WRITABLE);
    return r < 0 ? r : tcp_arm_attempt(t);
}

static void tcp_connect_next(struct tcp *t)
{
    while (t->next_address < t->n_addresses) {
        struct sockaddr_storage *address = &t->addresses[t->next_address++];
        int r;

        tcp_close_fd(t);
        address_set_port(address, t->port);
        r = tcp_try(t, address);
        if (r == 0)
            return;
        t->connect_error = r;
    }
    tcp_died(t, t->connect_error);
}

static void tcp_resolved(void *ctx, int result, const struct sockaddr_storage *addresses, size_t n)
{
    struct tcp *t = ctx;

    t->resolve = NULL;
    if (result < 0) {
        tcp_died(t, result);
        return;
    }
    memcpy(t->addresses, addresses, n * sizeof *addresses);
    t->n_addresses = n;
    t->state = TCP_CONNECTING;
    tcp_connect_next(t);
}

static void tcp_opened(struct tcp *t)
{
    char text[ADDRESS_TEXT_BYTES];

    t->state = TCP_OPEN;
    memcpy(t->peer, address_text(&t->addresses[t->next_address - 1], text), sizeof text);
    tcp_arm_idle(t);
    tcp_enter(t);
    if (t->events.opened)
        t->events.opened(t->ctx, t);
    if (tcp_leave(t))
        tcp_update_watch(t);
}

static void tcp_connected(struct tcp *t)
{
    int error = 0;
    socklen_t n = sizeof error;

    if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        error = errno;
    if (error == 0) {
        tcp_opened(t);
        return;
    }
    t->connect_error = -error;
    tcp_connect_next(t);
}

static void tcp_ready(void *ctx, unsigned events)
{
    struct tcp *t = ctx;

    if (t->state == TCP_CONNECTING)
        tcp_connected(t);
    else
        tcp_io(t, events);
}

static void tcp_timer(struct timer *timer)
{
    struct tcp *t = container_of(timer, struct tcp, timer);

    if (t->state == TCP_LINGERING) {
        tcp_gone(t);
    } else if (t->state == TCP_OPEN) {
        tcp_idle(t);
    } else if (t->state == TCP_CONNECTING) {
        t->connect_error = -ETIMEDOUT;
        tcp_connect_next(t);
    } else {
        tcp_died(t, -ETIMEDOUT);
    }
}

int tcp_connect(struct loop *l, struct resolver *r, const char *host, uint16_t port,
    const struct tcp_limits *limits, const struct tcp_events *events, void *ctx, struct tcp **ret)
{
    struct tcp *t;
    int result;

    if (port == 0)
        return -EINVAL;
    t = tcp_new(l, limits);
    if (!t)
        return -ENOMEM;
    t->port = port;
    t->connect_error = -EHOSTUNREACH;
    t->events = *events;
    t->ctx = ctx;
    t->connect_by_us = loop_now_us(l) + t->limits.connect_timeout_us;
    result = resolver_lookup(r, host, tcp_resolved, t, &t->resolve);
    if (result == 0)
        result = timer_once(&t->timer, t->limits.connect_timeout_us);
    if (result < 0) {
        tcp_gone(t);
        return result;
    }
    snprintf(t->peer, sizeof t->peer, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    *ret = t;
    return 0;
}

void tcp_set_events(struct tcp *t, const struct tcp_events *events, void *ctx)
{
    t->events = *events;
    t->ctx = ctx;
}

const char *tcp_peer(const struct tcp *t)
{
    return t->peer;
}
