#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "media/pixels.h"

/* Red on the left, grey 100 on the right. */
static struct pixels two_halves(unsigned width, unsigned height)
{
    struct pixels p = {malloc((size_t)width * height * 3), width, height, 3};

    for (unsigned i = 0; i < width * height; i++)
        memcpy(p.bytes + 3 * i, i % width < width / 2 ? "\xC8\x00\x00" : "ddd", 3);
    return p;
}

static void expect_near(const uint8_t *got, unsigned r, unsigned g, unsigned b)
{
    cr_expect(abs(got[0] - (int)r) < 8 && abs(got[1] - (int)g) < 8 && abs(got[2] - (int)b) < 8,
        "%u %u %u", got[0], got[1], got[2]);
}

struct coded {
    uint8_t *jpeg;
    size_t n;
};

static struct coded code(struct pixels p, int quality)
{
    struct error e = ERROR_NULL;
    struct coded c;

    cr_assert_eq(pixels_encode(&p, quality, &c.jpeg, &c.n, &e), 0, "%s", error_text(&e));
    pixels_fini(&p);
    return c;
}

static struct pixels decode(struct coded c, unsigned max_width, enum pixels_form form)
{
    struct error e = ERROR_NULL;
    struct pixels p;

    cr_assert_eq(pixels_decode(c.jpeg, c.n, max_width, form, &p, &e), 0, "%s", error_text(&e));
    return p;
}

Test(pixels, come_back_from_a_jpeg_in_colours)
{
    struct coded c = code(two_halves(64, 32), 90);
    struct pixels p = decode(c, 0, PIXELS_RGB);

    cr_assert(p.width == 64 && p.height == 32 && p.n_components == 3);
    expect_near(p.bytes + 3 * (5 * 64 + 10), 200, 0, 0);
    expect_near(p.bytes + 3 * (5 * 64 + 50), 100, 100, 100);
    pixels_fini(&p);
    free(c.jpeg);
}

Test(pixels, of_the_brightness_alone_are_one_byte_each)
{
    struct coded c = code(two_halves(64, 32), 90);
    struct pixels p = decode(c, 0, PIXELS_GREY);

    cr_assert(p.width == 64 && p.n_components == 1);
    cr_expect_lt(abs(p.bytes[5 * 64 + 10] - 60), 8, "%u", p.bytes[5 * 64 + 10]);
    cr_expect_lt(abs(p.bytes[5 * 64 + 50] - 100), 8);
    pixels_fini(&p);
    free(c.jpeg);
}

Test(pixels, of_a_grey_jpeg_are_what_is_asked_for)
{
    struct pixels grey = {calloc(1, 64 * 32), 64, 32, 1};
    struct coded c = code(grey, 90);
    struct pixels as_it_is = decode(c, 0, PIXELS_AS_IT_IS), rgb = decode(c, 0, PIXELS_RGB);

    cr_expect_eq(as_it_is.n_components, 1);
    cr_expect_eq(rgb.n_components, 3);
    expect_near(rgb.bytes, 0, 0, 0);
    pixels_fini(&as_it_is);
    pixels_fini(&rgb);
    free(c.jpeg);
}

Test(pixels, are_made_fewer_by_eighths)
{
    struct coded c = code(two_halves(640, 320), 90);
    struct pixels p = decode(c, 400, PIXELS_GREY);

    cr_expect(p.width == 400 && p.height == 200, "%u %u", p.width, p.height);
    pixels_fini(&p);
    free(c.jpeg);
}

/* The size in a JPEG's head, in which there are few tables before it. */
static void claim(struct coded c, unsigned width, unsigned height)
{
    uint8_t *sof = memmem(c.jpeg, c.n, "\xFF\xC0", 2);
    const uint8_t size[] = {
        (uint8_t)(height >> 8), (uint8_t)height, (uint8_t)(width >> 8), (uint8_t)width};

    cr_assert(sof);
    memcpy(sof + 5, size, sizeof size);
}

Test(pixels, are_no_more_than_there_is_room_for)
{
    struct coded c = code(two_halves(64, 64), 90);
    struct error e = ERROR_NULL;
    struct pixels p;

    claim(c, 4097, 4096);
    cr_expect_eq(pixels_decode(c.jpeg, c.n, 0, PIXELS_RGB, &p, &e), -EBADMSG);
    cr_expect_str_eq(error_text(&e), "the picture is too large for all of it: 4097 × 4096");
    cr_expect_eq(pixels_decode(c.jpeg, c.n, 0, PIXELS_GREY, &p, &e), 0);
    pixels_fini(&p);
    cr_expect_eq(pixels_decode(c.jpeg, c.n, 600, PIXELS_RGB, &p, &e), 0);
    cr_expect_eq(p.width, 513);
    pixels_fini(&p);
    free(c.jpeg);
}

Test(pixels, of_what_is_no_jpeg_are_refused)
{
    struct error e = ERROR_NULL;
    struct pixels p;

    cr_expect_eq(
        pixels_decode((const uint8_t *)"\xFF\xD8nothing", 9, 0, PIXELS_RGB, &p, &e), -EBADMSG);
    cr_expect(error_text(&e)[0]);
}
