/* flow_vec_sse2.h - the vocabulary of flow_wide.h for any 64-bit processor by Intel or AMD. */
#pragma once

#include <emmintrin.h>
#include <stdint.h>
#include <string.h>

#define LANES 8
#define ROWS 1

typedef __m128i v16;
typedef __m128i v32;
typedef struct {
    __m128i left, right;
} vw;
typedef __m128i vb, vs;
typedef __m128 vf;

#define v_set16 _mm_set1_epi16
#define v_set32 _mm_set1_epi32
#define v_setf _mm_set1_ps
#define v_add16 _mm_add_epi16
#define v_sub16 _mm_sub_epi16
#define v_mul16 _mm_mullo_epi16
#define v_and16 _mm_and_si128
#define v_andb _mm_and_si128
#define v_no_sums _mm_setzero_si128
#define v_shift16 _mm_srli_epi16
#define v_shift_left16 _mm_slli_epi16
#define v_add32 _mm_add_epi32
#define v_sub32 _mm_sub_epi32
#define v_and32 _mm_and_si128
#define v_xor32 _mm_xor_si128
#define v_shift32 _mm_srai_epi32
#define v_shift_left32 _mm_slli_epi32
#define v_madd _mm_madd_epi16
#define v_pack32 _mm_packs_epi32
#define v_float _mm_cvtepi32_ps
#define v_cut _mm_cvttps_epi32
#define v_addf _mm_add_ps
#define v_mulf _mm_mul_ps
#define v_divf _mm_div_ps
#define v_root _mm_sqrt_ps
#define v_bytes(rows, n)                                                                           \
    _mm_unpacklo_epi8((n) ? _mm_srli_si128(rows, n) : (rows), _mm_setzero_si128())
#define vf_bits _mm_castps_si128
#define vf_of_bits _mm_castsi128_ps

static inline v16 v_load16(const void *p)
{
    return _mm_loadu_si128(p);
}

static inline v32 v_load32(const void *p)
{
    return _mm_loadu_si128(p);
}

static inline void v_store16(void *p, v16 v)
{
    _mm_storeu_si128(p, v);
}

static inline void v_store32(void *p, v32 v)
{
    _mm_storeu_si128(p, v);
}

/* Bytes into registers, and back, where what does not fit becomes the nearest that does. */
static inline v16 v_load8(const uint8_t *p)
{
    return _mm_unpacklo_epi8(_mm_loadl_epi64((const void *)p), _mm_setzero_si128());
}

static inline void v_store8(uint8_t *p, v16 v)
{
    _mm_storel_epi64((void *)p, _mm_packus_epi16(v, v));
}

/* The sums of each two bytes. */
static inline v16 v_load_pairs(const uint8_t *p)
{
    __m128i v = _mm_loadu_si128((const void *)p);

    return _mm_add_epi16(_mm_and_si128(v, _mm_set1_epi16(255)), _mm_srli_epi16(v, 8));
}

/* By how much the byte two further to the right is more, of each of the 8 first bytes. */
static inline v16 v_slope(vb rows)
{
    return _mm_sub_epi16(v_bytes(rows, 2), v_bytes(rows, 0));
}

/* The sum of each of the 8 first bytes and the one to its right, by their weights, which are FLOW_STEPS together. */
static inline vw v_set_across(unsigned left, unsigned right)
{
    return (vw){_mm_set1_epi16((int16_t)left), _mm_set1_epi16((int16_t)right)};
}

static inline v16 v_across(vb rows, vw weights)
{
    return _mm_add_epi16(_mm_mullo_epi16(v_bytes(rows, 0), weights.left),
        _mm_mullo_epi16(v_bytes(rows, 1), weights.right));
}

/* a b / 2^15, rounded down; a is of 15 bits and a sign's. */
static inline v16 v_mul_high15(v16 a, v16 b)
{
    return _mm_mulhi_epi16(_mm_add_epi16(a, a), b);
}

/* The same 8 values for each row; all bits in the first one. */
static inline v16 v_each_row(const int16_t *p)
{
    return v_load16(p);
}

static inline v16 v_first_row(void)
{
    return _mm_set1_epi16(-1);
}

static inline v16 v32_as16(v32 v)
{
    return v;
}

static inline v32 v_widen_low(v16 v)
{
    return _mm_srai_epi32(_mm_unpacklo_epi16(v, v), 16);
}

static inline v32 v_widen_high(v16 v)
{
    return _mm_srai_epi32(_mm_unpackhi_epi16(v, v), 16);
}

static inline v32 v_add_madd(v32 sum, v16 a, v16 b)
{
    return _mm_add_epi32(sum, _mm_madd_epi16(a, b));
}

/* The sums of all values of four registers. */
static inline void v_sums(v32 a, v32 b, v32 c, v32 d, int32_t ret[4])
{
    __m128i ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    __m128i cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));

    v_store32(ret, _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd)));
}

static inline int32_t v_sum(v32 v)
{
    v = _mm_add_epi32(v, _mm_unpackhi_epi64(v, v));
    return _mm_cvtsi128_si32(_mm_add_epi32(v, _mm_shuffle_epi32(v, 1)));
}

/* ROWS rows of 16 bytes, or one; the same 16 bytes for each. */
static inline vb v_rows16(const uint8_t *p, size_t stride)
{
    return _mm_loadu_si128((const void *)p);
}

static inline vb v_row16(const uint8_t *p)
{
    return v_rows16(p, 0);
}

static inline vb v_each16(const uint8_t *p)
{
    return v_rows16(p, 0);
}

/* Adds the absolute differences to sums, and all of these up. */
static inline vs v_sad(vs sum, vb a, vb b)
{
    return _mm_add_epi64(sum, _mm_sad_epu8(a, b));
}

static inline uint32_t v_sad_sum(vs v)
{
    return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi64(v, _mm_unpackhi_epi64(v, v)));
}
