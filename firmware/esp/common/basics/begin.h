/* begin.h - what every program does first. */
#ifndef BEGIN_H
#define BEGIN_H

#include "inbox.h"

/* Of the chip's own memory, all zeros, for as long as the board runs. Gives up when there is none. */
void *begin_room(size_t n_bytes);
/* The non-volatile memory, and the inbox. NULL; or what it cannot begin with, in two words for a display. */
const char *begin_basics(struct inbox *inbox, unsigned n_places, size_t event_bytes);

#endif
