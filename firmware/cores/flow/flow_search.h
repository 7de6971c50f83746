/* flow_search.h - the search of one block on one level: how much it and what stands around it differ from where a shift leads. For
 * flow_far.c and flow_near.c. */
#ifndef FLOW_SEARCH_H
#define FLOW_SEARCH_H

#include "flow_private.h"

/* By how much a shift must be better than none, in 1/256 of a step of the normalised: noise alone prefers none. */
#define FLOW_MOVES 512
/* A mean difference in 1/256 that no shift has: 255 is the largest. */
#define FLOW_NOTHING (1u << 16)

struct flow_shift {
    int32_t x, y;
};

/* A rectangle of points: where it begins in its image, and how much of it counts. */
struct flow_part {
    int32_t at;
    uint32_t w, h;
};

struct flow_search {
    const struct flow_ops *ops;
    const uint8_t *first, *second;
    int32_t width, height;
    bool sparse;           /* every other row counts */
    size_t stride;         /* from one that counts to the next */
    struct flow_area area; /* what of it is in the first image */
    int32_t least;         /* points of it that must stay in the second */
    struct flow_area free; /* shifts by which all of it stays there */
    struct flow_part whole;
    struct flow_shift best;
    uint32_t mismatch, cost; /* of the best; cost is with its handicap */
};

/* Nothing is best yet. */
void flow_search_begin(
    struct flow_search *s, const struct flow *f, int32_t row, int32_t column, bool far);
/* How the part of a block that is compared lies in its image. */
struct flow_part flow_search_part(const struct flow_search *s, struct flow_area a);
/* The mean difference of the block when shifted, in 1/256; FLOW_NOTHING where it cannot be less than `limit`, which is
 * not 0, or too little of it stays in the image. */
uint32_t flow_search_mismatch(const struct flow_search *s, struct flow_shift v, uint32_t limit);
/* Takes a shift if it is better than the best. `handicap` is in 1/256. */
void flow_search_try(struct flow_search *s, struct flow_shift v, uint32_t handicap);

static inline bool flow_search_is_free(const struct flow_search *s, struct flow_shift v)
{
    return v.x >= s->free.x0 && v.x <= s->free.x1 && v.y >= s->free.y0 && v.y <= s->free.y1;
}

static inline uint32_t flow_shift_moves(struct flow_shift v)
{
    return v.x || v.y ? FLOW_MOVES : 0;
}

static inline uint32_t flow_shift_cost(struct flow_shift v, uint32_t mismatch, uint32_t handicap)
{
    return mismatch * (256 + handicap) / 256 + flow_shift_moves(v);
}

/* What the mismatch of a shift must be less than to be better than the best; 0 where none is. */
static inline uint32_t flow_search_limit(
    const struct flow_search *s, struct flow_shift v, uint32_t handicap)
{
    uint32_t moves = flow_shift_moves(v), limit = s->cost <= moves ? 0 : s->cost - moves;

    return handicap ? (limit * 256 + 255 + handicap) / (256 + handicap) : limit;
}

/* As flow_search_try(), of a shift whose mismatch and cost are known. */
static inline void flow_search_take(
    struct flow_search *s, struct flow_shift v, uint32_t mismatch, uint32_t cost)
{
    if (mismatch == FLOW_NOTHING || cost >= s->cost)
        return;
    s->mismatch = mismatch;
    s->cost = cost;
    s->best = v;
}

#endif
