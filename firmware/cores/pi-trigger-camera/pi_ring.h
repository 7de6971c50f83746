/* pi_ring.h - the past: JPEGs one after the other in a fixed piece of memory, the oldest making
 * room for the newest.
 *
 *     arena  | …free… [oldest][ … ][newest] …free… |      each picture in one piece; the end is
 * left empty where one does not fit
 *
 * The ceiling is on the bytes that are in use. Where it is below the arena's size, memory of
 * pictures that go is given back to the system, so that a lower ceiling lowers what the process
 * has.
 */
#ifndef PI_RING_H
#define PI_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pi_frame_meta {
    uint64_t id;       /* counts from 0 in a run */
    int64_t time_us;   /* when it was taken, wall clock */
    int64_t mono_us;   /* the same on a clock that is never set */
    double dark_score; /* mean brightness 0 … 255 */
    bool night;        /* taken in night mode */
    uint16_t width, height;
};

struct pi_ring_frame {
    struct pi_frame_meta meta;
    const uint8_t *jpeg; /* valid until the next push or limit */
    size_t n;
};

struct pi_ring_slot {
    struct pi_frame_meta meta;
    size_t at, n;
};

struct pi_ring {
    struct pi_ring_slot *slots; /* a circle of n_slots */
    uint32_t n_slots, first, n_frames;
    uint8_t *arena;
    size_t arena_bytes, next; /* where the next picture goes if there is room */
    size_t used_bytes;
    uint32_t max_frames;
    size_t max_bytes;
    void (*release)(void *ctx, void *at, size_t n); /* NULL: none. Content is of no use any more */
    void *release_ctx;
};

/* The memory is the caller's. */
void pi_ring_init(struct pi_ring *r, struct pi_ring_slot *slots, uint32_t n_slots, uint8_t *arena,
    size_t arena_bytes);
/* At most so many pictures and bytes; older ones go. Held within what init gave, and at least one
 * picture. */
void pi_ring_limit(struct pi_ring *r, uint32_t max_frames, size_t max_bytes);
/* Copies. -EMSGSIZE: larger than the ceiling. */
int pi_ring_push(
    struct pi_ring *r, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n);
/* 0 is the oldest. False: there is none. */
bool pi_ring_at(const struct pi_ring *r, uint32_t i, struct pi_ring_frame *ret);
bool pi_ring_find(const struct pi_ring *r, uint64_t id, struct pi_ring_frame *ret);
bool pi_ring_newest(const struct pi_ring *r, struct pi_ring_frame *ret);

/* The first of the pictures that are not older than `before_us` than the newest; n_frames when
 * there are none. Time and not a count of pictures, for at night one may take seconds. */
uint32_t pi_ring_since(const struct pi_ring *r, int64_t before_us);
/* What an average is made of: of those, and of the newest one's size, the oldest `count`, at most
 * `max_bytes` in all. Returns how many. */
uint32_t pi_ring_past(const struct pi_ring *r, int64_t before_us, uint32_t count, size_t max_bytes,
    struct pi_ring_frame *out);

#endif
