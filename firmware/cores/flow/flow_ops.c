/* flow_ops.c - the inner loops for any machine: every result that others must be equal to. */
#include "flow_ops.h"

#include "flow_math.h"

static void quarter(const uint8_t *from, size_t stride, unsigned w, unsigned h, uint8_t *to)
{
    for (unsigned y = 0; y < h; y++, from += 4 * stride) {
        for (unsigned x = 0; x < w; x++) {
            const uint8_t *p = from + 4 * (size_t)x;
            unsigned sum = 8;

            for (unsigned i = 0; i < 4; i++, p += stride)
                sum += p[0] + p[1] + p[2] + p[3];
            *to++ = (uint8_t)(sum >> 4);
        }
    }
}

static void half(
    const uint8_t *from, size_t stride, unsigned w, unsigned h, uint8_t *to, size_t pitch)
{
    for (; h > 0; h--, from += 2 * stride, to += pitch) {
        const uint8_t *p = from, *q = from + stride;

        for (uint8_t *t = to, *end = to + w; t < end; p += 2, q += 2)
            *t++ = (uint8_t)((p[0] + p[1] + q[0] + q[1] + 2) >> 2);
    }
}

/* --- surroundings ----------------------------------------------------------------------------- */

/* One point, by the sum and the sum of squares of the 49 around it. */
static uint8_t normal(int32_t point, int32_t sum, int32_t squares)
{
    const int32_t n = FLOW_WINDOW * FLOW_WINDOW;
    /* n² times the variance fits; 2048 instead of n² = 2401 is a constant factor, 1.08 in the root. */
    int32_t deviation = flow_root16((uint32_t)(n * squares - sum * sum) >> 11);
    int32_t from_mean = (n * point - sum) * FLOW_SCALE;
    int32_t v = 128 + from_mean / (deviation + 16 * FLOW_NOISE);

    return (uint8_t)flow_clamp(v, 0, 255);
}

static void slide(
    uint16_t *sums, uint32_t *squares, const uint8_t *in, const uint8_t *out, unsigned w)
{
    for (unsigned x = 0; x < w; x++) {
        int32_t more = in[x] - (out ? out[x] : 0), both = in[x] + (out ? out[x] : 0);

        sums[x] = (uint16_t)(sums[x] + more);
        squares[x] += (uint32_t)(more * both);
    }
}

static void normalise(
    const uint16_t *sums, const uint32_t *squares, const uint8_t *row, unsigned w, uint8_t *to)
{
    uint32_t sum = 0, square = 0;

    sums -= FLOW_AROUND;
    squares -= FLOW_AROUND;
    for (unsigned i = 0; i < FLOW_WINDOW - 1; i++) {
        sum += *sums++;
        square += *squares++;
    }
    for (const uint8_t *end = row + w; row < end; sums++, squares++) {
        sum += *sums;
        square += *squares;
        *to++ = normal(*row++, (int32_t)sum, (int32_t)square);
        sum -= sums[1 - FLOW_WINDOW];
        square -= squares[1 - FLOW_WINDOW];
    }
}

/* --- patches ---------------------------------------------------------------------------------- */

static uint32_t sad(
    const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h, uint32_t stop)
{
    uint32_t sum = 0;

    for (; h > 0 && sum < stop; h--, a += stride, b += stride) {
        const uint8_t *p = a, *q = b;

        for (; p + 4 <= a + w; p += 4, q += 4)
            sum += (uint32_t)(flow_abs(p[0] - q[0]) + flow_abs(p[1] - q[1]) +
                flow_abs(p[2] - q[2]) + flow_abs(p[3] - q[3]));
        for (; p < a + w; p++, q++)
            sum += (uint32_t)flow_abs(*p - *q);
    }
    return sum;
}

static void sads(const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h,
    uint32_t stop, uint32_t ret_sums[FLOW_PLACES])
{
    for (unsigned i = 0; i < FLOW_PLACES; i++) {
        ret_sums[i] = sad(a, b + i, stride, w, h, stop);
        stop = ret_sums[i] < stop ? ret_sums[i] : stop;
    }
}

static void sads_around(const uint8_t *a, const uint8_t *b, size_t stride, unsigned w, unsigned h,
    const uint32_t stops[FLOW_NEXT], uint32_t ret_sums[FLOW_NEXT])
{
    for (unsigned i = 0; i < FLOW_NEXT; i++)
        ret_sums[i] =
            sad(a, b + flow_next_y(i) * (ptrdiff_t)stride + flow_next_x(i), stride, w, h, stops[i]);
}

/* What lies `steps` of FLOW_STEPS between two values, in steps. */
static inline int32_t between(int32_t a, int32_t b, int32_t steps)
{
    return FLOW_STEPS * a + steps * (b - a);
}

/* One row. What lies between two points of a column of b serves the points to both sides. */
static inline void row_moments(struct flow_moments *m, const uint8_t *a, size_t a_stride,
    const uint8_t *b, size_t b_stride, unsigned w, int32_t fx, int32_t fy)
{
    const uint8_t *up = a - a_stride, *down = a + a_stride, *end = a + w, *below = b + b_stride;
    int32_t left = between(*b++, *below++, fy);

    do {
        int32_t right = between(*b++, *below++, fy);
        int32_t d = (between(left, right, fx) >> (2 * FLOW_STEP_BITS - FLOW_D_BITS)) -
            (a[0] << FLOW_D_BITS);
        int32_t gx = a[1] - a[-1], gy = *down++ - *up++;

        left = right;
        m->gx += gx;
        m->gy += gy;
        m->d += d;
        m->gxgx += gx * gx;
        m->gxgy += gx * gy;
        m->gygy += gy * gy;
        m->gxd += gx * d;
        m->gyd += gy * d;
        m->dd += (uint32_t)(d * d);
    } while (++a < end);
}

static void moments(const uint8_t *a, size_t a_stride, const uint8_t *b, size_t b_stride,
    unsigned w, unsigned h, unsigned fx, unsigned fy, struct flow_moments *ret_m)
{
    struct flow_moments m = {.n = (int32_t)(w * h)};

    for (; h > 0; h--, a += a_stride, b += b_stride)
        row_moments(&m, a, a_stride, b, b_stride, w, (int32_t)fx, (int32_t)fy);
    *ret_m = m;
}

static void cells(const uint8_t *first, const uint8_t *second, size_t stride,
    const struct flow_place *places, size_t n, struct flow_moments *ret_m)
{
    for (const struct flow_place *p = places; p < places + n; p++)
        moments(first + p->a, stride, second + p->b, stride, FLOW_CELL, FLOW_CELL, p->fx, p->fy,
            ret_m++);
}

const struct flow_ops flow_portable = {.quarter = quarter,
    .half = half,
    .slide = slide,
    .normalise = normalise,
    .sad = sad,
    .sads = sads,
    .sads_around = sads_around,
    .moments = moments,
    .cells = cells};
