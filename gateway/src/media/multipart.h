/* multipart.h - cuts a multipart stream (MJPEG) into its parts as bytes arrive.
 *
 * Dialects (all seen in the field): boundary lines with and without a CRLF before them, also before
 * the first; parts with and without Content-Length; "--" in front of the boundary given in the
 * header or already in it; quoted boundary. With Content-Length the part is taken by its length;
 * without, up to the end mark of the JPEG that it is, so that a live picture does not wait for the
 * next one, else up to CRLF?--boundary. Where a stated length does not lead to a boundary, the
 * reader looks for the next one and counts the part, which was handed over by then, as bad; an
 * empty part counts as bad, too, and is not handed over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define MULTIPART_MAX_BOUNDARY 70 /* RFC 2046 */
#define MULTIPART_MAX_HEADERS 16  /* of one part */
#define MULTIPART_MAX_HEAD_BYTES 4096

struct multipart_header {
    const char *name, *value; /* name in lower case */
};

/* Where a part's bytes go, so that they are written once, into a frame. Called from within
 * multipart_feed() and multipart_free(); must not call either. */
struct multipart_sink {
    /* A part begins. `length` is its Content-Length or 0. Returns where to write, and sets *cap:
     * NULL skips the part. */
    uint8_t *(*begin)(void *ctx, size_t length, size_t *cap);
    /* More room is needed for a part without length: returns the new place of all `used` bytes, or
     * NULL to give the part up; abandon() is called then. The delimiter may pass through here, so a
     * little more than the part itself can be asked for. */
    uint8_t *(*grow)(void *ctx, size_t used, size_t *cap);
    /* It is complete. Headers are valid for the call. */
    void (*end)(void *ctx, const struct multipart_header *headers, size_t n, size_t length);
    /* What begin() or grow() gave is not going to be completed. */
    void (*abandon)(void *ctx);
};

struct multipart;

/* content_type: the response header's value. -EBADMSG and a sentence: not multipart/…, no boundary,
 * boundary too long. */
int multipart_new(const char *content_type, size_t max_part_bytes,
    const struct multipart_sink *sink, void *ctx, struct multipart **ret, struct error *e);
struct multipart *multipart_free(struct multipart *m);
/* -EMSGSIZE (part or head over its ceiling), -EBADMSG (this is no multipart stream:
 * MULTIPART_MAX_HEAD_BYTES without a boundary). The reader is then of no more use, and says the
 * same again. */
int multipart_feed(struct multipart *m, const uint8_t *bytes, size_t n);

struct multipart_stats {
    uint64_t n_parts, n_bad, n_skipped; /* handed over; see above; refused by the sink */
};
const struct multipart_stats *multipart_stats(const struct multipart *m);
