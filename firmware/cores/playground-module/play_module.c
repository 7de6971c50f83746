/* play_module.c - see play_module.h: what is said to the module, and what it does. */
#include "play_module_private.h"

#include <stdio.h>
#include <string.h>

static const struct play_color dark = {0, 0, 0}, green = {0, 50, 0}, violet = {20, 0, 20},
                               red = {50, 0, 0};
/* The lights of a game that goes on, before there are friends. */
static const struct play_color game_colors[PLAY_N_GAMES] = {[PLAY_GAME_PLAY] = {0, 50, 0},
    [PLAY_GAME_COLOR] = {50, 50, 50},
    [PLAY_GAME_NUMBER] = {0, 0, 50}};

/* --- settings --------------------------------------------------------------------------------- */

static int clamp(int v, int min, int max)
{
    return v < min ? min : v > max ? max : v;
}

static void load(struct play_module *m)
{
    struct play_module_settings s = {.threshold_dbm = PLAY_MODULE_THRESHOLD};

    if (!m->port.load(m->port.ctx, &s))
        s = (struct play_module_settings){.threshold_dbm = PLAY_MODULE_THRESHOLD};
    /* What was saved by other firmware may be anything. */
    if ((unsigned)s.game >= PLAY_N_GAMES)
        s.game = PLAY_GAME_PLAY;
    if (s.threshold_dbm !=
        clamp(s.threshold_dbm, PLAY_MODULE_THRESHOLD_MIN, PLAY_MODULE_THRESHOLD_MAX))
        s.threshold_dbm = PLAY_MODULE_THRESHOLD;
    play_says_fit_name(&s);
    if (s.name[0] == '\0')
        snprintf(s.name, sizeof s.name, "M-%02x%02x%02x", m->mac[3], m->mac[4], m->mac[5]);
    m->settings = s;
}

static void save(struct play_module *m)
{
    m->unsaved = m->port.save(m->port.ctx, &m->settings) < 0;
    m->save_us = m->now_us + PLAY_MODULE_SAVE_AGAIN_US;
}

/* Flash wears, and anybody in reach may send one game after the other. */
static void keep(struct play_module *m)
{
    m->unsaved = true;
    if (m->now_us >= m->save_us)
        save(m);
}

static void set_game(struct play_module *m, int32_t game)
{
    if (game < 0 || game >= PLAY_N_GAMES)
        return;
    /* What holds already is not written again. */
    if ((int32_t)m->settings.game != game) {
        m->settings.game = (enum play_game)game;
        keep(m);
    }
    play_round_reset(m);
    m->color_mode = false;
    play_lights_show(m, play_light_solid(game_colors[game], PLAY_MODULE_LEDS));
}

static void set_threshold(struct play_module *m, int32_t dbm)
{
    if (dbm < PLAY_MODULE_THRESHOLD_MIN || dbm > PLAY_MODULE_THRESHOLD_MAX)
        return;
    if (m->settings.threshold_dbm != dbm) {
        m->settings.threshold_dbm = dbm;
        keep(m);
    }
    play_lights_pass(m, play_light_run(green), PLAY_RUN_US);
}

/* --- what is said to it ----------------------------------------------------------------------- */

static void set_color(struct play_module *m, const struct air_value *v)
{
    uint8_t rgb[3];

    if (v->kind != AIR_LIST || v->n_list < 3)
        return;
    for (unsigned i = 0; i < 3; i++)
        rgb[i] = (uint8_t)clamp(v->list[i], 0, 255);
    m->color_mode = true;
    play_lights_show(
        m, play_light_solid((struct play_color){rgb[0], rgb[1], rgb[2]}, PLAY_MODULE_LEDS));
}

/* One light for the last percent, all for 100. */
static void show_battery(struct play_module *m)
{
    int percent = m->port.battery_percent(m->port.ctx);

    if (percent < 0)
        play_lights_pass(m, play_light_solid(violet, PLAY_MODULE_LEDS), PLAY_MODULE_SHOW_US);
    else
        play_lights_pass(m,
            play_light_solid(
                green, 1 + (unsigned)clamp(percent - 1, 0, 99) * (PLAY_MODULE_LEDS - 1) / 99),
            PLAY_MODULE_SHOW_US);
}

static void turn_off(struct play_module *m)
{
    play_lights_show(m, play_light_solid(dark, 0));
}

static void go_to_sleep(struct play_module *m)
{
    if (m->unsaved)
        save(m);
    m->asleep = true;
    m->sleep_us = m->now_us + PLAY_MODULE_SLEEP_US;
    play_lights_show(m, play_light_run(red));
}

static void do_pinged(struct play_module *m, const struct air_message *a)
{
    /* /ping of the second dialect is for who measures the signal. */
    if (a->value.kind != AIR_TEXT)
        return;
    if (strcmp(a->value.text, "app") == 0)
        play_says_spread(m, PLAY_SAY_SCAN);
    else
        play_round_pinged(m);
}

static void show_rainbow(struct play_module *m)
{
    play_lights_show(m, (struct play_light){.kind = PLAY_LIGHT_RAINBOW});
}

/* The second dialect has more games than this module knows; those it leaves alone. */
static void do_game(struct play_module *m, const struct air_message *a)
{
    enum { STOP = -1, NOTES, RAINBOW = 5, HIBERNATE, COLOR_PRESS = 9 };
    int32_t game;

    if (a->value.kind != AIR_INT && (a->value.kind != AIR_LIST || a->value.n_list == 0))
        return;
    game = a->value.kind == AIR_INT ? a->value.i : a->value.list[0];
    if (a->dialect == AIR_V1 || game == NOTES)
        set_game(m, game);
    else if (game == STOP)
        turn_off(m);
    else if (game == RAINBOW)
        show_rainbow(m);
    else if (game == HIBERNATE)
        go_to_sleep(m);
    else if (game == COLOR_PRESS)
        set_game(m, PLAY_GAME_COLOR);
}

static void reset(struct play_module *m, const struct air_message *a)
{
    if (a->dialect == AIR_V1) {
        if (m->port.log_round)
            m->port.log_round(m->port.ctx, NULL);
        return;
    }
    play_round_reset(m);
    play_lights_show(m, play_light_solid(game_colors[m->settings.game], PLAY_MODULE_LEDS));
}

static void do_message(
    struct play_module *m, const struct air_message *a, const uint8_t mac[HUB_MAC_RAW_BYTES])
{
    switch (a->topic) {
    case AIR_GAME:
        do_game(m, a);
        break;
    case AIR_LIGHT_OFF:
        turn_off(m);
        break;
    case AIR_RAINBOW:
        show_rainbow(m);
        break;
    case AIR_SLEEP:
        go_to_sleep(m);
        break;
    case AIR_PING:
        do_pinged(m, a);
        break;
    case AIR_PONG:
        play_round_ponged(m, mac);
        break;
    case AIR_FINAL:
        if (a->value.kind == AIR_INT && a->value.i >= 0)
            play_round_final(m, (unsigned)a->value.i);
        break;
    case AIR_BATTERY:
        if (a->dialect == AIR_V1)
            show_battery(m);
        break;
    case AIR_COLOR:
        set_color(m, &a->value);
        break;
    case AIR_THRESHOLD:
        if (a->value.kind == AIR_INT)
            set_threshold(m, a->value.i);
        break;
    case AIR_RESET:
        reset(m, a);
        break;
    case AIR_NORMAL:
        m->color_mode = false;
        play_lights_show(m, play_light_solid(dark, 0));
        play_lights_pass(m, play_light_run(green), PLAY_RUN_US);
        break;
    case AIR_NOTIFY:
        play_lights_pass(m, play_light_run(green), PLAY_RUN_US);
        break;
    case AIR_SCAN: /* of another module */
    case AIR_GEM:
    case AIR_N_TOPICS:
        break;
    }
}

void play_module_received(struct play_module *m, int64_t now_us,
    const uint8_t mac[HUB_MAC_RAW_BYTES], int rssi_dbm, const void *bytes, size_t n)
{
    struct air_message a;

    m->now_us = now_us;
    if (m->asleep)
        return;
    m->n_messages++;
    if (n > AIR_MAX_BYTES || air_message_read((struct span){bytes, n}, &a) < 0)
        m->n_not_understood++;
    else if (rssi_dbm != 0 && a.dialect == AIR_V1 && rssi_dbm <= a.threshold_dbm)
        m->n_too_weak++;
    else
        do_message(m, &a, mac);
    play_module_step(m, now_us);
}

void play_module_button(struct play_module *m, int64_t now_us)
{
    m->now_us = now_us;
    if (m->asleep || now_us < m->pressed_us)
        return;
    m->pressed_us = now_us + PLAY_MODULE_BUTTON_US;
    if (m->port.buzz)
        m->port.buzz(m->port.ctx);
    play_round_lead(m);
    play_module_step(m, now_us);
}

/* --- life ------------------------------------------------------------------------------------- */

void play_module_init(struct play_module *m, const struct play_module_port *port,
    const uint8_t mac[HUB_MAC_RAW_BYTES])
{
    memset(m, 0, sizeof *m);
    m->port = *port;
    memcpy(m->mac, mac, sizeof m->mac);
    for (unsigned i = 0; i < PLAY_N_SAYS; i++)
        m->says[i].due_us = PLAY_NEVER_US;
    m->light_us = PLAY_NEVER_US;
    m->pressed_us = INT64_MIN;
    load(m);
}

void play_module_start(struct play_module *m, int64_t now_us)
{
    m->now_us = now_us;
    play_lights_show(m, play_light_solid(dark, 0));
    play_lights_pass(m, play_light_run(green), PLAY_RUN_US);
    /* A box of modules that is switched on does not speak with one voice. */
    m->says[PLAY_SAY_BATTERY].due_us =
        now_us + m->port.random(m->port.ctx) % (10 * PLAY_MODULE_ANSWER_US);
}

void play_module_step(struct play_module *m, int64_t now_us)
{
    m->now_us = now_us;
    if (m->asleep) {
        if (now_us < m->sleep_us) {
            play_lights_step(m);
        } else if (m->sleep_us != PLAY_NEVER_US) {
            m->sleep_us = PLAY_NEVER_US;
            turn_off(m);
            m->port.sleep(m->port.ctx);
        }
        return;
    }
    if (m->unsaved && now_us >= m->save_us)
        save(m);
    play_round_step(m);
    play_says_step(m);
    play_lights_step(m);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t play_module_next_us(const struct play_module *m)
{
    int64_t t = play_lights_next_us(m);

    if (m->asleep)
        return sooner(t, m->sleep_us);
    t = sooner(t, sooner(play_round_next_us(m), play_says_next_us(m)));
    return m->unsaved ? sooner(t, m->save_us) : t;
}
