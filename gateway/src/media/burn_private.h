/* burn_private.h - a camera whose pictures somebody wants drawn on: burn_channel.c, of which burn.c has as many as are wanted. */
#pragma once

#include "base/util.h"
#include "bus/bus.h"
#include "bus/last.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "media/burn.h"
#include "media/burn_job.h"

struct burn {
    struct loop *loop;
    struct last *last;
    struct frame_pool *pool;
    struct bus_listener ear;
    struct list channels;
    struct burn_stats stats;
};

/* A camera whose pictures somebody wants. */
struct burn_channel {
    struct list link;
    struct burn *burn;
    uint16_t channel;
    struct list listeners;
    struct waiting {
        struct frame *frame;
        int64_t due_us;
    } waiting[BURN_WAITING]; /* for their overlays, oldest first */
    unsigned n_waiting;
    struct timer timer;    /* the first of them is due; or nobody listens any more */
    int64_t overlay_us;    /* when the last overlay came */
    struct burn_job *job;  /* NULL: none runs */
    struct frame *burning; /* what it works on */
    struct frame
        *next; /* the newest that is to be burned after that, with its overlay; NULL: none */
    struct overlay_message *next_overlay;
    struct frame *out; /* the newest that is ready */
    struct deferred deliver;
};

/* In burn->channels; listens to nothing. NULL: no memory. */
struct burn_channel *burn_channel_new(struct burn *b, uint16_t channel);
void burn_channel_free(struct burn_channel *c);
/* Somebody listens again: what came meanwhile was not looked at. */
void burn_channel_begin(struct burn_channel *c);
/* Nobody listens any more. It goes by itself when nobody does for a while. */
void burn_channel_end(struct burn_channel *c);
void burn_channel_frame(struct burn_channel *c, struct frame *f);
/* Of a frame. */
void burn_channel_overlay(struct burn_channel *c, struct overlay_message *o);
