/* flow_agree.c - what neighbours say about a block: they make its vector finer where they agree, and its confidence less
 * where none does. */
#include "flow_private.h"

/* Squares left over that noise of half a grey level explains, in 1/256: 64 of the 256 of a grey level. */
#define QUIET 64
/* A pair of neighbours further off is not a neighbour in the field of one motion: a quarter of a pixel. */
#define OFF (FLOW_UNIT / 4)
/* A pair says at most twice as much as the block itself. */
#define SAYS_MOST 512
/* Confidence is 16 for each factor e (2.7) by which right is more probable than wrong, 50 where both are about the same. Texture
 * against what is left over and company were weighed by a logistic fit over thousands of blocks whose motion was known. */
#define BOTH_ALIKE 179
/* Each factor of 2 in sixteenths, and so the weights. */
#define TEXTURE_WEIGHT 22
#define ALONE_WEIGHT 17
/* Differences from company that say nothing, in 1/FLOW_UNIT px; and what stands for those who have none. */
#define COMPANY 32
#define NO_COMPANY FLOW_UNIT
/* Less is no block that can be trusted. */
#define VALID 50

/* Two blocks opposite each other: their mean is the block's own vector where the field is smooth, even where it turns or grows. */
struct pair {
    int32_t dx, dy; /* twice their mean */
    int32_t worth;
};

static bool pair_at(const struct flow *f, int32_t row, int32_t column, int32_t down, int32_t right,
    struct pair *ret_p)
{
    const struct flow_state *a = flow_state_at(f, row - down, column - right);
    const struct flow_state *b = flow_state_at(f, row + down, column + right);

    if (!a || !b)
        return false;
    *ret_p = (struct pair){
        a->dx + b->dx, a->dy + b->dy, 4 * a->worth * b->worth / (a->worth + b->worth)};
    return true;
}

/* The weight of a pair, 256 for the block's own: less the further off it is. */
static int32_t weight(const struct flow_state *b, const struct pair *p)
{
    int32_t x = flow_abs(p->dx - 2 * b->dx), y = flow_abs(p->dy - 2 * b->dy), near, says;

    if (x >= 2 * OFF || y >= 2 * OFF || x * x + y * y >= 4 * OFF * OFF)
        return 0;
    near = 256 - (x * x + y * y) * 64 / (OFF * OFF);
    says = flow_min(256 * p->worth / b->worth, SAYS_MOST);
    return (near * near / 256) * says / 256;
}

static void fuse(const struct flow *f, int32_t row, int32_t column, struct flow_vector *v)
{
    static const int8_t sides[4][2] = {{0, 1}, {1, 0}, {1, 1}, {-1, 1}};
    const struct flow_state *b = flow_state_at(f, row, column);
    int32_t sum = 256, x = 512 * b->dx, y = 512 * b->dy;

    for (unsigned i = 0; i < 4; i++) {
        struct pair p;
        int32_t w;

        if (!pair_at(f, row, column, sides[i][0], sides[i][1], &p))
            continue;
        w = weight(b, &p);
        sum += w;
        x += w * p.dx;
        y += w * p.dy;
    }
    v->dx = (int16_t)flow_divide(x, 2 * sum);
    v->dy = (int16_t)flow_divide(y, 2 * sum);
}

/* How far off the second nearest of the four vectors beside it is: an edge of something that moves has two blocks of it. */
static int32_t alone(const struct flow *f, int32_t row, int32_t column)
{
    const struct flow_state *b = flow_state_at(f, row, column);
    int32_t nearest = INT32_MAX, second = INT32_MAX;

    for (unsigned i = 0; i < 4; i++) {
        const struct flow_state *n = flow_state_beside(f, row, column, i);
        int32_t off = n ? flow_length(n->dx - b->dx, n->dy - b->dy) : INT32_MAX;

        second = flow_min(second, flow_max(off, nearest));
        nearest = flow_min(nearest, off);
    }
    if (second != INT32_MAX)
        return second;
    return nearest != INT32_MAX ? nearest : NO_COMPANY;
}

static uint8_t confidence(const struct flow *f, int32_t row, int32_t column)
{
    const struct flow_state *b = flow_state_at(f, row, column);
    int32_t texture = flow_log16(b->texture + 1) - flow_log16(b->residual + QUIET);
    int32_t company = flow_log16((uint32_t)alone(f, row, column) + COMPANY);
    int32_t sure =
        flow_clamp(BOTH_ALIKE + (TEXTURE_WEIGHT * texture - ALONE_WEIGHT * company) / 16, 0, 255);

    /* Noise alone makes a texture, of up to 1.6 times what it leaves over, in which neighbours agree on anything. */
    return (uint8_t)(b->texture / 7 * 4 > b->residual + QUIET ? sure : sure * VALID / 256);
}

void flow_agree(struct flow *f)
{
    int32_t columns = f->shape.columns, n = f->shape.rows * columns;

    for (int32_t i = 0; i < n; i++) {
        struct flow_vector *v = &f->vectors[i];

        fuse(f, i / columns, i % columns, v);
        v->confidence = confidence(f, i / columns, i % columns);
        v->valid = v->confidence >= VALID;
    }
}
