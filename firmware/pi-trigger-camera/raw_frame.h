/* raw_frame.h - a source's frame that is kept for a worker, and its pixels. */
#pragma once

#include "source.h"

/* Zeroed: none. Its memory serves the next. */
struct raw_copy {
    struct raw_frame frame; /* bytes: in `bytes`; of a scene it has a reference */
    uint8_t *bytes;
    size_t cap;
};

/* -EMSGSIZE: over SOURCE_MAX_FRAME_BYTES; -ENOMEM. */
int raw_copy_take(struct raw_copy *c, const struct raw_frame *f);
/* Lets go of the scene; on the thread that took it. */
void raw_copy_release(struct raw_copy *c);
/* Released before. */
void raw_copy_fini(struct raw_copy *c);

/* Draws or decodes it, in its own size or, as jpeg_decode() does, in a part of it. For any thread. */
int raw_frame_pixels(
    const struct raw_frame *f, unsigned least_width, unsigned least_height, struct picture *ret);
