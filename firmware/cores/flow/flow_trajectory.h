/* flow_trajectory.h - where the centre of what moves has been. */
#ifndef FLOW_TRAJECTORY_H
#define FLOW_TRAJECTORY_H

#include <stdint.h>

#include "flow_direction.h"

#define FLOW_TRAJECTORY_POINTS 20
/* A frame's width or height is so many; a point closer than 0.03 of it to the last one is the same. */
#define FLOW_TRAJECTORY_UNIT 65536
#define FLOW_TRAJECTORY_STEP 1966
/* After more than this without motion it is another trajectory. */
#define FLOW_TRAJECTORY_REST_US INT64_C(1000000)

struct flow_point {
    uint16_t x, y;     /* 1/FLOW_TRAJECTORY_UNIT of width and height */
    uint8_t intensity; /* the most while here */
    uint32_t speed;    /* 1/FLOW_UNIT px per frame */
    enum motion_direction direction;
    int64_t time_us;
};

/* Oldest first. */
struct flow_trajectory {
    struct flow_point points[FLOW_TRAJECTORY_POINTS];
    unsigned n;
};

/* A new point, or the last one again; of a full trajectory the oldest goes. */
void flow_trajectory_add(struct flow_trajectory *t, const struct flow_point *p);
/* At each frame without motion: forgets what is over. */
void flow_trajectory_rest(struct flow_trajectory *t, int64_t now_us);

#endif
