/* flow_wide_images.h - smaller images, and points set against their surroundings, on wide registers: for flow_wide.h. */
#pragma once

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
    for (unsigned x = 0;; x = x + 2 * LANES <= w ? x + LANES : w - LANES) {
        const uint8_t *p = from + 2 * (size_t)x;
        uint8_t *t = to + x;

        for (unsigned y = 0; y < h; y++, p += 2 * stride, t += pitch) {
            v16 sum = v_add16(v_load_pairs(p), v_load_pairs(p + stride));

            v_store8(t, v_shift16(v_add16(sum, v_set16(2)), 2));
        }
        if (x + LANES == w)
            break;
    }
}

/* --- surroundings ----------------------------------------------------------------------------- */

INLINE v32 wide_square(v32 v)
{
    return v_madd(v32_as16(v), v32_as16(v));
}

static void wide_slide(
    uint16_t *sums, uint32_t *squares, const uint8_t *in, const uint8_t *out, unsigned w)
{
    unsigned x = 0;

    for (; x + LANES <= w; x += LANES) {
        v16 i = v_load8(in + x), o = out ? v_load8(out + x) : v_set16(0);
        v32 low = v_sub32(wide_square(v_widen_low(i)), wide_square(v_widen_low(o)));
        v32 high = v_sub32(wide_square(v_widen_high(i)), wide_square(v_widen_high(o)));

        v_store16(sums + x, v_add16(v_load16(sums + x), v_sub16(i, o)));
        v_store32(squares + x, v_add32(v_load32(squares + x), low));
        v_store32(squares + x + LANES / 2, v_add32(v_load32(squares + x + LANES / 2), high));
    }
    flow_portable.slide(sums + x, squares + x, in + x, out ? out + x : NULL, w - x);
}

/* What flow_root16() makes of as many as fit: it takes fours away until there are 8 bits, of which 7 are left where the exponent
 * is even, and of the root it keeps 8. A float's bits count from the exponent on, so that all of this is cutting some off. */
INLINE vf wide_root16(v32 v)
{
    vf all = v_float(v);
    v32 odd =
        v_and32(v_shift32(vf_bits(all), 7), v_set32(1 << 16)); /* the exponent is biased by 127 */
    v32 few = v_and32(vf_bits(all), v_xor32(odd, v_set32((int32_t)0xffff0000)));
    vf root = v_root(v_mulf(vf_of_bits(few), v_setf(256)));

    return v_float(v_cut(vf_of_bits(v_and32(vf_bits(root), v_set32((int32_t)0xffff0000)))));
}

/* Half as many points as a register of 16 bits holds: how far they are from the mean, times 49, the sums and the sums of
 * squares of the 49 around. */
INLINE v32 wide_normal32(v32 from_mean, v32 sum, v32 squares)
{
    v32 all = v_add32(v_add32(v_shift_left32(squares, 5), v_shift_left32(squares, 4)), squares);
    vf deviation = wide_root16(v_shift32(v_sub32(all, wide_square(sum)), 11));

    return v_cut(v_divf(v_mulf(v_float(from_mean), v_setf(FLOW_SCALE)),
        v_addf(deviation, v_setf(16 * FLOW_NOISE))));
}

INLINE v16 wide_normal(v16 point, v16 sum, v32 squares_low, v32 squares_high)
{
    v16 from_mean = v_sub16(v_mul16(point, v_set16(FLOW_WINDOW * FLOW_WINDOW)), sum);
    v32 low = wide_normal32(v_widen_low(from_mean), v_widen_low(sum), squares_low);
    v32 high = wide_normal32(v_widen_high(from_mean), v_widen_high(sum), squares_high);

    return v_add16(v_pack32(low, high), v_set16(128));
}

static void wide_normalise(
    const uint16_t *sums, const uint32_t *squares, const uint8_t *row, unsigned w, uint8_t *to)
{
    if (w < LANES) {
        flow_portable.normalise(sums, squares, row, w, to);
        return;
    }
    for (unsigned x = 0;; x = x + 2 * LANES <= w ? x + LANES : w - LANES) {
        const uint16_t *s = sums + x - FLOW_AROUND;
        const uint32_t *q = squares + x - FLOW_AROUND;
        v16 sum = v_load16(s);
        v32 low = v_load32(q), high = v_load32(q + LANES / 2);

        for (unsigned i = 1; i < FLOW_WINDOW; i++) {
            sum = v_add16(sum, v_load16(s + i));
            low = v_add32(low, v_load32(q + i));
            high = v_add32(high, v_load32(q + LANES / 2 + i));
        }
        v_store8(to + x, wide_normal(v_load8(row + x), sum, low, high));
        if (x + LANES == w)
            break;
    }
}
