#include "http/conn.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "loop/watch_fd.h"

/* Of one read. Heads and control are small; a body comes in a few of these. */
#define READ_BYTES 16384
/* What a client may send ahead while its request is being answered; then it has to wait. */
#define AHEAD_MAX_BYTES HTTP_MAX_HEAD_BYTES
/* For the client to read our last words and to close. */
#define LINGER_US (INT64_C(2) * 1000000)
/* Of what it still sends then. */
#define LINGER_MAX_BYTES (1u << 20)

static void conn_interest(struct conn *c)
{
    bool busy = c->state == CONN_OWNER || c->state == CONN_ANSWER;
    bool reads = !c->peer_done && !(busy && c->in.len >= AHEAD_MAX_BYTES);
    unsigned events = (reads ? FD_READABLE : 0) | (c->blocked ? FD_WRITABLE : 0);

    if (watch_fd_set(c->watch, events) < 0)
        conn_break(c);
}

void conn_break(struct conn *c)
{
    c->broken = true;
    loop_defer(c->server->loop, &c->later);
}

void conn_block(struct conn *c)
{
    if (!c->blocked)
        c->blocked_since_us = loop_now_us(c->server->loop);
    c->blocked = true;
    conn_interest(c);
}

/* --- sending ---------------------------------------------------------------------------------- */

static size_t conn_pieces(const struct conn *c, struct iovec v[2])
{
    size_t n = 0;

    if (c->answer.own.len > 0)
        v[n++] = (struct iovec){buf_data(&c->answer.own), c->answer.own.len};
    if (c->answer.n_ref > 0)
        v[n++] = (struct iovec){(void *)c->answer.ref, c->answer.n_ref};
    return n;
}

static void conn_sent(struct conn *c, size_t n)
{
    size_t own = MIN(n, c->answer.own.len);

    buf_consume(&c->answer.own, own);
    if (n > own) { /* there may be none: NULL has no offset */
        c->answer.ref += n - own;
        c->answer.n_ref -= n - own;
    }
    c->server->stats.n_bytes_sent += n;
}

int conn_push(struct conn *c)
{
    struct iovec v[2];
    struct msghdr m = {.msg_iov = v, .msg_iovlen = conn_pieces(c, v)};
    size_t n = c->answer.own.len + c->answer.n_ref;
    ssize_t sent = 0;

    if (n > 0)
        sent = sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return -errno;
    conn_sent(c, (size_t)MAX(sent, 0));
    c->blocked = false;
    if ((size_t)MAX(sent, 0) < n)
        conn_block(c);
    else
        conn_interest(c);
    return c->blocked;
}

void conn_linger(struct conn *c)
{
    conn_enter(c, CONN_LINGER);
    c->keep = false;
    buf_fini(&c->in);
    if (c->peer_done || shutdown(c->fd, SHUT_WR) < 0 || timer_once(&c->timer, LINGER_US) < 0)
        conn_break(c);
}

/* An answer is all sent. */
static void conn_answered(struct conn *c)
{
    answer_fini(&c->answer);
    if (!c->keep || c->peer_done) {
        conn_linger(c);
        return;
    }
    conn_enter(c, CONN_IDLE);
    if (c->in.len > 0)
        loop_defer(c->server->loop, &c->later);
    else
        buf_fini(&c->in);
    if (timer_once(&c->timer, HTTP_IDLE_TIMEOUT_US) < 0)
        conn_break(c);
}

void conn_advance(struct conn *c)
{
    int r = conn_push(c);

    if (r < 0 || (r == 1 && timer_once(&c->timer, HTTP_SEND_TIMEOUT_US) < 0)) {
        conn_break(c);
        return;
    }
    if (r == 1)
        return;
    timer_stop(&c->timer);
    if (!c->answer.file || !file_body_more(c))
        conn_answered(c);
    conn_interest(c);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool throws_away(const struct conn *c)
{
    return c->state == CONN_STREAM || c->state == CONN_LINGER;
}

static int conn_throw_away(struct conn *c, const uint8_t *bytes, size_t n)
{
    c->n_thrown_away += n;
    return c->n_thrown_away > LINGER_MAX_BYTES ? -ECONNABORTED : 0;
}

/* A client that closes its side while it waits for an answer is taken as gone; one that is being answered may read on. */
static int conn_read_end(struct conn *c)
{
    c->peer_done = true;
    return c->state == CONN_ANSWER ? 0 : -ECONNRESET;
}

static int conn_read(struct conn *c)
{
    uint8_t bytes[READ_BYTES];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n == 0)
        return conn_read_end(c);
    if (throws_away(c))
        return conn_throw_away(c, bytes, (size_t)n);
    return buf_append(&c->in, bytes, (size_t)n);
}

static int conn_write(struct conn *c)
{
    c->blocked = false;
    if (c->state == CONN_STREAM)
        stream_serve(c);
    else
        conn_advance(c);
    return c->broken ? -EPIPE : 0;
}

/* --- what wakes it ---------------------------------------------------------------------------- */

static void conn_settle(struct conn *c, int r)
{
    if (r < 0 || c->broken)
        conn_free(c);
    else
        conn_interest(c);
}

static void conn_ready(void *ctx, unsigned events)
{
    struct conn *c = ctx;
    int r = 0;

    if (events & FD_WRITABLE && c->blocked)
        r = conn_write(c);
    if (r >= 0 && events & FD_READABLE)
        r = conn_read(c);
    if (r >= 0)
        r = conn_process(c);
    conn_settle(c, r);
}

static void conn_later(struct deferred *d)
{
    struct conn *c = container_of(d, struct conn, later);
    int r = 0;

    if (!c->broken && c->state == CONN_STREAM && !c->blocked)
        stream_serve(c);
    if (!c->broken)
        r = conn_process(c);
    conn_settle(c, r);
}

/* Does the client still take bytes? Then it has more time. */
static bool conn_still_takes(struct conn *c)
{
    int64_t now_us = loop_now_us(c->server->loop);
    int64_t blocked_us = drain_blocked_us(&c->drain, c->fd, c->blocked_since_us, now_us);

    return blocked_us < HTTP_SEND_TIMEOUT_US &&
        timer_once(&c->timer, HTTP_SEND_TIMEOUT_US - blocked_us) == 0;
}

static void conn_timeout(struct timer *t)
{
    struct conn *c = container_of(t, struct conn, timer);
    bool speaks = c->state == CONN_HEAD || c->state == CONN_BODY;

    if (speaks)
        conn_refuse(c, 408, "the request was not complete after 10 seconds");
    else if ((c->state == CONN_ANSWER || c->state == CONN_STREAM) && conn_still_takes(c))
        return;
    conn_settle(c, speaks ? 0 : -ETIMEDOUT);
}

/* --- life ------------------------------------------------------------------------------------- */

int conn_new(struct http_server *s, int fd, const char *peer)
{
    struct conn *c = calloc(1, sizeof *c);
    int r;

    if (!c) {
        close(fd);
        return -ENOMEM;
    }
    c->server = s;
    c->fd = fd;
    c->in = BUF_INIT(AHEAD_MAX_BYTES + 2 * READ_BYTES);
    c->answer.own = BUF_INIT(SIZE_MAX / 2);
    strncpy(c->peer, peer, sizeof c->peer - 1);
    outlet_init(&c->outlet, fd, NULL);
    timer_init(&c->timer, s->loop, conn_timeout);
    deferred_init(&c->later, conn_later);
    list_append(&s->conns[RANK_SILENT], &c->link);
    s->stats.n_connections++;
    r = watch_fd_new(s->loop, fd, conn_ready, c, &c->watch);
    if (r == 0)
        r = watch_fd_set(c->watch, FD_READABLE);
    if (r == 0)
        r = timer_once(&c->timer, HTTP_READ_TIMEOUT_US);
    if (r < 0)
        conn_free(c);
    return r;
}

/* Who waits for the connection hears that it is gone. */
static void conn_tell(struct conn *c)
{
    if (c->state == CONN_STREAM) {
        c->server->stats.n_streams--;
        c->stream.events.closed(c->stream.ctx, &c->stream);
    } else if (c->state == CONN_OWNER) {
        request_orphan(c->request);
        c->request = NULL;
    }
}

struct conn *conn_free(struct conn *c)
{
    if (!c)
        return NULL;
    list_remove(&c->link);
    timer_stop(&c->timer);
    deferred_cancel(&c->later);
    outlet_cancel(&c->outlet);
    c->server->stats.n_connections--;
    conn_tell(c);
    c->watch = watch_fd_free(c->watch);
    if (c->fd >= 0)
        close(c->fd);
    request_free(c->request);
    answer_fini(&c->answer);
    buf_fini(&c->answer.own);
    buf_fini(&c->in);
    free(c);
    return NULL;
}
