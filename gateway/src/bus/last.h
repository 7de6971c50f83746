/* last.h - the newest frame of every channel, for who comes later. */
#pragma once

#include "bus/bus.h"

struct last;

int last_new(struct bus *b, struct last **ret);
struct last *last_free(struct last *l);
/* Borrowed; NULL: none yet. */
struct frame *last_frame(const struct last *l, uint16_t channel);
/* The device is gone, or its picture must not be shown any more. */
void last_forget(struct last *l, uint16_t channel);
