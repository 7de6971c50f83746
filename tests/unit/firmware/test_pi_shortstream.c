#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "pi_shortstream.h"

/* Two frames of three bytes, as the protocol's description gives them. */
static const uint8_t two_frames[] = {
    0, 0, 0, 3, 'x', 'x', 'x', 0, 0, 0, 3, 'y', 'y', 'y', 0, 0, 0, 0, 'S', 'T'};

struct heard {
    char text[64];
    size_t n;
    unsigned n_begun, n_ended;
    bool done;
    size_t used;
};

/* Feeds in pieces of `step` bytes. */
static int feed(
    struct pi_short_decoder *d, const uint8_t *bytes, size_t n, size_t step, struct heard *h)
{
    for (size_t at = 0; at < n && !h->done;) {
        size_t piece_n = n - at < step ? n - at : step, used;
        struct pi_short_piece piece;
        int e = pi_short_feed(d, bytes + at, piece_n, &used, &piece);

        if (e < 0)
            return e;
        at += used;
        h->used = at;
        h->n_begun += e == PI_SHORT_BEGIN;
        h->n_ended += e == PI_SHORT_END;
        h->done = e == PI_SHORT_DONE;
        if (e == PI_SHORT_BYTES) {
            memcpy(h->text + h->n, piece.bytes, piece.n);
            h->n += piece.n;
        }
    }
    return 0;
}

Test(pi_shortstream, reads_frames_whatever_the_pieces)
{
    for (size_t step = 1; step <= sizeof two_frames; step++) {
        struct pi_short_decoder d;
        struct heard h = {0};

        pi_short_init(&d, 0, 0);
        cr_assert_eq(feed(&d, two_frames, sizeof two_frames, step, &h), 0);
        cr_expect(h.done);
        cr_expect_eq(h.n_begun, 2);
        cr_expect_eq(h.n_ended, 2);
        cr_expect_str_eq(h.text, "xxxyyy");
        cr_expect_eq(h.used, 18, "the text after the marker is left: %zu", h.used);
    }
}

Test(pi_shortstream, stays_done)
{
    struct pi_short_decoder d;
    struct pi_short_piece piece;
    size_t used;

    pi_short_init(&d, 0, 0);
    cr_expect_eq(pi_short_feed(&d, (const uint8_t *)"\0\0\0\0X", 5, &used, &piece), PI_SHORT_DONE);
    cr_expect_eq(used, 4);
    cr_expect_eq(pi_short_feed(&d, (const uint8_t *)"X", 1, &used, &piece), PI_SHORT_DONE);
    cr_expect_eq(used, 0);
}

Test(pi_shortstream, takes_a_text_for_too_large_a_frame)
{
    struct pi_short_decoder d;
    struct pi_short_piece piece;
    size_t used;

    pi_short_init(&d, 0, 0);
    cr_expect_eq(
        pi_short_feed(&d, (const uint8_t *)"UNKNOWN_COMMAND\n", 16, &used, &piece), -EMSGSIZE);
    cr_expect_eq(
        pi_short_feed(&d, (const uint8_t *)"UNKNOWN_COMMAND\n", 16, &used, &piece), -EBADMSG);
}

Test(pi_shortstream, ends_at_its_ceilings)
{
    struct pi_short_decoder d;
    struct heard h = {0};

    pi_short_init(&d, 2, 0);
    cr_expect_eq(feed(&d, two_frames, sizeof two_frames, 64, &h), -EMSGSIZE);
    pi_short_init(&d, 3, 1);
    cr_expect_eq(feed(&d, two_frames, sizeof two_frames, 64, &h), -EMSGSIZE);
}

Test(pi_shortstream, header_is_big_endian)
{
    uint8_t out[PI_SHORT_HEADER_BYTES];

    pi_short_header(0x01020304, out);
    cr_expect_arr_eq(out, ((uint8_t[]){1, 2, 3, 4}), 4);
}
