/* scene_animals.c - what moves in the garden: a rabbit that hops over the lawn, birds by day,
 * fireflies by night. */
#include <math.h>

#include "scene_private.h"

/* Paints in the light of the hour, mirrored when it goes to the left. */
struct brush {
    struct canvas *c;
    const struct light *l;
    float x, y, size, facing; /* pixels per unit; 1 or -1 */
};

static struct colour lit(const struct brush *b, struct colour k)
{
    struct colour w = b->l->on_things;

    return (struct colour){
        (uint8_t)(k.r * w.r / 255), (uint8_t)(k.g * w.g / 255), (uint8_t)(k.b * w.b / 255)};
}

static void oval(
    const struct brush *b, float x, float y, float rx, float ry, float angle, struct colour k)
{
    canvas_ellipse(b->c, b->x + x * b->facing * b->size, b->y + y * b->size, rx * b->size,
        ry * b->size, angle * b->facing, lit(b, k), 1);
}

static void limb(const struct brush *b, float x0, float y0, float x1, float y1, float r0, float r1,
    struct colour k)
{
    struct point p = {b->x + x0 * b->facing * b->size, b->y + y0 * b->size},
                 q = {b->x + x1 * b->facing * b->size, b->y + y1 * b->size};

    canvas_stroke(b->c, p, q, r0 * b->size, r1 * b->size, lit(b, k), 1);
}

/* hop 0 … 1: sitting, stretched in the middle, sitting. */
static void paint_rabbit(const struct brush *b, float hop)
{
    const struct colour fur = {168, 132, 98}, pale = {226, 206, 182}, pink = {226, 160, 150},
                        dark = {40, 30, 26};
    float air = sinf(hop * 3.14159f), reach = air * 9, ears = -0.25f - air * 0.5f;

    limb(b, -13, 2, -19 - reach, 14 - air * 3, 6, 3.4f, fur);
    limb(b, 11, 4, 14 + reach, 15 - air * 4, 4, 3, fur);
    oval(b, -22, -1, 5.5f, 5.5f, 0, (struct colour){248, 244, 238});
    oval(b, -3, -2, 20 + air * 3, 13.5f - air * 2, -0.12f, fur);
    oval(b, -10, 2, 11, 10, 0, colour_scale(fur, 1.06f));
    oval(b, 18, -14, 10.5f, 9.5f, 0, fur);
    oval(b, 23, -10, 5.5f, 4.8f, 0, pale);
    for (int i = 0; i < 2; i++) {
        float lean = ears - (float)i * 0.22f, x = 15 + sinf(lean) * 15,
              y = -29 + (1 - cosf(lean)) * 8;
        oval(b, x, y, 4.2f, 12.5f, lean, i ? fur : colour_scale(fur, 0.9f));
        oval(b, x, y, 2, 9, lean, pink);
    }
    oval(b, 21, -16, 2, 2.3f, 0, dark);
    oval(b, 28, -11.5f, 1.5f, 1.2f, 0, pink);
}

/* It crosses the lawn, turns round and comes back, with a rest after every third hop. */
static void rabbit(const struct scene *s, double seconds, struct canvas *c, const struct light *l)
{
    const double hop_s = 0.62, rest_s = 1.3, group_s = 3 * hop_s + rest_s, way_s = 9 * group_s;
    double t = fmod(seconds, 2 * way_s), back = t >= way_s, part = fmod(t, group_s),
           n_hops = floor(fmod(t, way_s) / group_s) * 3;
    double hops = part < 3 * hop_s ? part / hop_s : 3;
    float hop = part < 3 * hop_s ? (float)(hops - floor(hops)) : 0;
    float along = (float)((n_hops + hops) / 27), x = 330 + 420 * (back > 0 ? 1 - along : along),
          y = 628 + 26 * sinf(along * 6.2832f);
    struct brush b = {
        c, l, x * s->u, (y - 20 * sinf(hop * 3.14159f)) * s->u, 1.25f * s->u, back > 0 ? -1 : 1};
    float shadow = 24 - 8 * sinf(hop * 3.14159f);

    canvas_ellipse(c, b.x, (y + 20) * s->u, shadow * 1.25f * s->u, 5 * s->u, 0,
        (struct colour){20, 40, 12}, 0.35f * (1 - 0.6f * l->night));
    paint_rabbit(&b, hop);
}

static void bird(
    const struct scene *s, double seconds, unsigned i, struct canvas *c, const struct light *l)
{
    const struct colour k = {54, 58, 70};
    double way_s = 17 + 5 * i, t = fmod(seconds + i * 6.1, way_s) / way_s;
    float flap = sinf((float)seconds * (9 + (float)i) + (float)i * 2) * 9,
          x = (float)(-60 + 1150 * t), y = 150 + 55 * (float)i + 26 * sinf((float)t * 9 + (float)i);
    struct brush b = {c, l, x * s->u, y * s->u, (1.25f - 0.2f * (float)i) * s->u, 1};

    if (i % 2) {
        b.facing = -1;
        b.x = (SCENE_WIDTH - x) * s->u;
    }
    limb(&b, -2, 0, -13, -flap, 2.4f, 1.6f, k);
    limb(&b, -13, -flap, -25, -flap * 0.4f, 1.6f, 0.5f, k);
    limb(&b, 2, 0, 11, -flap, 2.4f, 1.6f, k);
    limb(&b, 11, -flap, 22, -flap * 0.4f, 1.6f, 0.5f, k);
    oval(&b, 0, 0, 8, 3.2f, -0.08f, k);
    oval(&b, 8, -1.5f, 3, 2.6f, 0, k);
}

static void butterfly(
    const struct scene *s, double seconds, struct canvas *c, const struct light *l)
{
    float t = (float)seconds, x = 640 + 90 * sinf(t * 0.53f) + 34 * sinf(t * 1.7f),
          y = 566 + 34 * sinf(t * 0.9f) + 12 * sinf(t * 3.1f);
    float open = 0.25f + 0.75f * fabsf(sinf(t * 8));
    struct brush b = {c, l, x * s->u, y * s->u, s->u, 1};

    for (int side = -1; side < 2; side += 2) {
        oval(&b, (float)side * 5 * open, -3, 6 * open, 6, 0, (struct colour){250, 176, 62});
        oval(&b, (float)side * 4 * open, 4, 4.4f * open, 4.4f, 0, (struct colour){244, 140, 52});
    }
    oval(&b, 0, 0, 1.3f, 6, 0, (struct colour){60, 44, 34});
}

static void firefly(
    const struct scene *s, double seconds, unsigned i, struct canvas *c, float night)
{
    float t = (float)seconds * 0.4f + (float)i * 11,
          x = 180 + 83 * (float)i + 60 * sinf(t + (float)i),
          y = 600 + 44 * sinf(t * 1.7f + (float)i * 2);
    float shine = fmaxf(0, sinf((float)seconds * 1.8f + (float)i * 1.3f)) * night;

    canvas_glow(c, x * s->u, y * s->u, 16 * s->u, (struct colour){214, 236, 110}, 0.5f * shine);
    canvas_ellipse(
        c, x * s->u, y * s->u, 1.8f * s->u, 1.8f * s->u, 0, (struct colour){248, 255, 190}, shine);
}

void scene_paint_animals(
    const struct scene *s, const struct scene_moment *m, const struct light *l, struct canvas *c)
{
    if (l->night < 0.6f) {
        for (unsigned i = 0; i < 3; i++)
            bird(s, m->seconds, i, c, l);
        butterfly(s, m->seconds, c, l);
    }
    rabbit(s, m->seconds, c, l);
    for (unsigned i = 0; i < 8 && l->night > 0.5f; i++)
        firefly(s, m->seconds, i, c, l->night);
}
