/* overlay_draw.h - an overlay drawn on its picture, as the page draws it: the grid, an arrow for each block that moves, coloured by
 * how sure it is, and a line of summary. */
#pragma once

#include "media/pixels.h"
#include "overlay.h"

/* `p` is RGB, of any size: the grid is scaled to it. in_step false is shown by a '~' before the summary. */
void overlay_draw(struct pixels *p, const struct overlay *o, bool in_step);
