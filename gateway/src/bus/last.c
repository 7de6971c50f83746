#include "bus/last.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Channels are given out from 1 upwards and never reused, so an array is the whole of it. */
struct last {
    struct bus_listener listener;
    struct newest {
        struct frame *frame;
        struct overlay_message *overlay;
    } * channels;
    size_t n_channels;
};

/* NULL: no memory. */
static struct newest *newest_reserve(struct last *l, uint16_t channel)
{
    size_t n = (size_t)channel + 16;
    struct newest *channels;

    if (channel < l->n_channels)
        return &l->channels[channel];
    channels = realloc(l->channels, n * sizeof *channels);
    if (!channels)
        return NULL;
    memset(channels + l->n_channels, 0, (n - l->n_channels) * sizeof *channels);
    l->channels = channels;
    l->n_channels = n;
    return &l->channels[channel];
}

static void newest_fini(struct newest *n)
{
    n->frame = frame_unref(n->frame);
    n->overlay = overlay_message_unref(n->overlay);
}

static void last_on_frame(struct bus_listener *listener, struct frame *f)
{
    struct newest *n = newest_reserve(container_of(listener, struct last, listener), f->channel);

    if (!n)
        return;
    frame_unref(n->frame);
    n->frame = frame_ref(f);
}

static void last_on_overlay(struct bus_listener *listener, struct overlay_message *o)
{
    struct newest *n = newest_reserve(container_of(listener, struct last, listener), o->channel);

    if (!n)
        return;
    overlay_message_unref(n->overlay);
    n->overlay = overlay_message_ref(o);
}

int last_new(struct bus *b, struct last **ret)
{
    struct last *l = calloc(1, sizeof *l);

    if (!l)
        return -ENOMEM;
    l->listener = (struct bus_listener){.frame = last_on_frame, .overlay = last_on_overlay};
    bus_listen(b, &l->listener);
    *ret = l;
    return 0;
}

struct last *last_free(struct last *l)
{
    if (!l)
        return NULL;
    bus_unlisten(&l->listener);
    for (size_t i = 0; i < l->n_channels; i++)
        newest_fini(&l->channels[i]);
    free(l->channels);
    free(l);
    return NULL;
}

struct frame *last_frame(const struct last *l, uint16_t channel)
{
    return channel < l->n_channels ? l->channels[channel].frame : NULL;
}

struct overlay_message *last_overlay(const struct last *l, uint16_t channel)
{
    return channel < l->n_channels ? l->channels[channel].overlay : NULL;
}

void last_forget(struct last *l, uint16_t channel)
{
    if (channel < l->n_channels)
        newest_fini(&l->channels[channel]);
}

void last_forget_overlay(struct last *l, uint16_t channel)
{
    if (channel < l->n_channels)
        l->channels[channel].overlay = overlay_message_unref(l->channels[channel].overlay);
}
