#include "wifi_old_http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/util.h"
#include "http/head.h"
#include "loop/tcp.h"
#include "wifi_old_camera.h"

/* More than such a board has sockets for. */
#define CLIENTS_MAX 8
#define REQUEST_MAX_BYTES 4096
/* Three frames of grey bytes: who is slower misses some. */
#define QUEUE_MAX_BYTES (256u << 10)
#define PART_HEAD "\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"

struct wifi_old_http {
    const struct wifi_options *options;
    struct wifi_old_camera *camera;
    struct tcp_listener *listener;
    struct list conns;
};

struct conn {
    struct list link;
    struct wifi_old_http *http;
    struct tcp *tcp;
    size_t looked; /* bytes of the head, for its end */
    bool streams;
};

static void conn_free(struct conn *c)
{
    list_remove(&c->link);
    free(c);
}

/* What was sent still goes out. */
static void conn_end(struct conn *c)
{
    tcp_close(c->tcp);
    conn_free(c);
}

/* --- answers ------------------------------------------------------------------------------------ */

static void send_head(struct conn *c, const char *status, const char *type, const char *length)
{
    char text[320];
    int n = snprintf(text, sizeof text,
        "HTTP/1.1 %s\r\n%sContent-Type: %s\r\nConnection: close\r\nAccept-Ranges: none\r\n%s\r\n",
        status, length, type, *length ? "" : "Transfer-Encoding: chunked\r\n");

    (void)tcp_send(c->tcp, text, (size_t)n);
}

static void answer(struct conn *c, const char *status, const char *type, const void *body, size_t n)
{
    char length[48];

    snprintf(length, sizeof length, "Content-Length: %zu\r\n", n);
    send_head(c, status, type, length);
    if (n > 0)
        (void)tcp_send(c->tcp, body, n);
}

static void answer_text(struct conn *c, const char *type, const char *text)
{
    answer(c, "200 OK", type, text, strlen(text));
}

static void answer_snapshot(struct conn *c)
{
    static const char failed[] = "Camera capture failed";
    struct wifi_old_view v = wifi_old_camera_view(c->http->camera);

    if (c->http->options->no_snapshot || v.n_picture == 0)
        answer(c, "503 Service Unavailable", "text/plain", failed, sizeof failed - 1);
    else
        answer(c, "200 OK", "image/jpeg", v.picture, v.n_picture);
}

static void answer_page(struct conn *c)
{
    answer_text(c, "text/html",
        "<!DOCTYPE html><title>Camera</title><img src=/stream><pre id=o></pre><script>"
        "setInterval(async()=>{o.textContent=await(await fetch('/overlay')).text()},100)"
        "</script>\n");
}

/* --- the stream --------------------------------------------------------------------------------- */

/* As one chunk, for which the queue has room or not. */
static void send_chunk(struct conn *c, const struct wifi_old_view *v, size_t n)
{
    char size[24], *chunk;
    size_t n_size = (size_t)snprintf(size, sizeof size, "%-4zx\r\n", n);

    chunk = malloc(n_size + n + 2);
    if (!chunk)
        return;
    memcpy(chunk, size, n_size);
    memcpy(chunk + n_size, PART_HEAD, strlen(PART_HEAD));
    memcpy(chunk + n_size + strlen(PART_HEAD), v->picture, v->n_picture);
    memcpy(chunk + n_size + n, "\r\n", 2);
    (void)tcp_send(c->tcp, chunk, n_size + n + 2);
    free(chunk);
}

/* What fills a chunk gives nothing when the frame has no room in it, and nothing is the end of an answer. False: so it was. */
static bool send_part(struct conn *c)
{
    static const char last[] = "0   \r\n\r\n";
    struct wifi_old_view v = wifi_old_camera_view(c->http->camera);
    size_t n = strlen(PART_HEAD) + v.n_picture, limit = c->http->options->stream_limit;

    if (v.n_picture == 0)
        return true;
    if (limit > 0 && n > limit) {
        (void)tcp_send(c->tcp, last, sizeof last - 1);
        return false;
    }
    send_chunk(c, &v, n);
    return true;
}

static void answer_stream(struct conn *c)
{
    send_head(c, "200 OK", "multipart/x-mixed-replace;boundary=frame", "");
    c->streams = send_part(c);
}

void wifi_old_http_shown(struct wifi_old_http *h)
{
    struct conn *c, *next;

    list_for_each_safe (c, next, &h->conns, link)
        if (c->streams && !send_part(c))
            conn_end(c);
}

/* --- requests ----------------------------------------------------------------------------------- */

static void route(struct conn *c, const char *path)
{
    struct wifi_old_view v = wifi_old_camera_view(c->http->camera);

    if (strcmp(path, "/stream") == 0)
        answer_stream(c);
    else if (strcmp(path, "/overlay") == 0)
        answer_text(c, "application/json", v.overlay);
    else if (strcmp(path, "/metrics") == 0)
        answer_text(c, "application/json", v.metrics);
    else if (strcmp(path, "/snapshot") == 0)
        answer_snapshot(c);
    else if (strcmp(path, "/") == 0)
        answer_page(c);
    else
        answer(c, "404 Not Found", "text/plain", "", 0);
}

static void take_request(struct conn *c, const uint8_t *bytes, size_t n)
{
    char text[REQUEST_MAX_BYTES + 1];
    struct http_head head;
    const char *why;

    memcpy(text, bytes, n);
    if (head_parse(&head, text, n, &why) != 0)
        answer(c, "400 Bad Request", "text/plain", "", 0);
    else if (head.method != HTTP_GET)
        answer(c, "404 Not Found", "text/plain", "", 0);
    else
        route(c, head.path);
}

static size_t on_data(void *ctx, struct tcp *tcp, const uint8_t *bytes, size_t n)
{
    struct conn *c = ctx;
    int head;

    if (c->streams)
        return n;
    head = head_find(bytes, n, &c->looked);
    if (head == 0)
        return 0;
    if (head > 0)
        take_request(c, bytes, (size_t)head);
    if (!c->streams)
        conn_end(c);
    return n;
}

static void on_closed(void *ctx, struct tcp *tcp, int why, size_t left)
{
    conn_free(ctx);
}

static const struct tcp_events events = {.data = on_data, .closed = on_closed};

static void on_accepted(void *ctx, struct tcp *tcp)
{
    struct wifi_old_http *h = ctx;
    struct conn *c = calloc(1, sizeof *c);

    if (!c)
        return;
    *c = (struct conn){.http = h, .tcp = tcp};
    list_append(&h->conns, &c->link);
    tcp_set_events(tcp, &events, c);
}

/* --- life --------------------------------------------------------------------------------------- */

int wifi_old_http_new(struct loop *l, const struct wifi_options *o, struct wifi_old_camera *camera,
    const char *address, uint16_t port, struct wifi_old_http **ret, struct error *e)
{
    static const struct tcp_limits limits = {
        .recv_max_bytes = REQUEST_MAX_BYTES, .send_max_bytes = QUEUE_MAX_BYTES};
    struct wifi_old_http *h = calloc(1, sizeof *h);
    int r;

    if (!h)
        return error_set(e, -ENOMEM, "no memory");
    *h = (struct wifi_old_http){.options = o, .camera = camera};
    list_init(&h->conns);
    r = tcp_listen(l, address, port, CLIENTS_MAX, &limits, on_accepted, h, &h->listener, e);
    if (r < 0) {
        free(h);
        return r;
    }
    *ret = h;
    return 0;
}

uint16_t wifi_old_http_port(const struct wifi_old_http *h)
{
    return tcp_listener_port(h->listener);
}

struct wifi_old_http *wifi_old_http_free(struct wifi_old_http *h)
{
    struct conn *c, *next;

    if (!h)
        return NULL;
    tcp_listener_free(h->listener);
    list_for_each_safe (c, next, &h->conns, link) {
        tcp_abort(c->tcp);
        conn_free(c);
    }
    free(h);
    return NULL;
}
