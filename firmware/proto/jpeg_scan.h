/* jpeg_scan.h - what a JPEG says about itself, without decoding it; and where one ends in a stream
 * of them.
 *
 *     FF D8 | FF mm LL LL … segments … | FF DA LL LL … entropy-coded data, FF00 and FFD0…D7 inside
 * … | FF D9 SOI         length counts itself     SOS EOI
 */
#ifndef JPEG_SCAN_H
#define JPEG_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jpeg_info {
    uint16_t width, height;
    uint8_t n_components;    /* 1: grey, 3: colour */
    bool progressive;        /* several passes: decoders hold the whole picture */
    bool has_huffman_tables; /* some cameras leave them out (RFC 2435, AVI); browsers cannot show
                                that */
    const uint8_t *comment;  /* the first COM segment's bytes, not a string; NULL: none */
    size_t n_comment;
    size_t length; /* from SOI to EOI; what follows is padding */
};

/* -EBADMSG: not a JPEG, or a broken one; -ENODATA: it begins as one and is cut off. Height 0 (told
 * later by DNL) is -EBADMSG. */
int jpeg_scan(const uint8_t *bytes, size_t n, struct jpeg_info *ret);

/* Finds whole JPEGs in a stream that is nothing but JPEGs, as a camera program writes them to a
 * pipe. Thumbnails inside are passed over. */
struct jpeg_split {
    size_t at;    /* looked at so far */
    size_t start; /* of the SOI that was found */
    enum { JPEG_SPLIT_SEEK, JPEG_SPLIT_SEGMENTS, JPEG_SPLIT_ENTROPY } state;
};

/* `bytes` begins where it began at the last call, with more at the end. Returns true when bytes
 * [*ret_start, *ret_end) are one JPEG: drop all up to *ret_end and begin anew with a zeroed struct.
 * False: *ret_start bytes at the front are of no use; whoever drops them subtracts as much by
 * jpeg_split_dropped(). */
bool jpeg_split_feed(
    struct jpeg_split *s, const uint8_t *bytes, size_t n, size_t *ret_start, size_t *ret_end);
void jpeg_split_dropped(struct jpeg_split *s, size_t n);

#endif
