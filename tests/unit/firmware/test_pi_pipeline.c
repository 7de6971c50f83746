#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpeg_codec.h"
#include "jpeg_scan.h"
#include "loop/loop.h"
#include "pipeline.h"

/* What came out last, copied. */
struct world {
    struct loop *loop;
    struct pipeline *pipeline;
    struct pi_picture got;
    struct jpeg_bytes in;
    uint8_t *jpeg, *full;
    char why[64];
    unsigned n_pictures;
};

static uint8_t *copy(const uint8_t *bytes, size_t n)
{
    return bytes ? memcpy(malloc(n), bytes, n) : NULL;
}

static void picture(void *ctx, const struct pi_picture *p)
{
    struct world *w = ctx;

    free(w->jpeg);
    free(w->full);
    w->got = *p;
    w->jpeg = copy(p->jpeg, p->n);
    w->full = copy(p->full, p->n_full);
    w->n_pictures++;
}

static void failed(void *ctx, const char *why)
{
    struct world *w = ctx;

    snprintf(w->why, sizeof w->why, "%s", why);
}

static const struct pipeline_events events = {picture, failed};

static struct world *world_new(unsigned width, unsigned height)
{
    struct world *w = calloc(1, sizeof *w);
    struct picture p = {0};

    cr_assert_eq(loop_new(&w->loop), 0);
    cr_assert_eq(pipeline_new(w->loop, &events, w, &w->pipeline), 0);
    picture_resize(&p, width, height);
    memset(p.bgr, 100, picture_bytes(&p));
    jpeg_encode(&p, 90, &w->in);
    picture_fini(&p);
    return w;
}

static void world_free(struct world *w)
{
    pipeline_free(w->pipeline);
    loop_free(w->loop);
    jpeg_bytes_fini(&w->in);
    free(w->jpeg);
    free(w->full);
    free(w);
}

static int run(struct world *w, const struct raw_frame *f, const struct pipeline_want *want)
{
    int r = pipeline_submit(w->pipeline, f, want);

    w->why[0] = '\0';
    while (pipeline_busy(w->pipeline)) {
        loop_turn(w->loop);
        usleep(200);
    }
    return r;
}

static void expect_size(const uint8_t *jpeg, size_t n, unsigned width, unsigned height)
{
    struct jpeg_info info;

    cr_assert_eq(jpeg_scan(jpeg, n, &info), 0);
    cr_expect(info.width == width && info.height == height, "%ux%u", info.width, info.height);
}

Test(pipeline, a_jpeg_of_the_right_size_is_kept_as_it_is)
{
    struct world *w = world_new(64, 48);
    const struct pipeline_want want = {.width = 64,
        .height = 48,
        .ring_width = 64,
        .ring_height = 48,
        .quality = 90,
        .full = true};
    const struct raw_frame f = {.form = RAW_JPEG, .bytes = w->in.bytes, .n = w->in.n};

    cr_expect_eq(run(w, &f, &want), 0);
    cr_expect_eq(w->got.n, w->in.n);
    cr_expect_arr_eq(w->jpeg, w->in.bytes, w->in.n);
    cr_expect_eq(w->got.n_full, w->in.n, "and is the full one, too");
    cr_expect_float_eq(w->got.dark_score, 100, 1);
    world_free(w);
}

Test(pipeline, padding_behind_a_jpeg_is_left_out)
{
    struct world *w = world_new(64, 48);
    const struct pipeline_want want = {
        .width = 64, .height = 48, .ring_width = 64, .ring_height = 48, .quality = 90};
    uint8_t *padded = calloc(1, w->in.n + 5000);
    const struct raw_frame f = {
        .form = RAW_JPEG, .bytes = memcpy(padded, w->in.bytes, w->in.n), .n = w->in.n + 5000};

    cr_expect_eq(run(w, &f, &want), 0);
    cr_expect_eq(w->got.n, w->in.n);
    free(padded);
    world_free(w);
}

Test(pipeline, another_size_is_scaled)
{
    struct world *w = world_new(400, 300);
    const struct pipeline_want want = {.width = 640,
        .height = 480,
        .ring_width = 100,
        .ring_height = 75,
        .quality = 90,
        .full = true};
    const struct raw_frame f = {.form = RAW_JPEG, .bytes = w->in.bytes, .n = w->in.n};

    cr_expect_eq(run(w, &f, &want), 0);
    expect_size(w->jpeg, w->got.n, 100, 75);
    expect_size(w->full, w->got.n_full, 640, 480);
    cr_expect(w->got.width == 100 && w->got.full_width == 640);
    cr_expect_float_eq(w->got.dark_score, 100, 1);
    world_free(w);
}

Test(pipeline, the_full_picture_may_be_the_sources_and_the_rings_a_smaller_one)
{
    struct world *w = world_new(400, 300);
    const struct pipeline_want want = {.width = 400,
        .height = 300,
        .ring_width = 100,
        .ring_height = 75,
        .quality = 90,
        .full = true};
    const struct raw_frame f = {.form = RAW_JPEG, .bytes = w->in.bytes, .n = w->in.n};

    cr_expect_eq(run(w, &f, &want), 0);
    expect_size(w->jpeg, w->got.n, 100, 75);
    cr_expect_arr_eq(w->full, w->in.bytes, w->in.n);
    world_free(w);
}

/* Without its Huffman tables, as cameras on USB may send it. */
Test(pipeline, a_jpeg_that_browsers_cannot_show_is_made_anew)
{
    struct world *w = world_new(64, 48);
    const struct pipeline_want want = {
        .width = 64, .height = 48, .ring_width = 64, .ring_height = 48, .quality = 90};
    uint8_t *bytes = malloc(w->in.n);
    size_t n = 2;
    struct jpeg_info info;

    memcpy(bytes, w->in.bytes, 2);
    for (size_t at = 2; at < w->in.n;) { /* leaves all DHT segments out */
        size_t length = 2 + (size_t)(w->in.bytes[at + 2] << 8 | w->in.bytes[at + 3]);
        uint8_t marker = w->in.bytes[at + 1];
        if (marker == 0xda)
            length = w->in.n - at;
        if (marker != 0xc4) {
            memcpy(bytes + n, w->in.bytes + at, length);
            n += length;
        }
        at += length;
    }
    cr_assert_eq(jpeg_scan(bytes, n, &info), 0);
    cr_assert_not(info.has_huffman_tables);
    cr_expect_eq(run(w, &(struct raw_frame){.form = RAW_JPEG, .bytes = bytes, .n = n}, &want), 0);
    cr_assert_eq(w->n_pictures, 1, "%s", w->why);
    cr_assert_eq(jpeg_scan(w->jpeg, w->got.n, &info), 0);
    cr_expect(info.has_huffman_tables);
    cr_expect_float_eq(w->got.dark_score, 100, 1);
    free(bytes);
    world_free(w);
}

Test(pipeline, yuyv_and_scenes_are_encoded)
{
    struct world *w = world_new(16, 16);
    const struct pipeline_want want = {.width = 32,
        .height = 24,
        .ring_width = 32,
        .ring_height = 24,
        .quality = 80,
        .full = true};
    uint8_t yuyv[32 * 24 * 2];
    struct scene *scene;

    memset(yuyv, 128, sizeof yuyv);
    struct raw_frame f = {
        .form = RAW_YUYV, .bytes = yuyv, .n = sizeof yuyv, .width = 32, .height = 24, .stride = 64};
    cr_expect_eq(run(w, &f, &want), 0);
    expect_size(w->jpeg, w->got.n, 32, 24);
    cr_expect_float_eq(w->got.dark_score, 130, 2);
    cr_assert_eq(scene_new(32, 24, &scene), 0);
    f = (struct raw_frame){
        .form = RAW_SCENE, .scene = scene, .moment = {.day = 0.5, .exposure = 1}, .age_us = 5000};
    int64_t before = loop_now_us(w->loop);
    cr_expect_eq(run(w, &f, &want), 0);
    expect_size(w->full, w->got.n_full, 32, 24);
    cr_expect(w->got.mono_us >= before - 5000 && w->got.mono_us < before + 100000);
    scene_unref(scene);
    world_free(w);
}

Test(pipeline, what_is_no_picture_is_told)
{
    struct world *w = world_new(64, 48);
    const struct pipeline_want want = {
        .width = 64, .height = 48, .ring_width = 64, .ring_height = 48, .quality = 90};
    struct raw_frame f = {.form = RAW_JPEG, .bytes = (const uint8_t *)"no picture", .n = 10};

    run(w, &f, &want);
    cr_expect_str_eq(w->why, "it is no JPEG");
    f = (struct raw_frame){.form = RAW_JPEG};
    run(w, &f, &want);
    cr_expect_str_eq(w->why, "it is no JPEG");
    f = (struct raw_frame){.form = RAW_JPEG, .bytes = w->in.bytes, .n = w->in.n / 2};
    run(w, &f, &want);
    cr_expect_str_eq(w->why, "it is cut off");
    f = (struct raw_frame){.form = RAW_JPEG, .n = SOURCE_MAX_FRAME_BYTES + 1};
    cr_expect_eq(run(w, &f, &want), -EMSGSIZE);
    cr_expect_eq(w->n_pictures, 0);
    world_free(w);
}

Test(pipeline, one_at_a_time_and_it_may_go_while_it_works)
{
    struct world *w = world_new(64, 48);
    const struct pipeline_want want = {
        .width = 64, .height = 48, .ring_width = 32, .ring_height = 24, .quality = 90};
    const struct raw_frame f = {.form = RAW_JPEG, .bytes = w->in.bytes, .n = w->in.n};

    cr_expect_eq(pipeline_submit(w->pipeline, &f, &want), 0);
    cr_expect_eq(pipeline_submit(w->pipeline, &f, &want), -EBUSY);
    w->pipeline = pipeline_free(w->pipeline);
    world_free(w);
}
