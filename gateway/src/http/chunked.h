/* chunked.h - takes the chunks of a request's body apart (RFC 9112, 7.1). Pure; fuzzed.
 *
 *     5;extension CR LF hello CR LF … 0 CR LF trailer: value CR LF CR LF
 *
 * Extensions and trailers are read and forgotten.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Of one size line with its extensions, and of all trailers together. Nobody sends either. */
#define CHUNKED_MAX_LINE_BYTES 1024

struct chunked {
    enum { CHUNKED_SIZE, CHUNKED_DATA, CHUNKED_DATA_END, CHUNKED_TRAILER, CHUNKED_DONE } state;
    size_t left;       /* of this chunk */
    size_t n_line;     /* bytes of the line, or of all trailers, so far */
    unsigned n_digits; /* of the size */
    char last;         /* the byte before */
    char line_first;   /* first byte of a trailer line */
};

/* All zeros is the beginning. Appends to `body` what it says and tells how many bytes were used. 1: the body is complete; 0: more is to
 * come; -EBADMSG; -EMSGSIZE: it is larger than `body` may become; -ENOMEM. */
int chunked_feed(
    struct chunked *c, const uint8_t *bytes, size_t n, struct buf *body, size_t *ret_used);
