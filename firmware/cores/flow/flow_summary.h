/* flow_summary.h - what a field of vectors says in a few words: does something move, how much, how fast, where to, where.
 * Only blocks that are valid and move count: a person who crosses a still picture is as fast as he is.
 */
#ifndef FLOW_SUMMARY_H
#define FLOW_SUMMARY_H

#include "flow.h"
#include "flow_direction.h"
#include "flow_gesture.h"
#include "flow_trajectory.h"
#include "motion_phase.h"

/* With this speed in px per frame, and no doubt, intensity is 255. */
#define FLOW_FULL_SPEED_PX 20
/* Frames further apart say nothing about speed (one a second is the least, and may be late), and those that are nearer neither: nobody
 * takes so many. */
#define FLOW_STEP_MAX_US INT64_C(1500000)
#define FLOW_STEP_MIN_US INT64_C(2000)

struct flow_rules {
    uint16_t min_speed; /* of a block that moves, 1/FLOW_UNIT px per frame */
    uint16_t min_blocks;
    uint8_t min_confidence; /* of a block that counts */
};

/* Half a pixel: twenty times the error of a vector. Two blocks, for one alone may be wrong. */
#define FLOW_RULES_DEFAULT ((struct flow_rules){FLOW_UNIT / 2, 2, 50})

/* Whether a vector counts at all, and whether it is of a block that moves. */
bool flow_rules_count(const struct flow_rules *rules, const struct flow_vector *v);
bool flow_rules_move(const struct flow_rules *rules, const struct flow_vector *v);

/* What happened at a frame. */
enum {
    FLOW_STARTED = MOTION_STARTED,
    FLOW_ENDED = MOTION_ENDED,
    FLOW_TURNED = MOTION_TURNED,
    FLOW_GESTURE = 8
};

struct flow_summary {
    struct flow_rules rules;
    /* Of the last frame. */
    bool active;
    uint16_t active_blocks; /* that move */
    uint16_t valid_blocks;
    uint8_t confidence; /* mean of those that move, of all valid ones if none does: 0 … 255 */
    uint8_t intensity;  /* speed and confidence in one: 0 … 255 */
    uint32_t speed;     /* mean length of their vectors, 1/FLOW_UNIT px per frame */
    uint32_t
        speed_px_s; /* the same, 1/FLOW_UNIT px a second; 0 where the time between frames is not known */
    int32_t dx, dy;                  /* their mean vector, 1/FLOW_UNIT px */
    enum motion_direction direction; /* MOTION_NONE also where things move in opposite directions */
    uint8_t brightness, flash;
    bool centred;    /* there is a centre */
    int32_t x, y;    /* of what moves, smoothed: 1/256 px */
    unsigned events; /* of this frame */
    /* Over time. */
    struct motion_phase phase;
    struct flow_trajectory trajectory;
    struct flow_gesture gesture;
    enum motion_gesture recognised; /* with FLOW_GESTURE */
    uint32_t n_frames, n_active_frames;
    bool timed;       /* there was a frame … */
    int64_t frame_us; /* … the last one at that time */
    int64_t pace_us;  /* usually from one to the next; 0: not known */
    /* The last ones that came much sooner than usual, without one that did not: how many, and the time they took. */
    uint32_t n_near;
    int64_t near_us;
};

void flow_summary_init(struct flow_summary *s, const struct flow_rules *rules);
/* The first frame, which the next one is compared with: without it nobody knows how long the first motion took. */
void flow_summary_first(struct flow_summary *s, int64_t now_us);
/* After flow_run(): `brightness` of the second frame, the time it was taken at by a clock that never goes back. */
void flow_summary_update(
    struct flow_summary *s, const struct flow *f, uint8_t brightness, int64_t now_us);

/* A position of 1/256 px as part of the frame's side, in 1/FLOW_TRAJECTORY_UNIT. */
uint16_t flow_fraction(int32_t v, unsigned side);

#endif
