#include "media/overlay_draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "media/draw.h"
#include "motion_words.h"

/* Lines are so wide on a picture of this width, and grow with it; thinner ones are lost in the JPEG. */
#define UNIT_WIDTH 480.0
#define UNIT_MIN 1.0
/* The letters' dots on one of this width. */
#define DOT_WIDTH 320

/* An arrow is so much longer than this, in motions from one frame to the next, but reaches no further than the next blocks. */
#define SHORTEST 9.0
#define LENGTH 2.0
#define MAX_BLOCKS 1.3
#define HEAD 0.36
#define HEAD_MAX 9.0
#define HEAD_COS 0.866
#define HEAD_SIN 0.5
#define EDGE_WIDTH 2.0

static const struct colour grid_colour = {120, 255, 170, 0.4}, edge = {0, 0, 0, 0.6},
                           plate = {0, 0, 0, 0.85}, white = {255, 255, 255, 1};

/* They differ in lightness and width too, so that nobody has to tell red from orange. */
static const struct level {
    uint8_t above; /* this confidence */
    struct colour colour;
    double width;
} levels[] = {
    {178, {255, 77, 61, 1}, 3.25},
    {102, {255, 178, 26, 1}, 2.25},
    {0, {69, 211, 255, 1}, 1.5},
};

struct sheet {
    struct pixels *p;
    const struct overlay *o;
    double sx, sy; /* px of the picture for one of the frame */
    double unit;
};

static void draw_grid(const struct sheet *s)
{
    const struct overlay *o = s->o;
    double x0 = o->left * s->sx, y0 = o->top * s->sy, dx = o->block * s->sx, dy = o->block * s->sy;

    for (unsigned i = 0; i <= o->columns; i++)
        draw_line(s->p, x0 + i * dx, y0, x0 + i * dx, y0 + o->rows * dy, s->unit, grid_colour);
    for (unsigned i = 0; i <= o->rows; i++)
        draw_line(s->p, x0, y0 + i * dy, x0 + o->columns * dx, y0 + i * dy, s->unit, grid_colour);
}

static void draw_arrow(const struct sheet *s, double x, double y, double ux, double uy,
    double length, double width, struct colour c)
{
    double head = fmin(HEAD * length, HEAD_MAX * s->unit), tip_x = x + ux * length,
           tip_y = y + uy * length;

    draw_line(s->p, x, y, tip_x, tip_y, width, c);
    draw_line(s->p, tip_x, tip_y, tip_x - head * (ux * HEAD_COS - uy * HEAD_SIN),
        tip_y - head * (uy * HEAD_COS + ux * HEAD_SIN), width, c);
    draw_line(s->p, tip_x, tip_y, tip_x - head * (ux * HEAD_COS + uy * HEAD_SIN),
        tip_y - head * (uy * HEAD_COS - ux * HEAD_SIN), width, c);
}

static void draw_block(const struct sheet *s, const struct overlay_block *b)
{
    const struct overlay *o = s->o;
    double x = (o->left + (b->column + 0.5) * o->block) * s->sx,
           y = (o->top + (b->row + 0.5) * o->block) * s->sy, dx = b->dx * s->sx / OVERLAY_UNIT,
           dy = b->dy * s->sy / OVERLAY_UNIT, moved = hypot(dx, dy), length;
    const struct level *l = levels;

    if (!b->valid || (b->dx == 0 && b->dy == 0))
        return;
    while (l->above > 0 && b->confidence <= l->above)
        l++;
    length = fmin(SHORTEST * s->unit + LENGTH * moved, MAX_BLOCKS * o->block * fmin(s->sx, s->sy));
    draw_arrow(s, x, y, dx / moved, dy / moved, length, (l->width + EDGE_WIDTH) * s->unit, edge);
    draw_arrow(s, x, y, dx / moved, dy / moved, length, l->width * s->unit, l->colour);
}

static void summary_text(const struct overlay *o, bool in_step, char *out, size_t cap)
{
    bool gesture = o->gesture != MOTION_GESTURE_NONE;

    if (o->active)
        snprintf(out, cap, "%s%s  %.1f px  %u%%  %u blocks%s%s", in_step ? "" : "~ ",
            o->direction == MOTION_NONE ? "moves" : motion_direction_name(o->direction),
            (double)o->speed / OVERLAY_UNIT, o->confidence_percent, o->active_blocks,
            gesture ? "  " : "", gesture ? motion_gesture_name(o->gesture) : "");
    else
        snprintf(out, cap, "%sstill", in_step ? "" : "~ ");
    for (char *c = strchr(out, '_'); c; c = strchr(c, '_'))
        *c = ' ';
}

static void draw_summary(struct pixels *p, const struct overlay *o, bool in_step)
{
    int dot = MAX((int)(p->width / DOT_WIDTH), 1), height = (DRAW_TEXT_HEIGHT + 4) * dot,
        top = (int)p->height - height;
    char text[128];

    summary_text(o, in_step, text, sizeof text);
    draw_box(p, 0, top, ((int)strlen(text) * DRAW_TEXT_ADVANCE + 3) * dot, height, plate);
    draw_text(p, 2 * dot, top + 2 * dot, dot, white, text);
}

void overlay_draw(struct pixels *p, const struct overlay *o, bool in_step)
{
    struct sheet s = {.p = p, .o = o, .unit = fmax(p->width / UNIT_WIDTH, UNIT_MIN)};

    if (o->columns > 0) {
        s.sx = (double)p->width / o->frame_width;
        s.sy = (double)p->height / o->frame_height;
        draw_grid(&s);
        for (unsigned i = 0; i < o->n_blocks; i++)
            draw_block(&s, &o->blocks[i]);
    }
    draw_summary(p, o, in_step);
}
