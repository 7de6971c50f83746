#include "flow_overlay.h"

_Static_assert(OVERLAY_UNIT == FLOW_UNIT, "vectors are taken as they are");
_Static_assert(OVERLAY_PLACE_UNIT == FLOW_TRAJECTORY_UNIT, "and so are positions");
_Static_assert(OVERLAY_POINTS_MAX >= FLOW_TRAJECTORY_POINTS, "a whole trajectory fits");
_Static_assert(OVERLAY_SIDE_MAX >= FLOW_GRID_MAX, "and every grid");

static void put_grid(const struct flow *f, struct overlay *o)
{
    const struct flow_shape *shape = flow_shape(f);

    o->frame_width = shape->width;
    o->frame_height = shape->height;
    o->columns = shape->columns;
    o->rows = shape->rows;
    o->block = shape->block;
    o->left = flow_shape_left(shape);
    o->top = flow_shape_top(shape);
}

static void put_summary(
    const struct flow_summary *s, const struct flow_shape *shape, struct overlay *o)
{
    o->time_us = s->frame_us;
    o->active = s->active;
    o->intensity = s->intensity;
    o->confidence_percent = (uint8_t)((100 * s->confidence + 127) / 255);
    o->direction = (uint8_t)s->direction;
    o->gesture = (uint8_t)s->gesture.kind;
    o->brightness = s->brightness;
    o->speed = s->speed;
    o->speed_px_s = s->speed_px_s;
    o->active_blocks = s->active_blocks;
    o->centred = s->centred;
    if (s->centred) {
        o->x = flow_fraction(s->x, shape->width);
        o->y = flow_fraction(s->y, shape->height);
    }
}

static void put_trajectory(const struct flow_trajectory *t, struct overlay *o)
{
    for (unsigned i = 0; i < t->n; i++)
        o->points[i] =
            (struct overlay_point){t->points[i].x, t->points[i].y, t->points[i].intensity};
    o->n_points = (uint8_t)t->n;
}

static void put_blocks(const struct flow *f, const struct flow_rules *rules,
    struct overlay_block *room, size_t n_room, struct overlay *o)
{
    size_t n = 0;

    for (unsigned i = 0; i < (unsigned)o->rows * o->columns && n < n_room; i++) {
        unsigned row = i / o->columns, column = i % o->columns;
        const struct flow_vector *v = flow_block(f, row, column);

        if (flow_rules_count(rules, v) && flow_rules_move(rules, v))
            room[n++] = (struct overlay_block){
                (uint8_t)row, (uint8_t)column, v->confidence, v->valid, v->dx, v->dy};
    }
    o->n_blocks = (uint16_t)n;
    o->blocks = room;
}

void flow_overlay(const struct flow *f, const struct flow_summary *s, struct overlay_block *room,
    size_t n_room, struct overlay *ret)
{
    struct overlay o = {.has_frame_id = false};

    put_grid(f, &o);
    put_summary(s, flow_shape(f), &o);
    put_trajectory(&s->trajectory, &o);
    put_blocks(f, &s->rules, room, n_room, &o);
    *ret = o;
}
