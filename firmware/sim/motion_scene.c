/* motion_scene.c - a wall of bricks, no two rows of which are alike, and people with a texture of many wavelengths, so that what
 * moves can be found to parts of a pixel. Positions are in 1/256 px of the layout, as vectors are. */
#include "motion_scene.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

#define UNIT MOTION_SCENE_UNIT
/* Of the texture, which goes on where it ends. */
#define TILE 512
#define N_WAVES 12
/* What the flow finds with certainty. */
#define PAN_MAX 16.0

/* Bricks of the wall, joints included; a whole number of them is a tile. */
#define BRICK_WIDTH 32
#define BRICK_HEIGHT 16

typedef uint8_t tile[TILE][TILE];

enum part { NOBODY, HEAD, COAT, TROUSERS, N_PARTS };

/* Light of a surface: the texture's samples in 1/256 of their contrast, over a ground. */
struct surface {
    unsigned ground, contrast;
};

/* Someone who crosses the picture. */
struct walker {
    int first; /* frame in which the way begins */
    int x, step, top;
    int size; /* percent of the tallest */
    struct surface looks[N_PARTS];
};

static const struct surface bare = {0, 256}, floor_looks = {50, 40};
#define FLOOR_TOP (200 * UNIT)
static const struct walker walkers[] = {
    {.first = 0,
        .x = -50 * UNIT,
        .step = 896,
        .top = 44 * UNIT,
        .size = 100,
        .looks = {[HEAD] = {170, 60}, [COAT] = {130, 125}, [TROUSERS] = {30, 70}}},
    {.first = 90,
        .x = 360 * UNIT,
        .step = -576,
        .top = 72 * UNIT,
        .size = 85,
        .looks = {[HEAD] = {160, 60}, [COAT] = {0, 110}, [TROUSERS] = {90, 90}}},
};

struct motion_scene {
    bool walk;
    int pan_x, pan_y; /* per frame */
    tile bricks, cloth;
};

/* --- the texture ------------------------------------------------------------------------------ */

/* One wave of a whole number of periods per tile: its values at each phase, and how the phase grows to the right and down. */
struct wave {
    double value[TILE];
    int across, down;
};

/* From 6 px long to 90, in all directions. */
static void wave_init(struct wave *w, int i)
{
    double angle = i * 2.4, periods = TILE / (6 * pow(1.28, i));

    w->across = (int)lround(periods * cos(angle));
    w->down = (int)lround(periods * sin(angle));
    for (int phase = 0; phase < TILE; phase++)
        w->value[phase] = sin(phase * 2 * M_PI / TILE + i * i * 0.7);
}

static void draw_cloth(tile cloth)
{
    struct wave waves[N_WAVES];

    for (int i = 0; i < N_WAVES; i++)
        wave_init(&waves[i], i);
    for (int y = 0; y < TILE; y++) {
        for (int x = 0; x < TILE; x++) {
            double sum = 0;

            for (int i = 0; i < N_WAVES; i++)
                sum += waves[i].value[(unsigned)(x * waves[i].across + y * waves[i].down) % TILE];
            sum = 128 + sum * 30;
            cloth[y][x] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
    }
}

/* Each brick has a light of its own, or one could not tell where in the wall one looks. */
static unsigned brick_light(unsigned column, unsigned row)
{
    uint32_t h = (row * 64 + column + 1) * 2654435761u;

    h = (h ^ h >> 15) * 2246822519u;
    return 100 + (h >> 16) % 80;
}

static unsigned brick_at(unsigned x, unsigned y)
{
    unsigned row = y / BRICK_HEIGHT, shifted = (x + row % 2 * (BRICK_WIDTH / 2)) % TILE;
    unsigned in_x = shifted % BRICK_WIDTH, in_y = y % BRICK_HEIGHT;

    if (in_x < 2 || in_y < 2)
        return 80;
    /* Lit from above. */
    return brick_light(shifted / BRICK_WIDTH, row) + (in_y < 4 ? 12 : 0);
}

/* The joints soft, as a lens makes them, and the grain of the stone. */
static void draw_bricks(tile bricks, tile cloth)
{
    for (unsigned y = 0; y < TILE; y++) {
        for (unsigned x = 0; x < TILE; x++) {
            unsigned right = (x + 1) % TILE, below = (y + 1) % TILE;
            unsigned light = (brick_at(x, y) + brick_at(right, y) + brick_at(x, below) +
                                 brick_at(right, below)) /
                4;

            bricks[y][x] = (uint8_t)(light + cloth[y][x] / 5 - 25);
        }
    }
}

/* Between its pixels, too. */
static unsigned sample(const tile t, struct surface f, int x, int y)
{
    unsigned u = (unsigned)x / UNIT % TILE, v = (unsigned)y / UNIT % TILE;
    unsigned right = (u + 1) % TILE, below = (v + 1) % TILE;
    unsigned a = (unsigned)x % UNIT, b = (unsigned)y % UNIT;
    unsigned upper = t[v][u] * (UNIT - a) + t[v][right] * a;
    unsigned lower = t[below][u] * (UNIT - a) + t[below][right] * a;
    unsigned grey = (upper * (UNIT - b) + lower * b + UNIT * UNIT / 2) / (UNIT * UNIT);

    return f.ground + grey * f.contrast / 256;
}

/* --- people ----------------------------------------------------------------------------------- */

static int frame_of_walk(uint64_t frame)
{
    return (int)(frame % MOTION_SCENE_WALK_FRAMES);
}

static int walker_x(const struct walker *w, int frame)
{
    return w->x + (frame - w->first) * w->step;
}

static bool in_ellipse(double x, double y, double half_width, double half_height)
{
    return x * x / (half_width * half_width) + y * y / (half_height * half_height) < 1;
}

/* A square whose corners are round. */
static bool in_cushion(double x, double y, double half_width, double half_height)
{
    return pow(x / half_width, 4) + pow(y / half_height, 4) < 1;
}

/* x from the middle, y from the top. */
static enum part part_at(double x, double y)
{
    if (in_ellipse(x, y - 18, 14, 18))
        return HEAD;
    if (in_cushion(x, y - 76, 30, 42) || in_cushion(fabs(x) - 33, y - 74, 9, 38))
        return COAT;
    return in_cushion(fabs(x) - 14, y - 144, 13, 46) ? TROUSERS : NOBODY;
}

static enum part part_of(const struct walker *w, int frame, int x, int y)
{
    double scale = 100.0 / w->size / UNIT;

    return frame < w->first ? NOBODY
                            : part_at((x - walker_x(w, frame)) * scale, (y - w->top) * scale);
}

/* NULL: it is the wall. The second one passes in front of the first. */
static const struct walker *who(
    const struct motion_scene *s, int frame, int x, int y, enum part *ret_part)
{
    for (size_t i = N_ELEMENTS(walkers); s->walk && i-- > 0;) {
        *ret_part = part_of(&walkers[i], frame, x, y);
        if (*ret_part != NOBODY)
            return &walkers[i];
    }
    return NULL;
}

/* --- pictures --------------------------------------------------------------------------------- */

static unsigned grey_at(const struct motion_scene *s, uint64_t frame, int x, int y)
{
    int at = frame_of_walk(frame);
    enum part part;
    const struct walker *w = who(s, at, x, y, &part);
    bool on_floor = s->walk && y >= FLOOR_TOP;
    int turned = (int)(frame % (TILE * UNIT)); /* the texture is as it was then */

    /* The tile's corner lies far to the left and above, so that no position is negative. */
    x += TILE * UNIT;
    y += TILE * UNIT;
    if (w)
        return sample(
            s->cloth, w->looks[part], x - walker_x(w, at) + TILE * UNIT, y + w->first * UNIT);
    if (on_floor)
        return sample(s->cloth, floor_looks, x, y);
    return sample(s->bricks, bare, (int)((unsigned)x - (unsigned)turned * (unsigned)s->pan_x),
        (int)((unsigned)y - (unsigned)turned * (unsigned)s->pan_y));
}

void motion_scene_draw(
    const struct motion_scene *s, uint64_t frame, unsigned width, unsigned height, uint8_t *out)
{
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++)
            *out++ = (uint8_t)grey_at(s, frame,
                (int)((2 * x + 1) * MOTION_SCENE_WIDTH * UNIT / (2 * width)),
                (int)((2 * y + 1) * MOTION_SCENE_HEIGHT * UNIT / (2 * height)));
}

void motion_scene_truth(
    const struct motion_scene *s, uint64_t frame, int x, int y, int *ret_dx, int *ret_dy)
{
    int before = frame_of_walk(frame + MOTION_SCENE_WALK_FRAMES - 1);
    enum part part;
    const struct walker *w = who(s, before, x * UNIT, y * UNIT, &part);

    *ret_dx = w ? w->step : s->pan_x;
    *ret_dy = w ? 0 : s->pan_y;
}

/* --- life ------------------------------------------------------------------------------------- */

/* "DX,DY" */
static int read_pan(struct motion_scene *s, const char *text)
{
    const char *comma = strchr(text, ',');
    char across[16];
    double dx, dy;

    if (!comma || (size_t)(comma - text) >= sizeof across)
        return -EINVAL;
    memcpy(across, text, (size_t)(comma - text));
    across[comma - text] = '\0';
    if (text_to_float(across, &dx) < 0 || text_to_float(comma + 1, &dy) < 0 || fabs(dx) > PAN_MAX ||
        fabs(dy) > PAN_MAX)
        return -EINVAL;
    s->pan_x = (int)lround(dx * UNIT);
    s->pan_y = (int)lround(dy * UNIT);
    return 0;
}

static int read_spec(struct motion_scene *s, const char *spec)
{
    s->walk = strcmp(spec, "walk") == 0;
    if (s->walk || strcmp(spec, "still") == 0)
        return 0;
    if (strcmp(spec, "pan") == 0)
        return read_pan(s, "3.25,-1.5");
    return strncmp(spec, "pan:", 4) == 0 ? read_pan(s, spec + 4) : -EINVAL;
}

int motion_scene_new(const char *spec, struct motion_scene **ret)
{
    struct motion_scene *s = calloc(1, sizeof *s);
    int r = s ? read_spec(s, spec) : -ENOMEM;

    if (r < 0) {
        free(s);
        return r;
    }
    draw_cloth(s->cloth);
    draw_bricks(s->bricks, s->cloth);
    *ret = s;
    return 0;
}

struct motion_scene *motion_scene_free(struct motion_scene *s)
{
    free(s);
    return NULL;
}
