/* Who stands where in a virtual playground. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "firmware/sim/play_place.h"

static double metres(const struct play_place *p)
{
    return hypot(p->x_m, p->y_m);
}

Test(play_place, the_same_seed_gives_the_same_places_and_another_one_others)
{
    struct play_place a[12], b[12], c[12];

    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    play_places(7, 12, a);
    play_places(7, 12, b);
    play_places(8, 12, c);
    cr_expect_eq(memcmp(a, b, sizeof a), 0);
    cr_expect_neq(metres(&a[0]), metres(&c[0]));
    cr_expect_str_eq(a[0].name, c[0].name);
    cr_expect_eq(memcmp(a[0].mac, c[0].mac, HUB_MAC_RAW_BYTES), 0);
}

Test(play_place, all_have_addresses_and_names_of_their_own_and_one_maker)
{
    struct play_place p[PLAY_PLACES_MAX];

    play_places(1, PLAY_PLACES_MAX, p);
    for (int i = 0; i < PLAY_PLACES_MAX; i++) {
        cr_expect_eq(memcmp(p[i].mac, play_place_hub, 3), 0);
        cr_expect_neq(memcmp(p[i].mac, play_place_hub, HUB_MAC_RAW_BYTES), 0);
        cr_expect(p[i].battery_percent > 0 && p[i].battery_percent <= 100);
        for (int k = 0; k < i; k++) {
            cr_expect_neq(memcmp(p[i].mac, p[k].mac, HUB_MAC_RAW_BYTES), 0);
            cr_expect_str_neq(p[i].name, p[k].name);
        }
    }
}

Test(play_place, some_are_near_some_are_far_and_all_can_be_heard)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct play_place p[12];
        unsigned n_near = 0;

        play_places(seed, 12, p);
        for (int i = 0; i < 12; i++) {
            cr_expect(metres(&p[i]) > 0.8 && metres(&p[i]) < 60, "%f", metres(&p[i]));
            n_near += metres(&p[i]) < 6;
        }
        cr_expect(n_near >= 5 && n_near <= 7, "%u", n_near);
    }
}

Test(play_place, chance_is_even)
{
    unsigned n[10] = {0};
    uint64_t state = 1;

    for (int i = 0; i < 10000; i++)
        n[play_chance(&state, 10)]++;
    for (int i = 0; i < 10; i++)
        cr_expect(n[i] > 850 && n[i] < 1150, "%u", n[i]);
}
