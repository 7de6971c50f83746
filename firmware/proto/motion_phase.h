/* motion_phase.h - when a motion has begun, when it is over, and when it turned: neither at the first sign of it. */
#ifndef MOTION_PHASE_H
#define MOTION_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "motion_words.h"

/* Motion has begun when it was there for so long without a gap, and is over when it was not. */
#define MOTION_START_US INT64_C(120000)
#define MOTION_END_US INT64_C(180000)

enum motion_news { MOTION_STARTED = 1, MOTION_ENDED = 2, MOTION_TURNED = 4 };

/* Zeroed at first. */
struct motion_phase {
    int64_t turn_us;               /* turns are told no oftener than this; 0: each is */
    int64_t end_us;                /* over after so long without; 0: MOTION_END_US */
    bool moving;                   /* between MOTION_STARTED and MOTION_ENDED */
    enum motion_direction heading; /* the direction that was told last */
    int64_t heading_us;            /* when that was */
    bool changing;                 /* since change_us it is not as `moving` says */
    int64_t change_us;             /* of what has ended: since when nothing moved */
};

/* Whether something moves in a frame, and where to (MOTION_NONE: in no direction, or in several), at a time by a clock that never
 * goes back. Returns what is new, enum motion_news or-ed. */
unsigned motion_phase_update(
    struct motion_phase *p, bool active, enum motion_direction direction, int64_t now_us);

#endif
