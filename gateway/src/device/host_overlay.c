/* host_overlay.c - overlays of drivers, and those that the gateway computes: to their frames, and on to who looks. */
#include <errno.h>
#include <warren/overlay.h>

#include "device/device.h"
#include "device/overlay_abi.h"

/* A camera that gave one within this time is one that gives them. */
#define RECENT_US INT64_C(10000000)

/* Takes the reference over. */
static void send_consume(
    struct device *d, struct overlay_message *o, const struct overlay_frame *f, bool in_step)
{
    if (f) {
        o->seq = f->seq;
        o->captured_us = f->captured_us;
        o->received_us = f->received_us;
    }
    o->in_step = f && in_step;
    d->stats.n_overlays_unmatched += !f;
    overlay_message_seal(o);
    bus_publish_overlay(d->all->env.bus, o);
    overlay_message_unref(o);
}

/* Ahead of its frame, if one may come at all: nobody looks, or the camera has lost its stream. */
static bool may_wait(const struct device *d)
{
    const struct loop *l = d->all->env.loop;

    return d->looked || loop_wall_us(l) - d->stats.last_frame_us <= OVERLAY_MATCH_WAIT_US;
}

static void match_consume(struct device *d, struct overlay_message *o)
{
    struct overlay_match *m = &d->overlays;
    bool numbered = o->overlay.has_frame_id;
    const struct overlay_frame *f = numbered ? overlay_match_by_device_seq(m, o->overlay.frame_id)
                                             : overlay_match_nearest(m, o->received_us);

    if (f || !numbered || !may_wait(d)) {
        send_consume(d, o, f, numbered);
        return;
    }
    if (m->n_waiting >= OVERLAY_MATCH_WAITING)
        send_consume(d, overlay_match_take(m), NULL, false);
    overlay_match_wait_consume(m, o);
}

void device_overlay_frame(struct device *d, const struct frame *f)
{
    struct overlay_match *m = &d->overlays;
    struct overlay_message *o;

    overlay_match_note(m, &f->pub);
    /* Those that came before the one that waits for this frame have been overtaken. */
    while (f->pub.device_seq != 0 && overlay_match_awaits(m, f->pub.device_seq)) {
        o = overlay_match_take(m);
        send_consume(d, o, overlay_match_by_device_seq(m, o->overlay.frame_id), true);
    }
}

void device_overlay_timeout(struct timer *t)
{
    struct device *d = container_of(t, struct device, overlays.timeout);
    struct overlay_message *o = overlay_match_take(&d->overlays);

    if (o)
        send_consume(d, o, NULL, false);
}

bool device_has_overlay(const struct device *d)
{
    return d->frame_flow ||
        (d->overlay_us != 0 && loop_now_us(d->all->env.loop) - d->overlay_us <= RECENT_US);
}

/* The page shows what one can do with them as soon as there is one. */
static void note(struct device *d, const struct overlay *o)
{
    bool had = device_has_overlay(d);

    d->stats.n_overlays++;
    d->overlay_us = loop_now_us(d->all->env.loop);
    if (!had)
        device_tell_changed(d);
    motion_see(d, o);
}

static struct overlay_message *message_new(
    struct device *d, const struct overlay *o, bool by_gateway)
{
    struct overlay_message *m = overlay_message_new(d->all->env.pool, o, d->channel, by_gateway);

    if (!m)
        return NULL;
    m->came_us = loop_now_us(d->all->env.loop);
    m->received_us = loop_wall_us(d->all->env.loop);
    return m;
}

int device_publish_overlay(struct device *d, uint32_t seq, const struct overlay *o)
{
    struct overlay_message *m;

    if (!d->running)
        return -ESTALE;
    m = message_new(d, o, true);
    if (!m)
        return -ENOMEM;
    note(d, o);
    send_consume(d, m, overlay_match_by_seq(&d->overlays, seq), true);
    return 0;
}

static struct overlay_message *message_of_driver(struct device *d, const struct wr_overlay *from)
{
    struct overlay_block room[OVERLAY_BLOCKS_MAX];
    struct overlay_message *m;
    struct overlay o;

    overlay_of_driver(from, room, &o);
    m = message_new(d, &o, false);
    if (!m)
        return NULL;
    if (from->received_us != 0)
        m->received_us = MIN(from->received_us, m->received_us);
    m->captured_us = clock_map_utc(&d->clock, from->captured_us, m->received_us);
    return m;
}

int host_overlay_publish(struct wr_dev *dev, const struct wr_overlay *overlay)
{
    struct device *d = device_of(dev);
    const char *problem =
        !d->channel ? "an overlay of a kind that is no camera" : overlay_problem(overlay);
    struct overlay_message *m;

    if (!d->running)
        return -ESTALE;
    if (problem) {
        host_misuse(d, problem, NULL);
        return -EINVAL;
    }
    if (d->flow != CONFIG_FLOW_DEVICE)
        return 0;
    m = message_of_driver(d, overlay);
    if (!m)
        return -ENOMEM;
    d->last_seen_us = MAX(d->last_seen_us, m->received_us);
    note(d, &m->overlay);
    match_consume(d, m);
    return 0;
}
