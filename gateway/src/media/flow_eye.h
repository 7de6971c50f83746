/* flow_eye.h - looks at one picture after the other, and tells what moved since the one before. Pure: no loop; for threads.
 *
 *     JPEG ──▶ brightness alone, some 320 x 240 points of it ──▶ optical flow on a grid of about 8 x 6 blocks ──▶ overlay
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "flow.h"
#include "overlay.h"

/* Pictures are halved until their longer side is at most so long: between 226 and 452 points, as far as they have them. */
#define FLOW_EYE_SIDE 452
/* Between pictures further apart there is no telling what went where. */
#define FLOW_EYE_GAP_US INT64_C(1000000)

struct flow_eye;

/* NULL: no memory. */
struct flow_eye *flow_eye_new(void);
/* NULL-safe; returns NULL. */
struct flow_eye *flow_eye_free(struct flow_eye *eye);

/* The next picture, and when it was taken. 1 and what moved in it, whose blocks are the eye's until the next look; 0: there is
 * none before it to compare it with, or that is of another size, or too long ago. -EBADMSG and a sentence: not a JPEG that can
 * be decoded, or too small or too long for a grid; it is as if it had not been there. -ENOMEM. */
int flow_eye_look(struct flow_eye *eye, const uint8_t *jpeg, size_t n, int64_t time_us,
    struct overlay *ret, struct error *e);

/* The grid for frames of this size: squares of about an eighth of the longer side that cover as much of it as they can.
 * 0 and -ERANGE: there is none. */
int flow_eye_shape(unsigned width, unsigned height, struct flow_shape *ret);
