/* seed_mjpeg.c - the picture server of the first service: HTTP/1.0, one viewer at a time, the
 * others wait without an answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/list.h"
#include "loop/loop.h"
#include "loop/tcp.h"
#include "loop/timer.h"
#include "pi_part.h"
#include "pi_shortstream.h"
#include "seed_private.h"

#define MAX_WAITING 64
#define HEAD_MAX_BYTES 8192
/* It looks again for a first picture so often. */
#define EMPTY_US (100 * US_PER_MS)

struct seed_mjpeg {
    struct loop *loop;
    struct service *service;
    struct tcp_listener *listener;
    struct list conns; /* the first is the viewer */
};

struct conn {
    struct list link;
    struct seed_mjpeg *owner;
    struct tcp *tcp;
    struct timer timer;
    bool open, streaming;
};

static void serve_next(struct seed_mjpeg *m)
{
    if (list_empty(&m->conns))
        return;
    struct conn *c = list_first(&m->conns, struct conn, link);
    if (!c->open) {
        c->open = true;
        tcp_resume(c->tcp);
    }
}

static void conn_free(struct conn *c)
{
    timer_stop(&c->timer);
    list_remove(&c->link);
    free(c);
}

/* --- the stream ------------------------------------------------------------------------------- */

/* One write per piece there; the socket's queue joins them here. It blocks there while a viewer
 * is slow; here it tries again. */
static void send_picture(struct timer *t)
{
    struct conn *c = container_of(t, struct conn, timer);
    struct pi_camera *camera = service_camera(c->owner->service);
    int64_t pause = US_PER_S / MAX(camera->config.mjpeg_fps, 1);
    char head[PI_PART_HEAD_MAX];
    struct pi_ring_frame f;

    if (!pi_ring_newest(&camera->ring, &f)) {
        (void)timer_once(t, EMPTY_US);
        return;
    }
    struct pi_part part = {.length = f.n,
        .frame_id = f.meta.id,
        .time_us = f.meta.time_us,
        .dark_score = f.meta.dark_score,
        .night = f.meta.night};
    int n = pi_part_format(&part, head, sizeof head);
    char *both = malloc((size_t)n + f.n);
    if (both) {
        memcpy(both, head, (size_t)n);
        memcpy(both + n, f.jpeg, f.n);
        (void)tcp_send(c->tcp, both, (size_t)n + f.n);
        free(both);
    }
    (void)timer_once(t, pause);
}

/* --- requests --------------------------------------------------------------------------------- */

static void http_date(const struct loop *l, char *out, size_t cap)
{
    time_t t = (time_t)(loop_wall_us(l) / US_PER_S);
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(out, cap, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void answer(struct conn *c, const char *status, const char *type, const char *body)
{
    char text[1024], date[64];

    http_date(c->owner->loop, date, sizeof date);
    int n = snprintf(text, sizeof text,
        "HTTP/1.0 %s\r\nServer: BaseHTTP/0.6 Python/3.11.2\r\nDate: %s\r\n%sContent-Type: "
        "%s\r\n\r\n%s",
        status, date, *body ? "Connection: close\r\n" : "", type, body);
    (void)tcp_send(c->tcp, text, (size_t)n);
}

static void refuse(struct conn *c, const char *status)
{
    struct seed_mjpeg *m = c->owner;

    answer(c, status, "text/html;charset=utf-8",
        "<html><body><h1>Error response</h1></body></html>\n");
    tcp_close(c->tcp);
    conn_free(c);
    serve_next(m);
}

static size_t on_data(void *ctx, struct tcp *tcp, const uint8_t *bytes, size_t n)
{
    struct conn *c = ctx;
    const char *end = memmem(bytes, n, "\r\n\r\n", 4);

    if (c->streaming)
        return n;
    if (!end)
        return 0;
    if (n < 4 || memcmp(bytes, "GET ", 4) != 0) {
        refuse(c, "501 Unsupported method");
    } else if (n < 12 || memcmp(bytes + 4, "/stream ", 8) != 0) {
        refuse(c, "404 Not Found");
    } else {
        answer(c, "200 OK", PI_PART_CONTENT_TYPE, "");
        c->streaming = true;
        send_picture(&c->timer);
    }
    return n;
}

static void on_closed(void *ctx, struct tcp *tcp, int why, size_t left)
{
    struct conn *c = ctx;
    struct seed_mjpeg *m = c->owner;

    conn_free(c);
    serve_next(m);
}

static const struct tcp_events events = {.data = on_data, .closed = on_closed};

static void on_accepted(void *ctx, struct tcp *tcp)
{
    struct seed_mjpeg *m = ctx;
    struct conn *c = calloc(1, sizeof *c);

    if (!c)
        return;
    *c = (struct conn){.owner = m, .tcp = tcp};
    timer_init(&c->timer, m->loop, send_picture);
    list_append(&m->conns, &c->link);
    tcp_set_events(tcp, &events, c);
    tcp_pause(tcp);
    serve_next(m);
}

/* --- life ------------------------------------------------------------------------------------- */

int seed_mjpeg_new(struct loop *l, struct service *s, const char *address, uint16_t port,
    struct seed_mjpeg **ret, struct error *e)
{
    static const struct tcp_limits limits = {
        .recv_max_bytes = HEAD_MAX_BYTES, .send_max_bytes = PI_SHORT_MAX_FRAME_BYTES};
    struct seed_mjpeg *m = calloc(1, sizeof *m);
    int r;

    if (!m)
        return error_set(e, -ENOMEM, "no memory");
    *m = (struct seed_mjpeg){.loop = l, .service = s};
    list_init(&m->conns);
    r = tcp_listen(l, address, port, MAX_WAITING, &limits, on_accepted, m, &m->listener, e);
    if (r < 0) {
        free(m);
        return r;
    }
    *ret = m;
    return 0;
}

uint16_t seed_mjpeg_port(const struct seed_mjpeg *m)
{
    return tcp_listener_port(m->listener);
}

struct seed_mjpeg *seed_mjpeg_free(struct seed_mjpeg *m)
{
    struct conn *c, *next;

    if (!m)
        return NULL;
    tcp_listener_free(m->listener);
    list_for_each_safe (c, next, &m->conns, link) {
        tcp_abort(c->tcp);
        conn_free(c);
    }
    free(m);
    return NULL;
}
