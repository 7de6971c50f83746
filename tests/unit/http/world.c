#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"

#define NOW INT64_C(1000000)
#define WALL INT64_C(784111777000000) /* 1994-11-06 08:49:37, RFC 9110's example */
/* Turns with a millisecond between, while a reply is not there. */
#define PATIENCE 3000

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
}

void world_fini(struct world *w)
{
    w->server = http_server_free(w->server);
    w->loop = loop_free(w->loop);
}

static void wait_a_little(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
}

void turns(struct world *w, unsigned n)
{
    for (; n > 0; n--) {
        wait_a_little();
        loop_turn(w->loop);
    }
}

/* --- clients ---------------------------------------------------------------------------------- */

int client_new(struct world *w)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
        .sin_port = htons(http_server_port(w->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    cr_assert_geq(fd, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    cr_assert_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    turns(w, 2);
    return fd;
}

void client_send(struct world *w, int fd, const void *bytes, size_t n)
{
    const char *p = bytes;

    for (unsigned i = 0; n > 0 && i < PATIENCE; i++) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent < 0 && errno != EAGAIN)
            return; /* the server has closed; what it said is to be read */
        p += MAX(sent, 0);
        n -= (size_t)MAX(sent, 0);
        turns(w, sent > 0 ? 0 : 1);
    }
    cr_assert_eq(n, 0, "the server does not take what it is sent");
    turns(w, 2);
}

void client_say(struct world *w, int fd, const char *text)
{
    client_send(w, fd, text, strlen(text));
}

/* One read into the reply; false: nothing was there. */
static bool client_recv(struct world *w, int fd, size_t max)
{
    ssize_t n = recv(fd, w->reply + w->n_reply, MIN(max, REPLY_MAX - 1 - w->n_reply), 0);

    if (n < 0)
        return errno == ECONNRESET ? (w->end = true) : false;
    w->end = n == 0;
    w->n_reply += (size_t)n;
    w->reply[w->n_reply] = '\0';
    return true;
}

static void client_begin(struct world *w)
{
    w->n_reply = 0;
    w->reply[0] = '\0';
    w->end = false;
}

const char *client_read(struct world *w, int fd, const char *until)
{
    client_begin(w);
    for (unsigned i = 0; i < PATIENCE && !w->end; i++) {
        if (until && memmem(w->reply, w->n_reply, until, strlen(until)))
            return w->reply;
        if (!client_recv(w, fd, SIZE_MAX))
            turns(w, 1);
    }
    cr_assert(w->end && !until, "the reply does not come: %s", w->reply);
    return w->reply;
}

void client_read_n(struct world *w, int fd, size_t n)
{
    client_begin(w);
    for (unsigned i = 0; i < PATIENCE && !w->end && w->n_reply < n; i++)
        if (!client_recv(w, fd, n - w->n_reply))
            turns(w, 1);
    cr_assert_eq(w->n_reply, n, "%zu of %zu bytes came", w->n_reply, n);
}

const char *ask(struct world *w, const char *text)
{
    int fd = client_new(w);

    client_say(w, fd, text);
    client_read(w, fd, NULL);
    close(fd);
    turns(w, 2);
    return w->reply;
}

bool client_ended(struct world *w, int fd)
{
    char byte;

    turns(w, 3);
    return recv(fd, &byte, 1, MSG_PEEK) == 0 || errno == ECONNRESET;
}

/* --- WebSocket clients ------------------------------------------------------------------------ */

int ws_client_new(struct world *w)
{
    int fd = client_new(w);

    client_say(w, fd,
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    client_read(w, fd, "\r\n\r\n");
    cr_assert_not_null(strstr(w->reply, "101 "));
    cr_assert_not_null(strstr(w->reply, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    return fd;
}

void ws_client_send(struct world *w, int fd, uint8_t first, const void *bytes, size_t n)
{
    static const uint8_t mask[4] = {1, 2, 3, 4};
    uint8_t *m = malloc(n + 14);
    size_t at = 2;

    m[0] = first;
    m[1] = 0x80 | (n < 126 ? (uint8_t)n : n < 65536 ? 126 : 127);
    for (int shift = n < 126 ? -8 : n < 65536 ? 8 : 56; shift >= 0; shift -= 8)
        m[at++] = (uint8_t)((uint64_t)n >> shift);
    memcpy(m + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < n; i++)
        m[at + i] = ((const uint8_t *)bytes)[i] ^ mask[i & 3];
    client_send(w, fd, m, at + n);
    free(m);
}

uint8_t ws_client_read(struct world *w, int fd)
{
    size_t n, more;
    uint8_t first;

    client_read_n(w, fd, 2);
    first = (uint8_t)w->reply[0];
    n = (uint8_t)w->reply[1];
    more = n == 126 ? 2 : n == 127 ? 8 : 0;
    if (more > 0) {
        client_read_n(w, fd, more);
        n = 0;
        for (size_t i = 0; i < more; i++)
            n = n << 8 | (uint8_t)w->reply[i];
    }
    client_read_n(w, fd, n);
    return first;
}

unsigned ws_client_read_close(struct world *w, int fd)
{
    while (ws_client_read(w, fd) != 0x88)
        ;
    return w->n_reply < 2 ? 0 : (unsigned)(uint8_t)w->reply[0] << 8 | (uint8_t)w->reply[1];
}
