/* trigger_face.c - see trigger_face.h. */
#include "trigger_face.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "loop/loop.h"
#include "loop/tcp.h"
#include "loop/timer.h"
#include "pi_shortstream.h"
#include "pi_trigger.h"

/* What goes to the socket's queue at a time. */
#define PIECE_BYTES (64u << 10)
/* One frame with its head, or one reply. */
#define OUT_MAX_BYTES (PI_SHORT_MAX_FRAME_BYTES + PI_REPLY_MAX_BYTES)

struct trigger_face {
    struct loop *loop;
    struct tcp_listener *listener;
    const struct trigger_events *events;
    void *ctx;
    struct list conns;
};

struct conn {
    struct list link;
    struct trigger_face *face;
    struct tcp *tcp;
    struct timer timer;
    char text[PI_COMMAND_MAX_BYTES];
    size_t n_text;
    bool commanded, finishing;
    struct buf out;
};

static void conn_free(struct conn *c)
{
    timer_stop(&c->timer);
    list_remove(&c->link);
    buf_fini(&c->out);
    free(c);
}

/* --- sending ---------------------------------------------------------------------------------- */

static int push(struct conn *c)
{
    while (c->out.len > 0) {
        size_t n = MIN(c->out.len, (size_t)PIECE_BYTES);
        int r = tcp_send(c->tcp, buf_data(&c->out), n);
        if (r == -EAGAIN)
            return timer_once(&c->timer, TRIGGER_SEND_US);
        if (r < 0) {
            buf_clear(&c->out); /* closed() comes */
            return r;
        }
        buf_consume(&c->out, n);
    }
    timer_stop(&c->timer);
    return 0;
}

static void close_if_done(struct conn *c)
{
    if (!c->finishing || c->out.len > 0)
        return;
    tcp_close(c->tcp);
    conn_free(c);
}

int trigger_face_send(void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    struct conn *c = peer;
    int r;

    if (c->out.len > 0)
        return -EAGAIN;
    r = buf_reserve(&c->out, n_head + n_body);
    if (r < 0)
        return r == -ENOBUFS ? -EMSGSIZE : r;
    if (n_head > 0)
        (void)buf_append(&c->out, head, n_head);
    (void)buf_append(&c->out, body, n_body);
    return push(c);
}

void trigger_face_finish(void *peer)
{
    struct conn *c = peer;

    c->finishing = true;
    close_if_done(c);
}

/* --- one connection --------------------------------------------------------------------------- */

static void run_command(struct conn *c, size_t n)
{
    c->commanded = true;
    timer_stop(&c->timer);
    c->face->events->command(c->face->ctx, c, c->text, n); /* may be its end */
}

static void refuse(struct conn *c, const char *why)
{
    c->commanded = true;
    timer_stop(&c->timer);
    c->face->events->refused(c->face->ctx, c, why);
}

static size_t on_data(void *ctx, struct tcp *t, const uint8_t *bytes, size_t n)
{
    struct conn *c = ctx;
    const uint8_t *end = memchr(bytes, '\n', n);

    if (c->commanded)
        return n; /* nothing more is asked for */
    if ((end ? (size_t)(end - bytes) : n) > sizeof c->text) {
        refuse(c, "a command has at most 1024 bytes");
        return n;
    }
    c->n_text = end ? (size_t)(end - bytes) : n;
    memcpy(c->text, bytes, c->n_text);
    if (end) {
        run_command(c, c->n_text);
        return n;
    }
    (void)timer_once(&c->timer, TRIGGER_QUIET_US);
    return 0;
}

static void on_ended(void *ctx, struct tcp *t, size_t left)
{
    struct conn *c = ctx;

    if (c->commanded)
        return;
    if (c->n_text > 0) {
        run_command(c, c->n_text);
        return;
    }
    tcp_close(t);
    conn_free(c);
}

static void on_closed(void *ctx, struct tcp *t, int why, size_t left)
{
    struct conn *c = ctx;

    if (c->commanded && !c->finishing)
        c->face->events->gone(c->face->ctx, c);
    conn_free(c);
}

static void on_drained(void *ctx, struct tcp *t)
{
    struct conn *c = ctx;

    if (push(c) < 0 || c->out.len > 0)
        return;
    if (c->finishing)
        close_if_done(c);
    else
        c->face->events->drained(c->face->ctx, c);
}

static const struct tcp_events tcp_events = {
    .data = on_data, .ended = on_ended, .closed = on_closed, .drained = on_drained};

static void on_timer(struct timer *t)
{
    struct conn *c = container_of(t, struct conn, timer);

    if (!c->commanded && c->n_text > 0) {
        run_command(c, c->n_text);
        return;
    }
    if (!c->commanded) {
        refuse(c, "no command came in 10 s");
        return;
    }
    if (!c->finishing) /* takes nothing */
        c->face->events->gone(c->face->ctx, c);
    tcp_abort(c->tcp);
    conn_free(c);
}

static void on_accepted(void *ctx, struct tcp *t)
{
    struct trigger_face *f = ctx;
    struct conn *c = calloc(1, sizeof *c);

    if (!c)
        return; /* without events it is closed */
    c->face = f;
    c->tcp = t;
    c->out = BUF_INIT(OUT_MAX_BYTES);
    timer_init(&c->timer, f->loop, on_timer);
    list_append(&f->conns, &c->link);
    tcp_set_events(t, &tcp_events, c);
    (void)timer_once(&c->timer, TRIGGER_COMMAND_US);
}

/* --- the face --------------------------------------------------------------------------------- */

int trigger_face_new(struct loop *l, const char *address, uint16_t port,
    const struct trigger_events *events, void *ctx, struct trigger_face **ret, struct error *e)
{
    static const struct tcp_limits limits = {
        .recv_max_bytes = 2 * PI_COMMAND_MAX_BYTES, .send_max_bytes = 2 * PIECE_BYTES};
    struct trigger_face *f = calloc(1, sizeof *f);
    int r;

    if (!f)
        return error_set(e, -ENOMEM, "no memory");
    *f = (struct trigger_face){.loop = l, .events = events, .ctx = ctx};
    list_init(&f->conns);
    r = tcp_listen(l, address, port, TRIGGER_MAX_CLIENTS, &limits, on_accepted, f, &f->listener, e);
    if (r < 0) {
        free(f);
        return r;
    }
    *ret = f;
    return 0;
}

uint16_t trigger_face_port(const struct trigger_face *f)
{
    return tcp_listener_port(f->listener);
}

struct trigger_face *trigger_face_free(struct trigger_face *f)
{
    struct conn *c, *next;

    if (!f)
        return NULL;
    list_for_each_safe (c, next, &f->conns, link) {
        tcp_close(c->tcp);
        conn_free(c);
    }
    tcp_listener_free(f->listener);
    free(f);
    return NULL;
}
