/* pi_night.h - when it is night: by the mean brightness of the pictures, with two thresholds.
 *
 *     DAY ── n pictures in a row darker than dark_threshold ──▶ NIGHT (long exposure, fixed gain)
 *      ▲                                                          │
 *      └── a picture brighter than bright_threshold ◀─────────────┘
 */
#ifndef PI_NIGHT_H
#define PI_NIGHT_H

#include <stdbool.h>

enum pi_night_event { PI_NIGHT_NONE, PI_NIGHT_ENTER, PI_NIGHT_EXIT };

struct pi_night {
    int n_dark; /* in a row */
    bool active;
};

/* One picture's brightness, 0 … 255. */
enum pi_night_event pi_night_update(struct pi_night *n, double score, int dark_threshold,
    int bright_threshold, int min_dark_frames);
/* Night mode was switched off: forgets, and ends a night. */
enum pi_night_event pi_night_disable(struct pi_night *n);

#endif
