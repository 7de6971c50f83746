#include "motion_words.h"

static const char *const directions[] = {
    "none", "up", "down", "left", "right", "up_left", "up_right", "down_left", "down_right"};
static const char *const gestures[] = {"none", "ignition", "retract", "clash"};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* The place of a word in a list; 0, which is "none", for what is not in it. */
static size_t find(struct span word, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_is_word(word, names[i]))
            return i;
    return 0;
}

const char *motion_direction_name(uint8_t direction)
{
    return direction < COUNT(directions) ? directions[direction] : "unknown";
}

enum motion_direction motion_direction_of(struct span word)
{
    return (enum motion_direction)find(word, directions, COUNT(directions));
}

const char *motion_gesture_name(uint8_t gesture)
{
    return gesture < COUNT(gestures) ? gestures[gesture] : gestures[0];
}

enum motion_gesture motion_gesture_of(struct span word)
{
    return (enum motion_gesture)find(word, gestures, COUNT(gestures));
}
