/* flow_scene.c - waves of many lengths and directions, which have no grain of their own; noise that is the same each time. */
#include "flow_scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static double texture(double x, double y)
{
    double v = 0;

    for (int i = 0; i < 12; i++) {
        double angle = i * 2.4, length = 6 * pow(1.28, i);

        v += sin((x * cos(angle) + y * sin(angle)) * 6.2832 / length + i * i * 0.7);
    }
    return v / 12 * 2.2;
}

/* A generator whose rows do not resemble each other, as those of simpler ones do. */
uint32_t flow_noise(uint32_t *state)
{
    uint32_t v = *state += 0x9e3779b9;

    v = (v ^ v >> 16) * 0x85ebca6b;
    v = (v ^ v >> 13) * 0xc2b2ae35;
    return v ^ v >> 16;
}

static int moves(const struct flow_scene *s, double x, double y)
{
    return s->box[2] == 0 || (x >= s->box[0] && x < s->box[2] && y >= s->box[1] && y < s->box[3]);
}

static void there(const struct flow_shape *shape, const struct flow_scene *s, double *x, double *y)
{
    double u = *x - shape->width / 2.0, v = *y - shape->height / 2.0;

    *x = s->zoom * (u * cos(s->turn) - v * sin(s->turn)) + shape->width / 2.0 + s->dx;
    *y = s->zoom * (u * sin(s->turn) + v * cos(s->turn)) + shape->height / 2.0 + s->dy;
}

static void back(const struct flow_shape *shape, const struct flow_scene *s, double *x, double *y)
{
    double u = (*x - shape->width / 2.0 - s->dx) / s->zoom,
           v = (*y - shape->height / 2.0 - s->dy) / s->zoom;

    *x = u * cos(s->turn) + v * sin(s->turn) + shape->width / 2.0;
    *y = v * cos(s->turn) - u * sin(s->turn) + shape->height / 2.0;
}

static void draw(
    uint8_t *to, const struct flow_shape *shape, const struct flow_scene *s, int second)
{
    uint32_t seed = second ? 99 : 1;

    for (int y = 0; y < shape->height; y++) {
        for (int x = 0; x < shape->width; x++) {
            double u = x + 0.5, v = y + 0.5, grey;

            if (second)
                back(shape, s, &u, &v);
            if (!moves(s, u, v)) {
                u = x + 0.5;
                v = y + 0.5;
            }
            /* What moves and what does not are two textures. */
            grey = 125 + 95 * s->contrast * texture(s->box[2] && moves(s, u, v) ? u + 5000 : u, v);
            if (second)
                grey = grey * s->stronger + s->brighter;
            if (s->noise)
                grey += (double)(flow_noise(&seed) % (2 * s->noise + 1)) - s->noise;
            *to++ = (uint8_t)(grey < 0 ? 0 : grey > 255 ? 255 : lround(grey));
        }
    }
}

struct flow_rig flow_rig_new(struct flow_shape shape)
{
    size_t pixels = (size_t)shape.width * shape.height, bytes = flow_bytes(&shape);
    struct flow_rig rig = {.shape = shape,
        .flow = flow_init(malloc(bytes), bytes, &shape, NULL),
        .frames = {malloc(pixels), malloc(pixels)}};

    cr_assert(rig.flow && rig.frames.first && rig.frames.second);
    return rig;
}

void flow_rig_free(struct flow_rig *rig)
{
    free(rig->flow);
    free(rig->frames.first);
    free(rig->frames.second);
}

void flow_rig_run(struct flow_rig *rig, struct flow_scene scene)
{
    draw(rig->frames.first, &rig->shape, &scene, 0);
    draw(rig->frames.second, &rig->shape, &scene, 1);
    flow_run(rig->flow, rig->frames.first, rig->frames.second, false);
}

static void centre(
    const struct flow_shape *s, unsigned row, unsigned column, double *ret_x, double *ret_y)
{
    *ret_x = (s->width - s->columns * s->block) / 2 + (column + 0.5) * s->block;
    *ret_y = (s->height - s->rows * s->block) / 2 + (row + 0.5) * s->block;
}

void flow_rig_truth(const struct flow_rig *rig, struct flow_scene scene, unsigned row,
    unsigned column, double *ret_dx, double *ret_dy)
{
    double x, y, u, v;

    centre(&rig->shape, row, column, &x, &y);
    u = x;
    v = y;
    if (moves(&scene, x, y))
        there(&rig->shape, &scene, &u, &v);
    *ret_dx = u - x;
    *ret_dy = v - y;
}

int flow_rig_stays(
    const struct flow_rig *rig, struct flow_scene scene, unsigned row, unsigned column)
{
    double x, y;

    for (int i = 0; i < 4; i++) {
        centre(&rig->shape, row, column, &x, &y);
        x += rig->shape.block * (i % 2 - 0.5);
        y += rig->shape.block * (i / 2 - 0.5);
        there(&rig->shape, &scene, &x, &y);
        if (x < 0 || y < 0 || x > rig->shape.width || y > rig->shape.height)
            return 0;
    }
    return 1;
}

double flow_rig_error(
    const struct flow_rig *rig, struct flow_scene scene, unsigned row, unsigned column)
{
    const struct flow_vector *v = flow_block(rig->flow, row, column);
    double dx, dy;

    flow_rig_truth(rig, scene, row, column, &dx, &dy);
    return hypot((double)v->dx / FLOW_UNIT - dx, (double)v->dy / FLOW_UNIT - dy);
}
