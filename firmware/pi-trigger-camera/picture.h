/* picture.h - pixels in memory: 8-bit B, G, R, rows without gaps. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* No camera that is served here makes larger ones, and three bytes of each are held. */
#define PICTURE_MAX_PIXELS (16u << 20)

struct picture {
    unsigned width, height;
    uint8_t *bgr;
    size_t cap; /* allocated bytes */
};

static inline size_t picture_bytes(const struct picture *p)
{
    return (size_t)p->width * p->height * 3;
}

/* A picture that is made row by row, on its way through an encoder. The first negative of either
 * function ends it. */
struct picture_rows {
    unsigned width, height;
    int (*row)(void *ctx, unsigned y, uint8_t *bgr); /* B G R */
    void *row_ctx;
    int (*write)(void *ctx, const void *bytes, size_t n); /* encoded bytes, as they come */
    void *write_ctx;
};

/* Gives it this size; its content is lost. Memory is kept for next time. -EMSGSIZE, -ENOMEM. A
 * zeroed struct is a picture of nothing. */
int picture_resize(struct picture *p, unsigned width, unsigned height);
void picture_fini(struct picture *p);

/* `from` in the size that `to` has: whole, in its proportions, the rest black. Smaller: the mean
 * of what falls into a pixel; larger: bilinear. */
int picture_fit(const struct picture *from, struct picture *to);
/* Packed YUV 4:2:2 (Y0 U Y1 V, BT.601, limited range), an even width. */
int picture_from_yuyv(
    struct picture *p, const uint8_t *yuyv, unsigned width, unsigned height, size_t stride);
/* Its brightness (BT.601, full range), a byte per pixel. */
void picture_grey(const struct picture *p, uint8_t *out);
/* The mean of all samples, 0 … 255. */
double picture_mean(const struct picture *p);
