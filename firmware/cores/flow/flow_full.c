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

/* How the vector changes from one pixel to the next, in 1/2^BEND_BITS of 1/FLOW_UNIT px. */
#define BEND_BITS 8
#define HALVES (1 << (BEND_BITS + 1)) /* where it is taken by halves of a pixel */
#define FINE_BITS (FLOW_UNIT_BITS + BEND_BITS + 1)
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

/* In 1/2^FINE_BITS px. */
struct way {
    int32_t x, y;
};

/* Where a block's middle went, and how what is around it bends. */
struct look {
    struct way middle; /* half of a GRAIN is in it, for rounding */
    struct bend bend;
};

static struct look look_of(const struct flow *f, int32_t row, int32_t column)
{
    const struct flow_state *b = flow_state_at(f, row, column);

    return (struct look){
        {(b->dx + GRAIN / 2) * HALVES, (b->dy + GRAIN / 2) * HALVES}, bend_of(f, row, column)};
}

/* Where a point went that is u and v halves of a pixel from the block's middle. */
static struct way look_at(const struct look *l, int32_t u, int32_t v)
{
    const struct bend *t = &l->bend;

    return (struct way){
        l->middle.x + t->x_by_x * u + t->x_by_y * v, l->middle.y + t->y_by_x * u + t->y_by_y * v};
}

/* For a cell that begins with that pixel of the first frame. */
static struct flow_place place_of(struct way w, int32_t at, int32_t stride)
{
    return (struct flow_place){(uint32_t)at,
        (uint32_t)(at + flow_shift(w.y, FINE_BITS) * stride + flow_shift(w.x, FINE_BITS)),
        flow_shift(w.x, FINE_BITS - FLOW_STEP_BITS) & (FLOW_STEPS - 1),
        flow_shift(w.y, FINE_BITS - FLOW_STEP_BITS) & (FLOW_STEPS - 1)};
}

/* Whether a block is of whole cells, and wherever they went, they and their rims are in the frame. */
static bool is_inside(const struct flow_shape *shape, const struct look *l, struct flow_area block)
{
    const struct bend *t = &l->bend;
    int32_t side = shape->block;
    int32_t x = flow_abs(l->middle.x) + (flow_abs(t->x_by_x) + flow_abs(t->x_by_y)) * side;
    int32_t y = flow_abs(l->middle.y) + (flow_abs(t->y_by_x) + flow_abs(t->y_by_y)) * side;

    x = flow_shift(x, FINE_BITS) + 2;
    y = flow_shift(y, FINE_BITS) + 2;
    return side % CELL == 0 && block.x0 >= x && block.y0 >= y && block.x1 + x <= shape->width &&
        block.y1 + y <= shape->height;
}

/* The first of the cells of one colour in a row of them, as on a chess board. */
static int32_t first_of(int32_t y, int32_t colour)
{
    return (y / CELL + colour) % 2 * CELL;
}

static struct flow_area cell_in_frame(const struct flow *f, struct flow_area cell, struct way w)
{
    return flow_area_common(cell, f->shape.width, f->shape.height, flow_shift(w.x, FINE_BITS),
        flow_shift(w.y, FINE_BITS), 1);
}

static void part_moments(const struct flow *f, struct flow_area part, const struct flow_place *p,
    struct flow_moments *ret_m)
{
    f->ops->moments(f->first + p->a, f->shape.width, f->second + p->b, f->shape.width,
        (unsigned)(part.x1 - part.x0), (unsigned)(part.y1 - part.y0), p->fx, p->fy, ret_m);
}

/* Its cells of one colour, whose moments are not looked at yet. */
static unsigned cells_inside(const struct flow *f, const struct look *l, struct flow_area block,
    int32_t colour, struct flow_place *places)
{
    int32_t side = f->shape.block, stride = f->shape.width;
    unsigned n = 0;

    for (int32_t y = 0; y < side; y += CELL) {
        int32_t at = (block.y0 + y) * stride + block.x0, v = 2 * y + CELL - side;

        for (int32_t x = first_of(y, colour); x < side; x += 2 * CELL)
            places[n++] = place_of(look_at(l, 2 * x + CELL - side, v), at + x, stride);
    }
    return n;
}

/* Where a cell is not whole, its moments are those of what is left of it: *n_parts grows by one then. */
static unsigned cells_at_edge(const struct flow *f, const struct look *l, struct flow_area block,
    int32_t colour, struct flow_place *places, struct flow_moments *parts, unsigned *n_parts)
{
    int32_t side = f->shape.block;
    unsigned n = 0;

    for (int32_t y = 0; y < side; y += CELL) {
        for (int32_t x = first_of(y, colour); x < side; x += 2 * CELL) {
            int32_t w = flow_min(CELL, side - x), h = flow_min(CELL, side - y);
            struct way way = look_at(l, 2 * x + w - side, 2 * y + h - side);
            struct flow_area cell = cell_in_frame(f,
                (struct flow_area){block.x0 + x, block.y0 + y, block.x0 + x + w, block.y0 + y + h},
                way);

            places[n] = place_of(way, cell.y0 * f->shape.width + cell.x0, f->shape.width);
            if (flow_area_points(cell) == CELL * CELL)
                n++;
            else if (flow_area_points(cell) > 0)
                part_moments(f, cell, &places[n], &parts[(*n_parts)++]);
        }
    }
    return n;
}

/* The cells of one colour; returns how many are in the frame. */
static unsigned block_moments(
    const struct flow *f, int32_t row, int32_t column, int32_t colour, struct flow_moments *m)
{
    struct flow_place *places = (struct flow_place *)(m + cells_of(&f->shape));
    struct flow_area block = flow_area_of(f, row, column, 0);
    struct look l = look_of(f, row, column);
    unsigned n_parts = 0,
             n = is_inside(&f->shape, &l, block)
        ? cells_inside(f, &l, block, colour, places)
        : cells_at_edge(f, &l, block, colour, places, m, &n_parts);

    f->ops->cells(f->first, f->second, f->shape.width, places, n, m + n_parts);
    return n_parts + n;
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
