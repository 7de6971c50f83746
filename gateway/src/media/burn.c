#include <errno.h>

#include "media/burn_private.h"

static struct burn_channel *channel_find(struct burn *b, uint16_t channel)
{
    struct burn_channel *c;

    list_for_each (c, &b->channels, link) {
        if (c->channel == channel)
            return c;
    }
    return NULL;
}

int burn_listen(struct burn *b, struct burn_listener *l, uint16_t channel)
{
    struct burn_channel *c = channel_find(b, channel);

    if (!c && !(c = burn_channel_new(b, channel)))
        return -ENOMEM;
    if (list_empty(&c->listeners))
        burn_channel_begin(c);
    l->channel = c;
    l->seen = 0;
    list_append(&c->listeners, &l->link);
    if (c->out)
        loop_defer(b->loop, &c->deliver);
    return 0;
}

void burn_unlisten(struct burn_listener *l)
{
    struct burn_channel *c = steal(l->channel);

    if (!c)
        return;
    list_remove(&l->link);
    if (list_empty(&c->listeners))
        burn_channel_end(c);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void on_frame(struct bus_listener *ear, struct frame *f)
{
    struct burn_channel *c = channel_find(container_of(ear, struct burn, ear), f->channel);

    if (c && !list_empty(&c->listeners))
        burn_channel_frame(c, f);
}

static void on_overlay(struct bus_listener *ear, struct overlay_message *o)
{
    struct burn_channel *c = channel_find(container_of(ear, struct burn, ear), o->channel);

    if (c && !list_empty(&c->listeners) && o->seq != 0)
        burn_channel_overlay(c, o);
}

int burn_new(
    struct loop *l, struct bus *bus, struct last *last, struct frame_pool *pool, struct burn **ret)
{
    struct burn *b = calloc(1, sizeof *b);

    if (!b)
        return -ENOMEM;
    *b = (struct burn){.loop = l, .last = last, .pool = pool};
    b->ear = (struct bus_listener){.frame = on_frame, .overlay = on_overlay};
    list_init(&b->channels);
    bus_listen(bus, &b->ear);
    *ret = b;
    return 0;
}

struct burn *burn_free(struct burn *b)
{
    if (!b)
        return NULL;
    while (!list_empty(&b->channels))
        burn_channel_free(list_first(&b->channels, struct burn_channel, link));
    bus_unlisten(&b->ear);
    free(b);
    return NULL;
}

const struct burn_stats *burn_stats(const struct burn *b)
{
    return &b->stats;
}
