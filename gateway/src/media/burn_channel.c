#include <string.h>

#include "media/burn_private.h"

/* What nobody asks for any more is kept so long for who asks now and then. */
#define IDLE_US INT64_C(10000000)

/* --- out -------------------------------------------------------------------------------------- */

static void deliver(struct deferred *d)
{
    struct burn_channel *c = container_of(d, struct burn_channel, deliver);
    struct burn_listener *l, *next;

    list_for_each_safe (l, next, &c->listeners, link) {
        if (l->seen == c->out->pub.seq)
            continue;
        l->seen = c->out->pub.seq;
        l->frame(l, c->out);
    }
}

static bool is_newer(const struct burn_channel *c, const struct frame *f)
{
    return !c->out || (int32_t)(f->pub.seq - c->out->pub.seq) > 0;
}

/* Takes the reference over. */
static void put_out_consume(struct burn_channel *c, struct frame *f)
{
    if (!is_newer(c, f)) {
        frame_unref(f);
        return;
    }
    frame_unref(c->out);
    c->out = f;
    loop_defer(c->burn->loop, &c->deliver);
}

static void put_out_plain_consume(struct burn_channel *c, struct frame *f)
{
    c->burn->stats.n_plain++;
    put_out_consume(c, f);
}

/* --- burning ---------------------------------------------------------------------------------- */

static void start_consume(struct burn_channel *c, struct frame *f, const struct overlay_message *o);

/* A frame of the pool, in the place of `f`. NULL: no memory. */
static struct frame *burned_frame(
    struct burn *b, const struct frame *f, const uint8_t *jpeg, size_t n)
{
    struct frame *g = jpeg ? frame_new(b->pool, NULL, n) : NULL;

    if (!g)
        return NULL;
    memcpy(g->pub.data, jpeg, n);
    g->pub.len = n;
    g->pub.captured_us = f->pub.captured_us;
    g->pub.received_us = f->pub.received_us;
    g->pub.flags = f->pub.flags;
    g->pub.device_seq = f->pub.device_seq;
    frame_seal(g, f->channel, f->pub.seq);
    return g;
}

static void start_next(struct burn_channel *c)
{
    struct overlay_message *o = steal(c->next_overlay);

    if (c->next)
        start_consume(c, steal(c->next), o);
    overlay_message_unref(o);
}

static void job_done(void *ctx, const uint8_t *jpeg, size_t n)
{
    struct burn_channel *c = ctx;
    struct frame *f = steal(c->burning), *g = burned_frame(c->burn, f, jpeg, n);

    c->job = NULL;
    if (g) {
        c->burn->stats.n_burned++;
        put_out_consume(c, g);
        frame_unref(f);
    } else {
        c->burn->stats.n_failed++;
        put_out_consume(c, f);
    }
    start_next(c);
}

static void start_consume(struct burn_channel *c, struct frame *f, const struct overlay_message *o)
{
    if (burn_job_start(c->burn->loop, f, o, job_done, c, &c->job) == 0) {
        c->burning = f;
        return;
    }
    c->burn->stats.n_failed++;
    put_out_consume(c, f);
}

static void forget_next(struct burn_channel *c)
{
    c->next = frame_unref(c->next);
    c->next_overlay = overlay_message_unref(c->next_overlay);
}

static void burn_consume(struct burn_channel *c, struct frame *f, struct overlay_message *o)
{
    if (!c->job) {
        start_consume(c, f, o);
        return;
    }
    forget_next(c);
    c->next = f;
    c->next_overlay = overlay_message_ref(o);
}

/* --- frames and overlays find each other ------------------------------------------------------ */

static void arm(struct burn_channel *c)
{
    timer_stop(&c->timer);
    if (c->n_waiting > 0)
        timer_once(&c->timer, c->waiting[0].due_us - loop_now_us(c->burn->loop));
}

/* The oldest; its reference is the caller's. */
static struct frame *shift(struct burn_channel *c)
{
    struct frame *f = c->waiting[0].frame;

    c->n_waiting--;
    memmove(c->waiting, c->waiting + 1, c->n_waiting * sizeof *c->waiting);
    arm(c);
    return f;
}

void burn_channel_frame(struct burn_channel *c, struct frame *f)
{
    int64_t now_us = loop_now_us(c->burn->loop);

    if (now_us - c->overlay_us > BURN_NONE_US) {
        put_out_plain_consume(c, frame_ref(f));
        return;
    }
    if (c->n_waiting == BURN_WAITING)
        put_out_plain_consume(c, shift(c));
    c->waiting[c->n_waiting++] = (struct waiting){frame_ref(f), now_us + BURN_WAIT_US};
    arm(c);
}

static bool awaits(const struct burn_channel *c, uint32_t seq)
{
    for (unsigned i = 0; i < c->n_waiting; i++) {
        if (c->waiting[i].frame->pub.seq == seq)
            return true;
    }
    return false;
}

void burn_channel_overlay(struct burn_channel *c, struct overlay_message *o)
{
    c->overlay_us = loop_now_us(c->burn->loop);
    if (!awaits(c, o->seq))
        return;
    while (c->waiting[0].frame->pub.seq != o->seq)
        frame_unref(shift(c));
    burn_consume(c, shift(c), o);
}

static void forget_waiting(struct burn_channel *c)
{
    while (c->n_waiting > 0)
        frame_unref(shift(c));
}

/* --- life ------------------------------------------------------------------------------------- */

void burn_channel_free(struct burn_channel *c)
{
    forget_waiting(c);
    forget_next(c);
    if (c->job)
        burn_job_abandon(c->job);
    frame_unref(c->burning);
    frame_unref(c->out);
    timer_stop(&c->timer);
    deferred_cancel(&c->deliver);
    list_remove(&c->link);
    free(c);
}

static void timer_due(struct timer *t)
{
    struct burn_channel *c = container_of(t, struct burn_channel, timer);

    if (list_empty(&c->listeners))
        burn_channel_free(c);
    else if (c->n_waiting > 0)
        put_out_plain_consume(c, shift(c));
}

struct burn_channel *burn_channel_new(struct burn *b, uint16_t channel)
{
    struct burn_channel *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->burn = b;
    c->channel = channel;
    list_init(&c->listeners);
    timer_init(&c->timer, b->loop, timer_due);
    deferred_init(&c->deliver, deliver);
    list_append(&b->channels, &c->link);
    return c;
}

void burn_channel_begin(struct burn_channel *c)
{
    struct frame *newest = last_frame(c->burn->last, c->channel);
    struct overlay_message *o = last_overlay(c->burn->last, c->channel);

    c->overlay_us = loop_now_us(c->burn->loop);
    timer_stop(&c->timer);
    if (!newest || !is_newer(c, newest))
        return;
    burn_channel_frame(c, newest);
    if (o)
        burn_channel_overlay(c, o);
}

void burn_channel_end(struct burn_channel *c)
{
    forget_waiting(c);
    forget_next(c);
    timer_once(&c->timer, IDLE_US);
}
