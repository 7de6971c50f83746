#include "moving_picture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "media/pixels.h"

/* Waves of several lengths and directions: no part resembles another one. */
static uint8_t grey_at(double x, double y)
{
    double v = 0;

    for (int i = 0; i < 8; i++)
        v += sin((x * cos(i * 2.4) + y * sin(i * 2.4)) / (3 * pow(1.4, i)) + i);
    return (uint8_t)lround(128 + 30 * (v > 4 ? 4 : v < -4 ? -4 : v));
}

struct moving_picture moving_picture(
    unsigned width, unsigned height, unsigned x, unsigned y, int in_colours)
{
    unsigned n = in_colours ? 3 : 1;
    struct pixels p = {malloc((size_t)width * height * n), width, height, n};
    struct moving_picture m;
    struct error e = ERROR_NULL;

    for (size_t i = 0; i < (size_t)width * height; i++)
        for (unsigned c = 0; c < n; c++)
            p.bytes[i * n + c] = grey_at((double)(i % width + x), (double)(i / width + y));
    cr_assert_eq(pixels_encode(&p, 90, &m.jpeg, &m.n, &e), 0, "%s", error_text(&e));
    pixels_fini(&p);
    return m;
}
