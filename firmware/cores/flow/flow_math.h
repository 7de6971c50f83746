/* flow_math.h - integers that round the same way everywhere. */
#ifndef FLOW_MATH_H
#define FLOW_MATH_H

#include <stdint.h>

static inline int32_t flow_clamp(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

static inline int32_t flow_abs(int32_t v)
{
    return v < 0 ? -v : v;
}

static inline int32_t flow_min(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static inline int32_t flow_max(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* To the nearest; halves away from 0. b > 0. */
static inline int32_t flow_divide(int32_t a, int32_t b)
{
    return (a < 0 ? a - b / 2 : a + b / 2) / b;
}

/* v / 2^bits, rounded down. Every compiler that we know of shifts in the sign. */
static inline int32_t flow_shift(int32_t v, unsigned bits)
{
    return v >> bits;
}

static inline int64_t flow_floor_shift(int64_t v, unsigned bits)
{
    return v >> bits;
}

static inline int32_t flow_clamp64(int64_t v)
{
    return v < INT32_MIN ? INT32_MIN : v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

/* Bits up to the highest that is set. */
static inline unsigned flow_bits(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

/* How long a vector is, at most 12 % too much. */
static inline int32_t flow_length(int32_t x, int32_t y)
{
    x = flow_abs(x);
    y = flow_abs(y);
    return x > y ? x + y / 2 : y + x / 2;
}

/* The root in sixteenths, rounded down for what is below 256, and to 1/64 of itself above. */
int32_t flow_root16(uint32_t v);
/* The root, rounded down; of what does not fit 32 bits to 1/32768 of itself. */
uint32_t flow_root(uint64_t v);
/* The logarithm to base 2 in sixteenths, between powers of 2 along a line; 0 for 0. */
int32_t flow_log16(uint32_t v);

#endif
