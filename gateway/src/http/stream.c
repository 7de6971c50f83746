/* stream.c - an answer without an end, written when the socket takes more.
 *
 * A frame for many viewers costs one send each: the owner's bytes are sent as they lie, in the turn in
 * which they were announced, and the socket is watched for writing only while it takes nothing.
 */
#include <errno.h>

#include "base/util.h"
#include "http/conn.h"

static struct conn *stream_conn(const struct http_stream *s)
{
    return container_of(s, struct conn, stream);
}

static void stream_outlet(struct outlet *o, bool takes);

static struct http_stream *stream_start(
    struct conn *c, const struct http_stream_events *events, void *ctx)
{
    conn_enter(c, CONN_STREAM);
    c->stream = (struct http_stream){.events = *events, .ctx = ctx};
    c->server->stats.n_streams++;
    buf_fini(&c->in);
    socket_limit_unsent(c->fd);
    outlet_init(&c->outlet, c->fd, stream_outlet);
    loop_defer(c->server->loop, &c->later);
    return &c->stream;
}

struct http_stream *http_stream_begin(struct http_request *q, int status, const char *content_type,
    const struct http_reply_header *headers, size_t n_headers,
    const struct http_stream_events *events, void *ctx)
{
    struct conn *c = reply_begin(q);
    bool head_only = q->head.method == HTTP_HEAD;
    int r = 0;

    if (c) {
        c->keep = false;
        r = answer_head(c, status, content_type, -1, headers, n_headers);
    }
    if (!c || r < 0 || head_only) {
        reply_end(q, c, r);
        return NULL;
    }
    request_free(q);
    return stream_start(c, events, ctx);
}

static void stream_ask(struct http_stream *s)
{
    s->wants = false;
    s->in_writable = true;
    s->events.writable(s->ctx, s);
    s->in_writable = false;
}

/* All that was written is sent: what next? */
static void stream_next(struct conn *c)
{
    struct http_stream *s = &c->stream;

    if (s->ending) {
        c->server->stats.n_streams--;
        conn_enter(c, CONN_LINGER);
        s->events.closed(s->ctx, s);
        conn_linger(c);
    } else if (s->wants) {
        outlet_want(&c->server->outlets, &c->outlet);
    }
}

void stream_serve(struct conn *c)
{
    int r = conn_push(c);

    if (r < 0)
        conn_break(c);
    else if (r == 0 && !c->broken)
        stream_next(c);
}

static void stream_outlet(struct outlet *o, bool takes)
{
    struct conn *c = container_of(o, struct conn, outlet);

    if (c->state != CONN_STREAM || c->broken || c->blocked)
        return;
    if (!takes) {
        conn_block(c);
        return;
    }
    if (c->stream.wants && !c->stream.ending && c->answer.n_ref == 0)
        stream_ask(&c->stream);
    stream_serve(c);
}

void http_stream_want(struct http_stream *s)
{
    struct conn *c = stream_conn(s);

    s->wants = true;
    if (!c->blocked && !s->in_writable)
        outlet_want(&c->server->outlets, &c->outlet);
}

int http_stream_write(struct http_stream *s, const void *bytes, size_t n)
{
    struct conn *c = stream_conn(s);

    if (c->broken)
        return -EPIPE;
    if (!s->in_writable || c->answer.n_ref > 0)
        return -EBUSY;
    c->answer.ref = bytes;
    c->answer.n_ref = n;
    return 0;
}

int64_t http_stream_blocked_us(const struct http_stream *s)
{
    struct conn *c = stream_conn(s);

    if (!c->blocked)
        return 0;
    return MAX(
        drain_blocked_us(&c->drain, c->fd, c->blocked_since_us, loop_now_us(c->server->loop)), 1);
}

void http_stream_end(struct http_stream *s)
{
    struct conn *c = stream_conn(s);

    if (s->ending)
        return;
    s->ending = true;
    if (timer_once(&c->timer, HTTP_SEND_TIMEOUT_US) < 0)
        conn_break(c);
    if (!c->blocked)
        loop_defer(c->server->loop, &c->later);
}
