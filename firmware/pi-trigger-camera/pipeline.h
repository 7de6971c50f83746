/* pipeline.h - from a frame as the source has it to a picture that is kept: drawn or decoded,
 * scaled, encoded, its brightness measured. All that on a worker, one frame at a time; what comes
 * meanwhile is older than the next and is not wanted.
 *
 * A JPEG that has the right size already is kept as it is, and only an eighth of it is decoded, for
 * its brightness.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "pi_camera.h"
#include "source.h"

struct loop;
struct pipeline;

/* What is to come out. */
struct pipeline_want {
    unsigned width, height;           /* of the camera */
    unsigned ring_width, ring_height; /* of the ring's pictures */
    unsigned quality;
    bool full; /* also in the camera's size, where the ring's is another */
};

struct pipeline_events {
    /* The memory is valid for the call. */
    void (*picture)(void *ctx, const struct pi_picture *p);
    void (*failed)(void *ctx, const char *why);
};

int pipeline_new(
    struct loop *l, const struct pipeline_events *events, void *ctx, struct pipeline **ret);
/* What is at work comes to nothing: no call any more. Returns NULL. */
struct pipeline *pipeline_free(struct pipeline *p);
bool pipeline_busy(const struct pipeline *p);
/* Takes a copy. -EBUSY; -EMSGSIZE: over SOURCE_MAX_FRAME_BYTES; -ENOMEM, -EAGAIN. */
int pipeline_submit(
    struct pipeline *p, const struct raw_frame *f, const struct pipeline_want *want);
