/* play_world_private.h - between the files of the virtual playground: boards (play_toy.c, play_world_hub.c) and the programs on
 * them (play_programs.c). */
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

struct play_toy;

/* The program of a hub's board: ours, or that of the hubs out there. Time is w->now_us. */
struct play_hub_program {
    void (*start)(struct play_world *w); /* from nothing */
    void (*step)(struct play_world *w);
    int64_t (*next_us)(const struct play_world *w);
    bool (*scans)(const struct play_world *w);
    void (*received)(
        struct play_world *w, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n);
    void (*connected)(struct play_world *w, unsigned mtu);
    void (*disconnected)(struct play_world *w);
    void (*written)(struct play_world *w, const void *bytes, size_t n);
    /* NULL: it does not look. */
    void (*subscribed)(struct play_world *w, bool on);
    void (*room)(struct play_world *w);
    void (*serial)(struct play_world *w, const void *bytes, size_t n);
};
/* The program of a module's board. Time is t->world->now_us. */
struct play_toy_program {
    bool may_be_nameless;
    void (*start)(struct play_toy *t); /* from what its flash has */
    void (*step)(struct play_toy *t);
    int64_t (*next_us)(const struct play_toy *t);
    void (*received)(
        struct play_toy *t, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n);
    void (*button)(struct play_toy *t);
};

/* play_programs.c */
extern const struct play_hub_program play_hub_ours, play_hub_old;
extern const struct play_toy_program play_toy_ours, play_toy_old;

/* A module, with what its board keeps. */
struct play_toy {
    struct play_world *world;
    const struct play_toy_program *program;
    unsigned number;
    struct play_place place;
    struct play_module_settings flash;
    uint64_t random;
    struct play_module ours;
    struct old_module old; /* the one or the other is in use */
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

    const struct play_hub_program *program;
    struct play_hub hub;
    struct old_hub old_hub; /* the one or the other is in use */
    bool on;                /* the hub's board */
    int64_t boot_us, reset_us;
    unsigned n_resets; /* that are to come */
    unsigned n_cuts;   /* that are to come */
    int n_of_list;     /* notifications since the scan ended; -1: none is to be cut */

    struct play_toy toys[PLAY_PLACES_MAX];
    unsigned n_toys;
    int64_t round_us;
};

/* play_toy.c */
struct play_module_port play_toy_port(struct play_toy *t);
void play_toy_init(struct play_toy *t, struct play_world *w, unsigned number);
void play_toy_switch_on(struct play_toy *t);
void play_toy_step(struct play_toy *t);
int64_t play_toy_next_us(const struct play_toy *t);
void play_toy_button(struct play_toy *t);
/* As it is called on the air, or in this program where it has no name. */
const char *play_toy_name(const struct play_toy *t);

/* play_world_hub.c: what its board has */
struct play_hub_port play_world_hub_port(struct play_world *w);
struct old_hub_port play_world_old_hub_port(struct play_world *w);
void play_world_hub_start(struct play_world *w);
void play_world_hub_step(struct play_world *w);
int64_t play_world_hub_next_us(const struct play_world *w);
