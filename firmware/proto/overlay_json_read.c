/* overlay_json_read.c - see overlay_json.h. What was said is kept as it came, numbers pressed into their range, and becomes
 * an overlay at the end: blocks may stand before the grid that they lie in. */
#include "overlay_json.h"

#include <errno.h>
#include <string.h>

#include "json_pull.h"
#include "motion_words.h"

/* Not said. */
#define ABSENT INT64_MIN
/* Whole numbers up to here are exact in JSON, whoever writes it. */
#define WHOLE_MAX (INT64_C(1) << 53)
/* Faster than the widest frame is nothing; and so much per frame, at a thousand frames a second. */
#define SPEED_MAX_PX 65535
#define SPEED_MAX_PX_S 16000000
#define VECTOR_MAX_PX 127

struct said_block {
    int64_t row, column, x, y, dx, dy, confidence;
    bool valid;
};

struct said_point {
    int64_t x, y, intensity;
};

struct reading {
    struct {
        int64_t intensity, speed, active_blocks, confidence, speed_px_s, brightness, x, y;
        int64_t width, height, block, columns, rows, left, top, frame_id, time_us;
    } said;
    struct said_block block, first_block;
    struct said_point point;
    bool in_block, in_point;
    uint32_t block_element, point_element;
    struct overlay *o;
    struct overlay_block *room;
    size_t n, n_room;
};

/* --- numbers ---------------------------------------------------------------------------------- */

struct number {
    const char *path;
    size_t offset; /* of an int64_t in struct reading */
    int64_t min, max, scale;
};

#define SAID(path, member, min, max, scale)                                                        \
    {                                                                                              \
        path, offsetof(struct reading, member), min, max, scale                                    \
    }

static const struct number numbers[] = {
    SAID("intensity", said.intensity, 0, 255, 1),
    SAID("speed", said.speed, 0, SPEED_MAX_PX, OVERLAY_UNIT),
    SAID("activeBlocks", said.active_blocks, 0, UINT16_MAX, 1),
    SAID("confidence", said.confidence, 0, 100, 1),
    SAID("speedPxS", said.speed_px_s, 0, SPEED_MAX_PX_S, OVERLAY_UNIT),
    SAID("brightness", said.brightness, 0, 255, 1),
    SAID("centre.x", said.x, 0, 1, OVERLAY_PLACE_UNIT),
    SAID("centre.y", said.y, 0, 1, OVERLAY_PLACE_UNIT),
    SAID("frameWidth", said.width, 0, UINT16_MAX, 1),
    SAID("frameHeight", said.height, 0, UINT16_MAX, 1),
    SAID("blockSize", said.block, 0, UINT16_MAX, 1),
    SAID("gridCols", said.columns, 0, UINT16_MAX, 1),
    SAID("gridRows", said.rows, 0, UINT16_MAX, 1),
    SAID("gridX", said.left, 0, UINT16_MAX, 1),
    SAID("gridY", said.top, 0, UINT16_MAX, 1),
    SAID("frameId", said.frame_id, 0, WHOLE_MAX, 1),
    SAID("timeUs", said.time_us, 0, WHOLE_MAX, 1),
    SAID("blocks.row", block.row, -1, OVERLAY_SIDE_MAX, 1),
    SAID("blocks.col", block.column, -1, OVERLAY_SIDE_MAX, 1),
    SAID("blocks.x", block.x, 0, UINT16_MAX, 1),
    SAID("blocks.y", block.y, 0, UINT16_MAX, 1),
    SAID("blocks.dx", block.dx, -VECTOR_MAX_PX, VECTOR_MAX_PX, OVERLAY_UNIT),
    SAID("blocks.dy", block.dy, -VECTOR_MAX_PX, VECTOR_MAX_PX, OVERLAY_UNIT),
    SAID("blocks.confidence", block.confidence, 0, 255, 1),
    SAID("trajectory.x", point.x, 0, 1, OVERLAY_PLACE_UNIT),
    SAID("trajectory.y", point.y, 0, 1, OVERLAY_PLACE_UNIT),
    SAID("trajectory.intensity", point.intensity, 0, 255, 1),
};

static int64_t pressed(double v, const struct number *n)
{
    double low = (double)n->min, high = (double)n->max;
    double f = (v < low ? low : v > high ? high : v) * (double)n->scale;

    return (int64_t)(f < 0 ? f - 0.5 : f + 0.5);
}

static const struct number *find_number(const char *path)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(path, numbers[i].path) == 0)
            return &numbers[i];
    return NULL;
}

static int64_t or_else(int64_t v, int64_t otherwise)
{
    return v == ABSENT ? otherwise : v;
}

/* Of a position, whose end is the same as the last step before it. */
static uint16_t place(int64_t v)
{
    return (uint16_t)(v < OVERLAY_PLACE_UNIT ? v : OVERLAY_PLACE_UNIT - 1);
}

/* --- blocks and points ------------------------------------------------------------------------ */

static const struct said_block NO_BLOCK = {
    ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, false};
static const struct said_point NO_POINT = {ABSENT, ABSENT, ABSENT};

static void end_block(struct reading *r)
{
    struct said_block b = r->block;
    struct overlay_block got = {.row = (uint8_t)b.row,
        .column = (uint8_t)b.column,
        .confidence = (uint8_t)or_else(b.confidence, 0),
        .valid = b.valid,
        .dx = (int16_t)or_else(b.dx, 0),
        .dy = (int16_t)or_else(b.dy, 0)};
    bool empty = !got.valid && got.dx == 0 && got.dy == 0 && got.confidence == 0;

    r->block = NO_BLOCK;
    if (b.row < 0 || b.column < 0)
        return;
    if (r->first_block.row == ABSENT && b.x != ABSENT && b.y != ABSENT)
        r->first_block = b;
    if (!empty && r->n < r->n_room)
        r->room[r->n++] = got;
}

static void end_point(struct reading *r)
{
    struct said_point p = r->point;

    r->point = NO_POINT;
    if (p.x == ABSENT || p.y == ABSENT || r->o->n_points == OVERLAY_POINTS_MAX)
        return;
    r->o->points[r->o->n_points++] =
        (struct overlay_point){place(p.x), place(p.y), (uint8_t)or_else(p.intensity, 0)};
}

/* Members of one element follow each other: with the first of another one it is over. */
static void notice_element(struct reading *r, const struct json_pull_value *v)
{
    bool block = strncmp(v->path, "blocks.", 7) == 0;
    bool point = strncmp(v->path, "trajectory.", 11) == 0;

    if (r->in_block && !(block && v->element == r->block_element))
        end_block(r);
    if (r->in_point && !(point && v->element == r->point_element))
        end_point(r);
    r->in_block = block;
    r->in_point = point;
    r->block_element = r->point_element = v->element;
}

/* --- values ----------------------------------------------------------------------------------- */

static int take_bool(const struct json_pull_value *v, bool *ret)
{
    if (v->kind != JSON_PULL_BOOL || v->in_list)
        return -EBADMSG;
    *ret = v->b;
    return 0;
}

static int take_word(const struct json_pull_value *v, struct overlay *o)
{
    if (v->kind != JSON_PULL_STRING || v->in_list)
        return -EBADMSG;
    if (strcmp(v->path, "direction") == 0)
        o->direction = (uint8_t)motion_direction_of(v->text);
    else
        o->gesture = (uint8_t)motion_gesture_of(v->text);
    return 0;
}

static bool is_one_of(const char *path, const char *a, const char *b)
{
    return strcmp(path, a) == 0 || strcmp(path, b) == 0;
}

/* null is what a camera's JSON library makes of no number and of no text: not said. */
static int take_value(struct reading *r, const struct json_pull_value *v)
{
    const struct number *n = find_number(v->path);

    notice_element(r, v);
    if (v->kind == JSON_PULL_NULL || v->is_cut)
        return 0;
    if (n && (v->kind != JSON_PULL_NUMBER || v->in_list))
        return -EBADMSG;
    if (n)
        *(int64_t *)(void *)((char *)r + n->offset) = pressed(v->f, n);
    if (is_one_of(v->path, "blocks", "trajectory"))
        return v->kind == JSON_PULL_EMPTY ? 0 : -EBADMSG;
    if (is_one_of(v->path, "direction", "gesture"))
        return take_word(v, r->o);
    if (strcmp(v->path, "active") == 0)
        return take_bool(v, &r->o->active);
    return strcmp(v->path, "blocks.valid") == 0 ? take_bool(v, &r->block.valid) : 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void settle_summary(const struct reading *r)
{
    struct overlay *o = r->o;

    o->intensity = (uint8_t)or_else(r->said.intensity, 0);
    o->speed = (uint32_t)or_else(r->said.speed, 0);
    o->active_blocks = (uint16_t)or_else(r->said.active_blocks, 0);
    o->confidence_percent = (uint8_t)or_else(r->said.confidence, 0);
    o->speed_px_s = (uint32_t)or_else(r->said.speed_px_s, 0);
    o->brightness = (uint8_t)or_else(r->said.brightness, 0);
    o->centred = r->said.x != ABSENT && r->said.y != ABSENT;
    o->x = o->centred ? place(r->said.x) : 0;
    o->y = o->centred ? place(r->said.y) : 0;
    o->has_frame_id = r->said.frame_id != ABSENT;
    o->frame_id = (uint64_t)or_else(r->said.frame_id, 0);
    o->time_us = or_else(r->said.time_us, 0);
}

/* Where the grid begins, by who does not say it: one block tells, if that leaves the grid in the frame. */
static int64_t corner(int64_t said, int64_t at, int64_t before, int64_t spare)
{
    if (said != ABSENT)
        return said;
    return at == ABSENT || at < before || at - before > spare ? 0 : at - before;
}

static int settle_grid(const struct reading *r)
{
    const struct said_block *b = &r->first_block;
    int64_t columns = or_else(r->said.columns, 0), rows = or_else(r->said.rows, 0);
    int64_t block = or_else(r->said.block, 0);
    int64_t width = or_else(r->said.width, 0), height = or_else(r->said.height, 0);
    int64_t spare_x = width - columns * block, spare_y = height - rows * block;

    if (columns == 0 || rows == 0 || block == 0)
        return 0;
    int64_t left = corner(r->said.left, b->x, or_else(b->column, 0) * block, spare_x);
    int64_t top = corner(r->said.top, b->y, or_else(b->row, 0) * block, spare_y);
    if (columns > OVERLAY_SIDE_MAX || rows > OVERLAY_SIDE_MAX || left > spare_x || top > spare_y)
        return -EBADMSG;
    r->o->columns = (uint8_t)columns;
    r->o->rows = (uint8_t)rows;
    r->o->block = (uint16_t)block;
    r->o->left = (uint16_t)left;
    r->o->top = (uint16_t)top;
    r->o->frame_width = (uint16_t)width;
    r->o->frame_height = (uint16_t)height;
    return 0;
}

static void settle_blocks(struct reading *r)
{
    uint32_t taken[OVERLAY_SIDE_MAX] = {0};
    size_t kept = 0;

    for (size_t i = 0; i < r->n; i++) {
        struct overlay_block b = r->room[i];

        if (b.row >= r->o->rows || b.column >= r->o->columns || taken[b.row] >> b.column & 1)
            continue;
        taken[b.row] |= UINT32_C(1) << b.column;
        r->room[kept++] = b;
    }
    r->o->n_blocks = (uint16_t)kept;
    r->o->blocks = r->room;
}

static bool is_object(const char *text, size_t n)
{
    struct span s = span_strip((struct span){text, n});

    return span_take(&s, "{");
}

static void begin(struct reading *r)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *(int64_t *)(void *)((char *)r + numbers[i].offset) = ABSENT;
    r->first_block = NO_BLOCK;
}

int overlay_json_read(
    const char *text, size_t n, struct overlay *ret, struct overlay_block *room, size_t n_room)
{
    struct overlay o = {0};
    struct reading r = {.o = &o, .room = room, .n_room = n_room};
    struct json_pull_value v;
    struct json_pull j;
    int more;

    begin(&r);
    json_pull_init(&j, text, n);
    while ((more = json_pull_next(&j, &v)) > 0)
        if (take_value(&r, &v) < 0)
            return -EBADMSG;
    if (more < 0 || !is_object(text, n))
        return -EBADMSG;
    if (r.in_block)
        end_block(&r);
    if (r.in_point)
        end_point(&r);
    if (settle_grid(&r) < 0)
        return -EBADMSG;
    settle_summary(&r);
    settle_blocks(&r);
    *ret = o;
    return 0;
}
