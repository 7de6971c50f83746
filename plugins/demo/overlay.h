/* overlay.h - what moves in the demo camera's pictures: the ball, whose way is known. (The sun moves, too, but no camera would see
 * that of a sky without texture.) */
#pragma once

#include <stdbool.h>
#include <warren/overlay.h>

/* Zeroed: no picture was shown yet. */
struct demo_motion {
    bool any;
    unsigned position; /* of the picture before */
    struct wr_overlay_point points[WR_OVERLAY_POINTS_MAX];
    size_t n_points;
};

/* The picture at `position` was published as `device_seq`, so many a second: tells the host what moved since the one before. */
void demo_overlay(
    struct wr_dev *dev, struct demo_motion *m, uint64_t device_seq, unsigned position, int64_t fps);
