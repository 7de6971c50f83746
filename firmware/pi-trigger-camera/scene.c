/* scene.c - one moment of the drawn garden: sky, then what stands still in the light of the hour,
 * then what moves, then what the camera makes of it. What stands still is drawn once, and lit by a
 * table per colour.
 */
#include "scene.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene_private.h"

/* Samples of noise, more than a row and prime, so that no pattern shows. */
#define N_NOISE 4999

float scene_chance(uint32_t seed)
{
    uint32_t h = seed * 2654435761u + 0x9e3779b9u;

    h = (h ^ h >> 15) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return (float)((h ^ h >> 16) >> 8) / 16777216.0f;
}

static int scene_prepare(struct scene *s)
{
    struct canvas c = {.picture = &s->garden};
    int r = picture_resize(&s->garden, s->width, s->height);

    if (r < 0 || s->ready)
        return r;
    s->u = fmaxf((float)s->width / SCENE_WIDTH, (float)s->height / SCENE_HEIGHT);
    if (!s->cover)
        s->cover = calloc(s->width, s->height);
    if (!s->cover)
        return -ENOMEM;
    memset(s->garden.bgr, 0, picture_bytes(&s->garden));
    c.cover = s->cover;
    scene_paint_garden(&c, s->u);
    for (unsigned i = 0; i < N_CLOUDS && r >= 0; i++)
        if (!s->clouds[i].alpha)
            r = scene_cloud(&s->clouds[i], s->u, 8000 + i * 97);
    s->first_full_row = s->height;
    while (s->first_full_row > 0 && s->cover[(size_t)(s->first_full_row - 1) * s->width] >= 250)
        s->first_full_row--;
    /* hills rise and fall */
    s->first_full_row = MIN(s->first_full_row + (unsigned)(40 * s->u), s->height);
    s->ready = r >= 0;
    return r;
}

int scene_new(unsigned width, unsigned height, struct scene **ret)
{
    struct scene *s;

    if (width == 0 || height == 0 || (uint64_t)width * height > PICTURE_MAX_PIXELS)
        return -EMSGSIZE;
    s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    *s = (struct scene){.n_refs = 1, .width = width, .height = height};
    *ret = s;
    return 0;
}

struct scene *scene_ref(struct scene *s)
{
    s->n_refs++;
    return s;
}

struct scene *scene_unref(struct scene *s)
{
    if (!s || --s->n_refs > 0)
        return NULL;
    picture_fini(&s->garden);
    free(s->cover);
    for (unsigned i = 0; i < N_CLOUDS; i++)
        free(s->clouds[i].alpha);
    free(s);
    return NULL;
}

/* What each sample of the garden looks like in this light. */
static void light_table(uint8_t white, uint8_t table[256])
{
    for (unsigned i = 0; i < 256; i++)
        table[i] = (uint8_t)(i * white / 255);
}

static void paint_garden(const struct scene *s, const struct light *l, struct picture *p)
{
    uint8_t table[3][256];
    size_t n = (size_t)s->width * s->height;
    const uint8_t *from = s->garden.bgr;
    uint8_t *to = p->bgr;

    light_table(l->on_things.b, table[0]);
    light_table(l->on_things.g, table[1]);
    light_table(l->on_things.r, table[2]);
    for (size_t i = 0; i < n; i++, from += 3, to += 3) {
        unsigned a = s->cover[i];
        if (a == 0)
            continue;
        if (a >= 254) {
            to[0] = table[0][from[0]];
            to[1] = table[1][from[1]];
            to[2] = table[2][from[2]];
        } else {
            /* the garden was painted on black: its samples hold their share already */
            to[0] = (uint8_t)((to[0] * (255 - a)) / 255 + table[0][from[0]]);
            to[1] = (uint8_t)((to[1] * (255 - a)) / 255 + table[1][from[1]]);
            to[2] = (uint8_t)((to[2] * (255 - a)) / 255 + table[2][from[2]]);
        }
    }
}

/* The lamp behind the window. */
static void paint_lamp(const struct scene *s, const struct light *l, struct canvas *c)
{
    float x = SCENE_WINDOW_X * s->u, y = SCENE_WINDOW_Y * s->u;
    struct point pane[] = {{x - 16 * s->u, y - 18 * s->u}, {x + 16 * s->u, y - 18 * s->u},
        {x + 16 * s->u, y + 18 * s->u}, {x - 16 * s->u, y + 18 * s->u}};

    if (l->night < 0.2f)
        return;
    canvas_polygon(c, pane, 4, (struct colour){255, 206, 120}, 0.75f * l->night);
    canvas_glow(c, x, y, 90 * s->u, (struct colour){255, 196, 110}, 0.3f * l->night);
}

/* A longer exposure: dark things gain as many times, bright ones come to white softly. */
static void expose(struct picture *p, double exposure)
{
    uint8_t table[256];
    size_t n = picture_bytes(p);

    if (exposure <= 1.0)
        return;
    for (unsigned i = 0; i < 256; i++)
        table[i] = (uint8_t)(255.5 * (1 - pow(1 - i / 255.0, exposure)));
    for (size_t i = 0; i < n; i++)
        p->bgr[i] = table[p->bgr[i]];
}

/* What a sensor adds where there is little light; another pattern each moment. */
static void add_noise(struct picture *p, double seconds, float strength)
{
    int8_t noise[N_NOISE];
    uint32_t moment = (uint32_t)(int64_t)(seconds * 1000);
    size_t n = picture_bytes(p), at = (size_t)(scene_chance(moment) * (N_NOISE - 1));

    for (uint32_t i = 0; i < N_NOISE; i++)
        noise[i] = (int8_t)((scene_chance(i * 2) + scene_chance(i * 2 + 1) - 1) * strength);
    for (size_t i = 0; i < n; i++) {
        int v = p->bgr[i] + noise[at];
        p->bgr[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        at = at + 1 == N_NOISE ? (size_t)(scene_chance(moment + (uint32_t)i) * (N_NOISE - 1))
                               : at + 1;
    }
}

static void paint_clock(const struct scene *s, const char *text, struct canvas *c)
{
    float size = fmaxf(24 * s->u, 10), x = 14 * s->u, y = (float)s->height - size - 8 * s->u;
    struct colour shadow = {10, 14, 18}, white = {250, 250, 246};

    canvas_text(c, x + size / 14, y + size / 14, size, text, shadow, 0.7f);
    canvas_text(c, x, y, size, text, white, 0.95f);
}

int scene_draw(struct scene *s, const struct scene_moment *m, struct picture *ret)
{
    struct canvas c = {.picture = ret};
    struct light l = scene_light(m->day);
    int r = scene_prepare(s);

    if (r >= 0)
        r = picture_resize(ret, s->width, s->height);
    if (r < 0)
        return r;
    scene_paint_sky(s, m, &l, &c);
    paint_garden(s, &l, ret);
    paint_lamp(s, &l, &c);
    scene_paint_animals(s, m, &l, &c);
    expose(ret, m->exposure);
    if (l.night > 0.5f)
        add_noise(ret, m->seconds, m->exposure > 1 ? 26 : 9);
    if (m->clock[0])
        paint_clock(s, m->clock, &c);
    return 0;
}
