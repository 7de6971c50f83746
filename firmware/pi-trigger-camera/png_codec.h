/* png_codec.h - rows of pixels to a PNG, by libpng. Pure: for any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Rows are B G R; bytes are handed to `write` as they come; the first negative of either ends
 * it. */
int png_encode_rows(unsigned width, unsigned height,
    int (*row)(void *ctx, unsigned y, uint8_t *bgr), void *row_ctx,
    int (*write)(void *ctx, const void *bytes, size_t n), void *write_ctx);
