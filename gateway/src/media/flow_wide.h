/* flow_wide.h - the inner loops of the optical flow on wide registers, written once for all of them. Who includes it has
 * defined a vocabulary before (flow_vec_*.h):
 *
 *     v16, v32, vf   LANES values of 16 bits, half as many of 32 bits, and of float
 *     LANES          a register holds ROWS rows of 8 points
 *
 * Every result is that of flow_portable, bit by bit: sums are exact in any order, and where floats divide or take a root
 * both sides fit their 24 bits, so that what is cut off is what integers would cut off.
 */
#pragma once

#include <stdbool.h>
#include <string.h>

#include "flow_ops.h"

/* --- smaller images --------------------------------------------------------------------------- */

/* Whatever is narrower than a register is not worth one. The last columns are made together with some before them again. */

static void wide_quarter(const uint8_t *from, size_t stride, unsigned w, unsigned h, uint8_t *to)
{
    if (w < LANES) {
        flow_portable.quarter(from, stride, w, h, to);
        return;
    }
    for (; h > 0; h--, from += 4 * stride, to += w) {
        for (unsigned x = 0;; x = x + 2 * LANES <= w ? x + LANES : w - LANES) {
            const uint8_t *p = from + 4 * (size_t)x;
            v16 l = v_set16(0), r = v_set16(0);

            for (unsigned i = 0; i < 4; i++, p += stride) {
                l = v_add16(l, v_load_pairs(p));
                r = v_add16(r, v_load_pairs(p + 2 * LANES));
            }
            l = v_pack32(v_madd(l, v_set16(1)), v_madd(r, v_set16(1)));
            v_store8(to + x, v_shift16(v_add16(l, v_set16(8)), 4));
            if (x + LANES == w)
                break;
        }
    }
}

static void wide_half(
    const uint8_t *from, size_t stride, unsigned w, unsigned h, uint8_t *to, size_t pitch)
{
    if (w < LANES) {
        flow_portable.half(from, stride, w, h, to, pitch);
        return;
    }
    for (; h > 0; h--, from += 2 * stride, to += pitch) {
        for (unsigned x = 0;; x = x + 2 * LANES <= w ? x + LANES : w - LANES) {
            const uint8_t *p = from + 2 * (size_t)x;
            v16 sum = v_add16(v_load_pairs(p), v_load_pairs(p + stride));

            v_store8(to + x, v_shift16(v_add16(sum, v_set16(2)), 2));
            if (x + LANES == w)
                break;
        }
    }
}

/* --- surroundings ----------------------------------------------------------------------------- */

static v32 wide_square(v32 v)
{
    return v_madd(v32_as16(v), v32_as16(v));
}

static void wide_slide(
    uint16_t *sums, uint32_t *squares, const uint8_t *in, const uint8_t *out, unsigned w)
{
    unsigned x = 0;

    for (; out && x + LANES <= w; x += LANES) {
        v16 i = v_load8(in + x), o = v_load8(out + x);
        v32 low = v_sub32(wide_square(v_widen_low(i)), wide_square(v_widen_low(o)));
        v32 high = v_sub32(wide_square(v_widen_high(i)), wide_square(v_widen_high(o)));

        v_store16(sums + x, v_add16(v_load16(sums + x), v_sub16(i, o)));
        v_store32(squares + x, v_add32(v_load32(squares + x), low));
        v_store32(squares + x + LANES / 2, v_add32(v_load32(squares + x + LANES / 2), high));
    }
    flow_portable.slide(sums + x, squares + x, in + x, out ? out + x : NULL, w - x);
}

/* Half as many points as a register of 16 bits holds: how far they are from the mean, times 49, the sums and the sums of
 * squares of the 49 around. */
static v32 wide_normal32(v32 from_mean, v32 sum, v32 squares)
{
    v32 all = v_add32(v_add32(v_shift_left32(squares, 5), v_shift_left32(squares, 4)), squares);
    vf variance = v_float(v_shift32(v_sub32(all, wide_square(sum)), 11)), root;
    /* By how many fours it is above 256, from the float's exponent. */
    v32 fours =
        v_shift32(v_not_negative(v_sub32(v_shift32(vf_bits(variance), 23), v_set32(127 + 6))), 1);
    vf down = vf_of_bits(v_shift_left32(v_sub32(v_set32(127), v_add32(fours, fours)), 23));
    vf up = vf_of_bits(v_shift_left32(v_add32(v_set32(127), fours), 23));

    variance = v_float(v_cut(v_mulf(variance, down)));
    root = v_float(v_cut(v_root(v_mulf(variance, v_setf(256)))));
    return v_cut(v_divf(v_mulf(v_float(from_mean), v_setf(FLOW_SCALE)),
        v_addf(v_mulf(root, up), v_setf(16 * FLOW_NOISE))));
}

static v16 wide_normal(v16 point, v16 sum, v32 squares_low, v32 squares_high)
{
    v16 from_mean = v_sub16(v_mul16(point, v_set16(FLOW_WINDOW * FLOW_WINDOW)), sum);
    v32 low = wide_normal32(v_widen_low(from_mean), v_widen_low(sum), squares_low);
    v32 high = wide_normal32(v_widen_high(from_mean), v_widen_high(sum), squares_high);

    return v_add16(v_pack32(low, high), v_set16(128));
}

static void wide_normal_inside(
    const uint16_t *sums, const uint32_t *squares, const uint8_t *row, uint8_t *to)
{
    v16 sum = v_load16(sums);
    v32 low = v_load32(squares), high = v_load32(squares + LANES / 2);

    for (unsigned i = 1; i < FLOW_WINDOW; i++) {
        sum = v_add16(sum, v_load16(sums + i));
        low = v_add32(low, v_load32(squares + i));
        high = v_add32(high, v_load32(squares + LANES / 2 + i));
    }
    v_store8(to, wide_normal(v_load8(row), sum, low, high));
}

/* The points near both edges have the window of the last one that has its own. */
static void wide_normal_edges(
    const uint16_t *sums, const uint32_t *squares, const uint8_t *row, unsigned w, uint8_t *to)
{
    uint8_t points[LANES] = {0};
    uint16_t sum[LANES] = {0};
    uint32_t square[LANES] = {0};

    for (unsigned side = 0; side < 2; side++) {
        unsigned at = side * (w - FLOW_WINDOW), end = side * (w - FLOW_AROUND),
                 k = side * FLOW_AROUND;

        for (unsigned i = 0; i < FLOW_WINDOW; i++) {
            sum[k] = (uint16_t)(sum[k] + sums[at + i]);
            square[k] += squares[at + i];
        }
        for (unsigned i = 0; i < FLOW_AROUND; i++) {
            points[k + i] = row[end + i];
            sum[k + i] = sum[k];
            square[k + i] = square[k];
        }
    }
    v_store8(points,
        wide_normal(
            v_load8(points), v_load16(sum), v_load32(square), v_load32(square + LANES / 2)));
    memcpy(to, points, FLOW_AROUND);
    memcpy(to + w - FLOW_AROUND, points + FLOW_AROUND, FLOW_AROUND);
}

static void wide_normalise(
    const uint16_t *sums, const uint32_t *squares, const uint8_t *row, unsigned w, uint8_t *to)
{
    unsigned inside = w - 2 * FLOW_AROUND;

    if (w < LANES + 2 * FLOW_AROUND) {
        flow_portable.normalise(sums, squares, row, w, to);
        return;
    }
    wide_normal_edges(sums, squares, row, w, to);
    row += FLOW_AROUND;
    to += FLOW_AROUND;
    for (unsigned x = 0;; x = x + 2 * LANES <= inside ? x + LANES : inside - LANES) {
        wide_normal_inside(sums + x, squares + x, row + x, to + x);
        if (x + LANES == inside)
            break;
    }
}

/* --- patches ---------------------------------------------------------------------------------- */

/* 16 points of a row, of which so many count. */
static const uint8_t wide_first[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

static uint32_t wide_sad(
    const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h, uint32_t stop)
{
    uint32_t sum = 0;

    for (unsigned x = 0; x < w && sum < stop; x += 16)
        sum += v_sad(a + x, b + x, stride, h, wide_first + (w - x < 16 ? 16 - (w - x) : 0));
    return sum;
}

struct wide_sums {
    v32 gx, gy, d, gxgx, gxgy, gygy, gxd, gyd, dd;
};

/* What is between the points of b that lie before a tile of ROWS rows of 8. */
struct wide_between {
    v16 down;   /* steps */
    v16 across; /* pairs of what the left and the right point count */
};

static inline v16 wide_between_rows(const uint8_t *b, size_t stride, const struct wide_between *f)
{
    v16 up = v_load_rows8(b, stride), below = v_load_rows8(b + stride, stride);

    return v_add16(v_shift_left16(up, FLOW_STEP_BITS), v_mul16(v_sub16(below, up), f->down));
}

/* Adds a tile; `which` has all bits where a point counts. */
static inline void wide_tile(struct wide_sums *s, const uint8_t *a, size_t a_stride,
    const uint8_t *b, size_t b_stride, const struct wide_between *f, v16 which)
{
    v16 one = v_set16(1), left = wide_between_rows(b, b_stride, f),
        right = wide_between_rows(b + 1, b_stride, f);
    v32 low =
        v_shift32(v_madd(v_zip_low(left, right), f->across), 2 * FLOW_STEP_BITS - FLOW_D_BITS);
    v32 high =
        v_shift32(v_madd(v_zip_high(left, right), f->across), 2 * FLOW_STEP_BITS - FLOW_D_BITS);
    v16 d =
        v_sub16(v_pack_zipped(low, high), v_shift_left16(v_load_rows8(a, a_stride), FLOW_D_BITS));
    v16 gx = v_sub16(v_load_rows8(a + 1, a_stride), v_load_rows8(a - 1, a_stride));
    v16 gy = v_sub16(v_load_rows8(a + a_stride, a_stride), v_load_rows8(a - a_stride, a_stride));

    d = v_and16(d, which);
    gx = v_and16(gx, which);
    gy = v_and16(gy, which);
    s->gx = v_add32(s->gx, v_madd(gx, one));
    s->gy = v_add32(s->gy, v_madd(gy, one));
    s->d = v_add32(s->d, v_madd(d, one));
    s->gxgx = v_add32(s->gxgx, v_madd(gx, gx));
    s->gxgy = v_add32(s->gxgy, v_madd(gx, gy));
    s->gygy = v_add32(s->gygy, v_madd(gy, gy));
    s->gxd = v_add32(s->gxd, v_madd(gx, d));
    s->gyd = v_add32(s->gyd, v_madd(gy, d));
    s->dd = v_add32(s->dd, v_madd(d, d));
}

/* A strip of a patch, 8 points wide. Its last rows are taken together with some before them, which do not count again. */
static inline void wide_strip(struct wide_sums *s, const uint8_t *a, size_t a_stride,
    const uint8_t *b, size_t b_stride, unsigned h, const struct wide_between *f, v16 which)
{
    unsigned y = 0;

    for (; y + ROWS <= h; y += ROWS)
        wide_tile(s, a + y * a_stride, a_stride, b + y * b_stride, b_stride, f, which);
    if (y < h) {
        unsigned last = h - ROWS;

        wide_tile(s, a + last * a_stride, a_stride, b + last * b_stride, b_stride, f,
            v_and16(which, v_last_rows(h - y)));
    }
}

/* Of 8 columns the last n from n on, the first n from 16 - n on. */
static const int16_t wide_columns[24] = {
    0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

static inline void wide_patch(struct wide_sums *s, const uint8_t *a, size_t a_stride,
    const uint8_t *b, size_t b_stride, unsigned w, unsigned h, const struct wide_between *f)
{
    unsigned x = 0;

    for (; x + 8 <= w; x += 8)
        wide_strip(s, a + x, a_stride, b + x, b_stride, h, f, v_set16(-1));
    if (x < w)
        wide_strip(
            s, a + w - 8, a_stride, b + w - 8, b_stride, h, f, v_each_row(wide_columns + (w - x)));
}

/* Less than 8 wide, as patches at the frame's edges are: around them is nothing to read, so they are taken out of it. */
static inline void wide_narrow(struct wide_sums *s, const uint8_t *a, size_t a_stride,
    const uint8_t *b, size_t b_stride, unsigned w, unsigned h, const struct wide_between *f)
{
    enum { PITCH = 16 };
    uint8_t around[(FLOW_PATCH_MAX + 2) * PITCH] = {0}, there[(FLOW_PATCH_MAX + 1) * PITCH] = {0};

    a -= a_stride + 1;
    for (unsigned y = 0; y < h + 2; y++)
        memcpy(around + y * PITCH, a + y * a_stride, w + 2);
    for (unsigned y = 0; y < h + 1; y++)
        memcpy(there + y * PITCH, b + y * b_stride, w + 1);
    wide_strip(
        s, around + PITCH + 1, PITCH, there, PITCH, h, f, v_each_row(wide_columns + (16 - w)));
}

static void wide_moments(const uint8_t *a, size_t a_stride, const uint8_t *b, size_t b_stride,
    unsigned w, unsigned h, unsigned fx, unsigned fy, struct flow_moments *ret_m)
{
    struct wide_between f = {
        v_set16((int16_t)fy), v_set_pairs((int16_t)(FLOW_STEPS - fx), (int16_t)fx)};
    struct wide_sums s;
    int32_t sums[8], last[4];

    if (h < ROWS) {
        flow_portable.moments(a, a_stride, b, b_stride, w, h, fx, fy, ret_m);
        return;
    }
    memset(&s, 0, sizeof(s));
    if (w < 8)
        wide_narrow(&s, a, a_stride, b, b_stride, w, h, &f);
    else
        wide_patch(&s, a, a_stride, b, b_stride, w, h, &f);
    v_sums(s.gx, s.gy, s.d, s.gxgx, sums);
    v_sums(s.gxgy, s.gygy, s.gxd, s.gyd, sums + 4);
    v_sums(s.dd, s.dd, s.dd, s.dd, last);
    *ret_m = (struct flow_moments){(int32_t)(w * h), sums[0], sums[1], sums[2], sums[3], sums[4],
        sums[5], sums[6], sums[7], (uint32_t)last[0]};
}

#define WIDE_OPS                                                                                   \
    {                                                                                              \
        .quarter = wide_quarter, .half = wide_half, .slide = wide_slide,                           \
        .normalise = wide_normalise, .sad = wide_sad, .moments = wide_moments                      \
    }
