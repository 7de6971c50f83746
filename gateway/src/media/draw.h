/* draw.h - lines and letters on RGB pixels. What lies outside of the picture is left out. */
#pragma once

#include "media/pixels.h"

struct colour {
    uint8_t r, g, b;
    double opacity; /* 0 … 1 */
};

/* With round ends and smooth edges. In px, from the picture's left upper corner. */
void draw_line(
    struct pixels *p, double x0, double y0, double x1, double y1, double width, struct colour c);
void draw_box(struct pixels *p, int x, int y, int width, int height, struct colour c);

/* Letters of 5 by 7 dots and a gap of one, each dot `dot` px wide; ASCII, others as '?'. x, y: left, top. */
#define DRAW_TEXT_ADVANCE 6
#define DRAW_TEXT_HEIGHT 7
void draw_text(struct pixels *p, int x, int y, int dot, struct colour c, const char *text);
