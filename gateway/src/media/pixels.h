/* pixels.h - a JPEG as pixels, and back. Pure: no loop, no files; for threads. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Largest picture that is decoded at all: a JPEG of few bytes can claim any size. */
#define JPEG_MAX_PIXELS (64u << 20)
/* And so much of it: 16 million points in colours. Each of the workers may have as much at a time. */
#define PIXELS_MAX_BYTES (48u << 20)

struct pixels {
    uint8_t *bytes;                       /* malloc'ed; rows without gaps */
    unsigned width, height, n_components; /* 1 grey, 3 RGB */
};

size_t pixels_row_bytes(const struct pixels *p);
/* Frees the bytes. Safe to repeat. */
void pixels_fini(struct pixels *p);

enum pixels_form { PIXELS_AS_IT_IS, PIXELS_GREY, PIXELS_RGB };

/* Of a damaged picture what can be decoded; the rest is grey. With max_width at a reduced DCT scale, by eighths: the largest that is
 * at most so wide, or an eighth; 0: as it is. PIXELS_GREY does not look at the colours. -EBADMSG and a sentence: not a JPEG
 * that can be decoded, too large, or more than PIXELS_MAX_BYTES at that scale; -ENOMEM. */
int pixels_decode(const uint8_t *jpeg, size_t n, unsigned max_width, enum pixels_form form,
    struct pixels *ret, struct error *e);
/* For pictures that are looked at by a program, one after the other: only the brightness, halved until the longer side is at most
 * max_side, but thrice at most. p->bytes has `room` bytes, 0 at first; it is made larger where needed, kept whatever becomes of the
 * picture, and the caller's to fini; PIXELS_SLACK more behind the last point may be read. A damaged picture is -EBADMSG here. */
#define PIXELS_SLACK 24
int pixels_decode_grey(const uint8_t *jpeg, size_t n, unsigned max_side, struct pixels *p,
    size_t *room, struct error *e);
/* *ret is malloc'ed. -ENOMEM and a sentence. */
int pixels_encode(
    const struct pixels *p, int quality, uint8_t **ret, size_t *ret_n, struct error *e);
