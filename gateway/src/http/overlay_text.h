/* overlay_text.h - an overlay as GET …/overlay and its stream show it. */
#pragma once

#include "base/buf.h"
#include "bus/overlay_message.h"

/* Room for the JSON of the largest. */
#define OVERLAY_TEXT_MAX (192u << 10)

/* A longer one leaves out of the trajectory what is oldest, until it is as short or has none: whoever follows was told that before,
 * while every block that moves is news. With the whole trajectory, which takes 740 bytes, a street with people would be longer. */
#define OVERLAY_TEXT_SHORT 2000

/* Appends one JSON object: the members of a debug camera's /overlay (overlay_json.h), `seq` and `captured_at`. -ENOBUFS, -ENOMEM. */
int overlay_text(struct buf *b, const struct overlay_message *m);
