/* pi_shortstream.h - the binary answer to `shortstream`: the newest frames of the ring, oldest
 * first.
 *
 *     LL LL LL LL  JJ … JJ   LL LL LL LL  JJ … JJ   00 00 00 00  "STREAM_DONE: sent=2, skipped=0,
 * available=2\n"  FIN length (big)  JPEG     length        JPEG     end marker    text
 * (pi_reply_parse)
 *
 * An error is told in the same form: the end marker at once, then "ERROR: …\n".
 */
#ifndef PI_SHORTSTREAM_H
#define PI_SHORTSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PI_SHORT_HEADER_BYTES 4
/* No camera of this kind makes larger JPEGs (12 megapixels at the best quality); a text taken for a
 * length is far above it. */
#define PI_SHORT_MAX_FRAME_BYTES (32u << 20)
/* More frames than the largest ring that can be configured. */
#define PI_SHORT_MAX_FRAMES 10000

void pi_short_header(uint32_t n, uint8_t out[PI_SHORT_HEADER_BYTES]);

enum pi_short_event {
    PI_SHORT_MORE,  /* all bytes were used; more are needed */
    PI_SHORT_BEGIN, /* a frame of `length` bytes begins */
    PI_SHORT_BYTES, /* a piece of it: `bytes`, `n` */
    PI_SHORT_END,   /* the frame is complete */
    PI_SHORT_DONE,  /* the end marker; what follows is text and not for this decoder */
};

struct pi_short_decoder {
    uint32_t max_frame_bytes, max_frames;
    uint32_t n_frames;      /* begun so far */
    uint32_t length, taken; /* of the frame that is being received */
    uint8_t header[PI_SHORT_HEADER_BYTES];
    uint8_t n_header;
    enum {
        PI_SHORT_IN_HEADER,
        PI_SHORT_IN_FRAME,
        PI_SHORT_AT_END,
        PI_SHORT_OVER,
        PI_SHORT_BROKEN
    } state;
};

struct pi_short_piece {
    const uint8_t *bytes;
    size_t n;
    uint32_t length;
};

/* Ceilings of 0 are the ones above. */
void pi_short_init(struct pi_short_decoder *d, uint32_t max_frame_bytes, uint32_t max_frames);
/* Takes bytes until there is something to say: returns an event and how many bytes were used.
 * -EMSGSIZE: a frame above the ceiling or too many of them; the decoder is then of no more use
 * (-EBADMSG). Call again with the rest until PI_SHORT_MORE or PI_SHORT_DONE. */
int pi_short_feed(struct pi_short_decoder *d, const uint8_t *bytes, size_t n, size_t *ret_used,
    struct pi_short_piece *ret_piece);

#endif
