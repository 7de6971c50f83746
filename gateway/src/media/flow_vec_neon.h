/* flow_vec_neon.h - the vocabulary of flow_wide.h for 64-bit processors by ARM, which all have these registers. */
#pragma once

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#define LANES 8
#define ROWS 1

typedef int16x8_t v16;
typedef int32x4_t v32;
typedef struct {
    uint8x8_t left, right;
} vw;
typedef uint8x16_t vb;
typedef uint16x8_t vs;
typedef float32x4_t vf;

#define v_set16 vdupq_n_s16
#define v_set32 vdupq_n_s32
#define v_setf vdupq_n_f32
#define v_add16 vaddq_s16
#define v_sub16 vsubq_s16
#define v_mul16 vmulq_s16
#define v_and16 vandq_s16
#define v_andb vandq_u8
#define v_no_sums() vdupq_n_u16(0)
#define v_shift16 vshrq_n_s16
#define v_shift_left16 vshlq_n_s16
#define v_add32 vaddq_s32
#define v_sub32 vsubq_s32
#define v_and32 vandq_s32
#define v_xor32 veorq_s32
#define v_shift32 vshrq_n_s32
#define v_shift_left32 vshlq_n_s32
#define v_mul_high15 vqdmulhq_s16
#define v_float vcvtq_f32_s32
#define v_cut vcvtq_s32_f32
#define v_addf vaddq_f32
#define v_mulf vmulq_f32
#define v_divf vdivq_f32
#define v_root vsqrtq_f32
#define v_bytes(rows, n) vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(vextq_u8(rows, rows, n))))
#define vf_bits vreinterpretq_s32_f32
#define vf_of_bits vreinterpretq_f32_s32
#define v32_as16 vreinterpretq_s16_s32

static inline v16 v_load16(const void *p)
{
    return vld1q_s16(p);
}

static inline v32 v_load32(const void *p)
{
    return vld1q_s32(p);
}

static inline void v_store16(void *p, v16 v)
{
    vst1q_s16(p, v);
}

static inline void v_store32(void *p, v32 v)
{
    vst1q_s32(p, v);
}

static inline v16 v_load8(const uint8_t *p)
{
    return vreinterpretq_s16_u16(vmovl_u8(vld1_u8(p)));
}

static inline void v_store8(uint8_t *p, v16 v)
{
    vst1_u8(p, vqmovun_s16(v));
}

static inline v16 v_load_pairs(const uint8_t *p)
{
    return vreinterpretq_s16_u16(vpaddlq_u8(vld1q_u8(p)));
}

static inline v16 v_slope(vb rows)
{
    return vreinterpretq_s16_u16(vsubl_u8(vget_low_u8(vextq_u8(rows, rows, 2)), vget_low_u8(rows)));
}

static inline vw v_set_across(unsigned left, unsigned right)
{
    return (vw){vdup_n_u8((uint8_t)left), vdup_n_u8((uint8_t)right)};
}

static inline v16 v_across(vb rows, vw weights)
{
    uint8x8_t right = vget_low_u8(vextq_u8(rows, rows, 1));

    return vreinterpretq_s16_u16(
        vmlal_u8(vmull_u8(vget_low_u8(rows), weights.left), right, weights.right));
}

static inline v16 v_each_row(const int16_t *p)
{
    return v_load16(p);
}

static inline v16 v_first_row(void)
{
    return v_set16(-1);
}

static inline v32 v_madd(v16 a, v16 b)
{
    return vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b));
}

static inline v32 v_add_madd(v32 sum, v16 a, v16 b)
{
    return vmlal_high_s16(vmlal_s16(sum, vget_low_s16(a), vget_low_s16(b)), a, b);
}

static inline v32 v_widen_low(v16 v)
{
    return vmovl_s16(vget_low_s16(v));
}

static inline v32 v_widen_high(v16 v)
{
    return vmovl_high_s16(v);
}

static inline v16 v_pack32(v32 low, v32 high)
{
    return vcombine_s16(vqmovn_s32(low), vqmovn_s32(high));
}

static inline void v_sums(v32 a, v32 b, v32 c, v32 d, int32_t ret[4])
{
    vst1q_s32(ret, vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d)));
}

static inline int32_t v_sum(v32 v)
{
    return vaddvq_s32(v);
}

/* ROWS rows of 16 bytes, or one; the same 16 bytes for each. */
static inline vb v_rows16(const uint8_t *p, size_t stride)
{
    return vld1q_u8(p);
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
    return vpadalq_u8(sum, vabdq_u8(a, b));
}

static inline uint32_t v_sad_sum(vs v)
{
    return vaddlvq_u16(v);
}
