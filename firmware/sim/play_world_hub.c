/* play_world_hub.c - the board of the hub: its radios around the one core or the other, and what an app does to it. */
#include <errno.h>

#include "play_world_private.h"

/* --- the core's world ------------------------------------------------------------------------- */

static int air(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct play_world *w = ctx;

    return espnow_air_send(w->air, w->now_us, PLAY_HUB_NODE, mac, bytes, n);
}

static int old_air(void *ctx, const char *bytes, size_t n)
{
    return air(ctx, NULL, bytes, n);
}

static int notify(void *ctx, unsigned central, const void *bytes, size_t n)
{
    struct play_world *w = ctx;
    int r = w->port.notify(w->port.ctx, bytes, n);

    if (r >= 0)
        play_radio_notified(&w->radio, w->now_us, n);
    return r;
}

/* What its stack has no room for is lost: it does not ask. */
static void old_notify(void *ctx, const void *bytes, size_t n)
{
    (void)notify(ctx, 0, bytes, n);
}

static void old_advertise(void *ctx, bool on)
{
    struct play_world *w = ctx;

    play_radio_advertising(&w->radio, w->now_us, on);
    w->port.advertise(w->port.ctx, on);
}

static void advertise(void *ctx)
{
    old_advertise(ctx, true);
}

static int serial(void *ctx, const char *line, size_t n)
{
    struct play_world *w = ctx;

    return w->port.serial(w->port.ctx, line, n);
}

static void display(void *ctx, unsigned line, const char *text)
{
    struct play_world *w = ctx;

    w->port.display(w->port.ctx, line, text);
}

/* --- life ------------------------------------------------------------------------------------- */

static void power_up(struct play_world *w)
{
    const struct play_hub_port port = {.ctx = w,
        .air = air,
        .notify = notify,
        .advertise = advertise,
        .serial = w->port.serial ? serial : NULL,
        .display = display};
    const struct old_hub_port old_port = {
        .ctx = w, .air = old_air, .notify = old_notify, .advertise = old_advertise};

    if (w->config.old)
        old_hub_init(&w->old_hub, &old_port);
    else
        play_hub_init(&w->hub, &port, play_place_hub);
}

void play_world_hub_start(struct play_world *w)
{
    power_up(w);
    w->on = true;
    w->boot_us = w->reset_us = PLAY_NEVER_US;
    if (w->config.old)
        old_hub_start(&w->old_hub, w->now_us);
    else
        play_hub_start(&w->hub, w->now_us);
}

static void reset(struct play_world *w)
{
    w->on = false;
    w->n_resets--;
    w->reset_us = PLAY_NEVER_US;
    w->boot_us = w->now_us + PLAY_WORLD_BOOT_US;
    w->radio = (struct play_radio){0};
    w->port.advertise(w->port.ctx, false);
    w->port.reset(w->port.ctx);
}

static void plan_reset(struct play_world *w)
{
    bool scans = w->config.old ? w->old_hub.scanning : w->hub.scan.on;

    if (scans && w->n_resets > 0 && w->reset_us == PLAY_NEVER_US)
        w->reset_us = w->now_us + PLAY_WORLD_RESET_US;
}

void play_world_hub_step(struct play_world *w)
{
    if (!w->on) {
        if (w->now_us >= w->boot_us)
            play_world_hub_start(w);
        return;
    }
    if (w->config.old)
        old_hub_step(&w->old_hub, w->now_us);
    else
        play_hub_step(&w->hub, w->now_us);
    plan_reset(w);
    if (w->now_us >= w->reset_us)
        reset(w);
}

int64_t play_world_hub_next_us(const struct play_world *w)
{
    int64_t us = w->config.old ? old_hub_next_us(&w->old_hub) : play_hub_next_us(&w->hub);

    if (!w->on)
        return w->boot_us;
    return us < w->reset_us ? us : w->reset_us;
}

void play_world_hub_received(
    struct play_world *w, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n)
{
    if (w->config.old)
        old_hub_received(&w->old_hub, w->now_us, mac, rssi_dbm, bytes, n);
    else
        play_hub_received(&w->hub, w->now_us, mac, rssi_dbm, bytes, n);
}

/* --- the app ---------------------------------------------------------------------------------- */

void play_world_connected(struct play_world *w, int64_t now_us, unsigned mtu)
{
    play_world_run(w, now_us);
    if (!w->on)
        return;
    play_radio_connected(&w->radio, now_us, true);
    if (w->config.old)
        old_hub_connected(&w->old_hub, now_us, true);
    else
        play_hub_connected(&w->hub, now_us, 0, mtu);
}

void play_world_disconnected(struct play_world *w, int64_t now_us)
{
    play_world_run(w, now_us);
    if (!w->on)
        return;
    play_radio_connected(&w->radio, now_us, false);
    if (w->config.old)
        old_hub_connected(&w->old_hub, now_us, false);
    else
        play_hub_disconnected(&w->hub, now_us, 0);
}

void play_world_subscribed(struct play_world *w, int64_t now_us, bool on)
{
    play_world_run(w, now_us);
    if (w->on && !w->config.old)
        play_hub_subscribed(&w->hub, now_us, 0, on);
}

void play_world_written(struct play_world *w, int64_t now_us, const void *bytes, size_t n)
{
    play_world_run(w, now_us);
    if (!w->on)
        return;
    if (w->config.old)
        old_hub_written(&w->old_hub, now_us, bytes, n);
    else
        play_hub_written(&w->hub, now_us, 0, bytes, n);
}

void play_world_room(struct play_world *w, int64_t now_us)
{
    play_world_run(w, now_us);
    if (w->on && !w->config.old)
        play_hub_room(&w->hub, now_us);
}

void play_world_serial(struct play_world *w, int64_t now_us, const void *bytes, size_t n)
{
    play_world_run(w, now_us);
    if (w->on && !w->config.old)
        play_hub_serial_received(&w->hub, now_us, bytes, n);
}
