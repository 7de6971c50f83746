/* flow_equal.c - the optical flow's inner loops for wide registers, each against the portable ones: on noise, on extremes, in
 * every size that there is, and in whole flows. A program by itself, so that it runs in an emulator of another machine, too,
 * for which there is no Criterion.
 *
 *     flow_equal [NAME]      fails if not one of this name is among those compared
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "media/flow_fast.h"

#define SIDE 96
#define POINTS (SIDE * SIDE)

static unsigned n_compared, n_differ;

static void compare(const char *ops, const char *what, unsigned w, unsigned h, bool equal)
{
    n_compared++;
    if (equal)
        return;
    if (n_differ++ < 20)
        printf("%s: %s of %u x %u differs\n", ops, what, w, h);
}

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Noise, full contrast, all white, all black, a ramp: what makes sums large, and what makes them vanish. */
enum { NOISE, EXTREMES, WHITE, BLACK, RAMP, N_KINDS };

static void fill(uint8_t *to, size_t n, unsigned kind, uint32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t v = next(state);

        to[i] = (uint8_t)(kind == NOISE ? v
                : kind == EXTREMES      ? (v & 1 ? 255 : 0)
                : kind == WHITE         ? 255
                : kind == BLACK         ? 0
                                        : i % SIDE * 2);
    }
}

/* In room that ends where it may be read: what reads beyond is found by who watches memory. */
static uint8_t *copy_of(const uint8_t *from, size_t n)
{
    uint8_t *to = malloc(n);

    memcpy(to, from, n);
    return to;
}

static void compare_smaller(const char *name, const struct flow_ops *ops, const uint8_t *from)
{
    uint8_t theirs[POINTS], ours[POINTS];

    for (unsigned w = 1; w <= SIDE / 4; w++) {
        uint8_t *exact = copy_of(from, (size_t)(3 * SIDE + 4 * w));

        flow_portable.quarter(exact, SIDE, w, 1, theirs);
        ops->quarter(exact, SIDE, w, 1, ours);
        compare(name, "quarter", w, 1, memcmp(theirs, ours, w) == 0);
        free(exact);
        flow_portable.quarter(from, SIDE, w, 7, theirs);
        ops->quarter(from, SIDE, w, 7, ours);
        compare(name, "quarter", w, 7, memcmp(theirs, ours, 7 * w) == 0);
    }
    for (unsigned w = 1; w <= SIDE / 2; w++) {
        uint8_t *exact = copy_of(from, SIDE + 2 * w);

        memset(theirs, 7, sizeof(theirs));
        memset(ours, 7, sizeof(ours));
        flow_portable.half(from, SIDE, w, 5, theirs, SIDE);
        ops->half(from, SIDE, w, 5, ours, SIDE);
        ops->half(exact, SIDE, w, 1, ours, SIDE);
        compare(name, "half", w, 5, memcmp(theirs, ours, sizeof(ours)) == 0);
        free(exact);
    }
}

/* Columns to both sides of what is asked for are there, and none further. */
static void normalise(const struct flow_ops *ops, const uint16_t *sums, const uint32_t *squares,
    const uint8_t *row, unsigned w, uint8_t *to)
{
    size_t columns = w + 2 * FLOW_AROUND;
    uint16_t *exact_sums = malloc(columns * sizeof(*sums));
    uint32_t *exact_squares = malloc(columns * sizeof(*squares));

    memcpy(exact_sums, sums, columns * sizeof(*sums));
    memcpy(exact_squares, squares, columns * sizeof(*squares));
    ops->normalise(exact_sums + FLOW_AROUND, exact_squares + FLOW_AROUND, row, w, to);
    free(exact_sums);
    free(exact_squares);
}

static void compare_surroundings(const char *name, const struct flow_ops *ops, const uint8_t *from)
{
    for (unsigned w = 1; w <= SIDE; w++) {
        uint16_t sums[2][SIDE + 2 * FLOW_AROUND] = {0};
        uint32_t squares[2][SIDE + 2 * FLOW_AROUND] = {0};
        uint8_t theirs[SIDE], ours[SIDE];

        for (unsigned y = 0; y < 20; y++) {
            const uint8_t *row = from + y * SIDE,
                          *out = y < FLOW_WINDOW ? NULL : row - FLOW_WINDOW * SIDE;

            flow_portable.slide(sums[0] + FLOW_AROUND, squares[0] + FLOW_AROUND, row, out, w);
            ops->slide(sums[1] + FLOW_AROUND, squares[1] + FLOW_AROUND, row, out, w);
            compare(name, "slide", w, y,
                memcmp(sums[0], sums[1], sizeof(*sums)) == 0 &&
                    memcmp(squares[0], squares[1], sizeof(*squares)) == 0);
            if (y + 1 < FLOW_WINDOW)
                continue;
            normalise(&flow_portable, sums[0], squares[0], row - FLOW_AROUND * SIDE, w, theirs);
            normalise(ops, sums[0], squares[0], row - FLOW_AROUND * SIDE, w, ours);
            compare(name, "normalise", w, y, memcmp(theirs, ours, w) == 0);
        }
    }
}

/* Every deviation and every distance from the mean that can be: a root or a quotient rounded to the wrong side shows. */
static void compare_quotients(const char *name, const struct flow_ops *ops)
{
    enum { N = 39, COLUMNS = N + 2 * FLOW_AROUND };
    uint8_t row[N], theirs[N], ours[N];
    uint16_t sums[COLUMNS];
    uint32_t squares[COLUMNS];

    for (uint32_t spread = 0; spread < 60000; spread += spread < 400 ? 1 : 137) {
        for (unsigned i = 0; i < COLUMNS; i++) {
            sums[i] = (uint16_t)(7 * 128 + i % 5);
            squares[i] = (sums[i] * sums[i] + 6) / 7 + spread; /* no less than there can be */
        }
        for (unsigned i = 0; i < N; i++)
            row[i] = (uint8_t)(spread * 31 + i * 7);
        normalise(&flow_portable, sums, squares, row, N, theirs);
        normalise(ops, sums, squares, row, N, ours);
        compare(name, "normalise", N, spread, memcmp(theirs, ours, N) == 0);
    }
}

static void compare_sad(
    const char *name, const struct flow_ops *ops, const uint8_t *a, const uint8_t *b)
{
    for (unsigned w = 1; w <= 32; w++) {
        for (unsigned h = 1; h <= 32; h += h < 4 ? 1 : 7) {
            uint32_t all = flow_portable.sad(a, b, SIDE, w, h, UINT32_MAX), stop = all / 2;

            compare(name, "sad", w, h, ops->sad(a, b, SIDE, w, h, UINT32_MAX) == all);
            compare(name, "sad", w, h, ops->sad(a, b, SIDE, w, h, stop) >= stop);
            compare(name, "sad", w, h, ops->sad(a, b, SIDE, w, h, all + 1) == all);
        }
    }
}

/* Each place is the sum there, or no less than that before it. */
static void compare_sads(
    const char *name, const struct flow_ops *ops, const uint8_t *a, const uint8_t *b)
{
    for (unsigned w = 1; w <= 16; w++) {
        uint32_t sums[FLOW_PLACES], stop = UINT32_MAX;
        bool right = true;

        ops->sads(a, b, SIDE, w, w / 2 + 1, stop, sums);
        for (unsigned i = 0; i < FLOW_PLACES; i++) {
            uint32_t all = flow_portable.sad(a, b + i, SIDE, w, w / 2 + 1, UINT32_MAX);

            right = right && (all < stop ? sums[i] == all : sums[i] >= stop);
            stop = all < stop ? all : stop;
        }
        compare(name, "sads", w, w / 2 + 1, right);
    }
}

/* Each place by itself: exact below its stop, some of which nothing is below. */
static void compare_sads_around(
    const char *name, const struct flow_ops *ops, const uint8_t *a, const uint8_t *b)
{
    for (unsigned w = 1; w <= 20; w++) {
        const uint8_t *at = b + SIDE + 1;
        uint32_t sums[FLOW_NEXT], all[FLOW_NEXT], stops[FLOW_NEXT];
        bool right = true;

        for (unsigned i = 0; i < FLOW_NEXT; i++) {
            const uint8_t *there = at + flow_next_y(i) * SIDE + flow_next_x(i);

            all[i] = flow_portable.sad(a, there, SIDE, w, w / 2 + 1, UINT32_MAX);
            stops[i] = (w + i) % 3 == 0 ? 0 : (w + i) % 3 == 1 ? all[i] : all[i] + 1;
        }
        ops->sads_around(a, at, SIDE, w, w / 2 + 1, stops, sums);
        for (unsigned i = 0; i < FLOW_NEXT; i++)
            right = right && (all[i] < stops[i] ? sums[i] == all[i] : sums[i] >= stops[i]);
        compare(name, "sads around", w, w / 2 + 1, right);
    }
}

static bool equal(const struct flow_moments *a, const struct flow_moments *b)
{
    return a->n == b->n && a->gx == b->gx && a->gy == b->gy && a->d == b->d && a->gxgx == b->gxgx &&
        a->gxgy == b->gxgy && a->gygy == b->gygy && a->gxd == b->gxd && a->gyd == b->gyd &&
        a->dd == b->dd;
}

static void compare_moments(
    const char *name, const struct flow_ops *ops, const uint8_t *a, const uint8_t *b)
{
    for (unsigned w = 1; w <= FLOW_PATCH_MAX; w++) {
        for (unsigned h = 1; h <= FLOW_PATCH_MAX; h += h < 9 ? 1 : 5) {
            unsigned fx = (w * 7 + h) % FLOW_STEPS, fy = (w + h * 5) % FLOW_STEPS;
            size_t pitch = w + 2;
            uint8_t *first = malloc(pitch * (h + 2) + FLOW_SLACK),
                    *second = malloc((w + 1) * (h + 1) + FLOW_SLACK);
            struct flow_moments theirs, ours;

            for (unsigned y = 0; y < h + 2; y++)
                memcpy(first + y * pitch, a + y * SIDE, pitch);
            for (unsigned y = 0; y < h + 1; y++)
                memcpy(second + y * (w + 1), b + y * SIDE, w + 1);
            flow_portable.moments(first + pitch + 1, pitch, second, w + 1, w, h, fx, fy, &theirs);
            ops->moments(first + pitch + 1, pitch, second, w + 1, w, h, fx, fy, &ours);
            compare(name, "moments", w, h, equal(&theirs, &ours));
            free(first);
            free(second);
        }
    }
}

/* Cells side by side, in images that end behind the last one. */
static void compare_cells(
    const char *name, const struct flow_ops *ops, const uint8_t *a, const uint8_t *b)
{
    enum { N = 11 };
    const size_t first_bytes = (size_t)(FLOW_CELL + 2) * SIDE,
                 second_bytes = (size_t)(FLOW_CELL + 1) * SIDE;
    uint8_t *first = malloc(first_bytes + FLOW_SLACK), *second = malloc(second_bytes + FLOW_SLACK);
    struct flow_place places[N];
    struct flow_moments theirs[N], ours[N];

    memcpy(first, a, first_bytes);
    memcpy(second, b, second_bytes);
    for (unsigned n = 0; n <= N; n++) {
        for (unsigned i = 0; i < n; i++)
            places[i] =
                (struct flow_place){SIDE + 1 + FLOW_CELL * i, SIDE - 1 - FLOW_CELL * (i + 1),
                    (uint8_t)((i * 13 + n) % FLOW_STEPS), (uint8_t)((n * 7 + i) % FLOW_STEPS)};
        flow_portable.cells(first, second, SIDE, places, n, theirs);
        ops->cells(first, second, SIDE, places, n, ours);
        for (unsigned i = 0; i < n; i++)
            compare(name, "cells", n, i, equal(&theirs[i], &ours[i]));
    }
    free(first);
    free(second);
}

static void compare_ops(const char *name, const struct flow_ops *ops)
{
    static uint8_t a[POINTS], b[POINTS];
    uint32_t state = 1;

    for (unsigned kind = 0; kind < N_KINDS * N_KINDS; kind++) {
        fill(a, sizeof(a), kind / N_KINDS, &state);
        fill(b, sizeof(b), kind % N_KINDS, &state);
        compare_smaller(name, ops, a);
        compare_surroundings(name, ops, a);
        compare_sad(name, ops, a, b);
        compare_sads(name, ops, a, b);
        compare_sads_around(name, ops, a, b);
        compare_moments(name, ops, a, b);
        compare_cells(name, ops, a, b);
    }
    compare_quotients(name, ops);
}

/* Noise made smooth, moved by some pixels, with fresh noise. */
static void draw(uint8_t *first, uint8_t *second, const struct flow_shape *s, uint32_t *state)
{
    enum { MARGIN = 16 };
    unsigned w = s->width + 2 * MARGIN, h = s->height + 2 * MARGIN;
    uint8_t *scene = malloc((size_t)w * h);
    unsigned dx = next(state) % (2 * MARGIN), dy = next(state) % (2 * MARGIN);

    for (size_t i = 0; i < (size_t)w * h; i++) {
        unsigned left = i > 1 ? scene[i - 1] : 128, above = i > w ? scene[i - w] : 128;

        scene[i] = (uint8_t)((3 * left + 3 * above + 2 * (next(state) & 255)) / 8);
    }
    for (unsigned y = 0; y < s->height; y++) {
        for (unsigned x = 0; x < s->width; x++) {
            *first++ = scene[(y + MARGIN) * w + x + MARGIN];
            *second++ = (uint8_t)(scene[(y + dy) * w + x + dx] ^ (next(state) & 3));
        }
    }
    free(scene);
}

static void compare_flows(const char *name, const struct flow_ops *ops)
{
    static const struct flow_shape shapes[] = {{320, 240, 8, 6, 40}, {160, 120, 8, 6, 20},
        {321, 181, 8, 4, 40}, {64, 64, 1, 1, 64}, {240, 320, 6, 8, 40}, {97, 90, 4, 4, 17},
        {640, 480, 10, 7, 64}};
    uint32_t state = 77;

    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        const struct flow_shape *s = &shapes[i];
        size_t bytes = flow_bytes(s), pixels = (size_t)s->width * s->height;
        struct flow *theirs = flow_init(malloc(bytes), bytes, s, NULL),
                    *ours = flow_init(malloc(bytes), bytes, s, ops);
        uint8_t *first = malloc(pixels + FLOW_SLACK), *second = malloc(pixels + FLOW_SLACK);
        bool same = true;

        for (unsigned k = 0; k < 4; k++) {
            draw(first, second, s, &state);
            flow_run(theirs, first, second, false);
            flow_run(ours, first, second, false);
            for (unsigned b = 0; b < (unsigned)s->rows * s->columns; b++)
                same = same &&
                    memcmp(flow_block(theirs, b / s->columns, b % s->columns),
                        flow_block(ours, b / s->columns, b % s->columns),
                        sizeof(struct flow_vector)) == 0;
        }
        compare(name, "a flow", s->width, s->height, same);
        free(theirs);
        free(ours);
        free(first);
        free(second);
    }
}

int main(int argc, char **argv)
{
    bool wanted = argc < 2;

    for (size_t i = 0; flow_fast_name(i); i++) {
        const char *name = flow_fast_name(i);

        compare_ops(name, flow_fast_named(name));
        compare_flows(name, flow_fast_named(name));
        printf("%s: compared\n", name);
        wanted = wanted || strcmp(argv[1], name) == 0;
    }
    if (flow_fast_named("none") || flow_fast() != flow_fast_named(flow_fast_name(0)))
        n_differ++;
    printf("%u comparisons, %u differ%s\n", n_compared, n_differ,
        wanted ? "" : "; what was asked for is not among them");
    return n_differ == 0 && wanted ? 0 : 1;
}
