/* overlay.h - what a device says about the motion in one of its pictures: a few words about the whole, and the vectors of a
 * grid of blocks.
 *
 * A driver gives it to wr_host.overlay_publish, which copies it. The host finds the picture that it belongs to by device_seq
 * (struct wr_frame has the same), whichever of the two comes first; where the device numbers nothing, it is the picture that
 * came nearest in time, and viewers are told that the two are not in step. It keeps the newest overlay, sends it to who was
 * sent its picture, and makes the events motion.* of it. People may switch all of that off; the driver need not know.
 */
#ifndef WARREN_OVERLAY_H
#define WARREN_OVERLAY_H

#include "driver.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Steps of a vector in one pixel. */
#define WR_OVERLAY_UNIT 256
/* Of the picture's width and height: a place is so many parts of it. */
#define WR_OVERLAY_PLACE_UNIT 65536
#define WR_OVERLAY_SIDE_MAX 32 /* columns, and rows */
#define WR_OVERLAY_POINTS_MAX 20

enum wr_overlay_flags {
    WR_OVERLAY_ACTIVE = 1u << 0,  /* something moves */
    WR_OVERLAY_CENTRED = 1u << 1, /* x and y are known */
};

/* Where the content of a block went since the picture before. */
struct wr_overlay_block {
    uint8_t row, column;
    uint8_t confidence; /* 0 … 255 */
    uint8_t valid;      /* 0: the vector is a guess, and not to be drawn */
    int16_t dx, dy;     /* 1/WR_OVERLAY_UNIT px; right and down are positive */
};

/* Where the centre of what moves has been. */
struct wr_overlay_point {
    uint16_t x, y; /* 1/WR_OVERLAY_PLACE_UNIT of width and height */
    uint8_t intensity, reserved[3];
};

struct wr_overlay {
    uint32_t size;
    uint32_t flags;      /* enum wr_overlay_flags */
    uint64_t device_seq; /* the device's number for the picture; 0: not told */
    int64_t captured_us; /* in the clock that the device declared; 0: not told */
    int64_t received_us; /* UTC; 0: now */
    uint8_t intensity;   /* 0 … 255 */
    uint8_t confidence_percent;
    /* 0 none, 1 up, 2 down, 3 left, 4 right, 5 up left, 6 up right, 7 down left, 8 down right */
    uint8_t direction;
    uint8_t gesture;     /* shown now: 0 none, 1 ignition, 2 retract, 3 clash */
    uint32_t speed;      /* mean of what moves, 1/WR_OVERLAY_UNIT px per picture */
    uint32_t speed_px_s; /* the same per second; 0: not known */
    uint16_t active_blocks;
    uint8_t brightness; /* mean of the picture, 0 … 255 */
    uint8_t reserved;
    uint16_t x, y; /* centre of what moves, 1/WR_OVERLAY_PLACE_UNIT; with WR_OVERLAY_CENTRED */

    uint16_t frame_width, frame_height; /* that the grid lies in with all its blocks, px */
    uint8_t columns, rows;              /* both 0: there is no grid, and no block */
    uint16_t block;                     /* side of one, px */
    uint16_t left, top;                 /* of the grid in the frame, px */

    /* Those that move or matter, no two in one place. The driver's, for the call. */
    const struct wr_overlay_block *blocks;
    size_t n_blocks;
    const struct wr_overlay_point *points; /* oldest first */
    size_t n_points;
};

#ifdef __cplusplus
}
#endif
#endif
