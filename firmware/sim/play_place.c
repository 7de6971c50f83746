#include "play_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "espnow_air.h"
#include "splitmix.h"

/* Fine enough for any place on a circle or in a stretch. */
#define FINE 65536
/* A full circle. */
#define TURN 6.283185307179586

static const char *const names[] = {"duck", "fox", "frog", "otter", "owl", "bär", "cat", "hen",
    "mole", "goat", "bee", "crab", "swan", "lynx", "wolf", "newt", "toad", "seal", "hare", "ibis",
    "crow", "moth", "pony", "carp"};

unsigned play_chance(uint64_t *state, unsigned below)
{
    return (unsigned)(splitmix(state) % below);
}

static void give_name(unsigned i, struct play_place *p)
{
    const char *name = names[i % N_ELEMENTS(names)];

    if (i < N_ELEMENTS(names))
        snprintf(p->name, sizeof p->name, "%s", name);
    else
        snprintf(p->name, sizeof p->name, "%s%u", name, 1 + i / (unsigned)N_ELEMENTS(names));
}

/* Of one maker, as those of a box are: the first three bytes are the same (and belong to nobody: 02 says so). */
#define MAKER 0x02, 0x57, 0x52
const uint8_t play_place_hub[HUB_MAC_RAW_BYTES] = {MAKER, 0xff, 0xff, 0x01};

static void give_address(unsigned i, struct play_place *p)
{
    uint32_t end = (i + 1) * 0x9e3779u & 0xffffff;
    const uint8_t mac[HUB_MAC_RAW_BYTES] = {
        MAKER, (uint8_t)(end >> 16), (uint8_t)(end >> 8), (uint8_t)end};

    memcpy(p->mac, mac, sizeof p->mac);
}

static void stand(struct play_place *p, double dbm, double angle)
{
    double m = espnow_air_metres(dbm);

    p->x_m = m * cos(angle);
    p->y_m = m * sin(angle);
}

void play_places(uint64_t seed, unsigned n, struct play_place *ret)
{
    unsigned stretch[PLAY_PLACES_MAX];

    for (unsigned i = 0; i < n; i++) {
        unsigned k = play_chance(&seed, i + 1);

        stretch[i] = stretch[k];
        stretch[k] = i;
    }
    for (unsigned i = 0; i < n; i++) {
        double share = (stretch[i] + play_chance(&seed, FINE) / (double)FINE) / n;

        give_address(i, &ret[i]);
        give_name(i, &ret[i]);
        ret[i].battery_percent = (int)((i * 37 + 61) % 96 + 5);
        stand(&ret[i],
            PLAY_PLACE_NEAREST_DBM + share * (PLAY_PLACE_FARTHEST_DBM - PLAY_PLACE_NEAREST_DBM),
            play_chance(&seed, FINE) * TURN / FINE);
    }
}
