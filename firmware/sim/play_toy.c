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

struct play_module_port play_toy_port(struct play_toy *t)
{
    return (struct play_module_port){.ctx = t,
        .send = send_message,
        .light = light,
        .battery_percent = battery_percent,
        .load = load,
        .save = save,
        .sleep = fall_asleep,
        .random = random_number};
}

/* --- life ------------------------------------------------------------------------------------- */

void play_toy_init(struct play_toy *t, struct play_world *w, unsigned number)
{
    t->world = w;
    t->number = number;
    t->program = w->config.old_modules ? &play_toy_old : &play_toy_ours;
    t->random = w->config.seed + number;
    t->flash.threshold_dbm = PLAY_MODULE_THRESHOLD;
    if (!t->program->may_be_nameless || number % NAMELESS_EVERY != NAMELESS_EVERY - 1)
        memcpy(t->flash.name, t->place.name, sizeof t->flash.name);
}

void play_toy_switch_on(struct play_toy *t)
{
    espnow_air_set_deaf(t->world->air, PLAY_FIRST_TOY + t->number, false);
    t->wake_us = PLAY_NEVER_US;
    t->program->start(t);
}

void play_toy_step(struct play_toy *t)
{
    if (t->world->now_us >= t->wake_us)
        play_toy_switch_on(t);
    t->program->step(t);
}

int64_t play_toy_next_us(const struct play_toy *t)
{
    int64_t us = t->program->next_us(t);

    return us < t->wake_us ? us : t->wake_us;
}

/* In deep sleep the button is what wakes it, and does nothing else. */
void play_toy_button(struct play_toy *t)
{
    if (t->look.asleep)
        play_toy_switch_on(t);
    else
        t->program->button(t);
}

const char *play_toy_name(const struct play_toy *t)
{
    return t->flash.name[0] ? t->flash.name : "-";
}
