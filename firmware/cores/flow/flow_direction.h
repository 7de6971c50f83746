/* flow_direction.h - the eight directions of a motion, and what they are called. */
#ifndef FLOW_DIRECTION_H
#define FLOW_DIRECTION_H

#include <stdint.h>

/* The numbers are those of debug cameras. */
enum flow_direction {
    FLOW_NONE,
    FLOW_UP,
    FLOW_DOWN,
    FLOW_LEFT,
    FLOW_RIGHT,
    FLOW_UP_LEFT,
    FLOW_UP_RIGHT,
    FLOW_DOWN_LEFT,
    FLOW_DOWN_RIGHT,
};

/* Of a vector, right and down positive: sectors of 45 degrees around the axes and their halves. FLOW_NONE: it is 0. */
enum flow_direction flow_direction_of(int32_t dx, int32_t dy);
/* "none", "up" … "down_right"; "unknown" for what is no direction. */
const char *flow_direction_name(enum flow_direction d);

#endif
