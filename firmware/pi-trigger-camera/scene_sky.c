/* scene_sky.c - the sky of an hour: its colours, sun, moon, stars and clouds. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "scene_private.h"

/* Hours of a day; between them the light is mixed. */
static const struct {
    double day;
    struct light light;
} hours[] = {
    {0.00, {{5, 8, 24}, {15, 20, 44}, {30, 34, 54}, 1}},
    {0.21, {{6, 9, 28}, {20, 24, 50}, {32, 36, 56}, 1}},
    {0.26, {{58, 74, 130}, {238, 158, 118}, {158, 130, 122}, 0.25f}},
    {0.32, {{84, 152, 222}, {214, 224, 232}, {240, 232, 216}, 0}},
    {0.50, {{58, 136, 226}, {184, 218, 242}, {255, 255, 252}, 0}},
    {0.68, {{80, 144, 218}, {216, 218, 222}, {250, 238, 218}, 0}},
    {0.76, {{62, 66, 124}, {246, 142, 84}, {176, 128, 108}, 0.25f}},
    {0.81, {{6, 9, 28}, {24, 26, 54}, {32, 36, 56}, 1}},
    {1.00, {{5, 8, 24}, {15, 20, 44}, {30, 34, 54}, 1}},
};

struct light scene_light(double day)
{
    unsigned i = 1;
    double d = day - floor(day);

    while (i + 1 < N_ELEMENTS(hours) && hours[i].day < d)
        i++;
    const struct light *a = &hours[i - 1].light, *b = &hours[i].light;
    float t = (float)((d - hours[i - 1].day) / (hours[i].day - hours[i - 1].day));
    return (struct light){colour_mix(a->sky_top, b->sky_top, t),
        colour_mix(a->sky_low, b->sky_low, t), colour_mix(a->on_things, b->on_things, t),
        a->night + (b->night - a->night) * t};
}

/* A cloud is so many soft balls in a row, larger in the middle. */
#define N_PUFFS 9

/* --- clouds ----------------------------------------------------------------------------------- */

static void puff(struct sprite *s, float x, float y, float r)
{
    for (unsigned py = 0; py < s->height; py++)
        for (unsigned px = 0; px < s->width; px++) {
            float dx = (float)px - x, dy = ((float)py - y) * 1.25f,
                  left = 1 - sqrtf(dx * dx + dy * dy) / r;
            uint8_t *a = &s->alpha[(size_t)py * s->width + px];
            if (left > 0)
                *a = (uint8_t)(*a + (float)(255 - *a) * fminf(1, left * 2.2f));
        }
}

int scene_cloud(struct sprite *s, float u, uint32_t seed)
{
    s->width = (unsigned)ceilf(240 * u);
    s->height = (unsigned)ceilf(110 * u);
    s->alpha = calloc(s->width, s->height);
    if (!s->alpha)
        return -ENOMEM;
    for (uint32_t i = 0; i < N_PUFFS; i++) {
        float along = (float)i / (N_PUFFS - 1), swell = sinf(along * 3.14159f),
              chance = scene_chance(seed + i * 3);
        puff(s, (46 + 148 * along) * u, (80 - 22 * swell * chance) * u,
            (20 + 20 * swell + 10 * chance) * u);
    }
    return 0;
}

static void paint_cloud(struct canvas *c, const struct sprite *s, float x, float y,
    struct colour top, struct colour below)
{
    for (unsigned py = 0; py < s->height; py++) {
        struct colour k = colour_mix(top, below, (float)py / (float)s->height);
        for (unsigned px = 0; px < s->width; px++) {
            uint8_t a = s->alpha[(size_t)py * s->width + px];
            if (a)
                canvas_pixel(c, (int)x + (int)px, (int)y + (int)py, k, (float)a / 270);
        }
    }
}

static void clouds(
    const struct scene *s, const struct scene_moment *m, const struct light *l, struct canvas *c)
{
    static const float heights[] = {60, 128, 20, 178, 96};
    struct colour top = colour_mix(l->on_things, l->sky_low, 0.25f),
                  below = colour_mix(l->sky_low, l->on_things, 0.35f);

    for (unsigned i = 0; i < N_ELEMENTS(heights); i++) {
        double way = SCENE_WIDTH + 300, x = fmod(m->seconds * (5 + 2.2 * i) + i * 311, way) - 260;
        paint_cloud(c, &s->clouds[i % N_CLOUDS], (float)x * s->u, heights[i] * s->u, top, below);
    }
}

/* --- sun, moon, stars ------------------------------------------------------------------------- */

/* Where something that rises at `up` and sets at `down` stands; below the hills outside of that. */
static struct point on_its_way(double day, double up, double down, float u)
{
    double t = (day - floor(day) - up) / (down - up);

    if (t < -0.2)
        t += 1 / (down - up);
    return (struct point){(float)(40 + 944 * t) * u, (float)(452 - 372 * sin(t * 3.14159265)) * u};
}

static void sun(const struct scene *s, double day, const struct light *l, struct canvas *c)
{
    struct point p = on_its_way(day, 0.24, 0.78, s->u);
    struct colour disc = colour_mix((struct colour){255, 246, 206}, (struct colour){255, 158, 84},
        p.y / (430 * s->u) * 1.5f - 0.6f);

    if (l->night > 0.9f)
        return;
    canvas_glow(c, p.x, p.y, 190 * s->u, disc, 0.55f);
    canvas_ellipse(c, p.x, p.y, 33 * s->u, 33 * s->u, 0, disc, 1);
}

static void moon(const struct scene *s, double day, const struct light *l, struct canvas *c)
{
    static const struct {
        float x, y, r;
    } craters[] = {{-8, -6, 6}, {7, 4, 7}, {-4, 11, 4}, {10, -10, 3}, {-13, 5, 3}};
    struct point p = on_its_way(day, 0.74, 1.27, s->u);

    if (l->night < 0.3f)
        return;
    canvas_glow(c, p.x, p.y, 120 * s->u, (struct colour){150, 160, 190}, 0.3f * l->night);
    canvas_ellipse(c, p.x, p.y, 26 * s->u, 26 * s->u, 0, (struct colour){226, 226, 214}, l->night);
    for (unsigned i = 0; i < N_ELEMENTS(craters); i++)
        canvas_ellipse(c, p.x + craters[i].x * s->u, p.y + craters[i].y * s->u, craters[i].r * s->u,
            craters[i].r * s->u, 0, (struct colour){200, 200, 190}, l->night);
}

static void stars(
    const struct scene *s, const struct scene_moment *m, const struct light *l, struct canvas *c)
{
    for (uint32_t i = 0; i < 170 && l->night > 0.05f; i++) {
        float x = scene_chance(i * 3 + 7000) * SCENE_WIDTH, y = scene_chance(i * 3 + 7001) * 400,
              size = scene_chance(i * 3 + 7002);
        float shine = 0.55f + 0.45f * sinf((float)m->seconds * (1 + size) + (float)i);
        canvas_ellipse(c, x * s->u, y * s->u, (0.5f + size) * s->u, (0.5f + size) * s->u, 0,
            (struct colour){235, 238, 255}, shine * l->night * (0.35f + 0.65f * size));
    }
}

static void gradient(const struct scene *s, const struct light *l, struct picture *p)
{
    for (unsigned y = 0; y < s->first_full_row; y++) {
        struct colour k = colour_mix(l->sky_top, l->sky_low, powf((float)y / (450 * s->u), 1.3f));
        uint8_t *row = p->bgr + (size_t)y * p->width * 3;
        for (unsigned x = 0; x < p->width; x++, row += 3) {
            row[0] = k.b;
            row[1] = k.g;
            row[2] = k.r;
        }
    }
}

void scene_paint_sky(
    const struct scene *s, const struct scene_moment *m, const struct light *l, struct canvas *c)
{
    gradient(s, l, c->picture);
    stars(s, m, l, c);
    moon(s, m->day, l, c);
    sun(s, m->day, l, c);
    clouds(s, m, l, c);
}
