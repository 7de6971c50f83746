/* json_member.h - members of JSON objects in one line each: a key and its value. */
#pragma once

#include <stdint.h>
#include <warren/json_write.h>

#include "base/clock.h"

/* NULL writes null. */
static inline void member_string(struct wr_json *j, const char *key, const char *value)
{
    wr_json_key(j, key);
    wr_json_string(j, value);
}

static inline void member_uint(struct wr_json *j, const char *key, uint64_t value)
{
    wr_json_key(j, key);
    wr_json_uint(j, value);
}

/* µs since the epoch as RFC 3339; 0, which stands for unknown, writes null. */
static inline void member_time(struct wr_json *j, const char *key, int64_t us)
{
    char text[CLOCK_TEXT_BYTES];

    member_string(j, key, us != 0 ? clock_format(us, text) : NULL);
}
