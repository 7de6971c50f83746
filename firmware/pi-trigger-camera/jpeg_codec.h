/* jpeg_codec.h - JPEG to pixels and back, by libjpeg-turbo. Pure: for any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picture.h"

/* What a decoder may take for itself: a progressive picture of 5 megapixels. Cameras send
 * baseline ones, which need next to nothing. */
#define JPEG_MAX_MEMORY (32l << 20)

/* An encoded picture in memory that is used again and again. */
struct jpeg_bytes {
    uint8_t *bytes;
    size_t n, cap;
};

void jpeg_bytes_fini(struct jpeg_bytes *b);

/* -ENOMEM; -EINVAL. */
int jpeg_encode(const struct picture *p, unsigned quality, struct jpeg_bytes *ret);
/* A picture of one byte per pixel, rows without gaps. */
int jpeg_encode_grey(
    const uint8_t *grey, unsigned width, unsigned height, unsigned quality, struct jpeg_bytes *ret);
/* Into a picture of its own size, or of 1/2, 1/4 or 1/8 of it as long as that is not smaller than
 * least_width × least_height.
 * -EBADMSG: cannot be decoded; -EMSGSIZE: larger than PICTURE_MAX_PIXELS. */
int jpeg_decode(const uint8_t *jpeg, size_t n, unsigned least_width, unsigned least_height,
    struct picture *ret);
/* The mean of all samples, from the picture in an eighth of its size: exact but for rounding. */
int jpeg_mean(const uint8_t *jpeg, size_t n, double *ret);

/* --- row by row ------------------------------------------------------------------------------- */

struct jpeg_rows;

int jpeg_rows_open(const uint8_t *jpeg, size_t n, struct jpeg_rows **ret, unsigned *ret_width,
    unsigned *ret_height);
/* The next row, B G R. */
int jpeg_rows_next(struct jpeg_rows *j, uint8_t *bgr);
struct jpeg_rows *jpeg_rows_close(struct jpeg_rows *j);

int jpeg_encode_rows(const struct picture_rows *rows, unsigned quality);
