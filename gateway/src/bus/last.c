#include "bus/last.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Channels are given out from 1 upwards and never reused, so an array is the whole of it. */
struct last {
    struct bus_listener listener;
    struct frame **frames;
    size_t n_frames;
};

static int last_reserve(struct last *l, uint16_t channel)
{
    size_t n = (size_t)channel + 16;
    struct frame **frames;

    if (channel < l->n_frames)
        return 0;
    frames = realloc(l->frames, n * sizeof *frames);
    if (!frames)
        return -ENOMEM;
    memset(frames + l->n_frames, 0, (n - l->n_frames) * sizeof *frames);
    l->frames = frames;
    l->n_frames = n;
    return 0;
}

static void last_on_frame(struct bus_listener *listener, struct frame *f)
{
    struct last *l = container_of(listener, struct last, listener);

    if (last_reserve(l, f->channel) < 0)
        return;
    frame_unref(l->frames[f->channel]);
    l->frames[f->channel] = frame_ref(f);
}

int last_new(struct bus *b, struct last **ret)
{
    struct last *l = calloc(1, sizeof *l);

    if (!l)
        return -ENOMEM;
    l->listener.frame = last_on_frame;
    bus_listen(b, &l->listener);
    *ret = l;
    return 0;
}

struct last *last_free(struct last *l)
{
    if (!l)
        return NULL;
    bus_unlisten(&l->listener);
    for (size_t i = 0; i < l->n_frames; i++)
        frame_unref(l->frames[i]);
    free(l->frames);
    free(l);
    return NULL;
}

struct frame *last_frame(const struct last *l, uint16_t channel)
{
    return channel < l->n_frames ? l->frames[channel] : NULL;
}

void last_forget(struct last *l, uint16_t channel)
{
    if (channel < l->n_frames)
        l->frames[channel] = frame_unref(l->frames[channel]);
}
