#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_codec.h"
#include "jpeg_scan.h"
#include "picture.h"
#include "png_codec.h"
#include "scene.h"

static void fill(
    struct picture *p, unsigned width, unsigned height, uint8_t b, uint8_t g, uint8_t r)
{
    cr_assert_eq(picture_resize(p, width, height), 0);
    for (size_t i = 0; i < picture_bytes(p); i += 3) {
        p->bgr[i] = b;
        p->bgr[i + 1] = g;
        p->bgr[i + 2] = r;
    }
}

static const uint8_t *at(const struct picture *p, unsigned x, unsigned y)
{
    return p->bgr + ((size_t)y * p->width + x) * 3;
}

Test(picture, has_a_ceiling_and_keeps_its_memory)
{
    struct picture p = {0};

    cr_expect_eq(picture_resize(&p, 0, 5), -EMSGSIZE);
    cr_expect_eq(picture_resize(&p, 100000, 100000), -EMSGSIZE);
    cr_expect_eq(picture_resize(&p, 8192, 2049), -EMSGSIZE);
    cr_expect_eq(picture_resize(&p, 100, 100), 0);
    uint8_t *memory = p.bgr;
    cr_expect_eq(picture_resize(&p, 50, 60), 0);
    cr_expect_eq(p.bgr, memory);
    picture_fini(&p);
    picture_fini(&p);
}

Test(picture, an_even_field_stays_even_in_every_size)
{
    struct picture from = {0}, to = {0};
    const unsigned sizes[] = {1, 2, 3, 7, 16, 31, 64, 100, 333};

    for (unsigned i = 0; i < 9; i++)
        for (unsigned j = 0; j < 9; j++) {
            fill(&from, sizes[i], sizes[i], 10, 200, 255);
            picture_resize(&to, sizes[j], sizes[j]);
            cr_assert_eq(picture_fit(&from, &to), 0);
            for (size_t k = 0; k < picture_bytes(&to); k += 3)
                cr_assert(to.bgr[k] == 10 && to.bgr[k + 1] == 200 && to.bgr[k + 2] == 255,
                    "%u to %u", sizes[i], sizes[j]);
        }
    picture_fini(&from);
    picture_fini(&to);
}

Test(picture, smaller_is_the_mean_of_what_falls_into_a_pixel)
{
    struct picture from = {0}, to = {0};

    fill(&from, 3, 2, 0, 0, 0);
    for (unsigned x = 0; x < 3; x++)
        for (unsigned y = 0; y < 2; y++)
            memset(from.bgr + (y * 3 + x) * 3, (int)(x * 60 + y * 30), 3);
    picture_resize(&to, 1, 1);
    cr_assert_eq(picture_fit(&from, &to), 0);
    cr_expect_leq(abs(at(&to, 0, 0)[0] - 75), 1);
    picture_fini(&from);
    picture_fini(&to);
}

Test(picture, smaller_keeps_the_mean)
{
    struct picture from = {0}, to = {0};

    picture_resize(&from, 1024, 768);
    for (size_t i = 0; i < picture_bytes(&from); i++)
        from.bgr[i] = (uint8_t)(i * 2654435761u >> 24);
    picture_resize(&to, 256, 192);
    cr_assert_eq(picture_fit(&from, &to), 0);
    cr_expect_float_eq(picture_mean(&from), picture_mean(&to), 0.6);
    picture_fini(&from);
    picture_fini(&to);
}

Test(picture, larger_is_between_its_neighbours)
{
    struct picture from = {0}, to = {0};

    fill(&from, 2, 1, 0, 0, 0);
    memset(from.bgr + 3, 200, 3);
    picture_resize(&to, 8, 4);
    cr_assert_eq(picture_fit(&from, &to), 0);
    for (unsigned x = 1; x < 8; x++)
        cr_expect_geq(at(&to, x, 1)[0], at(&to, x - 1, 1)[0]);
    cr_expect_eq(at(&to, 0, 1)[0], 0);
    cr_expect_eq(at(&to, 7, 1)[0], 200);
    picture_fini(&from);
    picture_fini(&to);
}

Test(picture, another_shape_stands_whole_on_black)
{
    struct picture from = {0}, to = {0};

    fill(&from, 400, 100, 255, 255, 255);
    picture_resize(&to, 320, 240);
    cr_assert_eq(picture_fit(&from, &to), 0);
    cr_expect_eq(at(&to, 160, 79)[0], 0);
    cr_expect_eq(at(&to, 0, 80)[0], 255);
    cr_expect_eq(at(&to, 319, 159)[0], 255);
    cr_expect_eq(at(&to, 160, 160)[0], 0);
    fill(&from, 100, 400, 255, 255, 255);
    cr_assert_eq(picture_fit(&from, &to), 0);
    cr_expect_eq(at(&to, 129, 120)[0], 0);
    cr_expect_eq(at(&to, 160, 0)[0], 255);
    cr_expect_eq(at(&to, 190, 120)[0], 0);
    picture_fini(&from);
    picture_fini(&to);
}

Test(picture, yuyv_has_the_colours_of_the_standard)
{
    /* black, white, red, blue; each as two equal pixels */
    const uint8_t yuyv[] = {
        16, 128, 16, 128, 235, 128, 235, 128, 81, 90, 81, 240, 41, 240, 41, 110};
    const uint8_t bgr[][3] = {{0, 0, 0}, {255, 255, 255}, {0, 0, 255}, {255, 0, 0}};
    struct picture p = {0};

    cr_assert_eq(picture_from_yuyv(&p, yuyv, 8, 1, 16), 0);
    for (unsigned i = 0; i < 4; i++)
        for (unsigned k = 0; k < 3; k++)
            cr_expect_lt(abs(at(&p, i * 2, 0)[k] - bgr[i][k]), 3, "colour %u, sample %u: %u", i, k,
                at(&p, i * 2, 0)[k]);
    cr_expect_eq(picture_from_yuyv(&p, yuyv, 7, 1, 16), -EINVAL);
    cr_expect_eq(picture_from_yuyv(&p, yuyv, 8, 1, 15), -EINVAL);
    picture_fini(&p);
}

/* --- JPEG and PNG ----------------------------------------------------------------------------- */

static void gradient(struct picture *p, unsigned width, unsigned height)
{
    picture_resize(p, width, height);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            uint8_t *q = p->bgr + ((size_t)y * width + x) * 3;
            q[0] = (uint8_t)(255 * x / width);
            q[1] = (uint8_t)(255 * y / height);
            q[2] = 128;
        }
}

Test(jpeg_codec, gives_back_what_it_took)
{
    struct picture p = {0}, q = {0};
    struct jpeg_bytes j = {0};
    struct jpeg_info info;

    gradient(&p, 320, 240);
    cr_assert_eq(jpeg_encode(&p, 95, &j), 0);
    cr_assert_eq(jpeg_scan(j.bytes, j.n, &info), 0);
    cr_expect(info.width == 320 && info.height == 240 && info.length == j.n);
    cr_assert_eq(jpeg_decode(j.bytes, j.n, 320, 240, &q), 0);
    for (size_t i = 0; i < picture_bytes(&p); i++)
        cr_assert_lt(abs(p.bgr[i] - q.bgr[i]), 24);
    cr_expect_float_eq(picture_mean(&p), picture_mean(&q), 1);
    picture_fini(&p);
    picture_fini(&q);
    jpeg_bytes_fini(&j);
}

Test(jpeg_codec, decodes_smaller_but_not_below_what_is_needed)
{
    struct picture p = {0}, q = {0};
    struct jpeg_bytes j = {0};

    gradient(&p, 1024, 768);
    cr_assert_eq(jpeg_encode(&p, 90, &j), 0);
    cr_assert_eq(jpeg_decode(j.bytes, j.n, 256, 192, &q), 0);
    cr_expect_eq(q.width, 256);
    cr_assert_eq(jpeg_decode(j.bytes, j.n, 300, 10, &q), 0);
    cr_expect_eq(q.width, 512);
    cr_assert_eq(jpeg_decode(j.bytes, j.n, 2000, 2000, &q), 0);
    cr_expect_eq(q.width, 1024);
    picture_fini(&p);
    picture_fini(&q);
    jpeg_bytes_fini(&j);
}

Test(jpeg_codec, measures_brightness_from_an_eighth)
{
    struct picture p = {0};
    struct jpeg_bytes j = {0};
    double mean;

    for (unsigned level = 0; level < 256; level += 15) {
        fill(&p, 200, 100, (uint8_t)level, (uint8_t)level, (uint8_t)level);
        cr_assert_eq(jpeg_encode(&p, 90, &j), 0);
        cr_assert_eq(jpeg_mean(j.bytes, j.n, &mean), 0);
        cr_expect_float_eq(mean, level, 1.01);
    }
    gradient(&p, 640, 480);
    jpeg_encode(&p, 90, &j);
    jpeg_mean(j.bytes, j.n, &mean);
    cr_expect_float_eq(mean, picture_mean(&p), 1);
    picture_fini(&p);
    jpeg_bytes_fini(&j);
}

Test(jpeg_codec, what_is_none_is_refused_at_every_length)
{
    struct picture p = {0}, q = {0};
    struct jpeg_bytes j = {0};
    double mean;

    gradient(&p, 64, 64);
    cr_assert_eq(jpeg_encode(&p, 50, &j), 0);
    for (size_t n = 0; n < 200 && n < j.n; n++) {
        int r = jpeg_decode(j.bytes, n, 1, 1, &q);
        cr_expect(r == 0 || r == -EBADMSG, "%zu bytes: %d", n, r);
    }
    cr_expect_eq(jpeg_mean((const uint8_t *)"no picture", 10, &mean), -EBADMSG);
    for (size_t i = 0; i < j.n; i++) { /* damage anywhere ends in a picture or in an error */
        uint8_t was = j.bytes[i];
        j.bytes[i] ^= 0x55;
        int r = jpeg_decode(j.bytes, j.n, 1, 1, &q);
        cr_expect(r == 0 || r == -EBADMSG || r == -EMSGSIZE, "byte %zu: %d", i, r);
        j.bytes[i] = was;
    }
    picture_fini(&p);
    picture_fini(&q);
    jpeg_bytes_fini(&j);
}

struct rows {
    const struct picture *picture;
    uint8_t *out;
    size_t n, cap;
    int fail_row, fail_write;
};

static int row(void *ctx, unsigned y, uint8_t *bgr)
{
    struct rows *r = ctx;

    if (r->fail_row > 0 && (int)y == r->fail_row)
        return -EIO;
    memcpy(bgr, r->picture->bgr + (size_t)y * r->picture->width * 3, (size_t)r->picture->width * 3);
    return 0;
}

static int write_bytes(void *ctx, const void *bytes, size_t n)
{
    struct rows *r = ctx;

    if (r->fail_write > 0 && --r->fail_write == 0)
        return -ENOSPC;
    cr_assert_leq(r->n + n, r->cap);
    memcpy(r->out + r->n, bytes, n);
    r->n += n;
    return 0;
}

static int encode(struct rows *r, bool png)
{
    const struct picture_rows rows = {
        r->picture->width, r->picture->height, row, r, write_bytes, r};

    return png ? png_encode_rows(&rows) : jpeg_encode_rows(&rows, 95);
}

Test(jpeg_codec, rows_make_the_same_picture)
{
    struct picture p = {0}, q = {0};
    static uint8_t out[1 << 20];
    struct rows r = {.picture = &p, .out = out, .cap = sizeof out};
    struct jpeg_bytes j = {0};

    gradient(&p, 500, 400);
    jpeg_encode(&p, 95, &j);
    cr_assert_eq(encode(&r, false), 0);
    cr_expect_eq(r.n, j.n);
    cr_expect_arr_eq(out, j.bytes, j.n);
    cr_assert_eq(jpeg_decode(out, r.n, 500, 400, &q), 0);
    picture_fini(&p);
    picture_fini(&q);
    jpeg_bytes_fini(&j);
}

Test(png_codec, makes_a_png_and_hands_on_what_fails)
{
    static uint8_t out[1 << 20];
    struct picture p = {0};
    struct rows r = {.picture = &p, .out = out, .cap = sizeof out};

    gradient(&p, 100, 80);
    cr_assert_eq(encode(&r, true), 0);
    cr_expect_arr_eq(out, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x64\0\0\0\x50\x08\x02", 26);
    r = (struct rows){.picture = &p, .out = out, .cap = sizeof out, .fail_row = 40};
    cr_expect_eq(encode(&r, true), -EIO);
    cr_expect_eq(encode(&r, false), -EIO);
    r = (struct rows){.picture = &p, .out = out, .cap = sizeof out, .fail_write = 1};
    cr_expect_eq(encode(&r, true), -ENOSPC);
    r.fail_write = 1;
    cr_expect_eq(encode(&r, false), -ENOSPC);
    picture_fini(&p);
}

/* --- the drawn garden ------------------------------------------------------------------------- */

static double brightness(struct scene *s, double day, double exposure)
{
    struct scene_moment m = {.day = day, .seconds = 7, .exposure = exposure};
    struct picture p = {0};

    cr_assert_eq(scene_draw(s, &m, &p), 0);
    double mean = picture_mean(&p);
    picture_fini(&p);
    return mean;
}

Test(scene, the_same_moment_is_the_same_picture)
{
    const struct scene_moment m = {
        .day = 0.95, .seconds = 3.2, .exposure = 4, .clock = "2026-01-01 00:00:00.0"};
    struct picture p = {0}, q = {0};
    struct scene *s, *t;

    cr_assert_eq(scene_new(200, 150, &s), 0);
    cr_assert_eq(scene_new(200, 150, &t), 0);
    cr_assert_eq(scene_draw(s, &m, &p), 0);
    cr_assert_eq(scene_draw(t, &m, &q), 0);
    cr_expect_arr_eq(p.bgr, q.bgr, picture_bytes(&p));
    cr_assert_eq(scene_draw(s, &m, &p), 0);
    cr_expect_arr_eq(p.bgr, q.bgr, picture_bytes(&p), "drawing changes nothing");
    picture_fini(&p);
    picture_fini(&q);
    scene_unref(s);
    scene_unref(t);
}

Test(scene, it_moves)
{
    struct scene_moment m = {.day = 0.5, .exposure = 1};
    struct picture p = {0}, q = {0};
    struct scene *s;

    cr_assert_eq(scene_new(320, 240, &s), 0);
    scene_draw(s, &m, &p);
    m.seconds = 0.2;
    scene_draw(s, &m, &q);
    cr_expect(memcmp(p.bgr, q.bgr, picture_bytes(&p)) != 0);
    picture_fini(&p);
    picture_fini(&q);
    scene_unref(s);
}

Test(scene, its_day_takes_a_camera_into_the_night_and_out_again)
{
    struct scene *s;

    cr_assert_eq(scene_new(160, 120, &s), 0);
    cr_expect_gt(brightness(s, 0.5, 1), 100, "noon");
    cr_expect_lt(brightness(s, 0.0, 1), 50, "midnight is below the first dark threshold");
    cr_expect(brightness(s, 0.0, 12) > 90 && brightness(s, 0.0, 12) < 240,
        "a long exposure shows the night");
    cr_expect_gt(brightness(s, 0.3, 12), 240, "and the morning is too bright for it");
    scene_unref(s);
}

Test(scene, any_size_and_hour_can_be_drawn)
{
    const unsigned sizes[][2] = {{16, 16}, {17, 400}, {640, 48}, {256, 192}};

    for (unsigned i = 0; i < 4; i++) {
        struct picture p = {0};
        struct scene *s;
        cr_assert_eq(scene_new(sizes[i][0], sizes[i][1], &s), 0);
        for (double day = 0; day < 2; day += 0.13) {
            struct scene_moment m = {
                .day = day, .seconds = day * 1000, .exposure = 1, .clock = "12:00"};
            cr_assert_eq(scene_draw(s, &m, &p), 0);
        }
        picture_fini(&p);
        scene_unref(s);
    }
    struct scene *s = NULL;
    cr_expect_eq(scene_new(0, 10, &s), -EMSGSIZE);
    cr_expect_eq(scene_new(100000, 100000, &s), -EMSGSIZE);
}
