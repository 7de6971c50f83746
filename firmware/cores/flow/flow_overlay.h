/* flow_overlay.h - a flow and its summary in the words of overlay.h, which is what leaves a camera or a gateway. */
#ifndef FLOW_OVERLAY_H
#define FLOW_OVERLAY_H

#include "flow_summary.h"
#include "overlay.h"

/* After flow_summary_update(). Of the blocks only those that the summary counts as moving, in the order of rows, as many as
 * `room` takes, which the overlay points at; the time is the summary's. The frame's number is left to who knows it. */
void flow_overlay(const struct flow *f, const struct flow_summary *s, struct overlay_block *room,
    size_t n_room, struct overlay *ret);

#endif
