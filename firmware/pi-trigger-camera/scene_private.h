/* scene_private.h - the parts of the drawn garden. It is laid out on 1024 × 768 and scaled to
 * the picture. */
#pragma once

#include <stdbool.h>

#include "canvas.h"
#include "scene.h"

#define SCENE_WIDTH 1024.0f
#define SCENE_HEIGHT 768.0f

/* Light of an hour. */
struct light {
    struct colour sky_top, sky_low; /* the sky above, and over the hills */
    struct colour on_things;        /* what white looks like in it */
    float night;                    /* 0 day … 1 night: stars, lamps */
};

/* A shape by its transparency, drawn in any colour. */
struct sprite {
    unsigned width, height;
    uint8_t *alpha;
};

#define N_CLOUDS 3

struct scene {
    unsigned n_refs, width, height;
    bool ready;
    float u;                 /* pixels per unit of the layout */
    struct picture garden;   /* what stands still, in the light of noon */
    uint8_t *cover;          /* how much of each pixel it takes; the rest is sky */
    unsigned first_full_row; /* from here on nothing of the sky is seen */
    struct sprite clouds[N_CLOUDS];
};

/* A number 0 … 1 that looks like chance and always is the same. */
float scene_chance(uint32_t seed);
struct light scene_light(double day);

/* scene_garden.c */
void scene_paint_garden(struct canvas *c, float u);
/* Where the house's window is, for its lamp. */
#define SCENE_WINDOW_X 146.0f
#define SCENE_WINDOW_Y 432.0f

/* scene_sky.c */
int scene_cloud(struct sprite *s, float u, uint32_t seed);
void scene_paint_sky(
    const struct scene *s, const struct scene_moment *m, const struct light *l, struct canvas *c);

/* scene_animals.c */
void scene_paint_animals(
    const struct scene *s, const struct scene_moment *m, const struct light *l, struct canvas *c);
