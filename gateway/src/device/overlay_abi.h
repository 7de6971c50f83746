/* overlay_abi.h - an overlay as drivers give it (<warren/overlay.h>), and as the rest of the gateway has it. The fake host of the
 * tests has the same. */
#pragma once

#include <warren/overlay.h>

#include "overlay.h"

/* What is wrong with it, in a few words; NULL: nothing. */
const char *overlay_problem(const struct wr_overlay *o);
/* One that is sound. Its blocks go into `room`, which the result refers to. frame_id is the device's number for the frame. */
void overlay_of_driver(const struct wr_overlay *from, struct overlay_block room[OVERLAY_BLOCKS_MAX],
    struct overlay *ret);
