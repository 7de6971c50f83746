/* last.h - the newest frame and the newest overlay of every channel, for who comes later. */
#pragma once

#include "bus/bus.h"

struct last;

int last_new(struct bus *b, struct last **ret);
struct last *last_free(struct last *l);
/* Borrowed; NULL: none yet. The two need not belong together: their `seq` tells. */
struct frame *last_frame(const struct last *l, uint16_t channel);
struct overlay_message *last_overlay(const struct last *l, uint16_t channel);
/* The device is gone, or its picture must not be shown any more. */
void last_forget(struct last *l, uint16_t channel);
void last_forget_overlay(struct last *l, uint16_t channel);
