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
#define CELL FLOW_CELL
#define CELLS_MAX ((FLOW_BLOCK_MAX / CELL) * (FLOW_BLOCK_MAX / CELL) / 2)
/* Neighbours whose vectors differ by more are another thing's, or wrong. */
#define SAME_THING (4 * FLOW_UNIT)
/* Left over that a cell may have and count in full: so many times the middle of all, and a grey level for the noise. */
#define USUAL 4
#define GREY_LEVEL 256
/* So that products of two fit 32 bits. */
#define WORTH_MAX 16000

static size_t cells_of(const struct flow_shape *shape)
{
    size_t across = (shape->block + CELL - 1) / CELL;

    return (across * across + 1) / 2;
}

size_t flow_full_bytes(const struct flow_shape *shape)
{
    return cells_of(shape) * (sizeof(struct flow_moments) + sizeof(struct flow_place));
}

/* How the vector changes from one pixel to the next, in 1/BEND of 1/FLOW_UNIT px. */
#define BEND_BITS 8
#define HALVES (1 << (BEND_BITS + 1)) /* where it is taken by halves of a pixel */
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
    int32_t right = column + 1 < f->shape.columns, bottom = row + 1 < f->shape.rows;
    struct bend t = {0, 0, 0, 0};
    int32_t across = 0, down = 0;

    for (int32_t r = row > 0 ? -1 : 0; r <= bottom; r++) {
        for (int32_t c = column > 0 ? -1 : 0; c <= right; c++) {
            const struct flow_state *n = b + r * f->shape.columns + c;
            int32_t limit = r && c ? SAME_THING * 3 / 2 : SAME_THING;
            int32_t dx = n->dx - b->dx, dy = n->dy - b->dy;

            if (flow_abs(dx) > limit || flow_abs(dy) > limit)
                continue;
            t.x_by_x += c * dx;
            t.y_by_x += c * dy;
            t.x_by_y += r * dx;
            t.y_by_y += r * dy;
            across += c * c;
            down += r * r;
        }
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

/* Where a cell is looked at whose middle is u and v halves of a pixel from the block's; what of it is in the frame then. */
static struct flow_area cell_place(
    const struct look *l, struct flow_area cell, int32_t u, int32_t v, struct flow_place *ret_place)
{
    const struct flow *f = l->f;
    const struct bend *t = &l->bend;
    int32_t x = (l->dx + GRAIN / 2) * HALVES + t->x_by_x * u + t->x_by_y * v;
    int32_t y = (l->dy + GRAIN / 2) * HALVES + t->y_by_x * u + t->y_by_y * v;
    int32_t ix = flow_shift(x, BEND_BITS + 1 + FLOW_UNIT_BITS);
    int32_t iy = flow_shift(y, BEND_BITS + 1 + FLOW_UNIT_BITS), stride = f->shape.width, at;

    if (!l->inside)
        cell = flow_area_common(cell, f->shape.width, f->shape.height, ix, iy, 1);
    at = cell.y0 * stride + cell.x0;
    *ret_place = (struct flow_place){(uint32_t)at, (uint32_t)(at + iy * stride + ix),
        flow_shift(x, BEND_BITS + 1 + GRAIN_BITS) & (FLOW_STEPS - 1),
        flow_shift(y, BEND_BITS + 1 + GRAIN_BITS) & (FLOW_STEPS - 1)};
    return cell;
}

/* What is not a whole cell any more. */
static void part_moments(const struct flow *f, struct flow_area part, const struct flow_place *p,
    struct flow_moments *ret_m)
{
    f->ops->moments(f->first + p->a, f->shape.width, f->second + p->b, f->shape.width,
        (unsigned)(part.x1 - part.x0), (unsigned)(part.y1 - part.y0), p->fx, p->fy, ret_m);
}

/* The cells of one colour, as on a chess board; returns how many are in the frame. */
static unsigned block_moments(
    const struct flow *f, int32_t row, int32_t column, int32_t colour, struct flow_moments *m)
{
    const struct flow_state *b = flow_state_at(f, row, column);
    struct flow_area block = flow_area_of(f, row, column, 0);
    struct look l = {f, b->dx, b->dy, bend_of(f, row, column), false};
    struct flow_place *places = (struct flow_place *)(m + cells_of(&f->shape));
    int32_t side = f->shape.block;
    unsigned n = 0, n_whole = 0;

    l.inside = is_inside(&l, block);
    for (int32_t y = 0; y < side; y += CELL) {
        for (int32_t x = (y / CELL + colour) % 2 * CELL; x < side; x += 2 * CELL) {
            int32_t w = flow_min(CELL, side - x), h = flow_min(CELL, side - y);
            struct flow_area cell = {
                block.x0 + x, block.y0 + y, block.x0 + x + w, block.y0 + y + h};
            struct flow_area seen =
                cell_place(&l, cell, 2 * x + w - side, 2 * y + h - side, &places[n_whole]);

            if (flow_area_points(seen) == CELL * CELL)
                n_whole++;
            else if (flow_area_points(seen) > 0)
                part_moments(f, seen, &places[n_whole], &m[n++]);
        }
    }
    f->ops->cells(f->first, f->second, f->shape.width, places, n_whole, m + n);
    return n + n_whole;
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

/* Whether even the cell with most left over has what is usual: the middle one is found by counting those that would be too
 * small for it, of which there are no more than a half. */
static bool all_are_usual(const uint32_t *left_over, unsigned n)
{
    uint32_t most = 0;
    unsigned n_small = 0;

    for (unsigned i = 0; i < n; i++)
        most = left_over[i] > most ? left_over[i] : most;
    for (unsigned i = 0; i < n; i++)
        n_small += USUAL * left_over[i] + GREY_LEVEL < most;
    return n_small <= n / 2;
}

/* Adds up the cells, those less in which more is left over than usual. */
static struct flow_sums weigh(const struct flow_moments *m, unsigned n)
{
    struct flow_sums sums = {0};
    uint32_t left_over[CELLS_MAX], much;

    for (unsigned i = 0; i < n; i++)
        left_over[i] = flow_residual(&m[i]);
    if (all_are_usual(left_over, n)) {
        flow_sums_add_all(&sums, m, n);
        return sums;
    }
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
