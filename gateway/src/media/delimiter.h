/* delimiter.h - finds the lines that part a multipart stream, one byte at a time, wherever the
 * stream was cut.
 *
 *     [CR LF] -- frame [blanks] CR? LF      another part follows
 *     [CR LF] -- frame --                   that was the last
 *
 * The line end is asked for because a short boundary alone may well occur inside a picture. Dashes
 * in front of the boundary are counted as part of the delimiter, however many there are: cameras
 * disagree on whether the boundary that they announce includes the two.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "media/multipart.h"

/* Blanks between boundary and line end; RFC 2046 allows them, nobody sends more than a few. */
#define DELIMITER_MAX_BLANKS 16
/* Most bytes that delimiter_held() ever says. */
#define DELIMITER_MAX_HELD (2 + MULTIPART_MAX_BOUNDARY + DELIMITER_MAX_BLANKS + 2)

struct delimiter {
    char text[2 + MULTIPART_MAX_BOUNDARY + 1]; /* "--frame" */
    uint8_t len;
    uint8_t fallback[2 + MULTIPART_MAX_BOUNDARY + 1]; /* Knuth-Morris-Pratt */
};

/* From the value of a Content-Type header. -EBADMSG and a sentence. */
int delimiter_init(struct delimiter *d, const char *content_type, struct error *e);
/* Is this whole line (without its end) a delimiter? Heads are read by lines. */
bool delimiter_is_line(const struct delimiter *d, const char *line, size_t n);

/* How far the last bytes match. Zeroed: not at all. */
struct delimiter_scan {
    uint8_t matched; /* bytes of delimiter.text */
    uint8_t n_after; /* bytes after a whole match, while the line end is awaited */
    char last;       /* of those, the last */
};

enum delimiter_found { DELIMITER_NONE, DELIMITER_PART, DELIMITER_LAST };

enum delimiter_found delimiter_step(const struct delimiter *d, struct delimiter_scan *s, uint8_t c);

/* Bytes that may be, or after a find are, the delimiter's: dashes beyond two and the line end
 * before it not counted. */
static inline size_t delimiter_held(const struct delimiter_scan *s)
{
    return (size_t)s->matched + s->n_after;
}
