/* flow_full.c - the last steps, on the frames themselves. A block is cells of 8 x 8 pixels, each looked at where the block's
 * vector and its neighbours' say it is: what turns and grows is not blurred. Cells that fit badly (what covers the block, or
 * leaves it) count less. Every other cell is taken first, and the rest with what came of it: two steps for one look at each pixel.
 */
#include "flow_private.h"

#include "flow_fit.h"

/* A step, in 1/FLOW_UNIT px; further, the equations do not hold. */
#define REACH 256
/* Of vectors, where one can look between pixels. */
#define GRAIN (FLOW_UNIT / FLOW_STEPS)
/* Side of a cell, in pixels. */
#define CELL 8
#define CELLS_MAX ((FLOW_BLOCK_MAX / CELL) * (FLOW_BLOCK_MAX / CELL) / 2)
/* Neighbours whose vectors differ by more are another thing's, or wrong. */
#define SAME_THING (4 * FLOW_UNIT)
/* Left over that a cell may have and count in full: so many times the middle of all, and a grey level for the noise. */
#define USUAL 4
#define GREY_LEVEL 256
/* So that products of two fit 32 bits. */
#define WORTH_MAX 16000

size_t flow_full_bytes(const struct flow_shape *shape)
{
    size_t across = (shape->block + CELL - 1) / CELL;

    return (across * across + 1) / 2 * sizeof(struct flow_moments);
}

/* How the vector changes across the block, in 1/FLOW_UNIT px from one side to the other. */
struct bend {
    int32_t x_by_x, x_by_y, y_by_x, y_by_y;
};

static struct bend bend_of(const struct flow *f, int32_t row, int32_t column)
{
    const struct flow_state *b = flow_state_at(f, row, column);
    struct bend t = {0, 0, 0, 0};
    int32_t across = 0, down = 0;

    for (int32_t i = 0; i < 9; i++) {
        int32_t r = i / 3 - 1, c = i % 3 - 1;
        const struct flow_state *n = flow_state_at(f, row + r, column + c);
        int32_t limit = r && c ? SAME_THING * 3 / 2 : SAME_THING;

        if (!n || flow_abs(n->dx - b->dx) > limit || flow_abs(n->dy - b->dy) > limit)
            continue;
        t.x_by_x += c * (n->dx - b->dx);
        t.y_by_x += c * (n->dy - b->dy);
        t.x_by_y += r * (n->dx - b->dx);
        t.y_by_y += r * (n->dy - b->dy);
        across += c * c;
        down += r * r;
    }
    across = flow_max(across, 1);
    down = flow_max(down, 1);
    return (struct bend){flow_divide(t.x_by_x, across), flow_divide(t.x_by_y, down),
        flow_divide(t.y_by_x, across), flow_divide(t.y_by_y, down)};
}

/* The cell's moments, n = 0 where it is not in the frame. */
static void cell_moments(
    const struct flow *f, struct flow_area cell, int32_t dx, int32_t dy, struct flow_moments *ret_m)
{
    int32_t x = flow_floor(dx + GRAIN / 2, GRAIN), y = flow_floor(dy + GRAIN / 2, GRAIN);
    int32_t ix = flow_floor(x, FLOW_STEPS), iy = flow_floor(y, FLOW_STEPS);
    size_t stride = f->shape.width;
    struct flow_area a = flow_area_common(cell, f->shape.width, f->shape.height, ix, iy, 1);

    ret_m->n = 0;
    if (flow_area_points(a) == 0)
        return;
    f->ops->moments(f->first + (size_t)a.y0 * stride + (size_t)a.x0, stride,
        f->second + (size_t)(a.y0 + iy) * stride + (size_t)(a.x0 + ix), stride,
        (unsigned)(a.x1 - a.x0), (unsigned)(a.y1 - a.y0), (unsigned)(x - ix * FLOW_STEPS),
        (unsigned)(y - iy * FLOW_STEPS), ret_m);
}

/* The cells of one colour, as on a chess board; returns how many are in the frame. */
static unsigned block_moments(
    struct flow *f, int32_t row, int32_t column, int32_t colour, struct flow_moments *m)
{
    const struct flow_state *b = flow_state_at(f, row, column);
    struct flow_area block = flow_area_of(f, row, column, 0);
    struct bend t = bend_of(f, row, column);
    int32_t side = f->shape.block;
    unsigned n = 0;

    for (int32_t y = 0; y < side; y += CELL) {
        for (int32_t x = (y / CELL + colour) % 2 * CELL; x < side; x += 2 * CELL) {
            int32_t w = flow_min(CELL, side - x), h = flow_min(CELL, side - y);
            int32_t u = 2 * x + w - side, v = 2 * y + h - side;
            struct flow_area cell = {
                block.x0 + x, block.y0 + y, block.x0 + x + w, block.y0 + y + h};

            cell_moments(f, cell, b->dx + flow_divide(t.x_by_x * u + t.x_by_y * v, 2 * side),
                b->dy + flow_divide(t.y_by_x * u + t.y_by_y * v, 2 * side), &m[n]);
            n += m[n].n > 0;
        }
    }
    return n;
}

/* The middle of some values, CELLS_MAX at most. */
static uint32_t middle(const uint32_t *values, unsigned n)
{
    uint32_t sorted[CELLS_MAX];

    for (unsigned i = 0; i < n; i++) {
        unsigned at = i;

        for (; at > 0 && sorted[at - 1] > values[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = values[i];
    }
    return n ? sorted[n / 2] : 0;
}

/* Adds up the cells, those less in which more is left over than usual. */
static struct flow_sums weigh(const struct flow_moments *m, unsigned n)
{
    struct flow_sums sums = {0};
    uint32_t left_over[CELLS_MAX], much;

    for (unsigned i = 0; i < n; i++)
        left_over[i] = flow_residual(&m[i]);
    much = USUAL * middle(left_over, n) + GREY_LEVEL;
    for (unsigned i = 0; i < n; i++)
        flow_sums_add(&sums, &m[i],
            left_over[i] <= much ? FLOW_WEIGHT : (int32_t)(FLOW_WEIGHT * much / left_over[i]));
    return sums;
}

static void refine(struct flow *f, int32_t row, int32_t column, int32_t colour)
{
    struct flow_state *b = flow_state_at(f, row, column);
    struct flow_moments *m = (struct flow_moments *)(void *)f->scratch;
    struct flow_sums sums;
    int32_t dx = 0, dy = 0;

    /* The step is from where one looks. */
    b->dx = (int16_t)(GRAIN * flow_floor(b->dx + GRAIN / 2, GRAIN));
    b->dy = (int16_t)(GRAIN * flow_floor(b->dy + GRAIN / 2, GRAIN));
    sums = weigh(m, block_moments(f, row, column, colour, m));
    flow_fit(&sums, &dx, &dy);
    b->dx = flow_limit(b->dx + flow_clamp(dx, -REACH, REACH));
    b->dy = flow_limit(b->dy + flow_clamp(dy, -REACH, REACH));
    if (colour == 0)
        return;
    b->texture = flow_sums_texture(&sums);
    b->residual = flow_sums_residual(&sums);
    b->worth = (uint16_t)(1 +
        flow_min((int32_t)(16 * b->texture / (b->residual + GREY_LEVEL)), WORTH_MAX));
}

void flow_full(struct flow *f)
{
    int32_t columns = f->shape.columns, n = f->shape.rows * columns;

    for (int32_t colour = 0; colour < 2; colour++) {
        for (int32_t i = 0; i < n; i++)
            refine(f, i / columns, i % columns, colour);
    }
}
