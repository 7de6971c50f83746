/* play_world_private.h - between the files of the virtual playground. */
#pragma once

#include "espnow_air.h"
#include "play_hub.h"
#include "play_old_hub.h"
#include "play_old_module.h"
#include "play_radio.h"
#include "play_world.h"

#define PLAY_NEVER_US INT64_MAX
/* Nodes of the air; module i is node PLAY_FIRST_TOY + i. */
#define PLAY_HUB_NODE 0
#define PLAY_FIRST_TOY 1

/* A module, with what its board keeps. */
struct play_toy {
    struct play_world *world;
    unsigned number;
    struct play_place place;
    struct play_module_settings flash;
    uint64_t random;
    struct play_module ours;
    struct old_module theirs; /* the one or the other lives */
    struct play_look look;
    int64_t wake_us; /* somebody presses its button */
};

struct play_world {
    struct play_world_config config;
    struct play_world_port port;
    struct espnow_air *air;
    struct play_radio radio;
    int64_t now_us;
    uint64_t random;

    struct play_hub hub;
    struct old_hub old_hub; /* the one or the other lives */
    bool on;                /* the hub's board */
    int64_t boot_us, reset_us;
    unsigned n_resets; /* that are to come */

    struct play_toy toys[PLAY_PLACES_MAX];
    unsigned n_toys;
    int64_t round_us;
};

/* play_toy.c; time is w->now_us */
void play_toy_init(struct play_toy *t, struct play_world *w, unsigned number);
void play_toy_start(struct play_toy *t);
void play_toy_step(struct play_toy *t);
int64_t play_toy_next_us(const struct play_toy *t);
void play_toy_received(
    struct play_toy *t, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n);
void play_toy_button(struct play_toy *t);
/* As it is called on the air, or in this program where it has no name. */
const char *play_toy_name(const struct play_toy *t);

/* play_world_hub.c */
void play_world_hub_start(struct play_world *w);
void play_world_hub_step(struct play_world *w);
int64_t play_world_hub_next_us(const struct play_world *w);
void play_world_hub_received(
    struct play_world *w, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n);
