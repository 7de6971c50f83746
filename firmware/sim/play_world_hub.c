/* play_world_hub.c - the board of the hub: its radios, its switch, and what an app does to it. */
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

/* What is cut stays cut until the link's end is told, for which a real BlueZ takes two seconds. */
static bool is_cut(struct play_world *w)
{
    if (w->n_of_list < PLAY_WORLD_CUT_AFTER)
        return false;
    if (w->n_of_list == PLAY_WORLD_CUT_AFTER) {
        w->n_of_list++;
        w->n_cuts--;
        w->port.cut(w->port.ctx);
    }
    return true;
}

static int notify(void *ctx, unsigned central, const void *bytes, size_t n)
{
    struct play_world *w = ctx;
    int r = is_cut(w) ? -EAGAIN : w->port.notify(w->port.ctx, bytes, n);

    if (r < 0)
        return r;
    w->n_of_list += w->n_of_list >= 0;
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

struct play_hub_port play_world_hub_port(struct play_world *w)
{
    return (struct play_hub_port){.ctx = w,
        .air = air,
        .notify = notify,
        .advertise = advertise,
        .serial = w->port.serial ? serial : NULL,
        .display = display};
}

struct old_hub_port play_world_old_hub_port(struct play_world *w)
{
    return (struct old_hub_port){
        .ctx = w, .air = old_air, .notify = old_notify, .advertise = old_advertise};
}

/* --- life ------------------------------------------------------------------------------------- */

void play_world_hub_start(struct play_world *w)
{
    w->on = true;
    w->boot_us = w->reset_us = PLAY_NEVER_US;
    w->program->start(w);
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

void play_world_hub_step(struct play_world *w)
{
    if (!w->on) {
        if (w->now_us >= w->boot_us)
            play_world_hub_start(w);
        return;
    }
    if (w->n_cuts > 0 && w->program->scans(w))
        w->n_of_list = 0; /* what comes now, if the scan ends in this step */
    w->program->step(w);
    if (w->n_resets > 0 && w->reset_us == PLAY_NEVER_US && w->program->scans(w))
        w->reset_us = w->now_us + PLAY_WORLD_RESET_US;
    if (w->now_us >= w->reset_us)
        reset(w);
}

int64_t play_world_hub_next_us(const struct play_world *w)
{
    int64_t us = w->on ? w->program->next_us(w) : w->boot_us;

    return us < w->reset_us ? us : w->reset_us;
}

/* --- the app ---------------------------------------------------------------------------------- */

/* What happened before comes first. False: nobody is there. */
static bool comes_to(struct play_world *w, int64_t now_us)
{
    play_world_run(w, now_us);
    return w->on;
}

void play_world_connected(struct play_world *w, int64_t now_us, unsigned mtu)
{
    if (!comes_to(w, now_us))
        return;
    play_radio_connected(&w->radio, now_us, true);
    w->program->connected(w, mtu);
}

void play_world_disconnected(struct play_world *w, int64_t now_us)
{
    if (!comes_to(w, now_us))
        return;
    play_radio_connected(&w->radio, now_us, false);
    w->n_of_list = -1;
    w->program->disconnected(w);
}

void play_world_subscribed(struct play_world *w, int64_t now_us, bool on)
{
    if (comes_to(w, now_us) && w->program->subscribed)
        w->program->subscribed(w, on);
}

void play_world_written(struct play_world *w, int64_t now_us, const void *bytes, size_t n)
{
    if (comes_to(w, now_us))
        w->program->written(w, bytes, n);
}

void play_world_room(struct play_world *w, int64_t now_us)
{
    if (comes_to(w, now_us) && w->program->room)
        w->program->room(w);
}

void play_world_serial(struct play_world *w, int64_t now_us, const void *bytes, size_t n)
{
    if (comes_to(w, now_us) && w->program->serial)
        w->program->serial(w, bytes, n);
}
