/* overlay_match.h - which of a device's frames an overlay belongs to, whichever of the two comes first.
 *
 * By the device's own number for the frame, or ours; where there is none, it is the frame that came nearest in time. An overlay
 * that is ahead of its frame waits for it a little, but only while pictures come at all.
 */
#pragma once

#include <warren/frame.h>

#include "bus/overlay_message.h"
#include "loop/timer.h"

/* Frames that an overlay may be behind: half a second at 30 fps. */
#define OVERLAY_MATCH_FRAMES 16
/* Overlays that may be ahead of their frames, and for how long: a picture of a camera with poor radio takes its time. */
#define OVERLAY_MATCH_WAITING 8
#define OVERLAY_MATCH_WAIT_US INT64_C(2000000)

struct overlay_frame {
    uint64_t device_seq; /* 0: none */
    uint32_t seq;
    int64_t captured_us, received_us;
};

/* Embedded in a device; zeroed before overlay_match_init(). */
struct overlay_match {
    struct overlay_frame frames[OVERLAY_MATCH_FRAMES]; /* the n-th at n % OVERLAY_MATCH_FRAMES */
    uint64_t n_frames;
    struct list waiting; /* of struct overlay_message, in the order they came */
    unsigned n_waiting;
    struct timer timeout; /* of the first */
};

/* `timeout` is called when the first has waited long enough, with the member of that name; it takes one, at least. */
void overlay_match_init(struct overlay_match *m, struct loop *l, void (*timeout)(struct timer *t));
/* What waits is forgotten, and so are the frames: the device may count anew. */
void overlay_match_clear(struct overlay_match *m);

/* A frame was published; of it the numbers and times are kept. */
void overlay_match_note(struct overlay_match *m, const struct wr_frame *f);
/* NULL: it is none of those that were noted, or no longer. */
const struct overlay_frame *overlay_match_by_seq(const struct overlay_match *m, uint32_t seq);
const struct overlay_frame *overlay_match_by_device_seq(
    const struct overlay_match *m, uint64_t device_seq);
/* NULL: none within OVERLAY_MATCH_WAIT_US. */
const struct overlay_frame *overlay_match_nearest(
    const struct overlay_match *m, int64_t received_us);

/* Takes the reference over. */
void overlay_match_wait_consume(struct overlay_match *m, struct overlay_message *o);
/* The one that has waited longest; NULL: none. Its reference is the caller's. */
struct overlay_message *overlay_match_take(struct overlay_match *m);
/* Whether one waits for this frame. */
bool overlay_match_awaits(const struct overlay_match *m, uint64_t device_seq);
