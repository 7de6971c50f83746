/* flow_wide_patches.h - how two patches differ, on wide registers: for flow_wide.h. */
#pragma once

/* Of 16 points of a row the first n count, from 16 - n on. */
static const uint8_t wide_first[32] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

static uint32_t wide_sad(
    const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h, uint32_t stop)
{
    uint32_t sum = 0;

    for (unsigned x = 0; x < w && sum < stop; x += 16) {
        const uint8_t *p = a + x, *q = b + x;
        vb which = v_each16(wide_first + (w - x < 16 ? 16 - (w - x) : 0));
        vs all = v_no_sums();
        unsigned y = 0;

        for (; y + ROWS <= h; y += ROWS, p += ROWS * stride, q += ROWS * stride)
            all =
                v_sad(all, v_andb(v_rows16(p, stride), which), v_andb(v_rows16(q, stride), which));
        if (y < h)
            all = v_sad(all, v_andb(v_row16(p), which), v_andb(v_row16(q), which));
        sum += v_sad_sum(all);
    }
    return sum;
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

/* --- moments ---------------------------------------------------------------------------------- */

struct wide_sums {
    v32 gx, gy, d, gxgx, gxgy, gygy, gxd, gyd, dd;
};

#define WIDE_NONE                                                                                  \
    {                                                                                              \
        v_set32(0), v_set32(0), v_set32(0), v_set32(0), v_set32(0), v_set32(0), v_set32(0),        \
            v_set32(0), v_set32(0)                                                                 \
    }

/* What is between the points of b that lie before a tile of ROWS rows of 8. */
struct wide_between {
    v16 down;   /* steps */
    v16 across; /* pairs of what the left and the right point count */
};

/* Adds the points of a tile, of which those count that `which` has all bits for. */
INLINE void wide_add(struct wide_sums *s, v16 gx, v16 gy, v16 d, v16 which)
{
    v16 one = v_set16(1);

    d = v_and16(d, which);
    gx = v_and16(gx, which);
    gy = v_and16(gy, which);
    s->gx = v_add_madd(s->gx, gx, one);
    s->gy = v_add_madd(s->gy, gy, one);
    s->d = v_add_madd(s->d, d, one);
    s->gxgx = v_add_madd(s->gxgx, gx, gx);
    s->gxgy = v_add_madd(s->gxgy, gx, gy);
    s->gygy = v_add_madd(s->gygy, gy, gy);
    s->gxd = v_add_madd(s->gxd, gx, d);
    s->gyd = v_add_madd(s->gyd, gy, d);
    s->dd = v_add_madd(s->dd, d, d);
}

/* What lies between two rows. */
INLINE v16 wide_down(v16 row, v16 below, const struct wide_between *f)
{
    return v_add16(v_shift_left16(row, FLOW_STEP_BITS), v_mul16(v_sub16(below, row), f->down));
}

/* By how much what lies between two columns differs from the points of the first frame. */
INLINE v16 wide_differ(v16 here, v16 left, v16 right, const struct wide_between *f)
{
    v32 low = v_madd(v_zip_low(left, right), f->across);
    v32 high = v_madd(v_zip_high(left, right), f->across);

    low = v_shift32(low, 2 * FLOW_STEP_BITS - FLOW_D_BITS);
    high = v_shift32(high, 2 * FLOW_STEP_BITS - FLOW_D_BITS);
    return v_sub16(v_pack_zipped(low, high), v_shift_left16(here, FLOW_D_BITS));
}

/* The last rows of a strip that are no whole tile, together with some before them, which do not count again. */
INLINE void wide_rest(struct wide_sums *s, const uint8_t *a, size_t a_stride, const uint8_t *b,
    size_t b_stride, const struct wide_between *f, v16 which)
{
    vb here = v_rows16(a - 1, a_stride);
    vb there = v_rows16(b, b_stride), below = v_rows16(b + b_stride, b_stride);
    v16 up = v_bytes(v_rows16(a - 1 - a_stride, a_stride), 1);
    v16 down = v_bytes(v_rows16(a - 1 + a_stride, a_stride), 1);
    v16 left = wide_down(v_bytes(there, 0), v_bytes(below, 0), f);
    v16 right = wide_down(v_bytes(there, 1), v_bytes(below, 1), f);

    wide_add(s, v_sub16(v_bytes(here, 2), v_bytes(here, 0)), v_sub16(down, up),
        wide_differ(v_bytes(here, 1), left, right, f), which);
}

/* The whole tiles of a strip, 8 points wide; each row is read once. Of the rows that follow the last one only the first may be read. */
INLINE void wide_tiles(struct wide_sums *s, const uint8_t *a, size_t a_stride, const uint8_t *b,
    size_t b_stride, unsigned h, const struct wide_between *f, v16 which)
{
    const uint8_t *p = a - 1, *q = b;
    v16 above = v_bytes(v_rows16(p - a_stride, a_stride), 1);
    vb here = v_rows16(p, a_stride), there = v_rows16(q, b_stride);
    v16 middle = v_bytes(here, 1), left = v_bytes(there, 0), right = v_bytes(there, 1);

    for (; h >= ROWS; h -= ROWS) {
        p += ROWS * a_stride;
        q += ROWS * b_stride;
        vb next = h >= 2 * ROWS ? v_rows16(p, a_stride) : v_row16(p);
        vb next_there = h >= 2 * ROWS ? v_rows16(q, b_stride) : v_row16(q);
        v16 next_middle = v_bytes(next, 1);
        v16 next_left = v_bytes(next_there, 0), next_right = v_bytes(next_there, 1);
        v16 d = wide_differ(middle, wide_down(left, v_below(left, next_left), f),
            wide_down(right, v_below(right, next_right), f), f);

        wide_add(s, v_sub16(v_bytes(here, 2), v_bytes(here, 0)),
            v_sub16(v_below(middle, next_middle), above), d, which);
        above = v_above(middle, next_middle);
        middle = next_middle;
        left = next_left;
        right = next_right;
        here = next;
    }
}

INLINE void wide_strip(struct wide_sums *s, const uint8_t *a, size_t a_stride, const uint8_t *b,
    size_t b_stride, unsigned h, const struct wide_between *f, v16 which)
{
    unsigned rest = h % ROWS, last = h - ROWS;

    wide_tiles(s, a, a_stride, b, b_stride, h, f, which);
    if (rest)
        wide_rest(s, a + last * a_stride, a_stride, b + last * b_stride, b_stride, f,
            v_and16(which, v_last_rows(rest)));
}

/* Of 8 columns the first n, from 8 - n on. */
static const int16_t wide_columns[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

/* Into the members of a result from the first sum on, which stand in this order. */
INLINE void wide_total(const struct wide_sums *s, unsigned n, struct flow_moments *ret_m)
{
    int32_t sums[9];

    v_sums(s->gx, s->gy, s->d, s->gxgx, sums);
    v_sums(s->gxgy, s->gygy, s->gxd, s->gyd, sums + 4);
    sums[8] = v_sum(s->dd);
    ret_m->n = (int32_t)n;
    memcpy((uint8_t *)ret_m + offsetof(struct flow_moments, gx), sums, sizeof(sums));
}

/* Any that is ROWS high at least, in strips, of the last of which some columns count. */
static void wide_patch(const uint8_t *a, size_t a_stride, const uint8_t *b, size_t b_stride,
    unsigned w, unsigned h, const struct wide_between *f, struct flow_moments *ret_m)
{
    struct wide_sums s = WIDE_NONE;
    unsigned x = 0;

    for (; x + 8 <= w; x += 8)
        wide_strip(&s, a + x, a_stride, b + x, b_stride, h, f, v_set16(-1));
    if (x < w)
        wide_strip(
            &s, a + x, a_stride, b + x, b_stride, h, f, v_each_row(wide_columns + 8 - (w - x)));
    wide_total(&s, w * h, ret_m);
}

static void wide_moments(const uint8_t *a, size_t a_stride, const uint8_t *b, size_t b_stride,
    unsigned w, unsigned h, unsigned fx, unsigned fy, struct flow_moments *ret_m)
{
    struct wide_between f = {
        v_set16((int16_t)fy), v_set_pairs((int16_t)(FLOW_STEPS - fx), (int16_t)fx)};
    struct wide_sums s = WIDE_NONE;

    if (w == 8 && h == 8) {
        wide_tiles(&s, a, a_stride, b, b_stride, 8, &f, v_set16(-1));
        wide_total(&s, 64, ret_m);
    } else if (h < ROWS) {
        flow_portable.moments(a, a_stride, b, b_stride, w, h, fx, fy, ret_m);
    } else {
        wide_patch(a, a_stride, b, b_stride, w, h, &f, ret_m);
    }
}
