/* overlay_text.h - an overlay as GET …/overlay and its stream show it. */
#pragma once

#include "base/buf.h"
#include "bus/overlay_message.h"

/* Room for the JSON of the largest. */
#define OVERLAY_TEXT_MAX (192u << 10)

/* Appends one JSON object: the members of a debug camera's /overlay (overlay_json.h), `seq` and `captured_at`. -ENOBUFS, -ENOMEM. */
int overlay_text(struct buf *b, const struct overlay_message *m);
