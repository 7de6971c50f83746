/* canvas.c - see canvas.h. Every shape is its distance function: a pixel is covered by 0.5 minus
 * the distance of its middle from the edge. */
#include "canvas.h"

#include <math.h>
#include <string.h>

static float clamp01(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static uint8_t blend(uint8_t under, uint8_t over, unsigned alpha) /* 0 … 256 */
{
    return (uint8_t)((under * (256 - alpha) + over * alpha) >> 8);
}

struct colour colour_mix(struct colour a, struct colour b, float t)
{
    unsigned k = (unsigned)(clamp01(t) * 256);

    return (struct colour){blend(a.r, b.r, k), blend(a.g, b.g, k), blend(a.b, b.b, k)};
}

struct colour colour_scale(struct colour a, float t)
{
    return (struct colour){(uint8_t)(clamp01((float)a.r * t / 255) * 255),
        (uint8_t)(clamp01((float)a.g * t / 255) * 255),
        (uint8_t)(clamp01((float)a.b * t / 255) * 255)};
}

static void put(struct canvas *c, size_t at, struct colour k, float alpha)
{
    unsigned a = (unsigned)(alpha * 256);
    uint8_t *p = c->picture->bgr + at * 3;

    p[0] = blend(p[0], k.b, a);
    p[1] = blend(p[1], k.g, a);
    p[2] = blend(p[2], k.r, a);
    if (c->cover)
        c->cover[at] = blend(c->cover[at], 255, a);
}

void canvas_pixel(struct canvas *c, int x, int y, struct colour k, float alpha)
{
    if (x >= 0 && y >= 0 && (unsigned)x < c->picture->width && (unsigned)y < c->picture->height)
        put(c, (size_t)y * c->picture->width + (size_t)x, k, clamp01(alpha));
}

/* The pixels a shape may touch. */
struct box {
    int x0, y0, x1, y1;
};

static struct box box_of(const struct canvas *c, float x0, float y0, float x1, float y1)
{
    float w = (float)c->picture->width, h = (float)c->picture->height;

    return (struct box){(int)fmaxf(0, floorf(x0 - 1)), (int)fmaxf(0, floorf(y0 - 1)),
        (int)fminf(w, ceilf(x1 + 1)), (int)fminf(h, ceilf(y1 + 1))};
}

#define for_each_pixel(c, b)                                                                       \
    for (int py = (b).y0; py < (b).y1; py++)                                                       \
        for (int px = (b).x0; px < (b).x1; px++)

#define AT(c) ((size_t)py * (c)->picture->width + (size_t)px)

void canvas_ellipse(struct canvas *c, float x, float y, float rx, float ry, float angle,
    struct colour k, float alpha)
{
    float far = fmaxf(rx, ry), least = fminf(rx, ry), co = cosf(angle), si = sinf(angle);
    struct box b = box_of(c, x - far, y - far, x + far, y + far);

    for_each_pixel(c, b)
    {
        float dx = (float)px + 0.5f - x, dy = (float)py + 0.5f - y;
        float u = (dx * co + dy * si) / rx, v = (dy * co - dx * si) / ry;
        float cover = clamp01(0.5f - (sqrtf(u * u + v * v) - 1) * least);
        if (cover > 0)
            put(c, AT(c), k, cover * alpha);
    }
}

void canvas_stroke(struct canvas *c, struct point from, struct point to, float r0, float r1,
    struct colour k, float alpha)
{
    float r = fmaxf(r0, r1), vx = to.x - from.x, vy = to.y - from.y,
          length2 = fmaxf(vx * vx + vy * vy, 1e-6f);
    struct box b = box_of(c, fminf(from.x, to.x) - r, fminf(from.y, to.y) - r,
        fmaxf(from.x, to.x) + r, fmaxf(from.y, to.y) + r);

    for_each_pixel(c, b)
    {
        float dx = (float)px + 0.5f - from.x, dy = (float)py + 0.5f - from.y;
        float t = clamp01((dx * vx + dy * vy) / length2);
        float ex = dx - t * vx, ey = dy - t * vy;
        float cover = clamp01(0.5f - (sqrtf(ex * ex + ey * ey) - (r0 + (r1 - r0) * t)));
        if (cover > 0)
            put(c, AT(c), k, cover * alpha);
    }
}

void canvas_polygon(
    struct canvas *c, const struct point *corners, unsigned n, struct colour k, float alpha)
{
    struct box b;
    float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;

    for (unsigned i = 0; i < n; i++) {
        x0 = fminf(x0, corners[i].x);
        y0 = fminf(y0, corners[i].y);
        x1 = fmaxf(x1, corners[i].x);
        y1 = fmaxf(y1, corners[i].y);
    }
    b = box_of(c, x0, y0, x1, y1);
    for_each_pixel(c, b)
    {
        float cover = 1;
        for (unsigned i = 0; i < n && cover > 0; i++) {
            struct point p = corners[i], q = corners[(i + 1) % n];
            float ex = q.x - p.x, ey = q.y - p.y, length = sqrtf(ex * ex + ey * ey);
            float inside = (ex * ((float)py + 0.5f - p.y) - ey * ((float)px + 0.5f - p.x)) / length;
            cover = fminf(cover, clamp01(0.5f + inside));
        }
        if (cover > 0)
            put(c, AT(c), k, cover * alpha);
    }
}

void canvas_glow(struct canvas *c, float x, float y, float r, struct colour k, float alpha)
{
    struct box b = box_of(c, x - r, y - r, x + r, y + r);

    for_each_pixel(c, b)
    {
        float dx = (float)px + 0.5f - x, dy = (float)py + 0.5f - y;
        float left = 1 - sqrtf(dx * dx + dy * dy) / r;
        if (left > 0)
            put(c, AT(c), k, left * left * alpha);
    }
}

/* --- text: five columns of seven dots, the lowest bit on top ---------------------------------- */

static const struct {
    char c;
    uint8_t columns[5];
} glyphs[] = {
    {'0', {0x3e, 0x51, 0x49, 0x45, 0x3e}},
    {'1', {0x00, 0x42, 0x7f, 0x40, 0x00}},
    {'2', {0x62, 0x51, 0x49, 0x49, 0x46}},
    {'3', {0x22, 0x41, 0x49, 0x49, 0x36}},
    {'4', {0x18, 0x14, 0x12, 0x7f, 0x10}},
    {'5', {0x2f, 0x49, 0x49, 0x49, 0x31}},
    {'6', {0x3e, 0x49, 0x49, 0x49, 0x32}},
    {'7', {0x01, 0x71, 0x09, 0x05, 0x03}},
    {'8', {0x36, 0x49, 0x49, 0x49, 0x36}},
    {'9', {0x26, 0x49, 0x49, 0x49, 0x3e}},
    {'-', {0x08, 0x08, 0x08, 0x08, 0x08}},
    {':', {0x00, 0x36, 0x36, 0x00, 0x00}},
    {'.', {0x00, 0x60, 0x60, 0x00, 0x00}},
    {'/', {0x60, 0x10, 0x08, 0x04, 0x03}},
    {'A', {0x7e, 0x09, 0x09, 0x09, 0x7e}},
    {'B', {0x7f, 0x49, 0x49, 0x49, 0x36}},
    {'C', {0x3e, 0x41, 0x41, 0x41, 0x22}},
    {'D', {0x7f, 0x41, 0x41, 0x41, 0x3e}},
    {'E', {0x7f, 0x49, 0x49, 0x49, 0x41}},
    {'F', {0x7f, 0x09, 0x09, 0x09, 0x01}},
    {'G', {0x3e, 0x41, 0x49, 0x49, 0x3a}},
    {'H', {0x7f, 0x08, 0x08, 0x08, 0x7f}},
    {'I', {0x00, 0x41, 0x7f, 0x41, 0x00}},
    {'J', {0x20, 0x40, 0x41, 0x3f, 0x01}},
    {'K', {0x7f, 0x08, 0x14, 0x22, 0x41}},
    {'L', {0x7f, 0x40, 0x40, 0x40, 0x40}},
    {'M', {0x7f, 0x02, 0x0c, 0x02, 0x7f}},
    {'N', {0x7f, 0x04, 0x08, 0x10, 0x7f}},
    {'O', {0x3e, 0x41, 0x41, 0x41, 0x3e}},
    {'P', {0x7f, 0x09, 0x09, 0x09, 0x06}},
    {'Q', {0x3e, 0x41, 0x51, 0x21, 0x5e}},
    {'R', {0x7f, 0x09, 0x19, 0x29, 0x46}},
    {'S', {0x26, 0x49, 0x49, 0x49, 0x32}},
    {'T', {0x01, 0x01, 0x7f, 0x01, 0x01}},
    {'U', {0x3f, 0x40, 0x40, 0x40, 0x3f}},
    {'V', {0x1f, 0x20, 0x40, 0x20, 0x1f}},
    {'W', {0x3f, 0x40, 0x38, 0x40, 0x3f}},
    {'X', {0x63, 0x14, 0x08, 0x14, 0x63}},
    {'Y', {0x07, 0x08, 0x70, 0x08, 0x07}},
    {'Z', {0x61, 0x51, 0x49, 0x45, 0x43}},
};

static const uint8_t *glyph(char ch)
{
    if (ch >= 'a' && ch <= 'z')
        ch = (char)(ch - 'a' + 'A');
    for (size_t i = 0; i < N_ELEMENTS(glyphs); i++)
        if (glyphs[i].c == ch)
            return glyphs[i].columns;
    return NULL;
}

static void dots(struct canvas *c, float x, float y, float dot, const uint8_t *columns,
    struct colour k, float alpha)
{
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 7; j++)
            if (columns[i] >> j & 1) {
                float x0 = x + (float)i * dot, y0 = y + (float)j * dot;
                float side = dot + 0.4f; /* a little more, so that dots join */
                struct point corners[] = {
                    {x0, y0}, {x0 + side, y0}, {x0 + side, y0 + side}, {x0, y0 + side}};
                canvas_polygon(c, corners, 4, k, alpha);
            }
}

float canvas_text(
    struct canvas *c, float x, float y, float size, const char *text, struct colour k, float alpha)
{
    float dot = size / 9; /* seven for the letter, two between lines */

    for (; *text; text++, x += 6 * dot) {
        const uint8_t *columns = glyph(*text);
        if (columns)
            dots(c, x, y, dot, columns, k, alpha);
    }
    return x;
}
