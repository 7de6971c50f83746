#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "http/ws_private.h"
#include "loop/loop.h"

/* A camera's frames come a little early and late; a viewer that asks for its very rate must get
 * them all. */
#define INTERVAL_SLACK(us) ((us) - (us) / 8)

/* --- cameras ---------------------------------------------------------------------------------- */

static int slots_reserve(struct ws_viewer *v, uint16_t channel)
{
    size_t n = (size_t)channel + 4;
    struct ws_slot *slots;

    if (channel < v->n_slots)
        return 0;
    slots = realloc(v->slots, n * sizeof *slots);
    if (!slots)
        return -ENOMEM;
    memset(slots + v->n_slots, 0, (n - v->n_slots) * sizeof *slots);
    v->slots = slots;
    v->n_slots = n;
    return 0;
}

static void slot_stop(struct ws_viewer *v, size_t channel)
{
    struct ws_slot *s = &v->slots[channel];
    struct device *d = devices_by_channel(v->hub->api->devices, (uint16_t)channel);

    if (s->looking && d)
        device_unlook(d);
    frame_unref(s->pending);
    overlay_drop(v, s);
    *s = (struct ws_slot){0};
}

static void slot_begin(struct ws_viewer *v, struct device *d)
{
    uint16_t channel = device_channel(d);
    struct frame *newest = last_frame(v->hub->api->last, channel);
    struct overlay_message *overlay = last_overlay(v->hub->api->last, channel);
    bool had_overlays;
    struct ws_slot *s;

    if (slots_reserve(v, channel) < 0)
        return;
    s = &v->slots[channel];
    s->wanted = true;
    had_overlays = s->wants_overlays;
    s->wants_overlays = ws_patterns_match(&v->overlays, device_id(d));
    if (!s->looking) {
        s->looking = true;
        device_look(d);
        s->pending = newest ? frame_ref(newest) : NULL;
        ws_want(v->ws);
    }
    if (!s->wants_overlays)
        overlay_drop(v, s);
    else if (!had_overlays && overlay && subscription_overlay(v, overlay))
        ws_want(v->ws);
}

static int refresh_one(void *ctx, struct device *d)
{
    struct ws_viewer *v = ctx;

    if (device_is_camera(d) && ws_patterns_match(&v->devices, device_id(d)) &&
        ws_patterns_match(&v->frames, device_id(d)) &&
        auth_may(&v->who, PERMISSION_VIEW, device_id(d)))
        slot_begin(v, d);
    return 0;
}

void subscription_refresh(struct ws_viewer *v)
{
    for (size_t i = 0; i < v->n_slots; i++)
        v->slots[i].wanted = false;
    if (v->subscribed)
        devices_each(v->hub->api->devices, refresh_one, v);
    for (size_t i = 0; i < v->n_slots; i++) {
        if (!v->slots[i].wanted)
            slot_stop(v, i);
    }
}

/* --- the subscription ------------------------------------------------------------------------- */

void subscription_clear(struct ws_viewer *v)
{
    v->subscribed = false;
    subscription_refresh(v);
    ws_patterns_fini(&v->devices);
    ws_patterns_fini(&v->events);
    ws_patterns_fini(&v->frames);
    ws_patterns_fini(&v->overlays);
}

void subscription_set_consume(struct ws_viewer *v, struct ws_message *m)
{
    ws_patterns_fini(&v->devices);
    ws_patterns_fini(&v->events);
    ws_patterns_fini(&v->frames);
    ws_patterns_fini(&v->overlays);
    v->devices = m->devices;
    v->events = m->events;
    v->frames = m->frames;
    v->overlays = m->overlays;
    m->devices.n = m->events.n = m->frames.n = m->overlays.n = 0;
    v->min_interval_us = m->max_fps > 0 ? INTERVAL_SLACK((int64_t)(1e6 / m->max_fps)) : 0;
    if (!v->subscribed)
        v->next_event = bus_next_id(v->hub->api->bus);
    v->subscribed = true;
    subscription_refresh(v);
}

bool subscription_wants_event(const struct ws_viewer *v, const struct event *e)
{
    return v->subscribed && ws_patterns_match(&v->events, e->type) &&
        (!*e->device || ws_patterns_match(&v->devices, e->device)) &&
        auth_may(&v->who, PERMISSION_VIEW, e->device);
}

struct channels {
    struct ws_viewer *v;
    struct wr_json *j;
};

static int add_channel(void *ctx, struct device *d)
{
    struct channels *c = ctx;

    if (device_is_camera(d) && ws_patterns_match(&c->v->devices, device_id(d))) {
        wr_json_key(c->j, device_id(d));
        wr_json_int(c->j, device_channel(d));
    }
    return 0;
}

void subscription_channels(struct ws_viewer *v, struct wr_json *j)
{
    struct channels c = {v, j};

    wr_json_object(j);
    devices_each(v->hub->api->devices, add_channel, &c);
    wr_json_end(j);
}

/* --- frames ----------------------------------------------------------------------------------- */

static bool may_send(const struct ws_viewer *v, const struct ws_slot *s)
{
    return s->pending && (!v->acks || s->n_sent - s->n_acked < WS_MAX_UNACKED);
}

bool subscription_frame(struct ws_viewer *v, struct frame *f)
{
    struct ws_slot *s = f->channel < v->n_slots ? &v->slots[f->channel] : NULL;

    if (!s || !s->wanted)
        return false;
    if (v->min_interval_us > 0 && f->pub.received_us - s->last_us < v->min_interval_us &&
        f->pub.received_us >= s->last_us)
        return false;
    v->hub->stats.n_frames_skipped += s->pending != NULL;
    overlay_frame_replaced(v, s);
    frame_unref(s->pending);
    s->pending = frame_ref(f);
    s->last_us = f->pub.received_us;
    return may_send(v, s);
}

static void note_sent(struct ws_slot *s)
{
    unsigned at = s->n_sent++ % WS_SENT_KEPT;

    s->sent[at].seq = s->pending->pub.seq;
    s->sent[at].received_us = s->pending->pub.received_us;
}

bool subscription_has_frame(const struct ws_viewer *v)
{
    for (size_t i = 0; i < v->n_slots; i++) {
        if (may_send(v, &v->slots[i]))
            return true;
    }
    return false;
}

struct ws_slot *subscription_next(struct ws_viewer *v)
{
    for (size_t i = 0; i < v->n_slots; i++) {
        struct ws_slot *s = &v->slots[(v->at_slot + i) % v->n_slots];

        if (!may_send(v, s))
            continue;
        v->at_slot = (v->at_slot + i + 1) % v->n_slots;
        note_sent(s);
        return s;
    }
    return NULL;
}

static void note_age(struct ws_hub *h, int64_t received_us)
{
    int64_t age = loop_wall_us(h->api->loop) - received_us;

    h->stats.n_acked++;
    h->stats.age_sum_us += MAX(age, 0);
    h->stats.age_max_us = MAX(h->stats.age_max_us, age);
}

/* An acknowledgement of one is one of all before it. */
void subscription_ack(struct ws_viewer *v, uint16_t channel, uint32_t seq)
{
    struct ws_slot *s = channel < v->n_slots ? &v->slots[channel] : NULL;

    if (!s || !s->wanted)
        return;
    v->acks = true;
    for (uint64_t n = s->n_sent; n > s->n_acked && n + WS_SENT_KEPT > s->n_sent; n--) {
        if (s->sent[(n - 1) % WS_SENT_KEPT].seq != seq)
            continue;
        note_age(v->hub, s->sent[(n - 1) % WS_SENT_KEPT].received_us);
        s->n_acked = n;
        break;
    }
    if (may_send(v, s))
        ws_want(v->ws);
}
