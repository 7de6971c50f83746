/* scene_garden.c - what stands still, in the light of noon, from the back to the front. */
#include <math.h>

#include "scene_private.h"

#define HILLS_Y 400.0f
#define LAWN_Y 500.0f
#define GRASS_Y 529.0f /* before the fence */

struct brush {
    struct canvas *c;
    float u;
};

static struct point at(const struct brush *b, float x, float y)
{
    return (struct point){x * b->u, y * b->u};
}

static void disc(struct brush *b, float x, float y, float r, struct colour k)
{
    canvas_ellipse(b->c, x * b->u, y * b->u, r * b->u, r * b->u, 0, k, 1);
}

static void oval(
    struct brush *b, float x, float y, float rx, float ry, float angle, struct colour k)
{
    canvas_ellipse(b->c, x * b->u, y * b->u, rx * b->u, ry * b->u, angle, k, 1);
}

static void stroke(
    struct brush *b, float x0, float y0, float x1, float y1, float r0, float r1, struct colour k)
{
    canvas_stroke(b->c, at(b, x0, y0), at(b, x1, y1), r0 * b->u, r1 * b->u, k, 1);
}

static void quad(struct brush *b, const float xy[8], struct colour k)
{
    struct point corners[4] = {
        at(b, xy[0], xy[1]), at(b, xy[2], xy[3]), at(b, xy[4], xy[5]), at(b, xy[6], xy[7])};

    canvas_polygon(b->c, corners, 4, k, 1);
}

static void box(struct brush *b, float x, float y, float w, float h, struct colour k)
{
    quad(b, (float[]){x, y, x + w, y, x + w, y + h, x, y + h}, k);
}

/* --- land ------------------------------------------------------------------------------------- */

static float far_hills(float x)
{
    return HILLS_Y + 24 * sinf(x / 142 + 1) + 11 * sinf(x / 61);
}

static float near_hills(float x)
{
    return HILLS_Y + 48 + 19 * sinf(x / 187 + 4) + 7 * sinf(x / 71 + 2);
}

static float lawn(float x)
{
    return LAWN_Y + 7 * sinf(x / 260 + 0.6f);
}

/* Everything below a line, from one colour at it to another at the bottom. */
static void ground(struct brush *b, float (*line)(float x), struct colour top, struct colour bottom)
{
    const struct picture *p = b->c->picture;

    for (unsigned px = 0; px < p->width; px++) {
        float edge = line(((float)px + 0.5f) / b->u) * b->u;
        for (unsigned py = (unsigned)fmaxf(0, edge - 1); py < p->height; py++) {
            float below = (float)py + 0.5f - edge;
            canvas_pixel(b->c, (int)px, (int)py,
                colour_mix(top, bottom, below / ((SCENE_HEIGHT - LAWN_Y) * b->u)), below + 0.5f);
        }
    }
}

/* Trees on the hills: so many that they are a texture. */
static void woods(struct brush *b)
{
    for (uint32_t i = 0; i < 90; i++) {
        float x = scene_chance(i * 3) * SCENE_WIDTH, r = 5 + 8 * scene_chance(i * 3 + 1);
        float shade = 0.8f + 0.35f * scene_chance(i * 3 + 2);
        oval(b, x, near_hills(x) - r * 0.5f + 3, r, r * 1.15f, 0,
            colour_scale((struct colour){74, 122, 78}, shade));
    }
}

/* Mown in stripes that come together far away, with blades that catch the light. */
static void grass(struct brush *b)
{
    for (int i = -9; i < 10; i += 2) {
        float x = SCENE_WIDTH / 2 + (float)i * 42, far = SCENE_WIDTH / 2 + (float)i * 190;
        struct point corners[4] = {at(b, x, GRASS_Y), at(b, x + 42, GRASS_Y),
            at(b, far + 190, SCENE_HEIGHT), at(b, far, SCENE_HEIGHT)};
        canvas_polygon(b->c, corners, 4, (struct colour){150, 200, 90}, 0.16f);
    }
    for (uint32_t i = 0; i < 2600; i++) {
        float near = scene_chance(i * 5 + 1000), y = GRASS_Y + 4 + (SCENE_HEIGHT - GRASS_Y) * near,
              x = scene_chance(i * 5 + 1001) * SCENE_WIDTH;
        float h = 3 + 8 * near, lean = (scene_chance(i * 5 + 1002) - 0.5f) * h;
        struct colour k = colour_mix((struct colour){70, 138, 52}, (struct colour){158, 205, 96},
            scene_chance(i * 5 + 1003));
        canvas_stroke(b->c, at(b, x, y), at(b, x + lean, y - h), 0.9f * b->u, 0.3f * b->u, k, 0.6f);
    }
}

/* --- what was built --------------------------------------------------------------------------- */

static void fence(struct brush *b)
{
    const struct colour white = {246, 243, 234}, shade = {205, 203, 196};

    for (float y = 478; y < 512; y += 22)
        box(b, 0, y, SCENE_WIDTH, 7, shade);
    for (float x = 6; x < SCENE_WIDTH; x += 23) {
        box(b, x + 9, 466, 3, 62, shade);
        box(b, x, 466, 10, 62, white);
        quad(b, (float[]){x, 466, x + 5, 457, x + 5, 457, x + 10, 466}, white);
    }
}

static void window(struct brush *b, float x, float y)
{
    box(b, x - 20, y - 22, 40, 44, (struct colour){250, 248, 240});
    box(b, x - 16, y - 18, 32, 36, (struct colour){126, 166, 190});
    quad(b, (float[]){x - 16, y - 18, x + 6, y - 18, x - 10, y + 18, x - 16, y + 18},
        (struct colour){158, 194, 212});
    box(b, x - 1.5f, y - 18, 3, 36, (struct colour){250, 248, 240});
    box(b, x - 16, y - 1.5f, 32, 3, (struct colour){250, 248, 240});
    box(b, x - 23, y + 22, 46, 5, (struct colour){196, 120, 84});
    for (float f = -18; f <= 18; f += 6)
        disc(b, x + f, y + 20, 3.4f,
            (int)f % 12 ? (struct colour){226, 70, 88} : (struct colour){244, 178, 72});
}

static void roof(struct brush *b)
{
    quad(b, (float[]){84, 380, 128, 300, 262, 300, 306, 380}, (struct colour){178, 82, 62});
    for (float y = 312; y < 380; y += 13)
        stroke(b, 128 - (y - 300) * 0.55f, y, 262 + (y - 300) * 0.55f, y, 1.2f, 1.2f,
            (struct colour){150, 66, 52});
    box(b, 222, 268, 26, 50, (struct colour){168, 110, 92});
    box(b, 218, 264, 34, 8, (struct colour){140, 88, 74});
    box(b, 84, 378, 222, 5, (struct colour){128, 60, 46});
}

static void house(struct brush *b)
{
    box(b, 100, 380, 190, 146, (struct colour){238, 222, 188});
    box(b, 262, 380, 28, 146, (struct colour){220, 202, 168});
    window(b, SCENE_WINDOW_X, SCENE_WINDOW_Y);
    box(b, 206, 432, 46, 94, (struct colour){250, 248, 240});
    box(b, 210, 436, 38, 90, (struct colour){62, 104, 122});
    disc(b, 242, 484, 2.6f, (struct colour){232, 196, 96});
    oval(b, 229, 456, 10, 10, 0, (struct colour){140, 176, 190});
    roof(b);
    box(b, 196, 524, 66, 8, (struct colour){176, 170, 160});
}

/* Stones from the door to the viewer. */
static void path(struct brush *b)
{
    for (uint32_t i = 0; i < 15; i++) {
        float t = (float)i / 14, near = t * t, x = 230 + 250 * near + 30 * sinf(t * 5),
              y = 542 + 216 * near;
        float r = 13 + 36 * near;
        struct colour k =
            colour_scale((struct colour){190, 184, 174}, 0.86f + 0.2f * scene_chance(i + 9000));
        oval(b, x + 2, y + r * 0.14f, r, r * 0.36f, 0, (struct colour){74, 118, 50});
        oval(b, x, y, r, r * 0.34f, 0, k);
    }
}

/* --- what grows ------------------------------------------------------------------------------- */

static void tree(struct brush *b)
{
    const struct colour bark = {112, 82, 58};

    oval(b, 850, 602, 96, 15, 0, (struct colour){58, 110, 42});
    stroke(b, 850, 600, 848, 430, 21, 12, bark);
    stroke(b, 846, 604, 812, 612, 12, 3, bark);
    stroke(b, 856, 604, 892, 613, 12, 3, bark);
    stroke(b, 848, 470, 780, 380, 9, 4, bark);
    stroke(b, 850, 460, 925, 366, 9, 4, bark);
    oval(b, 850, 345, 104, 92, 0, (struct colour){70, 128, 54});
    for (uint32_t i = 0; i < 190; i++) {
        float a = scene_chance(i * 4 + 4000) * 6.2832f, d = sqrtf(scene_chance(i * 4 + 4001));
        float x = 850 + cosf(a) * d * 132, y = 330 + sinf(a) * d * 104,
              r = 15 + 17 * scene_chance(i * 4 + 4002);
        float lit = 0.72f + 0.3f * (1 - (y - 226) / 208) + 0.16f * scene_chance(i * 4 + 4003);
        disc(b, x, y, r, colour_scale((struct colour){82, 146, 62}, lit));
    }
    for (uint32_t i = 0; i < 22; i++) {
        float a = (float)i * 2.39996f,
              d = sqrtf(((float)i + 0.7f) / 22); /* as seeds stand in a sunflower */
        float x = 850 + cosf(a) * d * 126, y = 336 + sinf(a) * d * 98;
        disc(b, x, y, 6.5f, (struct colour){206, 48, 46});
        disc(b, x - 2, y - 2, 2, (struct colour){248, 150, 130});
    }
}

static void flower(
    struct brush *b, float x, float y, float size, struct colour petals, uint32_t seed)
{
    float lean = (scene_chance(seed) - 0.5f) * size;

    stroke(b, x, y, x + lean, y - size * 2.4f, size * 0.12f, size * 0.09f,
        (struct colour){64, 128, 52});
    oval(b, x + size * 0.3f, y - size * 0.9f, size * 0.42f, size * 0.15f, -0.6f,
        (struct colour){84, 150, 62});
    for (int i = 0; i < 6; i++) {
        float a = (float)i * 1.0472f + scene_chance(seed + 1);
        disc(b, x + lean + cosf(a) * size * 0.42f, y - size * 2.4f + sinf(a) * size * 0.42f,
            size * 0.3f, petals);
    }
    disc(b, x + lean, y - size * 2.4f, size * 0.28f, (struct colour){250, 206, 70});
}

static void flowers(struct brush *b)
{
    static const struct colour petals[] = {
        {232, 84, 110}, {250, 250, 246}, {150, 104, 206}, {246, 150, 60}, {84, 120, 220}};

    for (uint32_t i = 0; i < 26; i++) {
        bool left = i % 2;
        float near = scene_chance(i * 7 + 6000), y = 690 + 74 * near;
        float x =
            left ? 8 + 190 * scene_chance(i * 7 + 6001) : 760 + 256 * scene_chance(i * 7 + 6001);
        flower(b, x, y, 10 + 7 * near, petals[i % N_ELEMENTS(petals)], i * 7 + 6002);
    }
}

void scene_paint_garden(struct canvas *c, float u)
{
    struct brush b = {c, u};

    ground(&b, far_hills, (struct colour){138, 172, 170}, (struct colour){120, 160, 140});
    ground(&b, near_hills, (struct colour){112, 164, 98}, (struct colour){96, 150, 84});
    woods(&b);
    ground(&b, lawn, (struct colour){128, 186, 84}, (struct colour){74, 142, 54});
    fence(&b);
    house(&b);
    grass(&b);
    path(&b);
    tree(&b);
    flowers(&b);
}
