#include "media/flow_eye.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/util.h"
#include "flow_light.h"
#include "flow_overlay.h"
#include "flow_summary.h"
#include "media/flow_fast.h"
#include "media/pixels.h"

/* See flow_eye_shape(). Sides are multiples of STEP: the flow's cells are so large. */
#define SMALL_FRAME 320
#define SMALL_BLOCKS 8
#define LARGE_BLOCK 24
#define STEP 8

_Static_assert(PIXELS_SLACK >= FLOW_SLACK, "pictures may be looked at by wide registers");

struct flow_eye {
    struct pixels pictures[2];
    size_t room[2];    /* of their bytes */
    unsigned newest;   /* of the two */
    bool any;          /* there is a picture to compare the next one with */
    int64_t time_us;   /* when it was taken */
    bool follows;      /* and the flow has seen it */
    struct flow *flow; /* its own room; NULL: no picture yet */
    struct flow_summary summary;
    struct overlay_block blocks[OVERLAY_BLOCKS_MAX];
};

/* --- the grid --------------------------------------------------------------------------------- */

static struct flow_shape shape_with(unsigned width, unsigned height, unsigned block)
{
    return (struct flow_shape){(uint16_t)width, (uint16_t)height,
        (uint8_t)MIN(width / block, FLOW_GRID_MAX), (uint8_t)MIN(height / block, FLOW_GRID_MAX),
        (uint8_t)block};
}

static unsigned covered(const struct flow_shape *s)
{
    return (unsigned)s->columns * s->rows * s->block * s->block;
}

/* Up to the edges, as far as that goes. */
static struct flow_shape shape_of_small(unsigned width, unsigned height)
{
    unsigned side = (MAX(width, height) / SMALL_BLOCKS + STEP / 2) / STEP * STEP;
    const unsigned sides[] = {side, side - STEP, side + STEP};
    struct flow_shape best = {0};

    for (size_t i = 0; i < N_ELEMENTS(sides); i++) {
        struct flow_shape s =
            shape_with(width, height, MIN(MAX(sides[i], FLOW_BLOCK_MIN), FLOW_BLOCK_MAX));

        if (covered(&s) > covered(&best))
            best = s;
    }
    return best;
}

static unsigned side_in_large(unsigned width, unsigned height)
{
    unsigned least = MAX(width, height) / FLOW_GRID_MAX;

    return MIN(MAX((least + STEP - 1) / STEP * STEP, LARGE_BLOCK), FLOW_BLOCK_MAX);
}

int flow_eye_shape(unsigned width, unsigned height, struct flow_shape *ret)
{
    struct flow_shape s;

    if (width > FLOW_SIDE_MAX || height > FLOW_SIDE_MAX)
        return -ERANGE;
    s = MAX(width, height) > SMALL_FRAME ? shape_with(width, height, side_in_large(width, height))
                                         : shape_of_small(width, height);
    if (flow_bytes(&s) == 0)
        return -ERANGE;
    *ret = s;
    return 0;
}

/* One block is wrong now and then: two of them, or one in a hundred. */
static struct flow_rules rules_for(const struct flow_shape *s)
{
    struct flow_rules rules = FLOW_RULES_DEFAULT;

    rules.min_blocks = (uint16_t)MAX(rules.min_blocks, s->columns * s->rows / 100);
    return rules;
}

/* --- looking ---------------------------------------------------------------------------------- */

struct flow_eye *flow_eye_new(void)
{
    return calloc(1, sizeof(struct flow_eye));
}

struct flow_eye *flow_eye_free(struct flow_eye *eye)
{
    if (!eye)
        return NULL;
    pixels_fini(&eye->pictures[0]);
    pixels_fini(&eye->pictures[1]);
    free(eye->flow);
    free(eye);
    return NULL;
}

/* A flow for frames of another size. */
static int fit(struct flow_eye *eye, const struct pixels *p, struct error *e)
{
    struct flow_shape shape;
    void *room;

    if (eye->flow && flow_shape(eye->flow)->width == p->width &&
        flow_shape(eye->flow)->height == p->height)
        return 0;
    if (flow_eye_shape(p->width, p->height, &shape) < 0)
        return error_set(e, -EBADMSG,
            "no motion can be found in pictures that are decoded to %u × %u", p->width, p->height);
    room = malloc(flow_bytes(&shape));
    if (!room)
        return error_set(e, -ENOMEM, "no memory for the optical flow");
    free(eye->flow);
    eye->flow = flow_init(room, flow_bytes(&shape), &shape, flow_fast());
    return 0;
}

/* Whether what the eye has seen last is what was there just before this. */
static bool continues(const struct flow_eye *eye, const struct pixels *p, int64_t time_us)
{
    const struct pixels *last = &eye->pictures[eye->newest];

    return eye->any && p->width == last->width && p->height == last->height &&
        time_us >= eye->time_us && time_us - eye->time_us <= FLOW_EYE_GAP_US;
}

static void compare(struct flow_eye *eye, const struct pixels *first, const struct pixels *second,
    struct overlay *ret)
{
    uint8_t brightness = flow_brightness(second->bytes, (size_t)second->width * second->height);

    flow_run(eye->flow, first->bytes, second->bytes, eye->follows);
    flow_summary_update(&eye->summary, eye->flow, brightness, eye->time_us);
    flow_overlay(eye->flow, &eye->summary, eye->blocks, OVERLAY_BLOCKS_MAX, ret);
}

static void start(struct flow_eye *eye)
{
    struct flow_rules rules = rules_for(flow_shape(eye->flow));

    flow_summary_init(&eye->summary, &rules);
    flow_summary_first(&eye->summary, eye->time_us);
}

int flow_eye_look(struct flow_eye *eye, const uint8_t *jpeg, size_t n, int64_t time_us,
    struct overlay *ret, struct error *e)
{
    unsigned at = !eye->newest;
    struct pixels *p = &eye->pictures[at], *last = &eye->pictures[eye->newest];
    int r = pixels_decode_grey(jpeg, n, FLOW_EYE_SIDE, p, &eye->room[at], e);
    bool continued;

    if (r == 0)
        r = fit(eye, p, e);
    if (r < 0)
        return r;
    continued = continues(eye, p, time_us);
    eye->newest = at;
    eye->any = true;
    eye->time_us = time_us;
    if (continued)
        compare(eye, last, p, ret);
    else
        start(eye);
    eye->follows = continued;
    return continued;
}
