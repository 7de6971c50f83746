#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

#define NOW INT64_C(1000000)
#define WALL INT64_C(784111777000000) /* 1994-11-06 08:49:37, RFC 9110's example */

/* --- the owner -------------------------------------------------------------------------------- */

static void on_gone(void *ctx, struct http_request *q)
{
    struct world *w = ctx;

    w->n_gone++;
}

static void on_release(void *ctx)
{
    struct world *w = ctx;

    w->n_released++;
}

static void stream_writable(void *ctx, struct http_stream *s)
{
    struct world *w = ctx;

    w->n_writable++;
    if (w->n_piece > 0)
        cr_expect_eq(http_stream_write(s, w->piece, w->n_piece), 0);
}

static void stream_closed(void *ctx, struct http_stream *s)
{
    struct world *w = ctx;

    w->n_closed++;
    for (unsigned i = 0; i < w->n_streams; i++)
        if (w->streams[i] == s)
            w->streams[i] = NULL;
}

static void answer_stream(struct world *w, struct http_request *q)
{
    static const struct http_stream_events events = {stream_writable, stream_closed};
    struct http_stream *s = http_stream_begin(q, 200, "text/plain", NULL, 0, &events, w);

    if (s)
        w->streams[w->n_streams++] = s;
}

static void answer_file(struct world *w, struct http_request *q)
{
    struct stat st;
    int fd = open(w->file_path, O_RDONLY | O_CLOEXEC);

    cr_assert_geq(fd, 0);
    cr_assert_eq(fstat(fd, &st), 0);
    http_reply_file(q, "image/jpeg", fd, (uint64_t)st.st_size, "\"tag\"", NULL, 0);
}

static void answer_fields(struct http_request *q)
{
    struct buf b = BUF_INIT(8192);

    buf_printf(&b, "method=%d path=%s query=%s peer=%s", http_method(q), http_path(q),
        http_query(q), http_peer(q));
    for (int f = 0; f < HTTP_N_FIELDS; f++)
        if (http_field(q, (enum http_field)f))
            buf_printf(&b, " %d=%s", f, http_field(q, (enum http_field)f));
    http_reply(q, 200, "text/plain", buf_data(&b), b.len, NULL, 0);
    buf_fini(&b);
}

static void answer_by_path(struct world *w, struct http_request *q)
{
    static const struct http_reply_header headers[] = {
        {"X-Good", "yes"}, {"X-Bad", "a\r\nSet-Cookie: b"}, {"X\n", "c"}};
    const char *path = http_path(q);
    size_t n;
    const uint8_t *body = http_body(q, &n);

    if (strcmp(path, "/hello") == 0)
        http_reply(q, 200, "text/plain", "hello", 5, headers, 3);
    else if (strcmp(path, "/echo") == 0)
        http_reply(q, 200, "text/plain", body, n, NULL, 0);
    else if (strcmp(path, "/nothing") == 0)
        http_reply(q, 204, NULL, NULL, 0, NULL, 0);
    else if (strcmp(path, "/static") == 0)
        http_reply_static(q, 200, "text/plain", w->piece, w->n_piece, NULL, 0, on_release, w);
    else if (strcmp(path, "/file") == 0)
        answer_file(w, q);
    else if (strcmp(path, "/stream") == 0)
        answer_stream(w, q);
    else if (strncmp(path, "/fields", 7) == 0)
        answer_fields(q);
    else
        http_reply(q, 404, "text/plain", "no", 2, NULL, 0);
}

static void on_request(void *ctx, struct http_request *q)
{
    struct world *w = ctx;

    w->n_requests++;
    if (strncmp(http_path(q), "/later", 6) == 0) {
        http_set_ctx(q, w);
        if (strcmp(http_path(q), "/later/gone") == 0)
            http_on_gone(q, on_gone);
        w->waiting[w->n_waiting++] = q;
        return;
    }
    answer_by_path(w, q);
}

static int on_ws_check(void *ctx, struct http_request *q)
{
    struct world *w = ctx;

    return strcmp(http_path(q), "/ws") == 0 ? w->ws_status : 404;
}

static void on_ws_opened(void *ctx, struct ws *s, const char *peer)
{
    struct world *w = ctx;

    ws_set_ctx(s, w);
    snprintf(w->peer, sizeof w->peer, "%s", peer);
    w->ws[w->n_ws++ % WORLD_MAX] = s;
}

static void on_ws_text(void *ctx, struct ws *s, const char *text, size_t n)
{
    struct world *w = ctx;

    cr_assert_eq(ws_ctx(s), w);
    memcpy(w->text, text, n);
    w->n_text = n;
    w->n_texts++;
}

static void on_ws_writable(void *ctx, struct ws *s)
{
    struct world *w = ctx;

    w->n_ws_writable++;
    if (!w->message)
        return;
    cr_expect_eq(ws_write(s, w->binary, w->message, w->n_message), 0);
    cr_expect_eq(ws_write(s, w->binary, w->message, w->n_message), -EBUSY);
}

static void on_ws_closed(void *ctx, struct ws *s)
{
    struct world *w = ctx;

    w->n_ws_closed++;
    for (unsigned i = 0; i < WORLD_MAX; i++)
        if (w->ws[i] == s)
            w->ws[i] = NULL;
}

/* --- life ------------------------------------------------------------------------------------- */

void world_init(struct world *w)
{
    struct error e = ERROR_NULL;

    w->events.request = on_request;
    w->events.ws_check = on_ws_check;
    w->events.ws_opened = on_ws_opened;
    w->events.ws_text = on_ws_text;
    w->events.ws_writable = on_ws_writable;
    w->events.ws_closed = on_ws_closed;
    if (!w->config.address)
        w->config.address = "127.0.0.1";
    cr_assert_eq(loop_new_virtual(NOW, WALL, &w->loop), 0);
    cr_assert_eq(http_server_new(w->loop, &w->config, &w->events, w, &w->server, &e), 0, "%s",
        error_text(&e));
    talk_init(&w->talk, w->loop, http_server_port(w->server));
}

void world_fini(struct world *w)
{
    w->server = http_server_free(w->server);
    w->loop = loop_free(w->loop);
    talk_fini(&w->talk);
}
