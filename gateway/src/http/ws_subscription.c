#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "http/ws_private.h"
#include "loop/loop.h"

/* A camera's frames come a little early and late; a viewer that asks for its very rate must get
 * them all. */
#define INTERVAL_SLACK(us) ((us) - (us) / 8)

/* --- patterns --------------------------------------------------------------------------------- */

static bool matches(char *const *patterns, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (text_match(patterns[i], text))
            return true;
    }
    return false;
}

static void patterns_free(char **patterns, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        free(patterns[i]);
    *n = 0;
}

static int read_patterns(
    const json_t *list, const char *what, char **out, size_t *ret_n, struct error *e)
{
    size_t i;
    json_t *item;

    *ret_n = 0;
    if (!list)
        return 0;
    if (!json_is_array(list) || json_array_size(list) > WS_MAX_PATTERNS)
        return error_set(
            e, -EINVAL, "%s: expected a list of at most %d names", what, WS_MAX_PATTERNS);
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);

        if (!text || strlen(text) > WR_NAME_MAX)
            return error_set(
                e, -EINVAL, "%s: expected names of at most %d bytes, or \"*\"", what, WR_NAME_MAX);
        out[i] = strdup(text);
        if (!out[i])
            return error_set(e, -ENOMEM, "no memory");
        ++*ret_n;
    }
    return 0;
}

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
    *s = (struct ws_slot){0};
}

static void slot_begin(struct ws_viewer *v, struct device *d)
{
    uint16_t channel = device_channel(d);
    struct frame *newest = last_frame(v->hub->api->last, channel);
    struct ws_slot *s;

    if (slots_reserve(v, channel) < 0)
        return;
    s = &v->slots[channel];
    s->wanted = true;
    if (!s->looking) {
        s->looking = true;
        device_look(d);
        s->pending = newest ? frame_ref(newest) : NULL;
        ws_want(v->ws);
    }
}

static int refresh_one(void *ctx, struct device *d)
{
    struct ws_viewer *v = ctx;

    if (device_is_camera(d) && matches(v->devices, v->n_devices, device_id(d)) &&
        auth_may(&v->who, PERMISSION_VIEW, device_id(d)))
        slot_begin(v, d);
    return 0;
}

void subscription_refresh(struct ws_viewer *v)
{
    for (size_t i = 0; i < v->n_slots; i++)
        v->slots[i].wanted = false;
    if (v->subscribed && v->frames)
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
    patterns_free(v->devices, &v->n_devices);
    patterns_free(v->events, &v->n_events);
}

static int read_flag(const json_t *message, const char *key, bool *ret, struct error *e)
{
    const json_t *j = json_object_get(message, key);

    if (j && !json_is_boolean(j))
        return error_set(e, -EINVAL, "%s: expected true or false", key);
    *ret = json_is_true(j);
    return 0;
}

int subscription_set(struct ws_viewer *v, const json_t *message, struct error *e)
{
    const json_t *fps = json_object_get(message, "max_fps");
    char *devices[WS_MAX_PATTERNS], *events[WS_MAX_PATTERNS];
    size_t n_devices = 0, n_events = 0;
    double max_fps = json_number_value(fps);
    bool frames = false;
    int r;

    if (fps && (!json_is_number(fps) || max_fps < 0.01 || max_fps > 1000))
        return error_set(e, -EINVAL, "max_fps: expected a number from 0.01 to 1000");
    if ((r = read_flag(message, "frames", &frames, e)) < 0 ||
        (r = read_patterns(
             json_object_get(message, "devices"), "devices", devices, &n_devices, e)) < 0 ||
        (r = read_patterns(json_object_get(message, "events"), "events", events, &n_events, e)) <
            0) {
        patterns_free(devices, &n_devices);
        patterns_free(events, &n_events);
        return r;
    }
    patterns_free(v->devices, &v->n_devices);
    patterns_free(v->events, &v->n_events);
    memcpy(v->devices, devices, sizeof devices);
    memcpy(v->events, events, sizeof events);
    v->n_devices = n_devices;
    v->n_events = n_events;
    v->frames = frames;
    v->min_interval_us = fps ? INTERVAL_SLACK((int64_t)(1e6 / max_fps)) : 0;
    if (!v->subscribed)
        v->next_event = bus_next_id(v->hub->api->bus);
    v->subscribed = true;
    subscription_refresh(v);
    return 0;
}

bool subscription_wants_event(const struct ws_viewer *v, const struct event *e)
{
    return v->subscribed && matches(v->events, v->n_events, e->type) &&
        (!*e->device || matches(v->devices, v->n_devices, e->device)) &&
        auth_may(&v->who, PERMISSION_VIEW, e->device);
}

struct channels {
    struct ws_viewer *v;
    struct wr_json *j;
};

static int add_channel(void *ctx, struct device *d)
{
    struct channels *c = ctx;

    if (device_is_camera(d) && matches(c->v->devices, c->v->n_devices, device_id(d))) {
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
    return s->pending && (!v->acks || s->n_unacked < WS_MAX_UNACKED);
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
    frame_unref(s->pending);
    s->pending = frame_ref(f);
    s->last_us = f->pub.received_us;
    return may_send(v, s);
}

static void note_sent(struct ws_slot *s)
{
    if (s->n_sent == WS_SENT_KEPT) {
        memmove(&s->sent[0], &s->sent[1], (WS_SENT_KEPT - 1) * sizeof s->sent[0]);
        s->n_sent--;
    }
    s->sent[s->n_sent].seq = s->pending->pub.seq;
    s->sent[s->n_sent++].received_us = s->pending->pub.received_us;
    s->n_unacked++;
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
void subscription_ack(struct ws_viewer *v, json_int_t channel, json_int_t seq)
{
    struct ws_slot *s = channel > 0 && (size_t)channel < v->n_slots ? &v->slots[channel] : NULL;

    if (!s || !s->wanted)
        return;
    v->acks = true;
    for (unsigned i = 0; i < s->n_sent; i++) {
        if (s->sent[i].seq != (uint32_t)seq)
            continue;
        s->n_unacked = MIN(s->n_unacked, s->n_sent - i - 1);
        note_age(v->hub, s->sent[i].received_us);
        memmove(&s->sent[0], &s->sent[i + 1], (s->n_sent - i - 1) * sizeof s->sent[0]);
        s->n_sent -= i + 1;
        break;
    }
    if (may_send(v, s))
        ws_want(v->ws);
}
