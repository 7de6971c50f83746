/* jpeg_end.h - finds the end of a JPEG as its bytes pass by.
 *
 * A picture of a stream without Content-Length is known to be over when the next boundary comes,
 * that is one picture late. Its own end mark is known at once; FF D9 alone does not do, since an
 * embedded thumbnail has one too, so the segments are followed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed: at the first byte. */
struct jpeg_end {
    uint8_t state;
    bool before_scan; /* the segment is a scan's head: coded data follow it */
    uint16_t left;    /* bytes of the segment that are still to come */
};

/* Looks at `n` more bytes. 0: not the end yet, or no JPEG at all; else how many of these bytes
 * belong to the picture. */
size_t jpeg_end_feed(struct jpeg_end *j, const uint8_t *bytes, size_t n);
