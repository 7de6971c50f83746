/* flow_vec_neon.h - the vocabulary of flow_wide.h for 64-bit processors by ARM, which all have these registers. */
#pragma once

#include <arm_neon.h>
#include <stdint.h>

#define LANES 8
#define ROWS 1

typedef int16x8_t v16;
typedef int32x4_t v32;
typedef float32x4_t vf;

#define v_set16 vdupq_n_s16
#define v_set32 vdupq_n_s32
#define v_setf vdupq_n_f32
#define v_add16 vaddq_s16
#define v_sub16 vsubq_s16
#define v_mul16 vmulq_s16
#define v_and16 vandq_s16
#define v_shift16 vshrq_n_s16
#define v_shift_left16 vshlq_n_s16
#define v_add32 vaddq_s32
#define v_sub32 vsubq_s32
#define v_shift32 vshrq_n_s32
#define v_shift_left32 vshlq_n_s32
#define v_zip_low vzip1q_s16
#define v_zip_high vzip2q_s16
#define v_pack_zipped v_pack32
#define v_float vcvtq_f32_s32
#define v_cut vcvtq_s32_f32
#define v_addf vaddq_f32
#define v_mulf vmulq_f32
#define v_divf vdivq_f32
#define v_root vsqrtq_f32
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

static inline v16 v_set_pairs(int16_t first, int16_t second)
{
    return vzip1q_s16(vdupq_n_s16(first), vdupq_n_s16(second));
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

static inline v16 v_load_rows8(const uint8_t *p, size_t stride)
{
    return v_load8(p);
}

static inline v16 v_each_row(const int16_t *p)
{
    return v_load16(p);
}

static inline v16 v_last_rows(unsigned n)
{
    return v_set16(-1);
}

static inline v32 v_madd(v16 a, v16 b)
{
    return vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b));
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

static inline v32 v_not_negative(v32 v)
{
    return vmaxq_s32(v, vdupq_n_s32(0));
}

static inline void v_sums(v32 a, v32 b, v32 c, v32 d, int32_t ret[4])
{
    vst1q_s32(ret, vpaddq_s32(vpaddq_s32(a, b), vpaddq_s32(c, d)));
}

static inline uint32_t v_sad(
    const uint8_t *a, const uint8_t *b, size_t stride, unsigned h, const uint8_t *which)
{
    uint8x16_t mask = vld1q_u8(which);
    uint16x8_t sum = vdupq_n_u16(0);

    for (; h > 0; h--, a += stride, b += stride)
        sum = vpadalq_u8(sum, vandq_u8(vabdq_u8(vld1q_u8(a), vld1q_u8(b)), mask));
    return vaddlvq_u16(sum);
}
