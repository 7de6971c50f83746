/* flow_full.c - the last steps, on the frames themselves. A block is cells of 8 x 8 pixels, each looked at where the block's
 * vector and its neighbours' say it is: what turns and grows is not blurred. Cells that fit badly (what covers the block, or
 * leaves it) count less. Every other cell is taken first, and the rest with what came of it: two steps for one look at each pixel.
 */
#include "flow_private.h"

#include "flow_fit.h"

/* A step, in 1/FLOW_UNIT px; further, the equations do not hold. */
#define REACH 256
/* Of vectors, where one can look between pixels. */
#define GRAIN_BITS (FLOW_UNIT_BITS - FLOW_STEP_BITS)
#define GRAIN (1 << GRAIN_BITS)
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

/* How the vector changes from one pixel to the next, in 1/BEND of 1/FLOW_UNIT px. */
#define BEND_BITS 8
struct bend {
    int32_t x_by_x, x_by_y, y_by_x, y_by_y;
};

static int32_t bend_by(int32_t sum, int32_t n)
{
    return flow_divide(sum * (1 << BEND_BITS), n);
}

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
    across = flow_max(across, 1) * f->shape.block;
    down = flow_max(down, 1) * f->shape.block;
    return (struct bend){bend_by(t.x_by_x, across), bend_by(t.x_by_y, down),
        bend_by(t.y_by_x, across), bend_by(t.y_by_y, down)};
}

/* What a block's vector and its bend lead to. */
struct look {
    const struct flow *f;
    int32_t dx, dy;
    struct bend bend;
    bool inside; /* wherever its cells went, they and their rims are in the frame */
};

static bool is_inside(const struct look *l, struct flow_area block)
{
    /* From the middle to an edge it bends by half of a side at most, in each direction. */
    int32_t side = l->f->shape.block, grain = FLOW_UNIT << BEND_BITS;
    int32_t x = (flow_abs(l->dx) << BEND_BITS) +
        (flow_abs(l->bend.x_by_x) + flow_abs(l->bend.x_by_y)) * side;
    int32_t y = (flow_abs(l->dy) << BEND_BITS) +
        (flow_abs(l->bend.y_by_x) + flow_abs(l->bend.y_by_y)) * side;

    x = x / grain + 2;
    y = y / grain + 2;
    return block.x0 >= x && block.y0 >= y && block.x1 + x <= l->f->shape.width &&
        block.y1 + y <= l->f->shape.height;
}

/* The moments of a cell whose middle is u and v halves of a pixel from the block's; n = 0 where it is not in the frame. */
static void cell_moments(
    const struct look *l, struct flow_area cell, int32_t u, int32_t v, struct flow_moments *ret_m)
{
    const struct flow *f = l->f;
    const struct bend *t = &l->bend;
    int32_t dx = l->dx + flow_shift(t->x_by_x * u + t->x_by_y * v, BEND_BITS + 1);
    int32_t dy = l->dy + flow_shift(t->y_by_x * u + t->y_by_y * v, BEND_BITS + 1);
    int32_t x = flow_shift(dx + GRAIN / 2, GRAIN_BITS), y = flow_shift(dy + GRAIN / 2, GRAIN_BITS);
    int32_t ix = flow_shift(x, FLOW_STEP_BITS), iy = flow_shift(y, FLOW_STEP_BITS),
            stride = f->shape.width;

    if (!l->inside)
        cell = flow_area_common(cell, f->shape.width, f->shape.height, ix, iy, 1);
    ret_m->n = 0;
    if (flow_area_points(cell) == 0)
        return;
    f->ops->moments(f->first + cell.y0 * stride + cell.x0, (size_t)stride,
        f->second + (cell.y0 + iy) * stride + cell.x0 + ix, (size_t)stride,
        (unsigned)(cell.x1 - cell.x0), (unsigned)(cell.y1 - cell.y0), (unsigned)x % FLOW_STEPS,
        (unsigned)y % FLOW_STEPS, ret_m);
}

/* The cells of one colour, as on a chess board; returns how many are in the frame. */
static unsigned block_moments(
    const struct flow *f, int32_t row, int32_t column, int32_t colour, struct flow_moments *m)
{
    const struct flow_state *b = flow_state_at(f, row, column);
    struct flow_area block = flow_area_of(f, row, column, 0);
    struct look l = {f, b->dx, b->dy, bend_of(f, row, column), false};
    int32_t side = f->shape.block;
    unsigned n = 0;

    l.inside = is_inside(&l, block);
    for (int32_t y = 0; y < side; y += CELL) {
        for (int32_t x = (y / CELL + colour) % 2 * CELL; x < side; x += 2 * CELL) {
            int32_t w = flow_min(CELL, side - x), h = flow_min(CELL, side - y);
            struct flow_area cell = {
                block.x0 + x, block.y0 + y, block.x0 + x + w, block.y0 + y + h};

            cell_moments(&l, cell, 2 * x + w - side, 2 * y + h - side, &m[n]);
            n += m[n].n > 0;
        }
    }
    return n;
}

/* The middle of some values: as few branches as can be depend on them. */
static uint32_t middle(const uint32_t *values, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned less = 0, upto = 0;

        for (unsigned k = 0; k < n; k++) {
            less += values[k] < values[i];
            upto += values[k] <= values[i];
        }
        if (less <= n / 2 && n / 2 < upto)
            return values[i];
    }
    return 0;
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
    b->dx = (int16_t)((b->dx + GRAIN / 2) & -GRAIN);
    b->dy = (int16_t)((b->dy + GRAIN / 2) & -GRAIN);
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
