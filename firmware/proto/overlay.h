/* overlay.h - what a camera says about the motion in one of its frames: a few words about the whole, and the vectors of a grid
 * of blocks. Drawn over the frame it is an overlay.
 *
 *     left ┌────┬────┬── columns        each block is a square of `block` pixels; a vector is where its
 *      top ├────┼────┼──                content went since the frame before: right and down are positive
 *         rows
 *
 * overlay_json.h reads and writes it as debug cameras do at /overlay.
 */
#ifndef OVERLAY_H
#define OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Steps of a vector in one pixel. */
#define OVERLAY_UNIT 256
/* Of width and height of the frame: a position is so many parts of it. */
#define OVERLAY_PLACE_UNIT 65536
/* A grid of 32 x 32; the cameras have 36 to 64 blocks. */
#define OVERLAY_SIDE_MAX 32
#define OVERLAY_BLOCKS_MAX (OVERLAY_SIDE_MAX * OVERLAY_SIDE_MAX)
#define OVERLAY_POINTS_MAX 20

struct overlay_block {
    uint8_t row, column;
    uint8_t confidence; /* 0 … 255 */
    bool valid;         /* else the vector is a guess, and not to be drawn */
    int16_t dx, dy;     /* 1/OVERLAY_UNIT px */
};

/* Where the centre of what moves has been. */
struct overlay_point {
    uint16_t x, y; /* 1/OVERLAY_PLACE_UNIT of width and height */
    uint8_t intensity;
};

struct overlay {
    uint64_t frame_id; /* the camera's number for the frame; see has_frame_id */
    int64_t time_us;   /* when it was taken, by the camera's clock; 0: not told */
    bool has_frame_id;
    bool active; /* something moves */
    bool centred;
    uint8_t intensity;          /* 0 … 255 */
    uint8_t confidence_percent; /* of the summary: 0 … 100 */
    uint8_t direction;          /* enum motion_direction */
    uint8_t gesture;            /* enum motion_gesture: shown now */
    uint8_t brightness;         /* mean of the frame, 0 … 255; 0 also where it is not told */
    uint32_t speed;             /* mean of what moves, 1/OVERLAY_UNIT px per frame */
    uint32_t speed_px_s;        /* the same per second; 0: not known */
    uint16_t active_blocks;
    uint16_t x, y; /* centre of what moves, 1/OVERLAY_PLACE_UNIT; where `centred` */

    uint16_t frame_width, frame_height; /* px; not 0 where there is a grid */
    uint8_t columns, rows;              /* 1 … OVERLAY_SIDE_MAX; 0: there is no grid */
    uint16_t block;                     /* side, px */
    uint16_t left, top;                 /* of the grid in the frame, px */

    uint8_t n_points; /* oldest first */
    struct overlay_point points[OVERLAY_POINTS_MAX];

    /* Those that move or matter, in any order, no two in one place. The caller's room. */
    uint16_t n_blocks;
    const struct overlay_block *blocks;
};

#endif
