/* frame_flow.h - what moves in the pictures of one camera, found on the worker pool: always of the newest picture. One that
 * comes while another is looked at waits; a newer one takes its place.
 *
 *     frame ──▶ waiting (one) ──▶ the job's copy ──▶ worker: flow_eye ──▶ fn, on the loop
 *
 * Nothing is allocated in the steady state but what libjpeg and the pool need for a job.
 */
#pragma once

#include "bus/frame.h"
#include "overlay.h"

struct loop;
struct frame_flow;

struct frame_flow_stats {
    uint64_t n_seen;    /* pictures that were looked at */
    uint64_t n_skipped; /* a newer one came before their turn */
    uint64_t n_failed;  /* that could not be decoded */
    int64_t busy_us;    /* of processors, by all that were looked at */
};

/* What moved in the picture `seq`, valid for this call; or NULL, and why that could not be told: a sentence. May call
 * frame_flow_end(). */
typedef void (*frame_flow_fn)(void *ctx, uint32_t seq, const struct overlay *o, const char *why);

/* NULL: no memory. */
struct frame_flow *frame_flow_new(struct loop *l, frame_flow_fn fn, void *ctx);
/* fn is not called any more; a job that runs is left to end, which the loop waits for when it is freed. NULL-safe; returns NULL. */
struct frame_flow *frame_flow_end(struct frame_flow *f);
/* A picture was published. Holds a reference while it waits. It was taken when the camera says; where it says nothing, or its clock
 * does not go, when it came. */
void frame_flow_see(struct frame_flow *f, struct frame *frame);
const struct frame_flow_stats *frame_flow_stats(const struct frame_flow *f);
