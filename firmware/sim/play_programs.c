/* play_programs.c - what runs on the boards of a virtual playground: the firmware's cores, or the programs that are out there. */
#include "play_world_private.h"

/* --- our hub ---------------------------------------------------------------------------------- */

static void ours_start(struct play_world *w)
{
    const struct play_hub_port port = play_world_hub_port(w);

    play_hub_init(&w->hub, &port, play_place_hub);
    play_hub_start(&w->hub, w->now_us);
}

static void ours_step(struct play_world *w)
{
    play_hub_step(&w->hub, w->now_us);
}

static int64_t ours_next_us(const struct play_world *w)
{
    return play_hub_next_us(&w->hub);
}

static bool ours_scans(const struct play_world *w)
{
    return w->hub.scan.on;
}

static void ours_received(
    struct play_world *w, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n)
{
    play_hub_received(&w->hub, w->now_us, mac, rssi_dbm, bytes, n);
}

static void ours_connected(struct play_world *w, unsigned mtu)
{
    play_hub_connected(&w->hub, w->now_us, 0, mtu);
}

static void ours_disconnected(struct play_world *w)
{
    play_hub_disconnected(&w->hub, w->now_us, 0);
}

static void ours_written(struct play_world *w, const void *bytes, size_t n)
{
    play_hub_written(&w->hub, w->now_us, 0, bytes, n);
}

static void ours_subscribed(struct play_world *w, bool on)
{
    play_hub_subscribed(&w->hub, w->now_us, 0, on);
}

static void ours_room(struct play_world *w)
{
    play_hub_room(&w->hub, w->now_us);
}

static void ours_serial(struct play_world *w, const void *bytes, size_t n)
{
    play_hub_serial_received(&w->hub, w->now_us, bytes, n);
}

const struct play_hub_program play_hub_ours = {.start = ours_start,
    .step = ours_step,
    .next_us = ours_next_us,
    .scans = ours_scans,
    .received = ours_received,
    .connected = ours_connected,
    .disconnected = ours_disconnected,
    .written = ours_written,
    .subscribed = ours_subscribed,
    .room = ours_room,
    .serial = ours_serial};

/* --- the hub out there ------------------------------------------------------------------------ */

static void old_start(struct play_world *w)
{
    const struct old_hub_port port = play_world_old_hub_port(w);

    old_hub_init(&w->old_hub, &port);
    old_hub_start(&w->old_hub, w->now_us);
}

static void old_step(struct play_world *w)
{
    old_hub_step(&w->old_hub, w->now_us);
}

static int64_t old_next_us(const struct play_world *w)
{
    return old_hub_next_us(&w->old_hub);
}

static bool old_scans(const struct play_world *w)
{
    return w->old_hub.scanning;
}

static void old_received(
    struct play_world *w, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n)
{
    old_hub_received(&w->old_hub, w->now_us, mac, rssi_dbm, bytes, n);
}

static void old_connected(struct play_world *w, unsigned mtu)
{
    old_hub_connected(&w->old_hub, w->now_us, true);
}

static void old_disconnected(struct play_world *w)
{
    old_hub_connected(&w->old_hub, w->now_us, false);
}

static void old_written(struct play_world *w, const void *bytes, size_t n)
{
    old_hub_written(&w->old_hub, w->now_us, bytes, n);
}

const struct play_hub_program play_hub_old = {.start = old_start,
    .step = old_step,
    .next_us = old_next_us,
    .scans = old_scans,
    .received = old_received,
    .connected = old_connected,
    .disconnected = old_disconnected,
    .written = old_written};

/* --- our module ------------------------------------------------------------------------------- */

static void our_toy_start(struct play_toy *t)
{
    const struct play_module_port port = play_toy_port(t);

    play_module_init(&t->ours, &port, t->place.mac);
    play_module_start(&t->ours, t->world->now_us);
}

static void our_toy_step(struct play_toy *t)
{
    play_module_step(&t->ours, t->world->now_us);
}

static int64_t our_toy_next_us(const struct play_toy *t)
{
    return play_module_next_us(&t->ours);
}

static void our_toy_received(
    struct play_toy *t, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n)
{
    play_module_received(&t->ours, t->world->now_us, mac, rssi_dbm, bytes, n);
}

static void our_toy_button(struct play_toy *t)
{
    play_module_button(&t->ours, t->world->now_us);
}

const struct play_toy_program play_toy_ours = {.start = our_toy_start,
    .step = our_toy_step,
    .next_us = our_toy_next_us,
    .received = our_toy_received,
    .button = our_toy_button};

/* --- the module out there --------------------------------------------------------------------- */

static void old_toy_start(struct play_toy *t)
{
    const struct play_module_port port = play_toy_port(t);

    old_module_init(&t->old, &port);
    old_module_start(&t->old, t->world->now_us);
}

static void old_toy_step(struct play_toy *t)
{
    old_module_step(&t->old, t->world->now_us);
}

static int64_t old_toy_next_us(const struct play_toy *t)
{
    return old_module_next_us(&t->old);
}

static void old_toy_received(
    struct play_toy *t, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n)
{
    old_module_received(&t->old, t->world->now_us, mac, rssi_dbm, bytes, n);
}

static void old_toy_button(struct play_toy *t)
{
    old_module_button(&t->old, t->world->now_us);
}

const struct play_toy_program play_toy_old = {.may_be_nameless = true,
    .start = old_toy_start,
    .step = old_toy_step,
    .next_us = old_toy_next_us,
    .received = old_toy_received,
    .button = old_toy_button};
