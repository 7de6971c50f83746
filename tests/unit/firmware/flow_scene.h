/* flow_scene.h - frames for tests of the optical flow: a texture that is known between its pixels, too, moved as a test wants. */
#ifndef FLOW_SCENE_H
#define FLOW_SCENE_H

#include <stdint.h>

#include "flow.h"

struct flow_scene {
    double dx, dy;             /* of what is seen in the second frame */
    double turn, zoom;         /* around the frame's centre: radians; 0 is none */
    double contrast;           /* 1: from 30 to 220 */
    double brighter, stronger; /* of the second frame: grey levels, and a factor */
    unsigned noise;            /* up to so many grey levels */
    int box
        [4]; /* x0, y0, x1, y1 of the first frame: only there it moves, the rest is still; x1 = 0: everywhere */
};

#define FLOW_SCENE ((struct flow_scene){.zoom = 1, .contrast = 1, .stronger = 1})

struct flow_frames {
    uint8_t *first, *second; /* right behind each one ends the room */
};

/* A flow, and a pair of frames of its shape; a failed assertion where there is no room. */
struct flow_rig {
    struct flow_shape shape;
    struct flow *flow;
    struct flow_frames frames;
};

/* The next of a row of random numbers that is the same each time. */
uint32_t flow_noise(uint32_t *state);
struct flow_rig flow_rig_new(struct flow_shape shape);
void flow_rig_free(struct flow_rig *rig);
/* Draws the scene and runs the flow on it. */
void flow_rig_run(struct flow_rig *rig, struct flow_scene scene);
/* Where the scene moves the block's centre, in pixels. */
void flow_rig_truth(const struct flow_rig *rig, struct flow_scene scene, unsigned row,
    unsigned column, double *ret_dx, double *ret_dy);
/* Whether the block stays in the frame with all its pixels. */
int flow_rig_stays(
    const struct flow_rig *rig, struct flow_scene scene, unsigned row, unsigned column);
/* How far a block's vector is from the truth, in pixels. */
double flow_rig_error(
    const struct flow_rig *rig, struct flow_scene scene, unsigned row, unsigned column);

#endif
