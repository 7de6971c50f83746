/* clock.h - the two clocks, and wall-clock times as text. Code that runs on a loop asks the loop
 * instead (loop_now_us). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)

/* RFC 3339 with microseconds in UTC: 2026-01-01T00:00:00.000000Z and a NUL. */
#define CLOCK_TEXT_BYTES 28

int64_t clock_mono_us(void);
int64_t clock_wall_us(void);

/* Not longer ago than that. What is of later than now is of before the wall clock was set back: nobody knows how old it is. */
static inline bool clock_is_lately(int64_t then_us, int64_t now_us, int64_t ago_us)
{
    return then_us <= now_us && now_us - then_us <= ago_us;
}

/* Years 0000 to 9999; other times are held at the ends. Returns `text`. */
const char *clock_format(int64_t wall_us, char text[static CLOCK_TEXT_BYTES]);
/* Any RFC 3339 time, with Z or an offset, with or without fraction. -EINVAL. */
int clock_parse(const char *text, int64_t *ret_wall_us);
