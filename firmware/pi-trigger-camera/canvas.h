/* canvas.h - shapes with smooth edges on a picture. Coordinates are pixels as numbers with
 * fractions; pixel (0, 0) has its middle at 0.5, 0.5. */
#pragma once

#include <stdint.h>

#include "picture.h"

struct colour {
    uint8_t r, g, b;
};

struct canvas {
    struct picture *picture;
    uint8_t
        *cover; /* width × height: how much of each pixel was painted, 0 … 255; NULL: not kept */
};

struct point {
    float x, y;
};

/* alpha 0 … 1. */
void canvas_pixel(struct canvas *c, int x, int y, struct colour k, float alpha);
void canvas_ellipse(struct canvas *c, float x, float y, float rx, float ry, float angle,
    struct colour k, float alpha);
/* A line with round ends, its radius going from r0 to r1. */
void canvas_stroke(struct canvas *c, struct point from, struct point to, float r0, float r1,
    struct colour k, float alpha);
/* Convex, its corners in clockwise order as one sees them. */
void canvas_polygon(
    struct canvas *c, const struct point *corners, unsigned n, struct colour k, float alpha);
/* Light that fades to nothing at its radius. */
void canvas_glow(struct canvas *c, float x, float y, float r, struct colour k, float alpha);
/* Digits, '-', ':', '.', '/', letters; `size` is the height of a line in pixels. Returns where
 * the text ends. */
float canvas_text(
    struct canvas *c, float x, float y, float size, const char *text, struct colour k, float alpha);

struct colour colour_mix(struct colour a, struct colour b, float t);
struct colour colour_scale(struct colour a, float t);
