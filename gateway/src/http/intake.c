/* intake.c - how the bytes that a connection has read become requests: the head, then the body, then the
 * owner, step by step. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "http/conn.h"
#include "loop/watch_fd.h"

/* Of messages that a WebSocket client sends before it knows whether it has one. libwebsockets takes 2048 with the head; nobody sends any. */
#define EARLY_MAX_BYTES 1024
/* Steps (heads, bodies) of one connection before the others have their turn. */
#define STEPS_PER_TURN 16
/* Empty lines that old clients send behind a body. */
#define MAX_EMPTY_LINES 4

static int conn_dispatch(struct conn *c)
{
    struct http_request *q = c->request;

    timer_stop(&c->timer);
    conn_enter(c, CONN_OWNER);
    c->keep = q->head.keep;
    c->server->stats.n_requests++;
    c->server->events.request(c->server->ctx, q);
    return c->broken ? -ECONNABORTED : 1;
}

/* The owner says whether; libwebsockets does it. */
static int conn_upgrade(struct conn *c)
{
    struct http_server *s = c->server;
    int status = c->in.len > EARLY_MAX_BYTES ? 400 : s->events.ws_check(s->ctx, c->request);

    if (status != 0) {
        conn_refuse(c, status,
            c->in.len > EARLY_MAX_BYTES ? "a WebSocket's messages wait for the answer to its head"
                                        : "no WebSocket is to be had here");
        return 0;
    }
    list_remove(&c->link); /* ws_opened may look at who is there */
    c->watch = watch_fd_free(c->watch);
    websockets_adopt(
        s->websockets, c->fd, c->peer, c->request->head.websocket_key, buf_data(&c->in), c->in.len);
    c->fd = -1;
    return -ECONNABORTED;
}

static int conn_begin_body(struct conn *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const struct http_head *h = &c->request->head;

    if (h->content_length > HTTP_MAX_BODY_BYTES) {
        conn_refuse(c, 413, "the body is larger than 256 KiB");
        return 0;
    }
    conn_enter(c, CONN_BODY);
    c->chunked = (struct chunked){0};
    if (h->expect_continue && c->in.len == 0 &&
        send(c->fd, go_on, strlen(go_on), MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)strlen(go_on))
        return -EPIPE;
    return timer_once(&c->timer, HTTP_READ_TIMEOUT_US) < 0 ? -ENOMEM : 1;
}

static int conn_step_idle(struct conn *c)
{
    size_t n = 0;

    while (n < 2 * MAX_EMPTY_LINES && n < c->in.len && strchr("\r\n", buf_data(&c->in)[n]))
        n++;
    buf_consume(&c->in, n);
    if (c->in.len == 0)
        return 0;
    conn_enter(c, CONN_HEAD);
    c->scanned = 0;
    return timer_once(&c->timer, HTTP_READ_TIMEOUT_US) < 0 ? -ENOMEM : 1;
}

/* The head is complete: `n` bytes. */
static int conn_head(struct conn *c, size_t n)
{
    const char *why = NULL;
    int r = request_new(c, buf_data(&c->in), n, &c->request, &why);

    if (r > 0)
        conn_refuse(c, r, why);
    if (r != 0)
        return r > 0 ? 0 : r;
    buf_consume(&c->in, n);
    if (c->request->head.websocket_key && c->server->websockets)
        return conn_upgrade(c);
    if (c->request->head.chunked || c->request->head.content_length > 0)
        return conn_begin_body(c);
    return conn_dispatch(c);
}

static int conn_step_head(struct conn *c)
{
    int n = head_find(buf_data(&c->in), c->in.len, &c->scanned);

    if (n > (int)HTTP_MAX_HEAD_BYTES || (n == 0 && c->in.len > HTTP_MAX_HEAD_BYTES)) {
        conn_refuse(c, 431, "the head of the request is larger than 16 KiB");
        return 0;
    }
    if (n < 0) {
        conn_refuse(c, 400, "the lines of a request end with CR LF and hold no NUL");
        return 0;
    }
    return n == 0 ? 0 : conn_head(c, (size_t)n);
}

/* Moves what belongs to the body there. 1: complete. */
static int conn_take_body(struct conn *c, size_t *ret_used)
{
    struct http_request *q = c->request;
    size_t n = MIN(c->in.len, (size_t)q->head.content_length - q->body.len);
    int r;

    if (q->head.chunked)
        return chunked_feed(&c->chunked, buf_data(&c->in), c->in.len, &q->body, ret_used);
    r = buf_append(&q->body, buf_data(&c->in), n);
    *ret_used = n;
    return r < 0 ? r : q->body.len == q->head.content_length;
}

static int conn_step_body(struct conn *c)
{
    size_t used = 0;
    int r = conn_take_body(c, &used);

    if (r == -EMSGSIZE || r == -EBADMSG) {
        conn_refuse(c, r == -EMSGSIZE ? 413 : 400,
            r == -EMSGSIZE ? "the body is larger than 256 KiB"
                           : "the chunks of the body are broken");
        return 0;
    }
    if (r < 0)
        return r;
    buf_consume(&c->in, used);
    return r == 0 ? 0 : conn_dispatch(c);
}

/* 1: go on; 0: wait; negative: close. */
static int conn_step(struct conn *c)
{
    switch (c->state) {
    case CONN_FIRST:
    case CONN_IDLE:
        return conn_step_idle(c);
    case CONN_HEAD:
        return conn_step_head(c);
    case CONN_BODY:
        return conn_step_body(c);
    default:
        return 0;
    }
}

int conn_process(struct conn *c)
{
    for (unsigned i = 0; i < STEPS_PER_TURN; i++) {
        int r = conn_step(c);

        if (r <= 0)
            return r;
    }
    loop_defer(c->server->loop, &c->later);
    return 0;
}
