/* pi_guard.c - see pi_guard.h. */
#include "pi_guard.h"

void pi_guard_init(struct pi_guard *g, size_t ring_bytes)
{
    *g = (struct pi_guard){.ring_full_bytes = ring_bytes, .ring_bytes = ring_bytes};
}

/* Down by a quarter of what is there; up again by an eighth of the whole when there is room for
 * that and a fifth more. */
static size_t ring_ceiling(const struct pi_guard *g, uint64_t rss, size_t used, uint64_t limit)
{
    size_t step = g->ring_full_bytes / 8;
    size_t least = PI_RING_MIN_BYTES < g->ring_full_bytes ? PI_RING_MIN_BYTES : g->ring_full_bytes;

    if (limit == 0)
        return g->ring_full_bytes;
    if (rss > limit) {
        size_t down = used / 4 * 3;
        return down > least ? down : least;
    }
    if (g->ring_bytes < g->ring_full_bytes && rss + step + limit / 5 < limit)
        return g->ring_full_bytes - g->ring_bytes > step ? g->ring_bytes + step
                                                         : g->ring_full_bytes;
    return g->ring_bytes;
}

bool pi_guard_look(struct pi_guard *g, int64_t now_us, const struct pi_memory *m, size_t used_bytes,
    uint64_t rss_limit_bytes)
{
    size_t before = g->ring_bytes;

    g->pace = m->swap_percent > PI_SWAP_PAUSE_PERCENT ? PI_PACE_PAUSED
        : m->swap_percent > PI_SWAP_SLOW_PERCENT      ? PI_PACE_SLOW
                                                      : PI_PACE_FULL;
    g->ring_bytes = ring_ceiling(g, m->rss_bytes, used_bytes, rss_limit_bytes);
    g->next_us = now_us + (g->pace == PI_PACE_PAUSED ? PI_PAUSE_US : PI_GUARD_INTERVAL_US);
    return g->ring_bytes != before;
}
