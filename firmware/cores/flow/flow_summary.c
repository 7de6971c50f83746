#include "flow_summary.h"

#include <string.h>

#include "flow_light.h"
#include "flow_math.h"

/* A mean direction is one when the mean vector is at least half as long as its parts are: else they go apart. */
#define TOGETHER 2
/* A centre moves by seven tenths of the way at once. */
#define NEW_TENTHS 7
/* A frame that comes in less than this part of the usual time was kept up somewhere; and by how much each changes what is usual. */
#define NEARER 4
#define PACE 8
/* What was kept up is of FLOW_STEP_MAX_US at most, or the time would not be known, and comes NEARER times as fast as usual: with
 * what is taken meanwhile that is over by then. Frames that still come as fast are those of a camera that takes more. */
#define CAUGHT_UP_US (FLOW_STEP_MAX_US / (NEARER - 1))
/* A gesture moves a third of the grid at least: who walks by makes none. */
#define GESTURE_PART 3

void flow_summary_init(struct flow_summary *s, const struct flow_rules *rules)
{
    memset(s, 0, sizeof(*s));
    s->rules = *rules;
    s->flash = FLOW_FLASH_START;
}

static uint32_t speed_of(const struct flow_vector *v)
{
    return flow_root((uint64_t)(v->dx * v->dx + v->dy * v->dy));
}

bool flow_rules_count(const struct flow_rules *rules, const struct flow_vector *v)
{
    return v->valid && v->confidence >= rules->min_confidence;
}

bool flow_rules_move(const struct flow_rules *rules, const struct flow_vector *v)
{
    return speed_of(v) >= rules->min_speed;
}

uint16_t flow_fraction(int32_t v, unsigned side)
{
    return (uint16_t)((int64_t)v * (FLOW_TRAJECTORY_UNIT / 256) / side);
}

/* Sums over blocks, by confidence. At most 1024 blocks, 255 each, of vectors below 2^14: 2^32. */
struct total {
    uint32_t n, weight;
    int64_t dx, dy, speed, x, y;
};

static void count(struct total *t, const struct flow_shape *shape, const struct flow_vector *v,
    unsigned row, unsigned column)
{
    int64_t left = flow_shape_left(shape), top = flow_shape_top(shape);

    t->n++;
    t->weight += v->confidence;
    t->dx += v->confidence * v->dx;
    t->dy += v->confidence * v->dy;
    t->speed += (int64_t)v->confidence * speed_of(v);
    t->x += v->confidence * (256 * left + 128 * (int64_t)shape->block * (2 * column + 1));
    t->y += v->confidence * (256 * top + 128 * (int64_t)shape->block * (2 * row + 1));
}

static struct total count_moving(struct flow_summary *s, const struct flow *f)
{
    const struct flow_shape *shape = flow_shape(f);
    struct total moving = {0};
    uint32_t sure = 0;

    s->valid_blocks = 0;
    for (unsigned i = 0; i < (unsigned)shape->rows * shape->columns; i++) {
        unsigned row = i / shape->columns, column = i % shape->columns;
        const struct flow_vector *v = flow_block(f, row, column);

        if (!flow_rules_count(&s->rules, v))
            continue;
        s->valid_blocks++;
        sure += v->confidence;
        if (flow_rules_move(&s->rules, v))
            count(&moving, shape, v, row, column);
    }
    s->confidence = (uint8_t)(moving.n ? moving.weight / moving.n
            : s->valid_blocks          ? sure / s->valid_blocks
                                       : 0);
    return moving;
}

static void describe(struct flow_summary *s, const struct total *t)
{
    uint32_t straight;

    s->active_blocks = (uint16_t)t->n;
    s->active = t->weight > 0 && t->n >= s->rules.min_blocks;
    s->speed = s->intensity = 0;
    s->dx = s->dy = 0;
    s->direction = MOTION_NONE;
    if (!s->active)
        return;
    s->dx = (int32_t)(t->dx / t->weight);
    s->dy = (int32_t)(t->dy / t->weight);
    s->speed = (uint32_t)(t->speed / t->weight);
    s->intensity = (uint8_t)(flow_min((int32_t)s->speed, FLOW_FULL_SPEED_PX * FLOW_UNIT) *
        s->confidence / (FLOW_FULL_SPEED_PX * FLOW_UNIT));
    straight = flow_root((uint64_t)((int64_t)s->dx * s->dx + (int64_t)s->dy * s->dy));
    if (straight * TOGETHER >= s->speed)
        s->direction = flow_direction_of(s->dx, s->dy);
}

static void follow_centre(
    struct flow_summary *s, const struct flow_shape *shape, const struct total *t, int64_t now_us)
{
    int32_t x, y;

    if (!s->active) {
        s->centred = false;
        flow_trajectory_rest(&s->trajectory, now_us);
        return;
    }
    x = (int32_t)(t->x / t->weight);
    y = (int32_t)(t->y / t->weight);
    s->x = s->centred ? flow_divide((10 - NEW_TENTHS) * s->x + NEW_TENTHS * x, 10) : x;
    s->y = s->centred ? flow_divide((10 - NEW_TENTHS) * s->y + NEW_TENTHS * y, 10) : y;
    s->centred = true;
    flow_trajectory_add(&s->trajectory,
        &(struct flow_point){.x = flow_fraction(s->x, shape->width),
            .y = flow_fraction(s->y, shape->height),
            .intensity = s->intensity,
            .speed = s->speed,
            .direction = s->direction,
            .time_us = now_us});
}

static void follow_gesture(struct flow_summary *s, const struct flow_shape *shape, int64_t now_us)
{
    struct flow_gesture_motion m = {s->dx, s->dy, s->intensity, s->confidence, s->speed_px_s};
    bool large = s->active_blocks * GESTURE_PART >= shape->columns * shape->rows;
    bool moves = s->phase.moving && s->active && large && s->direction != MOTION_NONE;

    s->recognised = flow_gesture_update(&s->gesture, moves ? &m : NULL, now_us);
    if (s->recognised != MOTION_GESTURE_NONE)
        s->events |= FLOW_GESTURE;
}

void flow_summary_first(struct flow_summary *s, int64_t now_us)
{
    s->timed = true;
    s->frame_us = now_us;
}

/* Of a step that is much shorter than usual: what it counts as. */
static int64_t take_near(struct flow_summary *s, int64_t step_us)
{
    s->n_near++;
    s->near_us += step_us;
    if (s->near_us <= CAUGHT_UP_US)
        return s->pace_us;
    s->pace_us = s->near_us / s->n_near;
    s->pace_us = s->pace_us > FLOW_STEP_MIN_US ? s->pace_us : FLOW_STEP_MIN_US;
    s->n_near = 0;
    s->near_us = 0;
    return s->pace_us;
}

/* How long it is since the frame before; 0: not known. Frames that are timed by when they arrived come several at once, now and
 * then: these are as far apart as usual. */
static int64_t take_step(struct flow_summary *s, int64_t now_us)
{
    int64_t step_us = now_us - s->frame_us, before_us = s->pace_us;
    bool known = s->timed && step_us <= FLOW_STEP_MAX_US;

    flow_summary_first(s, now_us);
    if (known && before_us && (step_us < before_us / NEARER || step_us < FLOW_STEP_MIN_US))
        return take_near(s, step_us);
    s->n_near = 0;
    s->near_us = 0;
    if (!known || step_us < FLOW_STEP_MIN_US) {
        s->pace_us = 0;
        return 0;
    }
    s->pace_us = before_us ? before_us + (step_us - before_us) / PACE : step_us;
    return step_us;
}

void flow_summary_update(
    struct flow_summary *s, const struct flow *f, uint8_t brightness, int64_t now_us)
{
    struct total moving = count_moving(s, f);
    int64_t step_us = take_step(s, now_us);

    s->brightness = brightness;
    s->flash = flow_flash_step(s->flash, flow_flash_target(brightness));
    describe(s, &moving);
    s->speed_px_s = step_us ? (uint32_t)(s->speed * INT64_C(1000000) / step_us) : 0;
    s->n_frames++;
    s->n_active_frames += s->active;
    follow_centre(s, flow_shape(f), &moving, now_us);
    s->events = motion_phase_update(&s->phase, s->active, s->direction, now_us);
    follow_gesture(s, flow_shape(f), now_us);
}
