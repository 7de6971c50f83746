/* scene.h - a garden that is drawn: a house, a fence and a tree, a sky with its hours, a rabbit and
 * birds that move. A camera for those who have none yet, and for tests: the same moment always
 * gives the same picture.
 */
#pragma once

#include "picture.h"

struct scene;

struct scene_moment {
    double day;     /* 0 midnight, 0.25 sunrise, 0.5 noon, 0.75 sunset; goes on above 1 */
    double seconds; /* of what moves */
    double
        exposure; /* times as much light as the camera would take by itself: 1 by day, more at night */
    char clock[40]; /* written into a corner; "": nothing */
};

/* With one reference. Nothing is drawn yet. References are counted on one thread. */
int scene_new(unsigned width, unsigned height, struct scene **ret);
struct scene *scene_ref(struct scene *s);
/* NULL-safe; returns NULL. */
struct scene *scene_unref(struct scene *s);
/* What stands still is drawn the first time. For any thread, one at a time. -ENOMEM, -EMSGSIZE. */
int scene_draw(struct scene *s, const struct scene_moment *m, struct picture *ret);
