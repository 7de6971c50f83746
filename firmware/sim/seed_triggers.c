/* seed_triggers.c - the trigger server of the first service: accept, one recv(), reply, close;
 * then the next. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "loop/loop.h"
#include "loop/tcp.h"
#include "pi_shortstream.h"
#include "pi_text.h"
#include "pi_trigger.h"
#include "seed_private.h"

/* Who waits in its backlog, which is the kernel's there. */
#define MAX_WAITING 64
#define PIECE_BYTES (64u << 10)

struct seed_triggers {
    struct loop *loop;
    struct service *service;
    struct tcp_listener *listener; /* NULL: it has died */
    struct list conns;             /* the first is being served */
};

struct conn {
    struct list link;
    struct seed_triggers *owner;
    struct tcp *tcp;
    struct buf out;
    bool commanded, finishing, open;
};

static void serve_next(struct seed_triggers *t);

static void conn_free(struct conn *c)
{
    list_remove(&c->link);
    buf_fini(&c->out);
    free(c);
}

/* The end of one, and the beginning of the next. */
static void conn_end(struct conn *c)
{
    struct seed_triggers *t = c->owner;

    tcp_close(c->tcp);
    conn_free(c);
    serve_next(t);
}

/* An exception: the listening socket goes with its thread, who waited is reset. */
static void die(struct seed_triggers *t)
{
    struct conn *c, *next;

    t->listener = tcp_listener_free(t->listener);
    list_for_each_safe (c, next, &t->conns, link) {
        if (c->commanded && !c->finishing)
            service_peer_gone(t->service, c);
        tcp_abort(c->tcp);
        conn_free(c);
    }
}

/* --- replies ---------------------------------------------------------------------------------- */

static int push(struct conn *c)
{
    while (c->out.len > 0) {
        size_t n = MIN(c->out.len, (size_t)PIECE_BYTES);
        int r = tcp_send(c->tcp, buf_data(&c->out), n);
        if (r < 0)
            return r == -EAGAIN ? 0 : r;
        buf_consume(&c->out, n);
    }
    return 0;
}

int seed_triggers_send(void *peer, const void *head, size_t n_head, const void *body, size_t n_body)
{
    struct conn *c = peer;

    if (c->out.len > 0)
        return -EAGAIN;
    if (buf_reserve(&c->out, n_head + n_body) < 0)
        return -ENOMEM;
    if (n_head > 0)
        (void)buf_append(&c->out, head, n_head);
    (void)buf_append(&c->out, body, n_body);
    return push(c);
}

void seed_triggers_finish(void *peer)
{
    struct conn *c = peer;

    c->finishing = true;
    if (c->out.len == 0)
        conn_end(c);
}

static void on_drained(void *ctx, struct tcp *tcp)
{
    struct conn *c = ctx;

    if (push(c) < 0 || c->out.len > 0)
        return;
    if (c->finishing)
        conn_end(c);
    else
        service_peer_drained(c->owner->service, c);
}

/* --- commands --------------------------------------------------------------------------------- */

static void run_command(struct conn *c, const uint8_t *bytes, size_t n)
{
    struct span line =
        span_strip((struct span){(const char *)bytes, MIN(n, (size_t)PI_COMMAND_MAX_BYTES)});
    char text[SEED_TEXT_MAX];

    c->commanded = true;
    memcpy(text, line.at, line.n);
    text[line.n] = '\0';
    switch (seed_command(c->owner->service, text)) {
    case SEED_RUN:
        service_trigger(c->owner->service, c, text, strlen(text));
        return;
    case SEED_REPLY:
        strcat(text, "\n");
        (void)seed_triggers_send(c, NULL, 0, text, strlen(text));
        break;
    case SEED_QUIET:
        break;
    case SEED_DIES:
        die(c->owner);
        return;
    }
    seed_triggers_finish(c);
}

static size_t on_data(void *ctx, struct tcp *tcp, const uint8_t *bytes, size_t n)
{
    struct conn *c = ctx;

    if (!c->commanded)
        run_command(c, bytes, n); /* what this one recv() got is all */
    return n;
}

/* recv() of nothing is an empty command. */
static void on_ended(void *ctx, struct tcp *tcp, size_t left)
{
    struct conn *c = ctx;

    if (!c->commanded)
        run_command(c, (const uint8_t *)"", 0);
}

/* A reset raises, while waiting for a command as well as while replying. */
static void on_closed(void *ctx, struct tcp *tcp, int why, size_t left)
{
    struct conn *c = ctx;
    struct seed_triggers *t = c->owner;
    bool first = t->conns.next == &c->link;

    if (c->commanded && !c->finishing)
        service_peer_gone(t->service, c);
    conn_free(c);
    if (first && why < 0)
        die(t);
    else if (first)
        serve_next(t);
}

static const struct tcp_events events = {
    .data = on_data, .ended = on_ended, .closed = on_closed, .drained = on_drained};

static void serve_next(struct seed_triggers *t)
{
    if (list_empty(&t->conns))
        return;
    struct conn *c = list_first(&t->conns, struct conn, link);
    if (!c->open) {
        c->open = true;
        tcp_resume(c->tcp);
    }
}

static void on_accepted(void *ctx, struct tcp *tcp)
{
    struct seed_triggers *t = ctx;
    struct conn *c = calloc(1, sizeof *c);

    if (!c)
        return;
    *c = (struct conn){
        .owner = t, .tcp = tcp, .out = BUF_INIT(PI_SHORT_MAX_FRAME_BYTES + PI_REPLY_MAX_BYTES)};
    list_append(&t->conns, &c->link);
    tcp_set_events(tcp, &events, c);
    tcp_pause(tcp);
    serve_next(t);
}

/* --- life ------------------------------------------------------------------------------------- */

int seed_triggers_new(struct loop *l, struct service *s, const char *address, uint16_t port,
    struct seed_triggers **ret, struct error *e)
{
    static const struct tcp_limits limits = {
        .recv_max_bytes = 4 * PI_COMMAND_MAX_BYTES, .send_max_bytes = 2 * PIECE_BYTES};
    struct seed_triggers *t = calloc(1, sizeof *t);
    int r;

    if (!t)
        return error_set(e, -ENOMEM, "no memory");
    *t = (struct seed_triggers){.loop = l, .service = s};
    list_init(&t->conns);
    r = tcp_listen(l, address, port, MAX_WAITING, &limits, on_accepted, t, &t->listener, e);
    if (r < 0) {
        free(t);
        return r;
    }
    *ret = t;
    return 0;
}

uint16_t seed_triggers_port(const struct seed_triggers *t)
{
    return t->listener ? tcp_listener_port(t->listener) : 0;
}

struct seed_triggers *seed_triggers_free(struct seed_triggers *t)
{
    if (t) {
        die(t);
        free(t);
    }
    return NULL;
}
