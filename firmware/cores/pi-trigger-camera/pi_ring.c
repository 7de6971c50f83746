/* pi_ring.c - see pi_ring.h. */
#include "pi_ring.h"

#include <errno.h>
#include <string.h>

static struct pi_ring_slot *slot(const struct pi_ring *r, uint32_t i)
{
    return &r->slots[(r->first + i) % r->n_slots];
}

void pi_ring_init(struct pi_ring *r, struct pi_ring_slot *slots, uint32_t n_slots, uint8_t *arena,
    size_t arena_bytes)
{
    *r = (struct pi_ring){.slots = slots,
        .n_slots = n_slots,
        .arena = arena,
        .arena_bytes = arena_bytes,
        .max_frames = n_slots,
        .max_bytes = arena_bytes};
}

static void drop_oldest(struct pi_ring *r)
{
    struct pi_ring_slot *s = slot(r, 0);

    if (r->release && r->max_bytes < r->arena_bytes)
        r->release(r->release_ctx, r->arena + s->at, s->n);
    r->used_bytes -= s->n;
    r->first = (r->first + 1) % r->n_slots;
    r->n_frames--;
    if (r->n_frames == 0)
        r->next = 0;
}

static void release(struct pi_ring *r, size_t from, size_t to)
{
    if (from < to)
        r->release(r->release_ctx, r->arena + from, to - from);
}

/* What lies free may have held pictures before the ceiling came down. */
static void release_free(struct pi_ring *r)
{
    size_t oldest = r->n_frames > 0 ? slot(r, 0)->at : r->arena_bytes;

    if (!r->release || r->max_bytes == r->arena_bytes)
        return;
    if (r->next <= oldest) {
        release(r, r->next, oldest);
    } else {
        release(r, 0, oldest);
        release(r, r->next, r->arena_bytes);
    }
}

void pi_ring_limit(struct pi_ring *r, uint32_t max_frames, size_t max_bytes)
{
    r->max_frames = max_frames < 1 ? 1 : max_frames > r->n_slots ? r->n_slots : max_frames;
    r->max_bytes = max_bytes < r->arena_bytes ? max_bytes : r->arena_bytes;
    while (r->n_frames > r->max_frames || (r->n_frames > 1 && r->used_bytes > r->max_bytes))
        drop_oldest(r);
    release_free(r);
}

/* Where `n` bytes fit without touching a picture that is there. */
static bool find_room(const struct pi_ring *r, size_t n, size_t *ret)
{
    if (r->n_frames == 0) {
        *ret = 0;
        return n <= r->arena_bytes;
    }
    size_t oldest = slot(r, 0)->at;
    if (r->next <= oldest) { /* the used part runs over the end: free is [next, oldest) */
        *ret = r->next;
        return oldest - r->next >= n;
    }
    if (r->arena_bytes - r->next >= n) {
        *ret = r->next;
        return true;
    }
    *ret = 0;
    return oldest >= n;
}

int pi_ring_push(struct pi_ring *r, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n)
{
    size_t at;

    if (n == 0 || n > r->max_bytes)
        return -EMSGSIZE;
    while (r->n_frames >= r->max_frames || (r->n_frames > 0 && r->used_bytes + n > r->max_bytes))
        drop_oldest(r);
    while (!find_room(r, n, &at))
        drop_oldest(r); /* an empty ring has room for max_bytes */
    memcpy(r->arena + at, jpeg, n);
    r->next = at + n;
    r->used_bytes += n;
    *slot(r, r->n_frames++) = (struct pi_ring_slot){.meta = *meta, .at = at, .n = n};
    return 0;
}

bool pi_ring_at(const struct pi_ring *r, uint32_t i, struct pi_ring_frame *ret)
{
    if (i >= r->n_frames)
        return false;
    const struct pi_ring_slot *s = slot(r, i);
    *ret = (struct pi_ring_frame){.meta = s->meta, .jpeg = r->arena + s->at, .n = s->n};
    return true;
}

/* Ids rise, but not always by one. */
bool pi_ring_find(const struct pi_ring *r, uint64_t id, struct pi_ring_frame *ret)
{
    uint32_t low = 0, high = r->n_frames;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slot(r, middle)->meta.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->n_frames && slot(r, low)->meta.id == id && pi_ring_at(r, low, ret);
}

bool pi_ring_newest(const struct pi_ring *r, struct pi_ring_frame *ret)
{
    return r->n_frames > 0 && pi_ring_at(r, r->n_frames - 1, ret);
}

uint32_t pi_ring_since(const struct pi_ring *r, int64_t before_us)
{
    if (r->n_frames == 0)
        return 0;
    uint32_t first = r->n_frames - 1;
    int64_t oldest_us = slot(r, first)->meta.mono_us - before_us;
    while (first > 0 && slot(r, first - 1)->meta.mono_us > oldest_us)
        first--;
    return first;
}

uint32_t pi_ring_past(const struct pi_ring *r, int64_t before_us, uint32_t count, size_t max_bytes,
    struct pi_ring_frame *out)
{
    uint32_t n = 0;
    struct pi_ring_frame newest;

    if (!pi_ring_newest(r, &newest))
        return 0;
    for (uint32_t i = pi_ring_since(r, before_us); i < r->n_frames && n < count; i++) {
        (void)pi_ring_at(r, i, &out[n]);
        if (out[n].meta.width != newest.meta.width || out[n].meta.height != newest.meta.height)
            continue;
        if (out[n].n > max_bytes)
            break;
        max_bytes -= out[n].n;
        n++;
    }
    return n;
}
