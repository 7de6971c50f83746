/* http_fanout.c - the server alone in the fan-out bench: frames from fanfeed go to viewers over WebSocket (/ws) and
 * MJPEG (/stream), newest first, without the rest of the gateway. So it shows what http/server.h costs.
 *
 *     bench_http_fanout FEED_PORT PORT
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "bus/frame.h"
#include "http/server.h"
#include "loop/loop.h"
#include "loop/tcp.h"

/* Newest frame wins: one slot, and the frame that is on its way. */
struct viewer {
    struct list link;
    struct http_stream *stream; /* one of the two */
    struct ws *ws;
    struct frame *next;
    struct frame_part *sending;
};

static struct {
    struct loop *loop;
    struct http_server *server;
    struct frame_pool *pool;
    struct list viewers;
    struct tcp *feed;
    struct frame *filling;
    size_t got;
    uint32_t seq;
} b;

static struct viewer *viewer_new(void)
{
    struct viewer *v = calloc(1, sizeof *v);

    list_append(&b.viewers, &v->link);
    return v;
}

static void viewer_free(struct viewer *v)
{
    list_remove(&v->link);
    frame_unref(v->next);
    frame_part_unref(v->sending);
    free(v);
}

static void give(struct frame *frame)
{
    struct viewer *v;

    list_for_each (v, &b.viewers, link) {
        frame_unref(v->next);
        v->next = frame_ref(frame);
        if (v->ws)
            ws_want(v->ws);
        else
            http_stream_want(v->stream);
    }
}

/* --- viewers ---------------------------------------------------------------------------------- */

static void stream_writable(void *ctx, struct http_stream *s)
{
    struct viewer *v = ctx;
    _cleanup_(frame_unrefp) struct frame *frame = steal(v->next);

    v->sending = frame_part_unref(v->sending);
    if (!frame)
        return;
    v->sending = frame_mjpeg_part(frame);
    http_stream_write(s, v->sending->bytes, v->sending->len);
}

static void stream_closed(void *ctx, struct http_stream *s)
{
    viewer_free(ctx);
}

static void on_request(void *ctx, struct http_request *q)
{
    static const struct http_stream_events events = {stream_writable, stream_closed};
    struct viewer *v;

    if (strcmp(http_path(q), "/stream") != 0) {
        http_reply(q, 404, "text/plain", "no\n", 3, NULL, 0);
        return;
    }
    v = viewer_new();
    v->stream =
        http_stream_begin(q, 200, "multipart/x-mixed-replace; boundary=frame", NULL, 0, &events, v);
    if (!v->stream)
        viewer_free(v);
}

static int on_ws_check(void *ctx, struct http_request *q)
{
    return strcmp(http_path(q), "/ws") == 0 ? 0 : 404;
}

static void on_ws_opened(void *ctx, struct ws *w, const char *peer)
{
    struct viewer *v = viewer_new();

    v->ws = w;
    ws_set_ctx(w, v);
}

static void on_ws_text(void *ctx, struct ws *w, const char *text, size_t n)
{
}

static void on_ws_writable(void *ctx, struct ws *w)
{
    struct viewer *v = ws_ctx(w);
    _cleanup_(frame_unrefp) struct frame *frame = steal(v->next);
    size_t n;
    uint8_t *message;

    if (!frame)
        return;
    message = frame_message(frame, &n);
    ws_write(w, true, message, n);
}

static void on_ws_closed(void *ctx, struct ws *w)
{
    viewer_free(ws_ctx(w));
}

/* --- the feed --------------------------------------------------------------------------------- */

static size_t feed_frame(const uint8_t *bytes, size_t n)
{
    struct wr_frame *pub = &b.filling->pub;
    size_t k = MIN(n, pub->len - b.got);

    memcpy(pub->data + b.got, bytes, k);
    b.got += k;
    if (b.got == pub->len) {
        frame_seal(b.filling, 1, ++b.seq);
        give(b.filling);
        b.filling = frame_unref(b.filling);
    }
    return k;
}

static size_t feed_length(const uint8_t *bytes, size_t n)
{
    uint32_t length;

    if (n < sizeof length)
        return 0;
    memcpy(&length, bytes, sizeof length);
    b.filling = frame_new(b.pool, NULL, length);
    if (!b.filling)
        exit(1);
    b.filling->pub.len = length;
    b.got = 0;
    return sizeof length;
}

static size_t feed_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    size_t at = 0, used;

    do {
        used = b.filling ? feed_frame(bytes + at, n - at) : feed_length(bytes + at, n - at);
        at += used;
    } while (used > 0 && at < n);
    return at;
}

static void feed_closed(void *ctx, struct tcp *t, int why, size_t left)
{
    b.feed = NULL;
    b.filling = frame_unref(b.filling);
}

static void feed_accepted(void *ctx, struct tcp *t)
{
    static const struct tcp_events events = {.data = feed_data, .closed = feed_closed};

    if (b.feed)
        tcp_abort(b.feed);
    b.filling = frame_unref(b.filling);
    b.feed = t;
    tcp_set_events(t, &events, NULL);
}

int main(int argc, char **argv)
{
    static const struct http_server_events events = {.request = on_request,
        .ws_check = on_ws_check,
        .ws_opened = on_ws_opened,
        .ws_text = on_ws_text,
        .ws_writable = on_ws_writable,
        .ws_closed = on_ws_closed};
    struct http_server_config config = {.address = "127.0.0.1", .max_connections = 4096};
    struct tcp_limits limits = {0};
    struct tcp_listener *listener = NULL;
    struct error e = ERROR_NULL;

    if (argc != 3)
        return 2;
    config.port = (uint16_t)atoi(argv[2]);
    list_init(&b.viewers);
    if (loop_new(&b.loop) < 0 || frame_pool_new(&b.pool) < 0 ||
        http_server_new(b.loop, &config, &events, NULL, &b.server, &e) < 0 ||
        tcp_listen(b.loop, "127.0.0.1", (uint16_t)atoi(argv[1]), 4, &limits, feed_accepted, NULL,
            &listener, &e) < 0) {
        log_error("bench", F_ERROR(&e));
        return 1;
    }
    return loop_run(b.loop);
}
