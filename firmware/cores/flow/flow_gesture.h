/* flow_gesture.h - motions that mean something: up lights the blade, down puts it out, to a side is a blow. */
#ifndef FLOW_GESTURE_H
#define FLOW_GESTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "motion_words.h"

/* One is shown so long, and none follows it sooner; a blow is not followed by another one for longer. */
#define FLOW_GESTURE_SHOWN_US INT64_C(700000)
#define FLOW_GESTURE_PAUSE_US INT64_C(1200000)
#define FLOW_CLASH_PAUSE_US INT64_C(5000000)
/* It needs this intensity, or this speed in 1/256 px a second. */
#define FLOW_GESTURE_INTENSITY 12
#define FLOW_GESTURE_SPEED (4 * 256)
#define FLOW_CLASH_SPEED (20 * 256)

struct flow_gesture {
    enum motion_gesture kind; /* that is shown now */
    uint8_t confidence;       /* 0 … 255, of the motion that it was */
    int64_t time_us;          /* of the last one, shown or not */
    int64_t clash_us;         /* of the last blow */
    bool any, any_clash;      /* there was one */
};

/* What a frame shows. */
struct flow_gesture_motion {
    int32_t dx, dy; /* of the mean */
    uint8_t intensity, confidence;
    uint32_t speed; /* 1/256 px a second */
};

/* At each frame; NULL: nothing moves. Returns what was recognised just now, or MOTION_GESTURE_NONE. */
enum motion_gesture flow_gesture_update(
    struct flow_gesture *g, const struct flow_gesture_motion *m, int64_t now_us);
#endif
