#include "flow_seed.h"

#include <string.h>

#include "flow_light.h"
#include "flow_math.h"

#define REACH 10
#define STEP 2
#define SAD_MAX 65535
/* A tenth of the largest difference that a block can have. */
#define SAD_NONE (FLOW_SEED_BLOCK * FLOW_SEED_BLOCK * 255 / 10)
/* Neighbours that make a median, and how far one may be from it. */
#define MEDIAN_OF 5
#define MEDIAN_OFF 8
/* px per frame: with a direction, and of full intensity. */
#define SPEED_MIN 2
#define SPEED_FULL 20
#define INTENSITY_MIN 25
/* Confidence that a centre needs. */
#define CENTRE_WEIGHT 100

void flow_seed_init(struct flow_seed *s)
{
    memset(s, 0, sizeof(*s));
    s->min_confidence = 50;
    s->min_active_blocks = 6;
    s->flash = FLOW_FLASH_START;
}

void flow_seed_sensitivity(struct flow_seed *s, uint8_t sensitivity)
{
    s->min_confidence = (uint8_t)(80 - sensitivity * (80 - 30) / 255);
    s->min_active_blocks = (uint8_t)(10 - sensitivity * (10 - 4) / 255);
}

uint8_t flow_seed_confidence(uint32_t sad)
{
    return (uint8_t)(255 - flow_min((int32_t)(sad * 255 / SAD_NONE), 255));
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Up to `most`, which is as good as all that is more. */
static uint32_t sad(const uint8_t *first, const uint8_t *second, int32_t x, int32_t y, int32_t dx,
    int32_t dy, uint32_t most)
{
    uint32_t sum = 0;

    for (int32_t i = 0; i < FLOW_SEED_BLOCK && sum < most; i++) {
        /* The fault: an index of 16 bits. */
        uint16_t p = (uint16_t)((y + i) * FLOW_SEED_WIDTH + x),
                 q = (uint16_t)((y + dy + i) * FLOW_SEED_WIDTH + x + dx);

        for (int32_t k = 0; k < FLOW_SEED_BLOCK; k++)
            sum += (uint32_t)flow_abs(first[p++] - second[q++]);
    }
    return sum;
}

static void search(
    struct flow_seed_block *b, const uint8_t *first, const uint8_t *second, int32_t x, int32_t y)
{
    uint32_t best = SAD_MAX;

    b->dx = b->dy = 0;
    for (int32_t dy = -REACH; dy <= REACH; dy += STEP) {
        for (int32_t dx = -REACH; dx <= REACH; dx += STEP) {
            uint32_t v;

            if (x + dx < 0 || y + dy < 0 || x + dx > FLOW_SEED_WIDTH - FLOW_SEED_BLOCK ||
                y + dy > FLOW_SEED_HEIGHT - FLOW_SEED_BLOCK)
                continue;
            v = sad(first, second, x, y, dx, dy, best);
            if (v >= best)
                continue;
            best = v;
            b->dx = (int8_t)dx;
            b->dy = (int8_t)dy;
        }
    }
    b->confidence = flow_seed_confidence(best);
}

static void sort_in(int8_t *sorted, unsigned n, int8_t v)
{
    for (; n > 0 && sorted[n - 1] > v; n--)
        sorted[n] = sorted[n - 1];
    sorted[n] = v;
}

static bool is_outlier(const struct flow_seed *s, unsigned row, unsigned column)
{
    const struct flow_seed_block *b = &s->blocks[row][column];
    int8_t x[9], y[9];
    unsigned n = 0;

    for (unsigned i = 0; i < 9; i++) {
        const struct flow_seed_block *other = &s->blocks[row + i / 3 - 1][column + i % 3 - 1];

        if (!other->valid)
            continue;
        sort_in(x, n, other->dx);
        sort_in(y, n, other->dy);
        n++;
    }
    return n >= MEDIAN_OF &&
        (flow_abs(b->dx - x[n / 2]) > MEDIAN_OFF || flow_abs(b->dy - y[n / 2]) > MEDIAN_OFF);
}

/* In place, so that what went already counts no more. */
void flow_seed_outliers(struct flow_seed *s)
{
    for (unsigned row = 1; row + 1 < FLOW_SEED_ROWS; row++) {
        for (unsigned column = 1; column + 1 < FLOW_SEED_COLUMNS; column++) {
            if (is_outlier(s, row, column))
                s->blocks[row][column].valid = false;
        }
    }
}

/* --- the summary ------------------------------------------------------------------------------ */

struct total {
    uint32_t n, weight;
    int32_t dx, dy; /* by confidence: 48 * 255 * 10 at most */
    int32_t x, y;
};

static struct total count(const struct flow_seed *s)
{
    struct total t = {0, 0, 0, 0, 0, 0};

    for (int32_t i = 0; i < FLOW_SEED_ROWS * FLOW_SEED_COLUMNS; i++) {
        int32_t row = i / FLOW_SEED_COLUMNS, column = i % FLOW_SEED_COLUMNS;
        const struct flow_seed_block *b = &s->blocks[row][column];

        if (!b->valid)
            continue;
        t.n++;
        t.weight += b->confidence;
        t.dx += b->confidence * b->dx;
        t.dy += b->confidence * b->dy;
        t.x += b->confidence * (2 * column + 1) * FLOW_SEED_BLOCK / 2;
        t.y += b->confidence * (2 * row + 1) * FLOW_SEED_BLOCK / 2;
    }
    return t;
}

/* The mean vector is (dx, dy) / weight; all is compared without dividing, so that nothing is rounded before the end. */
static void describe(struct flow_seed *s, const struct total *t)
{
    uint64_t square = (uint64_t)((int64_t)t->dx * t->dx) + (uint64_t)((int64_t)t->dy * t->dy);
    uint64_t least = (uint64_t)SPEED_MIN * SPEED_MIN * t->weight * t->weight;
    uint32_t length = flow_root(square), full = SPEED_FULL * t->weight;

    s->active_blocks = (uint8_t)t->n;
    s->speed = (uint32_t)(flow_root(square << 16) / t->weight);
    s->direction = square >= least ? flow_direction_of(t->dx, t->dy) : MOTION_NONE;
    s->confidence = (uint8_t)(t->weight * 100 / (t->n * 255));
    s->intensity = (uint8_t)((length < full ? length : full) / (SPEED_FULL * t->n));
    s->active = s->intensity > INTENSITY_MIN && square > least;
}

static void centre(struct flow_seed *s, const struct total *t)
{
    int32_t x = 256 * t->x / (int32_t)t->weight, y = 256 * t->y / (int32_t)t->weight;

    s->x = s->centred ? flow_divide(3 * s->x + 7 * x, 10) : x;
    s->y = s->centred ? flow_divide(3 * s->y + 7 * y, 10) : y;
    s->centred = true;
}

void flow_seed_summarise(struct flow_seed *s)
{
    struct total t = count(s);

    if (t.n < s->min_active_blocks || t.weight == 0) {
        s->active_blocks = s->confidence = s->intensity = 0;
        s->speed = 0;
        s->direction = MOTION_NONE;
        s->active = false;
        return;
    }
    describe(s, &t);
    if (s->active && t.weight >= CENTRE_WEIGHT)
        centre(s, &t);
}

static void follow(struct flow_seed *s, int64_t now_us)
{
    if (s->active && s->centred) {
        flow_trajectory_add(&s->trajectory,
            &(struct flow_point){
                .x = (uint16_t)(s->x * (FLOW_TRAJECTORY_UNIT / 256) / FLOW_SEED_WIDTH),
                .y = (uint16_t)(s->y * (FLOW_TRAJECTORY_UNIT / 256) / FLOW_SEED_HEIGHT),
                .intensity = s->intensity,
                .speed = s->speed,
                .direction = s->direction,
                .time_us = now_us});
        return;
    }
    flow_trajectory_rest(&s->trajectory, now_us);
    if (s->trajectory.n == 0)
        s->centred = false;
}

void flow_seed_run(struct flow_seed *s, const uint8_t *first, const uint8_t *second, int64_t now_us)
{
    for (int32_t row = 0; row < FLOW_SEED_ROWS; row++) {
        for (int32_t column = 0; column < FLOW_SEED_COLUMNS; column++) {
            struct flow_seed_block *b = &s->blocks[row][column];

            search(b, first, second, column * FLOW_SEED_BLOCK, row * FLOW_SEED_BLOCK);
            b->valid = b->confidence >= s->min_confidence;
        }
    }
    flow_seed_outliers(s);
    flow_seed_summarise(s);
    s->brightness = flow_brightness(second, FLOW_SEED_WIDTH * FLOW_SEED_HEIGHT);
    s->flash = flow_flash_step(s->flash, flow_flash_target(s->brightness));
    follow(s, now_us);
}
