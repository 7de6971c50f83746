/* play_place.h - where the modules of a virtual playground stand, what they are called, and how full their batteries are.
 *
 * From next to the hub to some 60 m away, so that the hub hears the nearest with about -38 dBm and the farthest with about
 * -84 dBm, and each stretch between has as many. Addresses, names and batteries are always the same, also in a larger
 * playground; who stands where is the seed's choice.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hub_message.h"

/* As many as a hub remembers. */
#define PLAY_PLACES_MAX 64
#define PLAY_PLACE_NEAREST_DBM (-38)
#define PLAY_PLACE_FARTHEST_DBM (-84)

struct play_place {
    uint8_t mac[HUB_MAC_RAW_BYTES];
    char name[HUB_ID_BYTES];
    double x_m, y_m; /* the hub is at 0, 0 */
    int battery_percent;
};

/* The hub's own address. */
extern const uint8_t play_place_hub[HUB_MAC_RAW_BYTES];

/* n of them, at most PLAY_PLACES_MAX. */
void play_places(uint64_t seed, unsigned n, struct play_place *ret);
/* A number below `below`, of a series that `*state` goes through. */
unsigned play_chance(uint64_t *state, unsigned below);
