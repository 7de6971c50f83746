/* motion_words.h - the directions and gestures of a motion, as numbers and as the words that debug cameras use for them. */
#ifndef MOTION_WORDS_H
#define MOTION_WORDS_H

#include "span.h"

/* The numbers are those of debug cameras. */
enum motion_direction {
    MOTION_NONE,
    MOTION_UP,
    MOTION_DOWN,
    MOTION_LEFT,
    MOTION_RIGHT,
    MOTION_UP_LEFT,
    MOTION_UP_RIGHT,
    MOTION_DOWN_LEFT,
    MOTION_DOWN_RIGHT,
};

/* Up lights the blade, down puts it out, to a side is a blow. */
enum motion_gesture {
    MOTION_GESTURE_NONE,
    MOTION_IGNITION,
    MOTION_RETRACT,
    MOTION_CLASH,
};

/* "none", "up" … "down_right"; "unknown" for what is no direction. */
const char *motion_direction_name(uint8_t direction);
/* In any case of letters; MOTION_NONE for a word that is not known. */
enum motion_direction motion_direction_of(struct span word);
/* "none", "ignition", "retract", "clash". */
const char *motion_gesture_name(uint8_t gesture);
enum motion_gesture motion_gesture_of(struct span word);

#endif
