/* thumbnail.h - a small JPEG of a JPEG, decoded at a reduced DCT scale. Pure: no loop, no files;
 * for threads. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define THUMBNAIL_MAX_WIDTH 320

/* At most `max_width` wide, never enlarged, quality 75. *ret is malloc'ed. -EBADMSG and a sentence:
 * not a JPEG that can be decoded. */
int thumbnail_make(const uint8_t *jpeg, size_t n, unsigned max_width, uint8_t **ret, size_t *ret_n,
    struct error *e);
