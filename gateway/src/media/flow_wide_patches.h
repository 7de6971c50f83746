/* flow_wide_patches.h - how two patches differ, on wide registers: for flow_wide.h. */
#pragma once

/* Of 16 points of a row the first n count, from 16 - n on. */
static const uint8_t wide_first[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* Of a strip of 16 points that of which the first n count. */
INLINE uint32_t wide_sad16(
    const uint8_t *a, const uint8_t *b, size_t stride, unsigned n, unsigned h)
{
    vb which = v_each16(wide_first + 16 - n);
    vs all = v_no_sums();

    for (; h >= ROWS; h -= ROWS, a += ROWS * stride, b += ROWS * stride)
        all = v_sad(all, v_andb(v_rows16(a, stride), which), v_andb(v_rows16(b, stride), which));
    if (h > 0)
        all = v_sad(all, v_andb(v_row16(a), which), v_andb(v_row16(b), which));
    return v_sad_sum(all);
}

static uint32_t wide_sad(
    const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h, uint32_t stop)
{
    uint32_t sum = 0;

    for (; w > 16 && sum < stop; a += 16, b += 16, w -= 16)
        sum += wide_sad16(a, b, stride, 16, h);
    return sum < stop ? sum + wide_sad16(a, b, stride, w, h) : sum;
}

/* One step for each of FLOW_PLACES. */
#define WIDE_PLACES(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6)
_Static_assert(FLOW_PLACES == 7, "there are so many steps");

static void wide_sads(const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h,
    uint32_t stop, uint32_t ret_sums[FLOW_PLACES])
{
    vb which = v_each16(wide_first + 16 - w);
    vs all[FLOW_PLACES];
    unsigned y = 0;

#define NONE(i) all[i] = v_no_sums();
    WIDE_PLACES(NONE)
    for (; y + ROWS <= h; y += ROWS, a += ROWS * stride, b += ROWS * stride) {
        vb here = v_andb(v_rows16(a, stride), which);

#define ROWS_AT(i) all[i] = v_sad(all[i], here, v_andb(v_rows16(b + i, stride), which));
        WIDE_PLACES(ROWS_AT)
    }
    if (y < h) {
        vb here = v_andb(v_row16(a), which);

#define ROW_AT(i) all[i] = v_sad(all[i], here, v_andb(v_row16(b + i), which));
        WIDE_PLACES(ROW_AT)
    }
#define SUM(i) ret_sums[i] = v_sad_sum(all[i]);
    WIDE_PLACES(SUM)
}

/* One step for each of FLOW_NEXT, with where it is. */
#define WIDE_NEXT(DO)                                                                              \
    DO(0, -1, -1)                                                                                  \
    DO(1, 0, -1) DO(2, 1, -1) DO(3, -1, 0) DO(4, 1, 0) DO(5, -1, 1) DO(6, 0, 1) DO(7, 1, 1)
_Static_assert(FLOW_NEXT == 8, "there are so many steps");

/* None ends early: that would take longer than to go on. */
static void wide_sads_around(const uint8_t *a, const uint8_t *b, size_t stride, unsigned w,
    unsigned h, const uint32_t stops[FLOW_NEXT], uint32_t ret_sums[FLOW_NEXT])
{
    ptrdiff_t row = (ptrdiff_t)stride;
    vb which = v_each16(wide_first + (w < 16 ? 16 - w : 0));
    vs all[FLOW_NEXT];
    unsigned y = 0;

    if (w > 16) {
        flow_portable.sads_around(a, b, stride, w, h, stops, ret_sums);
        return;
    }
#define NONE_NEXT(i, dx, dy) all[i] = v_no_sums();
    WIDE_NEXT(NONE_NEXT)
    for (; y + ROWS <= h; y += ROWS, a += ROWS * stride, b += ROWS * stride) {
        vb here = v_andb(v_rows16(a, stride), which);

#define ROWS_NEXT(i, dx, dy)                                                                       \
    all[i] = v_sad(all[i], here, v_andb(v_rows16(b + dy * row + dx, stride), which));
        WIDE_NEXT(ROWS_NEXT)
    }
    if (y < h) {
        vb here = v_andb(v_row16(a), which);

#define ROW_NEXT(i, dx, dy) all[i] = v_sad(all[i], here, v_andb(v_row16(b + dy * row + dx), which));
        WIDE_NEXT(ROW_NEXT)
    }
#define SUM_NEXT(i, dx, dy) ret_sums[i] = v_sad_sum(all[i]);
    WIDE_NEXT(SUM_NEXT)
}

/* --- moments ---------------------------------------------------------------------------------- */

/* Of slopes 128 fit 16 bits, as many as the tiles of the largest patch are. */
struct wide_sums {
    v16 gx, gy;
    v32 d, gxgx, gxgy, gygy, gxd, gyd, dd;
};

#define WIDE_NONE                                                                                  \
    {                                                                                              \
        v_set16(0), v_set16(0), v_set32(0), v_set32(0), v_set32(0), v_set32(0), v_set32(0),        \
            v_set32(0), v_set32(0)                                                                 \
    }
_Static_assert(255 * (FLOW_PATCH_MAX / 8) * FLOW_PATCH_MAX <= INT16_MAX, "they fit");

/* By how much one looks between the points of b. */
struct wide_between {
    vw across; /* what the left and the right point count */
    v16 down;  /* the steps in 1/2^15 */
};

INLINE struct wide_between wide_between(unsigned fx, unsigned fy)
{
    return (struct wide_between){
        v_set_across(FLOW_STEPS - fx, fx), v_set16((int16_t)(fy << (15 - FLOW_STEP_BITS)))};
}

/* Adds the points of a tile, of which those count that `which` has all bits for. */
INLINE void wide_add(struct wide_sums *s, v16 gx, v16 gy, v16 d, v16 which)
{
    d = v_and16(d, which);
    gx = v_and16(gx, which);
    gy = v_and16(gy, which);
    s->gx = v_add16(s->gx, gx);
    s->gy = v_add16(s->gy, gy);
    s->d = v_add_madd(s->d, d, v_set16(1));
    s->gxgx = v_add_madd(s->gxgx, gx, gx);
    s->gxgy = v_add_madd(s->gxgy, gx, gy);
    s->gygy = v_add_madd(s->gygy, gy, gy);
    s->gxd = v_add_madd(s->gxd, gx, d);
    s->gyd = v_add_madd(s->gyd, gy, d);
    s->dd = v_add_madd(s->dd, d, d);
}

/* By how much what lies between two rows, which are in steps, differs from the points of the first frame. */
INLINE v16 wide_differ(v16 here, v16 row, v16 below, const struct wide_between *f)
{
    v16 there = v_add16(row, v_mul_high15(v_sub16(below, row), f->down));

    return v_sub16(
        v_shift16(there, FLOW_STEP_BITS - FLOW_D_BITS), v_shift_left16(here, FLOW_D_BITS));
}

/* Of a strip of 8 points so many rows, and in each row of a register as many further down: so the row below each is in the next
 * one. Those columns count that `which` has all bits for. Each row is read once, and behind the last one only another. */
INLINE void wide_rows(struct wide_sums *s, const uint8_t *a, size_t a_stride, const uint8_t *b,
    size_t b_stride, unsigned n, unsigned apart, const struct wide_between *f, v16 which)
{
    const size_t a_apart = apart * a_stride, b_apart = apart * b_stride;
    const uint8_t *p = a - 1, *q = b;
    v16 above = v_bytes(v_rows16(p - a_stride, a_apart), 1);
    vb here = v_rows16(p, a_apart);
    v16 middle = v_bytes(here, 1), row = v_across(v_rows16(q, b_apart), f->across);

    for (; n > 0; n--) {
        p += a_stride;
        q += b_stride;
        vb next = v_rows16(p, a_apart);
        v16 next_middle = v_bytes(next, 1), next_row = v_across(v_rows16(q, b_apart), f->across);

        wide_add(s, v_slope(here), v_sub16(next_middle, above),
            wide_differ(middle, row, next_row, f), which);
        above = middle;
        middle = next_middle;
        row = next_row;
        here = next;
    }
}

/* A whole strip. */
INLINE void wide_strip(struct wide_sums *s, const uint8_t *a, size_t a_stride, const uint8_t *b,
    size_t b_stride, unsigned h, const struct wide_between *f, v16 which)
{
    const unsigned n = h / ROWS, last = h - 1;

    wide_rows(s, a, a_stride, b, b_stride, n, n, f, which);
    if (h % ROWS)
        wide_rows(s, a + last * a_stride, a_stride, b + last * b_stride, b_stride, 1, 0, f,
            v_and16(which, v_first_row()));
}

/* Of 8 columns the first n, from 8 - n on. */
static const int16_t wide_columns[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

/* Into the members of a result from the first sum on, which stand in this order. */
INLINE void wide_total(const struct wide_sums *s, unsigned n, struct flow_moments *ret_m)
{
    v16 one = v_set16(1);
    int32_t sums[9];

    v_sums(v_madd(s->gx, one), v_madd(s->gy, one), s->d, s->gxgx, sums);
    v_sums(s->gxgy, s->gygy, s->gxd, s->gyd, sums + 4);
    sums[8] = v_sum(s->dd);
    ret_m->n = (int32_t)n;
    memcpy((uint8_t *)ret_m + offsetof(struct flow_moments, gx), sums, sizeof(sums));
}

/* In strips, of the last of which some columns count. */
static void wide_moments(const uint8_t *a, size_t a_stride, const uint8_t *b, size_t b_stride,
    unsigned w, unsigned h, unsigned fx, unsigned fy, struct flow_moments *ret_m)
{
    struct wide_between f = wide_between(fx, fy);
    struct wide_sums s = WIDE_NONE;
    unsigned x = 0;

    for (; x + 8 <= w; x += 8)
        wide_strip(&s, a + x, a_stride, b + x, b_stride, h, &f, v_set16(-1));
    if (x < w)
        wide_strip(
            &s, a + x, a_stride, b + x, b_stride, h, &f, v_each_row(wide_columns + 8 - (w - x)));
    wide_total(&s, w * h, ret_m);
}

static void wide_cells(const uint8_t *first, const uint8_t *second, size_t stride,
    const struct flow_place *places, size_t n, struct flow_moments *ret_m)
{
    for (const struct flow_place *p = places; p < places + n; p++) {
        struct wide_between f = wide_between(p->fx, p->fy);
        struct wide_sums s = WIDE_NONE;

        wide_strip(&s, first + p->a, stride, second + p->b, stride, FLOW_CELL, &f, v_set16(-1));
        wide_total(&s, FLOW_CELL * FLOW_CELL, ret_m++);
    }
}
