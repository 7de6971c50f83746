#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pi_night.h"
#include "pi_ring.h"

#define N_SLOTS 1000
#define ARENA 100000

struct world {
    struct pi_ring ring;
    struct pi_ring_slot slots[N_SLOTS];
    uint8_t arena[ARENA];
    size_t n_released;
};

static struct world *world_new(size_t arena_bytes)
{
    struct world *w = calloc(1, sizeof *w);

    pi_ring_init(&w->ring, w->slots, N_SLOTS, w->arena, arena_bytes);
    return w;
}

/* Picture `id`, taken at id/fps seconds; its bytes say which it is. */
static int push(struct world *w, uint64_t id, size_t n, int64_t every_us, uint16_t width)
{
    static uint8_t bytes[ARENA];
    struct pi_frame_meta m = {.id = id,
        .mono_us = (int64_t)id * every_us,
        .time_us = (int64_t)id * every_us,
        .width = width,
        .height = 8};

    memset(bytes, (int)(id % 251), n);
    return pi_ring_push(&w->ring, &m, bytes, n);
}

static void expect_whole(struct world *w)
{
    struct pi_ring_frame f;
    uint64_t last = 0;

    for (uint32_t i = 0; i < w->ring.n_frames; i++) {
        cr_assert(pi_ring_at(&w->ring, i, &f));
        cr_assert(i == 0 || f.meta.id > last);
        last = f.meta.id;
        for (size_t k = 0; k < f.n; k++)
            cr_assert_eq(
                f.jpeg[k], last % 251, "picture %llu, byte %zu", (unsigned long long)last, k);
    }
    cr_assert_not(pi_ring_at(&w->ring, w->ring.n_frames, &f));
}

Test(pi_ring, keeps_the_newest_whole_whatever_their_sizes)
{
    struct world *w = world_new(10000);
    uint32_t seed = 1;

    for (uint64_t id = 0; id < 5000; id++) {
        seed = seed * 1664525 + 1013904223;
        cr_assert_eq(push(w, id, 1 + (seed >> 8) % 3000, 100000, 8), 0);
        cr_assert_leq(w->ring.used_bytes, 10000);
        if (id % 37 == 0)
            expect_whole(w);
    }
    free(w);
}

Test(pi_ring, takes_one_that_fills_it_and_none_that_is_larger)
{
    struct world *w = world_new(1000);

    cr_expect_eq(push(w, 0, 300, 1, 8), 0);
    cr_expect_eq(push(w, 1, 1000, 1, 8), 0);
    cr_expect_eq(w->ring.n_frames, 1);
    cr_expect_eq(push(w, 2, 1001, 1, 8), -EMSGSIZE);
    cr_expect_eq(w->ring.n_frames, 1, "a picture that does not fit costs none");
    cr_expect_eq(push(w, 3, 0, 1, 8), -EMSGSIZE);
    free(w);
}

Test(pi_ring, holds_at_most_so_many)
{
    struct world *w = world_new(ARENA);
    struct pi_ring_frame f;

    pi_ring_limit(&w->ring, 3, ARENA);
    for (uint64_t id = 0; id < 10; id++)
        push(w, id, 10, 1, 8);
    cr_expect_eq(w->ring.n_frames, 3);
    cr_expect(pi_ring_at(&w->ring, 0, &f) && f.meta.id == 7);
    pi_ring_limit(&w->ring, 0, ARENA);
    cr_expect_eq(w->ring.n_frames, 1);
    pi_ring_limit(&w->ring, 5000, ARENA);
    cr_expect_eq(w->ring.max_frames, N_SLOTS);
    free(w);
}

static void released(void *ctx, void *at, size_t n)
{
    struct world *w = ctx;

    memset(at, 0xee, n);
    w->n_released += n;
}

Test(pi_ring, gives_memory_back_under_a_lower_ceiling)
{
    struct world *w = world_new(10000);

    w->ring.release = released;
    w->ring.release_ctx = w;
    for (uint64_t id = 0; id < 40; id++)
        push(w, id, 700, 1, 8);
    cr_expect_eq(w->n_released, 0, "nothing is given back at the full ceiling");
    pi_ring_limit(&w->ring, N_SLOTS, 3000);
    cr_expect_eq(w->ring.n_frames, 4);
    cr_expect_geq(w->n_released, 10000 - 4 * 700 - 700);
    expect_whole(w);
    for (uint64_t id = 40; id < 100; id++) {
        push(w, id, 700, 1, 8);
        cr_assert_leq(w->ring.used_bytes, 3000);
        expect_whole(w);
    }
    free(w);
}

Test(pi_ring, finds_by_number_over_gaps)
{
    struct world *w = world_new(ARENA);
    struct pi_ring_frame f;

    for (uint64_t id = 3; id < 40; id += 3)
        push(w, id, 10, 1, 8);
    cr_expect(pi_ring_find(&w->ring, 9, &f) && f.meta.id == 9);
    cr_expect_not(pi_ring_find(&w->ring, 10, &f));
    cr_expect_not(pi_ring_find(&w->ring, 0, &f));
    cr_expect_not(pi_ring_find(&w->ring, 40, &f));
    free(w);
}

/* The indices that pastStack takes of a ring of `n` pictures at 10 per second, with 5 s and 4
 * pictures. */
static void expect_past(unsigned n, unsigned first, unsigned count)
{
    struct world *w = world_new(ARENA);
    struct pi_ring_frame out[8];

    for (uint64_t id = 0; id < n; id++)
        push(w, id, 10, 100000, 8);
    cr_expect_eq(pi_ring_past(&w->ring, 5000000, 4, ARENA, out), count, "ring of %u", n);
    for (unsigned i = 0; i < count; i++)
        cr_expect_eq(out[i].meta.id, first + i, "ring of %u", n);
    free(w);
}

Test(pi_ring, past_takes_the_oldest_of_the_last_seconds)
{
    expect_past(0, 0, 0);
    expect_past(1, 0, 1);
    expect_past(3, 0, 3);
    expect_past(10, 0, 4);
    expect_past(60, 10, 4);
    expect_past(300, 250, 4);
}

Test(pi_ring, past_goes_by_time_at_night)
{
    struct world *w = world_new(ARENA);
    struct pi_ring_frame out[8];

    for (uint64_t id = 0; id < 20; id++)
        push(w, id, 10, 4000000, 8);
    cr_expect_eq(pi_ring_past(&w->ring, 5000000, 4, ARENA, out), 2);
    cr_expect_eq(out[0].meta.id, 18);
    cr_expect_eq(pi_ring_past(&w->ring, 0, 4, ARENA, out), 1, "no time at all is the newest");
    free(w);
}

Test(pi_ring, past_mixes_no_sizes)
{
    struct world *w = world_new(ARENA);
    struct pi_ring_frame out[8];

    for (uint64_t id = 0; id < 20; id++)
        push(w, id, 10, 100000, id < 18 ? 8 : 16);
    cr_expect_eq(pi_ring_past(&w->ring, 5000000, 4, ARENA, out), 2);
    cr_expect_eq(out[0].meta.id, 18);
    free(w);
}

Test(pi_ring, past_ends_at_its_bytes)
{
    struct world *w = world_new(ARENA);
    struct pi_ring_frame out[8];

    for (uint64_t id = 0; id < 20; id++)
        push(w, id, 10, 100000, 8);
    cr_expect_eq(pi_ring_past(&w->ring, 5000000, 4, 35, out), 3);
    free(w);
}

Test(pi_night, enters_after_enough_dark_pictures_and_leaves_above_bright)
{
    struct pi_night n = {0};

    for (int i = 0; i < 19; i++)
        cr_expect_eq(pi_night_update(&n, 49, 50, 240, 20), PI_NIGHT_NONE);
    cr_expect_eq(pi_night_update(&n, 50, 50, 240, 20), PI_NIGHT_NONE);
    for (int i = 0; i < 19; i++)
        cr_expect_eq(pi_night_update(&n, 49, 50, 240, 20), PI_NIGHT_NONE);
    cr_expect_eq(pi_night_update(&n, 49, 50, 240, 20), PI_NIGHT_ENTER);
    cr_expect_eq(pi_night_update(&n, 49, 50, 240, 20), PI_NIGHT_NONE);
    cr_expect_eq(pi_night_update(&n, 240, 50, 240, 20), PI_NIGHT_NONE);
    cr_expect_eq(pi_night_update(&n, 241, 50, 240, 20), PI_NIGHT_EXIT);
    cr_expect_not(n.active);
}

Test(pi_night, stays_night_while_pictures_are_dark_even_above_a_low_bright_threshold)
{
    struct pi_night n = {0};

    cr_expect_eq(pi_night_update(&n, 47, 50, 45, 1), PI_NIGHT_ENTER);
    cr_expect_eq(pi_night_update(&n, 47, 50, 45, 1), PI_NIGHT_NONE);
    cr_expect_eq(pi_night_update(&n, 51, 50, 45, 1), PI_NIGHT_EXIT);
}

Test(pi_night, switching_it_off_ends_it)
{
    struct pi_night n = {0};

    cr_expect_eq(pi_night_disable(&n), PI_NIGHT_NONE);
    cr_expect_eq(pi_night_update(&n, 1, 50, 240, 1), PI_NIGHT_ENTER);
    cr_expect_eq(pi_night_disable(&n), PI_NIGHT_EXIT);
    cr_expect_not(n.active);
}
