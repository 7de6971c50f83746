/* motion.h - the events motion.* of a camera, made of its overlays whoever computed them, also while nobody looks. */
#pragma once

#include "loop/timer.h"
#include "motion_phase.h"
#include "overlay.h"

/* A direction that changes more often says nothing. */
#define MOTION_TURN_US INT64_C(500000)
/* Who walks by stops and goes on; that is one motion, and one line in the history. */
#define MOTION_REST_US INT64_C(2000000)
/* Of a camera that has gone silent nobody knows whether something moves. Its overlays come ten times a second, and once where it is slow. */
#define MOTION_SILENT_US INT64_C(3000000)

struct device;

/* Embedded in a device. */
struct motion {
    struct motion_phase phase;
    uint8_t gesture;            /* that was shown last: enum motion_gesture */
    int64_t began_us, moved_us; /* of what moves: since when, and when that was seen last */
    struct timer silence;       /* armed while something moves */
};

/* With the device, which is zeroed; its owner stops `silence`. */
void motion_init(struct device *d);
/* An overlay came. */
void motion_see(struct device *d, const struct overlay *o);
/* The camera is gone, or silent: what moved is over. Safe to repeat. */
void motion_end(struct device *d);
