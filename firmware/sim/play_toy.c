/* play_toy.c - the board of one module: its radio, flash, battery and lights around the one core or the other. */
#include <string.h>

#include "play_world_private.h"

/* A box of them, of which some never got a name. */
#define NAMELESS_EVERY 3

/* --- the core's world ------------------------------------------------------------------------- */

static int send_message(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct play_toy *t = ctx;

    return espnow_air_send(
        t->world->air, t->world->now_us, PLAY_FIRST_TOY + t->number, mac, bytes, n);
}

static bool is_same(const struct play_look *a, const struct play_look *b)
{
    return a->n_lit == b->n_lit && a->mixed == b->mixed && a->asleep == b->asleep &&
        memcmp(&a->color, &b->color, sizeof a->color) == 0;
}

static void look_like(struct play_toy *t, struct play_look look)
{
    if (is_same(&t->look, &look))
        return;
    t->look = look;
    t->world->port.lights(t->world->port.ctx, t->number);
}

static void light(void *ctx, const struct play_color leds[PLAY_MODULE_LEDS])
{
    static const struct play_color dark = {0, 0, 0};
    struct play_look look = {0};

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++) {
        if (memcmp(&leds[i], &dark, sizeof dark) == 0)
            continue;
        look.mixed |= look.n_lit > 0 && memcmp(&leds[i], &look.color, sizeof look.color) != 0;
        look.color = leds[i];
        look.n_lit++;
    }
    if (look.mixed)
        look.color = dark;
    look_like(ctx, look);
}

static int battery_percent(void *ctx)
{
    return ((const struct play_toy *)ctx)->place.battery_percent;
}

static bool load(void *ctx, struct play_module_settings *ret)
{
    *ret = ((const struct play_toy *)ctx)->flash;
    return true;
}

static int save(void *ctx, const struct play_module_settings *settings)
{
    ((struct play_toy *)ctx)->flash = *settings;
    return 0;
}

/* It hears nothing, until a button is pressed. */
static void fall_asleep(void *ctx)
{
    struct play_toy *t = ctx;
    const struct play_world *w = t->world;

    espnow_air_set_deaf(w->air, PLAY_FIRST_TOY + t->number, true);
    t->wake_us = w->config.wake_us > 0 ? w->now_us + w->config.wake_us : PLAY_NEVER_US;
    look_like(t, (struct play_look){.asleep = true});
}

static uint32_t random_number(void *ctx)
{
    return play_chance(&((struct play_toy *)ctx)->random, UINT32_MAX);
}

/* --- life ------------------------------------------------------------------------------------- */

static void power_up(struct play_toy *t)
{
    const struct play_module_port port = {.ctx = t,
        .send = send_message,
        .light = light,
        .battery_percent = battery_percent,
        .load = load,
        .save = save,
        .sleep = fall_asleep,
        .random = random_number};

    t->wake_us = PLAY_NEVER_US;
    if (t->world->config.old)
        old_module_init(&t->theirs, &port);
    else
        play_module_init(&t->ours, &port, t->place.mac);
}

void play_toy_init(struct play_toy *t, struct play_world *w, unsigned number)
{
    bool nameless = w->config.old && number % NAMELESS_EVERY == NAMELESS_EVERY - 1;

    t->world = w;
    t->number = number;
    t->random = w->config.seed + number;
    t->flash.threshold_dbm = PLAY_MODULE_THRESHOLD;
    if (!nameless)
        memcpy(t->flash.name, t->place.name, sizeof t->flash.name);
    power_up(t);
}

void play_toy_start(struct play_toy *t)
{
    if (t->world->config.old)
        old_module_start(&t->theirs, t->world->now_us);
    else
        play_module_start(&t->ours, t->world->now_us);
}

static void wake_up(struct play_toy *t)
{
    espnow_air_set_deaf(t->world->air, PLAY_FIRST_TOY + t->number, false);
    power_up(t);
    play_toy_start(t);
}

void play_toy_step(struct play_toy *t)
{
    if (t->world->now_us >= t->wake_us)
        wake_up(t);
    if (t->world->config.old)
        old_module_step(&t->theirs, t->world->now_us);
    else
        play_module_step(&t->ours, t->world->now_us);
}

int64_t play_toy_next_us(const struct play_toy *t)
{
    int64_t us =
        t->world->config.old ? old_module_next_us(&t->theirs) : play_module_next_us(&t->ours);

    return us < t->wake_us ? us : t->wake_us;
}

void play_toy_received(
    struct play_toy *t, const uint8_t *mac, int rssi_dbm, const void *bytes, size_t n)
{
    if (t->world->config.old)
        old_module_received(&t->theirs, t->world->now_us, mac, rssi_dbm, bytes, n);
    else
        play_module_received(&t->ours, t->world->now_us, mac, rssi_dbm, bytes, n);
}

/* In deep sleep the button is what wakes it, and does nothing else. */
void play_toy_button(struct play_toy *t)
{
    if (t->look.asleep)
        wake_up(t);
    else if (t->world->config.old)
        old_module_button(&t->theirs, t->world->now_us);
    else
        play_module_button(&t->ours, t->world->now_us);
}

const char *play_toy_name(const struct play_toy *t)
{
    return t->flash.name[0] ? t->flash.name : "-";
}
