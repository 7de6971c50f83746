/* play_world.h - a virtual playground without Bluetooth and without a clock: a hub, modules around it, the air between, and
 * children who press buttons.
 *
 *     app ──play_world_written()──▶ hub ──▶ ╭ air ╮ ──▶ modules ──▶ lights()
 *         ◀──notify()────────────      ◀── ╰─────╯ ◀──
 *
 * Hub and modules are the firmware's cores, or play the ones that are out there (play_old_hub.h, play_old_module.h). The same
 * seed and the same calls at the same times give the same playground. Called from one thread, each time with the time on a
 * clock that is never set; play_world_next_us() says when play_world_run() is due. Functions of the port must not call back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "play_module.h"
#include "play_place.h"

/* What the hub's board takes from a reset to its start. */
#define PLAY_WORLD_BOOT_US INT64_C(1000000)
/* So long after a scan's begin a reset comes. */
#define PLAY_WORLD_RESET_US INT64_C(2000000)

/* So many notifications of a list go out before it is cut: its header, and some of it. */
#define PLAY_WORLD_CUT_AFTER 4

struct play_world;

/* What is to be seen of a module's lights; a light that goes round, or a rainbow that turns, is one look. */
struct play_look {
    unsigned n_lit;
    bool mixed;              /* not all of one colour */
    struct play_color color; /* else this */
    bool asleep;
};

/* As people see it: a module of a playground. */
struct play_seen {
    const struct play_place *place;
    const char *name; /* never "" */
    enum play_game game;
    int rssi_dbm; /* between it and the hub */
    struct play_look look;
};

struct play_world_config {
    uint64_t seed;
    unsigned n_modules;
    unsigned loss_permille; /* of messages on the air */
    bool old_hub, old_modules;
    bool two_antennas; /* the hub's radios have one each, and none is deaf (play_radio.h) */
    unsigned n_resets; /* so many scans end with a reset of the hub */
    unsigned n_cuts;   /* so many lists end in the middle, with the link */
    int64_t round_us;  /* about so often somebody presses a button; 0: never */
    int64_t wake_us;   /* so long a module sleeps until somebody presses its button; 0: for ever */
};

struct play_world_port {
    void *ctx;
    /* On TX, to the app. Negative: not now. */
    int (*notify)(void *ctx, const void *bytes, size_t n);
    void (*advertise)(void *ctx, bool on);
    /* The hub's board starts anew: whoever was connected is not any more. */
    void (*reset)(void *ctx);
    /* The link breaks. */
    void (*cut)(void *ctx);
    /* A line to the app on USB, with its end. Negative: not now. NULL: there is none. */
    int (*serial)(void *ctx, const char *line, size_t n);
    void (*lights)(void *ctx, unsigned module);
    /* A line of the hub's display. */
    void (*display)(void *ctx, unsigned line, const char *text);
};

/* The port is copied. -ENOMEM. */
int play_world_new(
    const struct play_world_config *c, const struct play_world_port *port, struct play_world **ret);
/* NULL-safe; returns NULL. */
struct play_world *play_world_free(struct play_world *w);
/* All are switched on. */
void play_world_start(struct play_world *w, int64_t now_us);
/* Lets happen, in order, what happens until then. */
void play_world_run(struct play_world *w, int64_t now_us);
int64_t play_world_next_us(const struct play_world *w);

unsigned play_world_n_modules(const struct play_world *w);
/* Valid until the world changes. */
struct play_seen play_world_seen(const struct play_world *w, unsigned module);
/* Somebody presses its button. */
void play_world_button(struct play_world *w, int64_t now_us, unsigned module);

/* The app, one at a time. */
void play_world_connected(struct play_world *w, int64_t now_us, unsigned mtu);
void play_world_disconnected(struct play_world *w, int64_t now_us);
void play_world_subscribed(struct play_world *w, int64_t now_us, bool on);
void play_world_written(struct play_world *w, int64_t now_us, const void *bytes, size_t n);
void play_world_room(struct play_world *w, int64_t now_us);
/* The app on USB; an old hub has no ears for it. */
void play_world_serial(struct play_world *w, int64_t now_us, const void *bytes, size_t n);
