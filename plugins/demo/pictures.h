/* pictures.h - the demo camera's pictures, drawn at build time by draw.c. */
#pragma once

#include <stdint.h>

#define DEMO_WIDTH 320
#define DEMO_HEIGHT 240
#define DEMO_FRAMES 24

/* All JPEGs, one after the other: a loop by day, then the same by night. */
extern const uint8_t demo_bytes[];
/* Where each ends. */
extern const uint32_t demo_ends[2][DEMO_FRAMES];
/* Where the ball's middle is: x, y in 1/256 px. */
extern const int32_t demo_ball[DEMO_FRAMES][2];
