/* play_world.c - see play_world.h: who hears whom, and time. */
#include "play_world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "play_world_private.h"

/* --- the air ---------------------------------------------------------------------------------- */

static void received(void *ctx, unsigned node, const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm,
    const void *bytes, size_t n)
{
    struct play_world *w = ctx;

    if (node == PLAY_HUB_NODE) {
        w->program->received(w, mac, rssi_dbm, bytes, n);
    } else {
        struct play_toy *t = &w->toys[node - PLAY_FIRST_TOY];

        t->program->received(t, mac, rssi_dbm, bytes, n);
    }
}

/* --- children --------------------------------------------------------------------------------- */

/* Half of the time earlier, half of the time later than on average. */
static void plan_round(struct play_world *w)
{
    int64_t us = w->config.round_us;

    w->round_us = us > 0 && w->n_toys > 0
        ? w->now_us + us / 2 + play_chance(&w->random, (unsigned)MIN(us, (int64_t)UINT32_MAX))
        : PLAY_NEVER_US;
}

static void press_one(struct play_world *w)
{
    if (w->now_us < w->round_us)
        return;
    play_toy_button(&w->toys[play_chance(&w->random, w->n_toys)]);
    plan_round(w);
}

/* --- time ------------------------------------------------------------------------------------- */

int64_t play_world_next_us(const struct play_world *w)
{
    int64_t us = MIN(espnow_air_next_us(w->air), play_world_hub_next_us(w));

    for (unsigned i = 0; i < w->n_toys; i++)
        us = MIN(us, play_toy_next_us(&w->toys[i]));
    return MIN(us, w->round_us);
}

static void step(struct play_world *w)
{
    bool deaf = !w->config.two_antennas && play_radio_is_deaf(&w->radio, w->now_us);

    espnow_air_set_deaf(w->air, PLAY_HUB_NODE, !w->on || deaf);
    espnow_air_step(w->air, w->now_us);
    play_world_hub_step(w);
    for (unsigned i = 0; i < w->n_toys; i++)
        play_toy_step(&w->toys[i]);
    press_one(w);
}

void play_world_run(struct play_world *w, int64_t now_us)
{
    int64_t us;

    while ((us = play_world_next_us(w)) <= now_us) {
        w->now_us = MAX(us, w->now_us);
        step(w);
    }
    w->now_us = MAX(now_us, w->now_us);
}

/* --- life ------------------------------------------------------------------------------------- */

static int place_all(struct play_world *w)
{
    struct play_place places[PLAY_PLACES_MAX];
    int r = espnow_air_add(w->air, play_place_hub, 0, 0);

    play_places(w->config.seed, w->n_toys, places);
    for (unsigned i = 0; r >= 0 && i < w->n_toys; i++) {
        w->toys[i].place = places[i];
        play_toy_init(&w->toys[i], w, i);
        r = espnow_air_add(w->air, places[i].mac, places[i].x_m, places[i].y_m);
    }
    return r;
}

int play_world_new(
    const struct play_world_config *c, const struct play_world_port *port, struct play_world **ret)
{
    static const struct espnow_air_events events = {.received = received};
    struct play_world *w = calloc(1, sizeof *w);
    int r;

    if (!w)
        return -ENOMEM;
    w->config = *c;
    w->port = *port;
    w->n_toys = MIN(c->n_modules, (unsigned)PLAY_PLACES_MAX);
    w->n_resets = c->n_resets;
    w->n_cuts = c->n_cuts;
    w->n_of_list = -1;
    w->program = c->old_hub ? &play_hub_old : &play_hub_ours;
    w->random = c->seed;
    r = espnow_air_new((uint32_t)c->seed, c->loss_permille, &events, w, &w->air);
    if (r >= 0)
        r = place_all(w);
    if (r < 0) {
        play_world_free(w);
        return r;
    }
    *ret = w;
    return 0;
}

struct play_world *play_world_free(struct play_world *w)
{
    if (w)
        espnow_air_free(w->air);
    free(w);
    return NULL;
}

void play_world_start(struct play_world *w, int64_t now_us)
{
    w->now_us = now_us;
    plan_round(w);
    play_world_hub_start(w);
    for (unsigned i = 0; i < w->n_toys; i++)
        play_toy_switch_on(&w->toys[i]);
}

/* --- what is to be seen ------------------------------------------------------------------------- */

unsigned play_world_n_modules(const struct play_world *w)
{
    return w->n_toys;
}

struct play_seen play_world_seen(const struct play_world *w, unsigned module)
{
    const struct play_toy *t = &w->toys[module];

    return (struct play_seen){.place = &t->place,
        .name = play_toy_name(t),
        .game = t->flash.game,
        .rssi_dbm = espnow_air_rssi(w->air, PLAY_HUB_NODE, PLAY_FIRST_TOY + module),
        .look = t->look};
}

void play_world_button(struct play_world *w, int64_t now_us, unsigned module)
{
    play_world_run(w, now_us);
    play_toy_button(&w->toys[module]);
}
