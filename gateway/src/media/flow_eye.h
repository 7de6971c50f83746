/* flow_eye.h - looks at one picture after the other, and tells what moved since the one before. Pure: no loop; for threads.
 *
 *     JPEG ──▶ brightness alone, 320 to 640 points of it across ──▶ optical flow on a grid of blocks ──▶ overlay
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "flow.h"
#include "flow_summary.h"
#include "overlay.h"

/* Pictures are halved until their longer side is at most so long: between 320 and 640 points, as far as they have them. */
#define FLOW_EYE_SIDE 640
/* Between pictures further apart there is no telling what went where, nor how fast. */
#define FLOW_EYE_GAP_US FLOW_STEP_MAX_US

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

/* The grid for frames of this size: squares that cover as much of it as they can. Up to 320 points across they are an eighth of
 * that, as debug cameras have it; in larger ones they have about 24 points, for there people are as narrow as 12, and who fills
 * less than a third of a block is lost in it.
 * 0 and -ERANGE: there is none. */
int flow_eye_shape(unsigned width, unsigned height, struct flow_shape *ret);
