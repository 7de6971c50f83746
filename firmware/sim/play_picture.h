/* play_picture.h - a virtual playground as a drawing, an SVG: the hub in the middle, its modules in their directions, the farther
 * out the weaker they are heard, with their lights. A browser that shows the file loads it anew each second.
 */
#pragma once

#include <stdio.h>

#include "base/error.h"
#include "play_world.h"

struct loop;
struct play_picture;

/* The drawing as it is now. */
void play_picture_draw(const struct play_world *w, FILE *to);

/* Keeps `path` up to date: whole at any time, for a new one takes the old one's place. The first is drawn at once. */
int play_picture_new(struct loop *l, const char *path, const struct play_world *w,
    struct play_picture **ret, struct error *e);
/* Something is to be seen; it is drawn soon, together with what else changes until then. */
void play_picture_changed(struct play_picture *p);
/* The last drawing stays. NULL-safe; returns NULL. */
struct play_picture *play_picture_free(struct play_picture *p);
