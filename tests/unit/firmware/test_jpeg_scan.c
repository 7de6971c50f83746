#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "jpeg_scan.h"

/* A picture of 640x480 as far as its headers go: APP0 with an EOI inside, a comment, tables, frame,
 * scan with stuffed and restart bytes. */
static const uint8_t picture[] = {0xff, 0xd8, 0xff, 0xe0, 0, 6, 0xff, 0xd9, 1, 2, 0xff, 0xfe, 0, 5,
    'h', 'e', 'y', 0xff, 0xc4, 0, 3, 0, 0xff, 0xff, 0xc0, 0, 11, 8, 0x01, 0xe0, 0x02, 0x80, 1, 1,
    0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff,
    0xd9};

Test(jpeg_scan, tells_what_the_headers_say)
{
    struct jpeg_info info;

    cr_assert_eq(jpeg_scan(picture, sizeof picture, &info), 0);
    cr_expect_eq(info.width, 640);
    cr_expect_eq(info.height, 480);
    cr_expect_eq(info.n_components, 1);
    cr_expect_not(info.progressive);
    cr_expect(info.has_huffman_tables);
    cr_expect_eq(info.n_comment, 3);
    cr_expect_arr_eq(info.comment, "hey", 3);
    cr_expect_eq(info.length, sizeof picture);
}

Test(jpeg_scan, is_cut_off_at_every_length)
{
    struct jpeg_info info;

    for (size_t n = 1; n < sizeof picture; n++)
        cr_expect_eq(jpeg_scan(picture, n, &info), -ENODATA, "%zu bytes: %d", n,
            jpeg_scan(picture, n, &info));
}

Test(jpeg_scan, leaves_padding_out)
{
    uint8_t padded[sizeof picture + 100] = {0};
    struct jpeg_info info;

    memcpy(padded, picture, sizeof picture);
    cr_assert_eq(jpeg_scan(padded, sizeof padded, &info), 0);
    cr_expect_eq(info.length, sizeof picture);
}

Test(jpeg_scan, refuses_what_is_none)
{
    const struct {
        const char *bytes;
        size_t n;
    } rows[] = {
        {"GIF89a", 6}, {"\xff\xd8\xff\xd9", 4}, /* nothing in it */
        {"\xff\xd8\xff\xe0\0\1", 6},            /* a length that does not count itself */
        {"\xff\xd8\xff\xe0\0\2xx", 8},          /* no marker where one must be */
        {"\xff\xd8\xff\xda\0\2\xff\xd9", 8},    /* a scan before the frame */
        {"\xff\xd8\xff\xc0\0\x0b\x08\0\0\2\x80\1\1\x11\0", 15}, /* height 0 */
        {"\xff\xd8\xff\xc0\0\4\x08\0", 8},                      /* too short a frame header */
    };
    struct jpeg_info info;

    cr_expect_eq(jpeg_scan((const uint8_t *)"", 0, &info), -EBADMSG);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(
            jpeg_scan((const uint8_t *)rows[i].bytes, rows[i].n, &info), -EBADMSG, "row %zu", i);
}

/* Feeds a growing window, dropping what is of no use, as a reader of a pipe does; counts the
 * pictures that come out. */
static unsigned split(const uint8_t *bytes, size_t n, size_t step, size_t lengths[], unsigned max)
{
    struct jpeg_split s = {0};
    size_t from = 0;
    unsigned found = 0;

    for (size_t to = 0; to < n;) {
        size_t start, end;

        to = to + step < n ? to + step : n;
        while (jpeg_split_feed(&s, bytes + from, to - from, &start, &end)) {
            cr_assert_lt(found, max);
            cr_expect_arr_eq(bytes + from + start, "\xff\xd8\xff", 3);
            lengths[found++] = end - start;
            from += end;
            s = (struct jpeg_split){0};
        }
        from += start;
        jpeg_split_dropped(&s, start);
    }
    return found;
}

Test(jpeg_split, finds_pictures_whatever_the_pieces)
{
    uint8_t stream[3 * sizeof picture + 7];
    size_t lengths[4];

    memcpy(stream, "rubbish", 7);
    for (int i = 0; i < 3; i++)
        memcpy(stream + 7 + (size_t)i * sizeof picture, picture, sizeof picture);
    for (size_t step = 1; step <= sizeof stream; step++) {
        cr_expect_eq(split(stream, sizeof stream, step, lengths, 4), 3, "step %zu", step);
        for (int i = 0; i < 3; i++)
            cr_expect_eq(lengths[i], sizeof picture);
    }
}

/* A cut may leave a segment's length to be read from the next picture: the reader then waits for up
 * to 64 KiB, and goes back. */
Test(jpeg_split, loses_only_the_one_that_was_cut_off)
{
    enum { N = 1300 };
    static uint8_t stream[(N + 1) * sizeof picture];
    static size_t lengths[N + 1];

    for (size_t cut = 1; cut < sizeof picture; cut++) {
        memcpy(stream, picture, cut);
        for (size_t i = 0; i < N; i++)
            memcpy(stream + cut + i * sizeof picture, picture, sizeof picture);
        unsigned found = split(stream, cut + N * sizeof picture, 4096, lengths, N + 1);
        cr_expect_geq(found, N - 1, "cut at %zu: %u", cut, found);
        cr_expect_eq(lengths[found - 1], sizeof picture, "cut at %zu", cut);
    }
}
