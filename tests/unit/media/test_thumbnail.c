#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "media/thumbnail.h"

/* --- pictures to try it on -------------------------------------------------------------------- */

enum kind { GREY, COLOUR, PROGRESSIVE, SEPARATE };

/* A scan for each colour, each with all of it: several passes, and yet not progressive. */
static const jpeg_scan_info separate[] = {
    {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};

struct picture {
    uint8_t *bytes;
    size_t n;
};

/* Left half dark, right half bright. */
static struct picture draw(unsigned width, unsigned height, enum kind kind)
{
    int n_components = kind == GREY ? 1 : 3;
    uint8_t *row = malloc((size_t)width * 3);
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long n = 0;

    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &bytes, &n);
    j.image_width = width;
    j.image_height = height;
    j.input_components = n_components;
    j.in_color_space = kind == GREY ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&j);
    if (kind == PROGRESSIVE)
        jpeg_simple_progression(&j);
    if (kind == SEPARATE) {
        j.scan_info = separate;
        j.num_scans = 3;
    }
    jpeg_start_compress(&j, TRUE);
    for (unsigned x = 0; x < width; x++)
        memset(
            row + (size_t)x * (size_t)n_components, x < width / 2 ? 20 : 230, (size_t)n_components);
    while (j.next_scanline < height) {
        JSAMPROW rows = row;
        jpeg_write_scanlines(&j, &rows, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    free(row);
    return (struct picture){bytes, n};
}

struct decoded {
    unsigned width, height;
    int n_components;
    unsigned left, right, bottom; /* brightness at places */
};

static struct decoded decode(const uint8_t *bytes, size_t n)
{
    struct jpeg_decompress_struct j;
    struct jpeg_error_mgr errors;
    struct decoded d = {0};
    uint8_t *row;

    j.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&j);
    jpeg_mem_src(&j, bytes, n);
    jpeg_read_header(&j, TRUE);
    jpeg_start_decompress(&j);
    d = (struct decoded){
        .width = j.output_width, .height = j.output_height, .n_components = j.num_components};
    row = malloc((size_t)j.output_width * 3);
    while (j.output_scanline < j.output_height) {
        JSAMPROW rows = row;
        size_t c = (size_t)j.output_components;

        jpeg_read_scanlines(&j, &rows, 1);
        if (j.output_scanline == j.output_height / 4 + 1) {
            d.left = row[j.output_width / 4 * c];
            d.right = row[j.output_width * 3 / 4 * c];
        }
    }
    d.bottom = row[0];
    jpeg_finish_decompress(&j);
    cr_expect_eq(j.err->num_warnings, 0, "the thumbnail itself is whole");
    jpeg_destroy_decompress(&j);
    free(row);
    return d;
}

static struct decoded thumbnail(const uint8_t *bytes, size_t n, unsigned max_width)
{
    struct error e = ERROR_NULL;
    struct decoded d = {0};
    uint8_t *small = NULL;
    size_t small_n = 0;

    cr_assert_eq(
        thumbnail_make(bytes, n, max_width, &small, &small_n, &e), 0, "%s", error_text(&e));
    d = decode(small, small_n);
    free(small);
    return d;
}

static void expect_refused(const uint8_t *bytes, size_t n, const char *why)
{
    struct error e = ERROR_NULL;
    uint8_t *small = (uint8_t *)"untouched";
    size_t small_n = 77;

    cr_expect_eq(thumbnail_make(bytes, n, THUMBNAIL_MAX_WIDTH, &small, &small_n, &e), -EBADMSG);
    cr_expect_not_null(strstr(error_text(&e), why), "%s", error_text(&e));
    cr_expect_eq(small_n, 77);
    cr_expect_str_eq((char *)small, "untouched");
}

/* --- sizes ------------------------------------------------------------------------------------ */

Test(thumbnail, is_as_wide_as_asked_at_the_most_and_keeps_the_shape)
{
    static const struct {
        unsigned width, height;
    } sizes[] = {
        {640, 480}, {641, 481}, {480, 360}, {1920, 1080}, {3280, 2464}, {4056, 3040}, {9000, 100}};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct picture p = draw(sizes[i].width, sizes[i].height, COLOUR);
        struct decoded d = thumbnail(p.bytes, p.n, 320);
        double shape = (double)sizes[i].width / sizes[i].height, got = (double)d.width / d.height;

        cr_expect_leq(d.width, 320, "%u", sizes[i].width);
        cr_expect_geq(d.width, 200, "%u became %u", sizes[i].width, d.width);
        cr_expect(d.height == 1 || (got > shape * 0.7 && got < shape * 1.3), "%u x %u", d.width,
            d.height);
        cr_expect(d.left < 40 && d.right > 210, "%u %u", d.left, d.right);
        free(p.bytes);
    }
}

Test(thumbnail, of_a_small_picture_is_not_enlarged)
{
    struct picture p = draw(100, 75, COLOUR);
    struct decoded d = thumbnail(p.bytes, p.n, 320);

    cr_expect_eq(d.width, 100);
    cr_expect_eq(d.height, 75);
    free(p.bytes);
}

Test(thumbnail, of_one_pixel_is_one_pixel)
{
    struct picture p = draw(1, 1, COLOUR);
    struct decoded d = thumbnail(p.bytes, p.n, 320);

    cr_expect_eq(d.width, 1);
    cr_expect_eq(d.height, 1);
    free(p.bytes);
}

Test(thumbnail, of_a_grey_picture_is_grey)
{
    struct picture p = draw(5000, 400, GREY);
    struct decoded d = thumbnail(p.bytes, p.n, 320);

    cr_expect_eq(d.n_components, 1);
    cr_expect_eq(d.width, 320);
    cr_expect(d.left < 40 && d.right > 210);
    free(p.bytes);
}

Test(thumbnail, of_a_progressive_picture_works)
{
    struct picture p = draw(640, 480, PROGRESSIVE);
    struct decoded d = thumbnail(p.bytes, p.n, 320);

    cr_expect_eq(d.width, 320);
    cr_expect(d.left < 40 && d.right > 210);
    free(p.bytes);
}

/* --- damage ----------------------------------------------------------------------------------- */

Test(thumbnail, of_half_a_picture_shows_that_half)
{
    struct picture p = draw(640, 480, COLOUR);
    struct decoded d = thumbnail(p.bytes, p.n / 2, 320);

    cr_expect_eq(d.height, 240);
    cr_expect(d.left < 40 && d.right > 210, "the upper part is there");
    cr_expect(d.bottom > 100 && d.bottom < 156, "the lower is grey: %u", d.bottom);
    free(p.bytes);
}

Test(thumbnail, of_damaged_data_is_made_of_what_can_be_decoded)
{
    struct picture p = draw(640, 480, COLOUR);

    memset(p.bytes + p.n * 3 / 4, 0x55, p.n / 16);
    cr_expect_eq(thumbnail(p.bytes, p.n, 320).height, 240);
    free(p.bytes);
}

static size_t find_marker(const struct picture *p, uint8_t code)
{
    for (size_t i = 0; i + 1 < p->n; i++)
        if (p->bytes[i] == 0xff && p->bytes[i + 1] == code)
            return i;
    cr_assert_fail("no such marker");
    return 0;
}

Test(thumbnail, of_nothing_that_can_be_decoded_is_refused)
{
    struct picture p = draw(640, 480, COLOUR);
    size_t sos = find_marker(&p, 0xda);

    expect_refused((const uint8_t *)"", 0, "decoded");
    expect_refused((const uint8_t *)"GIF89a and so on", 16, "decoded");
    expect_refused(p.bytes, 2, "decoded");
    expect_refused(p.bytes, sos, "decoded");
    expect_refused(p.bytes, sos + 14, "cut off at its beginning");
    free(p.bytes);
}

Test(thumbnail, of_a_picture_that_claims_to_be_huge_is_refused)
{
    struct picture p = draw(64, 64, COLOUR), q = draw(64, 64, PROGRESSIVE);

    memcpy(p.bytes + find_marker(&p, 0xc0) + 5, "\x20\x01\x20\x00", 4);
    expect_refused(p.bytes, p.n, "too large: 8192 × 8193");
    memcpy(q.bytes + find_marker(&q, 0xc2) + 5, "\x10\x01\x10\x00",
        4); /* 4097 × 4096: all in memory */
    expect_refused(q.bytes, q.n, "too large: 4096 × 4097");
    free(p.bytes);
    free(q.bytes);
}

Test(thumbnail, of_a_picture_with_a_scan_for_each_colour_works_and_may_not_be_huge_either)
{
    struct picture p = draw(640, 480, SEPARATE);
    struct decoded d = thumbnail(p.bytes, p.n, 320);

    cr_expect_eq(d.width, 320);
    cr_expect(d.left < 40 && d.right > 210);
    memcpy(p.bytes + find_marker(&p, 0xc0) + 5, "\x10\x01\x10\x00", 4);
    expect_refused(p.bytes, p.n, "too large: 4096 × 4097");
    free(p.bytes);
}

Test(thumbnail, of_endless_passes_is_refused_or_ends)
{
    struct picture p = draw(64, 64, PROGRESSIVE);
    size_t last = p.n, scan_n;
    uint8_t *many, *at;

    while (!(p.bytes[last - 2] == 0xff && p.bytes[last - 1] == 0xda))
        last--;
    last -= 2;
    scan_n = p.n - 2 - last;
    many = malloc(p.n + 200 * scan_n);
    memcpy(many, p.bytes, last);
    at = many + last;
    for (int i = 0; i < 200; i++, at += scan_n)
        memcpy(at, p.bytes + last, scan_n);
    memcpy(at, "\xff\xd9", 2);
    expect_refused(many, (size_t)(at + 2 - many), "decoded");
    free(many);
    free(p.bytes);
}

/* Whatever is cut or flipped: an answer, and no byte read that is not there (under the sanitizers).
 */
Test(thumbnail, survives_every_length_and_flipped_bytes)
{
    struct picture p = draw(48, 32, COLOUR);

    for (size_t n = 0; n <= p.n; n++) {
        uint8_t *copy = malloc(n + 1), *small = NULL;
        size_t small_n;

        memcpy(copy, p.bytes, n);
        if (n > 0)
            copy[(n * 2654435761u >> 7) % n] ^= (uint8_t)(1u << n % 8);
        if (thumbnail_make(copy, n, 16, &small, &small_n, NULL) == 0)
            free(small);
        free(copy);
    }
    free(p.bytes);
}
