/* pi_shortstream.c - see pi_shortstream.h. */
#include "pi_shortstream.h"

#include <errno.h>

void pi_short_header(uint32_t n, uint8_t out[PI_SHORT_HEADER_BYTES])
{
    out[0] = (uint8_t)(n >> 24);
    out[1] = (uint8_t)(n >> 16);
    out[2] = (uint8_t)(n >> 8);
    out[3] = (uint8_t)n;
}

void pi_short_init(struct pi_short_decoder *d, uint32_t max_frame_bytes, uint32_t max_frames)
{
    *d = (struct pi_short_decoder){
        .max_frame_bytes = max_frame_bytes ? max_frame_bytes : PI_SHORT_MAX_FRAME_BYTES,
        .max_frames = max_frames ? max_frames : PI_SHORT_MAX_FRAMES,
    };
}

static int header_complete(struct pi_short_decoder *d, struct pi_short_piece *piece)
{
    const uint8_t *h = d->header;
    d->length = (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
    d->n_header = 0;
    d->taken = 0;
    if (d->length == 0) {
        d->state = PI_SHORT_OVER;
        return PI_SHORT_DONE;
    }
    if (d->length > d->max_frame_bytes || d->n_frames >= d->max_frames) {
        d->state = PI_SHORT_BROKEN;
        return -EMSGSIZE;
    }
    d->n_frames++;
    d->state = PI_SHORT_IN_FRAME;
    piece->length = d->length;
    return PI_SHORT_BEGIN;
}

static int take_header(struct pi_short_decoder *d, const uint8_t *bytes, size_t n, size_t *ret_used,
    struct pi_short_piece *piece)
{
    size_t used = 0;
    while (used < n && d->n_header < PI_SHORT_HEADER_BYTES)
        d->header[d->n_header++] = bytes[used++];
    *ret_used = used;
    return d->n_header < PI_SHORT_HEADER_BYTES ? PI_SHORT_MORE : header_complete(d, piece);
}

static int take_bytes(struct pi_short_decoder *d, const uint8_t *bytes, size_t n, size_t *ret_used,
    struct pi_short_piece *piece)
{
    size_t left = d->length - d->taken, take = n < left ? n : left;
    if (take == 0)
        return PI_SHORT_MORE;
    d->taken += (uint32_t)take;
    if (d->taken == d->length)
        d->state = PI_SHORT_AT_END;
    *ret_used = take;
    *piece = (struct pi_short_piece){.bytes = bytes, .n = take, .length = d->length};
    return PI_SHORT_BYTES;
}

int pi_short_feed(struct pi_short_decoder *d, const uint8_t *bytes, size_t n, size_t *ret_used,
    struct pi_short_piece *ret_piece)
{
    *ret_used = 0;
    *ret_piece = (struct pi_short_piece){0};
    switch (d->state) {
    case PI_SHORT_IN_HEADER:
        return take_header(d, bytes, n, ret_used, ret_piece);
    case PI_SHORT_IN_FRAME:
        return take_bytes(d, bytes, n, ret_used, ret_piece);
    case PI_SHORT_AT_END:
        d->state = PI_SHORT_IN_HEADER;
        ret_piece->length = d->length;
        return PI_SHORT_END;
    case PI_SHORT_OVER:
        return PI_SHORT_DONE;
    case PI_SHORT_BROKEN:
        break;
    }
    return -EBADMSG;
}
