/* flow_direction.h - which of the eight directions a vector has. */
#ifndef FLOW_DIRECTION_H
#define FLOW_DIRECTION_H

#include <stdint.h>

#include "motion_words.h"

/* Of a vector, right and down positive: sectors of 45 degrees around the axes and their halves. MOTION_NONE: it is 0. */
enum motion_direction flow_direction_of(int32_t dx, int32_t dy);
#endif
