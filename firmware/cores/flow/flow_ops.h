/* flow_ops.h - the inner loops of the optical flow, where nearly all of its time goes. Whoever has wide registers may bring
 * his own; every result must be equal to the portable ones', bit by bit.
 */
#ifndef FLOW_OPS_H
#define FLOW_OPS_H

#include <stddef.h>
#include <stdint.h>

/* A pixel falls into so many steps for what lies between; two times this fits a byte. */
#define FLOW_STEP_BITS 6
#define FLOW_STEPS (1 << FLOW_STEP_BITS)
/* Surroundings of a point: so many to each side and itself. */
#define FLOW_AROUND 3
#define FLOW_WINDOW (2 * FLOW_AROUND + 1)
/* Contrast below this, in grey levels, is taken for the sensor's noise. */
#define FLOW_NOISE 2
/* Steps of what is set against its surroundings for one deviation, of which 2.7 fit a byte; and what a sixteenth of it makes
 * of the sum of 49 differences. */
#define FLOW_DEVIATION 48
#define FLOW_SCALE (16 * FLOW_DEVIATION / (FLOW_WINDOW * FLOW_WINDOW))
/* What may be read behind the last point of an image by others than the portable ones; it counts for nothing. */
#define FLOW_SLACK 24
/* That are compared at once, one beside the other. */
#define FLOW_PLACES 7
#define FLOW_NEXT 8
/* The most that moments() is asked for at once; and side of what cells() is asked for. */
#define FLOW_PATCH_MAX 32
#define FLOW_CELL 8

/* Differences are in 1/8: their squares over the largest patch fit 32 bits. */
#define FLOW_D_BITS 3

/* Sums over a patch of w x h pixels, a of the first frame, b of the second, looked at between its pixels. With
 * gx = a(x+1) - a(x-1), gy likewise, and d = 8 (b - a), rounded down, they are what least squares need. */
struct flow_moments {
    int32_t n;
    int32_t gx, gy, d; /* from here on without gaps */
    int32_t gxgx, gxgy, gygy, gxd, gyd;
    uint32_t dd;
};

/* Which of the points of the first frame a cell begins with, and which of the second, looked at so many steps further to the
 * right and down. */
struct flow_place {
    uint32_t a, b;
    uint8_t fx, fy;
};

struct flow_ops {
    /* The mean of each 4 x 4 pixels, rounded; w and h are the result's. */
    void (*quarter)(const uint8_t *from, size_t stride, unsigned w, unsigned h, uint8_t *to);
    /* The mean of each 2 x 2 pixels, rounded; w and h are the result's, `pitch` its row's length. */
    void (*half)(
        const uint8_t *from, size_t stride, unsigned w, unsigned h, uint8_t *to, size_t pitch);
    /* A row comes into the sums and sums of squares of columns, another one (NULL: none) leaves them. */
    void (*slide)(
        uint16_t *sums, uint32_t *squares, const uint8_t *in, const uint8_t *out, unsigned w);
    /* Makes of each point of a row how far it is from the mean of its surroundings, in their deviations; 128 is the mean
     * itself. The columns hold FLOW_WINDOW rows, and there are FLOW_AROUND more of them to each side. */
    void (*normalise)(
        const uint16_t *sums, const uint32_t *squares, const uint8_t *row, unsigned w, uint8_t *to);
    /* The sum of absolute differences; something not less than `stop` when that is reached. */
    uint32_t (*sad)(
        const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h, uint32_t stop);
    /* The same at FLOW_PLACES places of b, one right of the other; each may be something not less than `stop`, or than one
     * before it. w is 16 at most. */
    void (*sads)(const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h,
        uint32_t stop, uint32_t ret_sums[FLOW_PLACES]);
    /* And at FLOW_NEXT places around b, row by row: the sum where it is less than the place's own `stop`, else something that
     * is not. Where `stop` is 0 that place may lie outside of the image, within the flow's room: others than the portable
     * ones read it, and it counts for nothing. */
    void (*sads_around)(const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h,
        const uint32_t stops[FLOW_NEXT], uint32_t ret_sums[FLOW_NEXT]);
    /* b is looked at fx and fy steps further to the right and down. Reads a one further to each side, b one to the right and down. */
    void (*moments)(const uint8_t *a, size_t a_stride, const uint8_t *b, size_t b_stride,
        unsigned w, unsigned h, unsigned fx, unsigned fy, struct flow_moments *ret_m);
    /* The same of cells, each in its place. */
    void (*cells)(const uint8_t *first, const uint8_t *second, size_t stride,
        const struct flow_place *places, size_t n, struct flow_moments *ret_m);
};

extern const struct flow_ops flow_portable;

/* The i-th of the places around a point, row by row: to the right and down. */
static inline int32_t flow_next_x(unsigned i)
{
    return (int32_t)(i + (i > 3)) % 3 - 1;
}

static inline int32_t flow_next_y(unsigned i)
{
    return (int32_t)(i + (i > 3)) / 3 - 1;
}

#endif
