#include "media/draw.h"

#include <math.h>

#include "base/util.h"
#include "font_5x7.h"

static void blend(uint8_t *pixel, struct colour c, double cover)
{
    const uint8_t over[3] = {c.r, c.g, c.b};
    int part = (int)(256 * c.opacity * cover);

    for (unsigned i = 0; i < 3; i++)
        pixel[i] = (uint8_t)((pixel[i] * (256 - part) + over[i] * part) >> 8);
}

static uint8_t *pixel_at(struct pixels *p, int x, int y)
{
    return p->bytes + (size_t)y * pixels_row_bytes(p) + (size_t)x * 3;
}

/* The first and the one behind the last of the px between two places, and within the side. */
static int first_of(double a, double b, double margin)
{
    return (int)fmax(0, floor(fmin(a, b) - margin));
}

static int end_of(double a, double b, double margin, unsigned side)
{
    return (int)fmin(side, ceil(fmax(a, b) + margin) + 1);
}

static double distance(double x, double y, double x0, double y0, double dx, double dy)
{
    double square = dx * dx + dy * dy,
           t = square > 0 ? ((x - x0) * dx + (y - y0) * dy) / square : 0, away_x, away_y;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    away_x = x - x0 - t * dx;
    away_y = y - y0 - t * dy;
    return sqrt(
        away_x * away_x + away_y * away_y); /* hypot() minds overflow, and takes twice the time */
}

/* A pixel is covered by how far its middle lies within the edge. */
void draw_line(
    struct pixels *p, double x0, double y0, double x1, double y1, double width, struct colour c)
{
    double margin = width / 2 + 1;
    int left = first_of(x0, x1, margin), right = end_of(x0, x1, margin, p->width),
        bottom = end_of(y0, y1, margin, p->height);

    for (int y = first_of(y0, y1, margin); y < bottom; y++) {
        for (int x = left; x < right; x++) {
            double cover = width / 2 + 0.5 - distance(x + 0.5, y + 0.5, x0, y0, x1 - x0, y1 - y0);

            if (cover > 0)
                blend(pixel_at(p, x, y), c, fmin(cover, 1));
        }
    }
}

void draw_box(struct pixels *p, int x, int y, int width, int height, struct colour c)
{
    int right = MIN(x + width, (int)p->width), bottom = MIN(y + height, (int)p->height);

    for (int row = MAX(y, 0); row < bottom; row++)
        for (int column = MAX(x, 0); column < right; column++)
            blend(pixel_at(p, column, row), c, 1);
}

static void draw_glyph(
    struct pixels *p, int x, int y, int dot, struct colour c, const uint8_t columns[FONT_WIDTH])
{
    for (int column = 0; column < FONT_WIDTH; column++)
        for (int row = 0; row < FONT_HEIGHT; row++)
            if (columns[column] >> row & 1)
                draw_box(p, x + column * dot, y + row * dot, dot, dot, c);
}

void draw_text(struct pixels *p, int x, int y, int dot, struct colour c, const char *text)
{
    for (; *text; text++, x += DRAW_TEXT_ADVANCE * dot) {
        unsigned glyph = (unsigned)*text - FONT_FIRST;

        draw_glyph(p, x, y, dot, c, font_5x7[glyph < FONT_N_GLYPHS ? glyph : '?' - FONT_FIRST]);
    }
}
