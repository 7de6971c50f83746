/* grey_jpeg.h - bare grey pixels as a baseline JPEG, for the first cameras, which send such under the name of a JPEG. Pure; some
 * 2 ms for 320x240. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Room for noise, even. */
#define GREY_JPEG_MAX(width, height) (1024 + 2 * (size_t)(width) * (height))

/* Rows without gaps; width and height are multiples of 8. Bytes; 0: it did not fit. */
size_t grey_jpeg_write(
    const uint8_t *grey, unsigned width, unsigned height, uint8_t *out, size_t cap);
