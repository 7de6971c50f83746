/* input.h - a fuzzer's bytes as choices: each picks the next piece of what is built. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *at, *end;
};

/* 0 where all were taken. */
static inline uint8_t input_next(struct input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static inline const char *input_pick(struct input *in, const char *const *from, size_t n)
{
    return from[input_next(in) % n];
}
