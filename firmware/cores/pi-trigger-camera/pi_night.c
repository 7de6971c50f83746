/* pi_night.c - see pi_night.h. */
#include "pi_night.h"

#include <limits.h>

enum pi_night_event pi_night_update(
    struct pi_night *n, double score, int dark_threshold, int bright_threshold, int min_dark_frames)
{
    bool dark = score < dark_threshold;

    n->n_dark = !dark ? 0 : n->n_dark < INT_MAX ? n->n_dark + 1 : n->n_dark;
    bool dark_for_long = n->n_dark >= min_dark_frames;
    if (!n->active && dark_for_long) {
        n->active = true;
        return PI_NIGHT_ENTER;
    }
    if (n->active && !dark_for_long && score > bright_threshold) {
        n->active = false;
        return PI_NIGHT_EXIT;
    }
    return PI_NIGHT_NONE;
}

enum pi_night_event pi_night_disable(struct pi_night *n)
{
    bool was = n->active;

    *n = (struct pi_night){0};
    return was ? PI_NIGHT_EXIT : PI_NIGHT_NONE;
}
