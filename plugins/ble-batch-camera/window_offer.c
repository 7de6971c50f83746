/* window_offer.c - what the camera offers: answered at once, gone on with, or taken into hand. */
#include "window.h"

#include <math.h>
#include <stdio.h>

/* An OFFER whose PLACE was lost: after so many HELLOs the picture is taken without. */
#define PLACELESS_MAX 2

void window_place(struct wr_dev *dev, const struct batch_link_place *p)
{
    struct window *w = window_of(dev);
    double latitude = p->latitude_e7 / 1e7, longitude = p->longitude_e7 / 1e7;

    w->place.known = fabs(latitude) <= 90 && fabs(longitude) <= 180;
    w->place.id = p->id;
    w->place.latitude = latitude;
    w->place.longitude = longitude;
}

static void set_meta(struct wr_dev *dev, struct picture_meta *m, const struct batch_link_offer *o)
{
    const struct window *w = window_of(dev);

    camera_place(dev, m);
    if (w->place.known && w->place.id == o->id) {
        m->latitude = w->place.latitude;
        m->longitude = w->place.longitude;
    }
    snprintf(m->key, sizeof m->key, "%08x:%u", w->boot, o->id);
    m->captured_us = dev->host->wall_us(dev) - o->age_ms * US_PER_MS;
}

static bool lacks_place(const struct window *w, const struct batch_link_offer *o)
{
    return (o->flags & BATCH_LINK_OFFER_PLACE) && !(w->place.known && w->place.id == o->id);
}

/* The same one, from a link before or from this one; NULL. */
static struct window_picture *in_hand(struct window *w, const struct batch_link_offer *o)
{
    for (size_t i = 0; i < w->n_pictures; i++) {
        struct window_picture *p = &w->pictures[i];

        if (p->boot == w->boot && p->id == o->id && p->size == o->size && p->crc == o->crc)
            return p;
    }
    return NULL;
}

/* One that came in on a link before, and is not offered any more, goes; one that is whole stays. */
static void make_room(struct wr_dev *dev)
{
    struct window *w = window_of(dev);

    for (size_t i = 0; i < w->n_pictures && w->n_pictures == IN_HAND_MAX; i++) {
        if (w->pictures[i].state == PICTURE_COMING && !w->pictures[i].offered)
            window_remove(dev, &w->pictures[i]);
    }
}

/* NULL: there is no room for it. */
static struct window_picture *take_new(struct wr_dev *dev, const struct batch_link_offer *o)
{
    struct window *w = window_of(dev);
    struct window_picture *p;
    struct wr_frame *frame;

    make_room(dev);
    frame = w->n_pictures < IN_HAND_MAX ? dev->host->frame_new(dev, o->size) : NULL;
    if (!frame)
        return NULL;
    frame->len = 0;
    p = &w->pictures[w->n_pictures++];
    *p = (struct window_picture){.state = PICTURE_COMING,
        .frame = frame,
        .boot = w->boot,
        .id = o->id,
        .size = o->size,
        .crc = o->crc};
    set_meta(dev, &p->meta, o);
    return p;
}

/* Its bytes follow by themselves, from the first on: GET is said where something else is wanted. */
static void begin(struct wr_dev *dev, struct window_picture *p)
{
    bool again = p->offered;

    p->offered = true;
    if (p->state != PICTURE_COMING) {
        if (again)
            window_say_have(dev, p);
        else
            window_say_whole(dev, p);
        return; /* STORED follows */
    }
    window_tell_coming(dev, p);
    if (again || p->frame->len > 0)
        window_say_get(dev, p);
    else
        window_wait(dev);
}

static void begin_new(struct wr_dev *dev, const struct batch_link_offer *o)
{
    struct window *w = window_of(dev);
    struct window_picture *p;

    if (lacks_place(w, o) && w->n_placeless++ < PLACELESS_MAX) {
        window_say_hello(dev); /* both are said again */
        return;
    }
    p = take_new(dev, o);
    if (!p) {
        w->passed_over = true;
        if (w->n_pictures < IN_HAND_MAX) /* it is the host that has no memory for it now */
            wr_timer_set(dev, &w->silence, SILENT_US, window_silence);
        return;
    }
    w->n_placeless = 0;
    w->n_silent = 0;
    begin(dev, p);
}

void window_offer(struct wr_dev *dev, const struct batch_link_offer *o)
{
    struct window *w = window_of(dev);
    struct window_picture *p = in_hand(w, o);

    if (!w->heard)
        return; /* whose it is, INFO says; HELLO is said again */
    w->expect = false;
    window_wait(dev);
    if (window_known(w, o->id)) {
        w->n_silent = 0;
        window_say_done(dev, window_known(w, o->id), o->id);
        return;
    }
    window_after(dev, p);
    if (camera_of(dev)->link.state != LINK_READY)
        return; /* it ended just now */
    if (o->size == 0 || o->size > PICTURE_MAX_BYTES) {
        window_remember(w, w->boot, o->id, true);
        dev->host->log(dev, WR_LOG_DEBUG, "a picture of %u bytes was offered", o->size);
        tell_failed(dev);
        tell_trouble(dev, "The camera offers a picture of a size that cannot be");
        window_say_done(dev, BATCH_LINK_SKIP, o->id);
    } else if (p) {
        begin(dev, p);
    } else {
        begin_new(dev, o);
    }
}
