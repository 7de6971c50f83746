/* The port here has pictures of 4x2 pixels whose rows are given by their first byte, and files in
 * memory; any call can be made to fail. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pi_export.h"

#define WIDTH 4
#define HEIGHT 2
#define N_FILES 32

struct file {
    char name[64];
    uint8_t bytes[1024];
    size_t n;
    bool committed, discarded;
    struct world *world;
};

struct decoder {
    uint8_t value;
    unsigned y;
    struct world *world;
};

struct world {
    struct file files[N_FILES];
    unsigned n_files, n_calls, fail_at, n_open;
};

static int call(struct world *w)
{
    return ++w->n_calls == w->fail_at ? -EIO : 0;
}

static void local_time(void *ctx, int64_t wall_us, struct pi_local_time *ret)
{
    *ret = (struct pi_local_time){2026, 1, 31, 23, 59, (int)(wall_us / 1000000 % 60)};
}

static int decoder_open(
    void *ctx, const uint8_t *jpeg, size_t n, void **ret, unsigned *width, unsigned *height)
{
    struct world *w = ctx;
    struct decoder *d;

    if (call(w) < 0)
        return -EIO;
    d = calloc(1, sizeof *d);
    d->value = jpeg[0];
    d->world = w;
    w->n_open++;
    *ret = d;
    *width = n > 1 ? jpeg[1] : WIDTH;
    *height = HEIGHT;
    return 0;
}

static int decoder_row(void *decoder, uint8_t *bgr)
{
    struct decoder *d = decoder;

    if (call(d->world) < 0)
        return -EIO;
    memset(bgr, d->value + d->y++, 3 * WIDTH);
    return 0;
}

static void decoder_close(void *decoder)
{
    struct decoder *d = decoder;

    d->world->n_open--;
    free(d);
}

static int encode(void *ctx, unsigned format, unsigned width, unsigned height, unsigned quality,
    pi_row_fn row, void *row_ctx, pi_write_fn write, void *write_ctx)
{
    uint8_t bgr[3 * WIDTH];

    if (call(ctx) < 0)
        return -EIO;
    for (unsigned y = 0; y < height; y++) {
        int r = row(row_ctx, y, bgr);
        if (r >= 0)
            r = write(write_ctx, bgr, 1);
        if (r < 0)
            return r;
    }
    return 0;
}

static int file_open(void *ctx, const char *name, void **ret)
{
    struct world *w = ctx;

    if (call(w) < 0)
        return -EIO;
    cr_assert_lt(w->n_files, N_FILES);
    struct file *f = &w->files[w->n_files++];
    snprintf(f->name, sizeof f->name, "%s", name);
    f->world = w;
    *ret = f;
    return 0;
}

static int file_write(void *file, const void *bytes, size_t n)
{
    struct file *f = file;

    if (call(f->world) < 0)
        return -ENOSPC;
    cr_assert_leq(f->n + n, sizeof f->bytes);
    memcpy(f->bytes + f->n, bytes, n);
    f->n += n;
    return 0;
}

static int file_commit(void *file, char *ret_path, size_t cap)
{
    struct file *f = file;

    if (call(f->world) < 0) {
        f->discarded = true;
        return -EIO;
    }
    snprintf(ret_path, cap, "/c/%s", f->name);
    f->committed = true;
    return 0;
}

static void file_discard(void *file)
{
    struct file *f = file;

    f->discarded = true;
}

static const uint8_t dark[] = {10}, light[] = {20}, wide[] = {5, 8};
static const struct pi_ring_frame two[] = {
    {.meta = {.id = 7, .time_us = 1000000}, .jpeg = dark, .n = 1},
    {.meta = {.id = 9, .time_us = 2000000}, .jpeg = light, .n = 1},
};

static struct pi_export_result run(
    struct world *w, bool stack, unsigned formats, const struct pi_ring_frame *frames, unsigned n)
{
    struct pi_export_port port = {w, local_time, decoder_open, decoder_row, decoder_close, encode,
        file_open, file_write, file_commit, file_discard};
    struct pi_export job = {.stack = stack, .formats = formats, .frames = frames, .n_frames = n};
    struct pi_export_result r;

    pi_export_run(&job, &port, &r);
    cr_expect_eq(w->n_open, 0, "a decoder was left open");
    for (unsigned i = 0; i < w->n_files; i++)
        cr_expect(w->files[i].committed != w->files[i].discarded, "%s", w->files[i].name);
    return r;
}

Test(pi_export, a_single_jpeg_is_written_as_it_is)
{
    struct world w = {0};
    struct pi_export_result r = run(&w, false, PI_FORMAT_JPG, two, 1);

    cr_expect_eq(r.n_files, 1);
    cr_expect_str_eq(r.first_path, "/c/20260131_235901_f7.jpg");
    cr_expect_eq(w.files[0].n, 1);
    cr_expect_eq(w.files[0].bytes[0], 10);
}

Test(pi_export, formats_are_written_in_their_order_and_the_first_is_named)
{
    struct world w = {0};
    struct pi_export_result r =
        run(&w, false, PI_FORMAT_NPY | PI_FORMAT_PNG | PI_FORMAT_JPG, two, 1);

    cr_expect_eq(r.n_files, 3);
    cr_expect_str_eq(r.first_path, "/c/20260131_235901_f7.jpg");
    cr_expect_str_eq(w.files[1].name, "20260131_235901_f7.png");
    cr_expect_str_eq(w.files[2].name, "20260131_235901_f7.npy");
}

Test(pi_export, an_average_is_cut_to_whole_numbers_and_named_after_the_last)
{
    struct world w = {0};
    const uint8_t odd[] = {21};
    const struct pi_ring_frame frames[] = {
        two[0], {.meta = {.id = 12, .time_us = 3000000}, .jpeg = odd, .n = 1}};
    struct pi_export_result r = run(&w, true, PI_FORMAT_PNG, frames, 2);

    cr_expect_eq(r.n_files, 1);
    cr_expect_str_eq(r.first_path, "/c/20260131_235903_f12.png");
    cr_expect_arr_eq(w.files[0].bytes, ((uint8_t[]){15, 16}), 2);
}

Test(pi_export, the_largest_average_does_not_overflow)
{
    struct world w = {0};
    const uint8_t white[] = {254};
    struct pi_ring_frame frames[PI_STACK_MAX_FRAMES];

    for (unsigned i = 0; i < PI_STACK_MAX_FRAMES; i++)
        frames[i] = (struct pi_ring_frame){.jpeg = white, .n = 1};
    run(&w, true, PI_FORMAT_PNG, frames, PI_STACK_MAX_FRAMES);
    cr_expect_arr_eq(w.files[0].bytes, ((uint8_t[]){254, 255}), 2);
}

Test(pi_export, a_numpy_file_has_its_head_and_its_rows)
{
    static const char text[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4, 3), }";
    struct world w = {0};

    run(&w, false, PI_FORMAT_NPY, two, 1);
    cr_expect_eq(w.files[0].n, PI_NPY_HEAD_BYTES + WIDTH * HEIGHT * 3);
    cr_expect_arr_eq(w.files[0].bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
    cr_expect_arr_eq(w.files[0].bytes + 10, text, sizeof text - 1);
    cr_expect_eq(w.files[0].bytes[PI_NPY_HEAD_BYTES - 2], ' ');
    cr_expect_eq(w.files[0].bytes[PI_NPY_HEAD_BYTES - 1], '\n');
    cr_expect_eq(w.files[0].bytes[PI_NPY_HEAD_BYTES], 10);
    cr_expect_eq(w.files[0].bytes[PI_NPY_HEAD_BYTES + 3 * WIDTH], 11);
}

Test(pi_export, sizes_that_differ_are_not_averaged)
{
    struct world w = {0};
    const struct pi_ring_frame frames[] = {two[0], {.jpeg = wide, .n = 2}};
    struct pi_export_result r = run(&w, true, PI_FORMAT_PNG, frames, 2);

    cr_expect_eq(r.n_files, 0);
    cr_expect(r.why[0]);
}

Test(pi_export, one_that_fails_does_not_cost_the_others)
{
    struct pi_export_result r;
    unsigned n_calls;

    {
        struct world w = {0};
        run(&w, true, PI_FORMAT_JPG | PI_FORMAT_PNG | PI_FORMAT_NPY, two, 2);
        n_calls = w.n_calls;
    }
    for (unsigned fail_at = 1; fail_at <= n_calls; fail_at++) {
        struct world w = {.fail_at = fail_at};
        r = run(&w, true, PI_FORMAT_JPG | PI_FORMAT_PNG | PI_FORMAT_NPY, two, 2);
        cr_expect_eq(r.n_files, 2, "call %u of %u failed: %u files", fail_at, n_calls, r.n_files);
        cr_expect(r.why[0]);
    }
}

Test(pi_export, separate_ones_are_all_written)
{
    struct world w = {0};
    struct pi_export_result r = run(&w, false, PI_FORMAT_JPG | PI_FORMAT_PNG, two, 2);

    cr_expect_eq(r.n_files, 4);
    cr_expect_str_eq(w.files[3].name, "20260131_235902_f9.png");
}
