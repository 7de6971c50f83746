#include "play_old_module.h"

#include <string.h>

#define NEVER_US INT64_MAX
#define SHOWN_US INT64_C(2000000)

static const struct play_color dark = {0, 0, 0}, green = {0, 50, 0}, red = {50, 0, 0};
static const struct play_color friend_colors[PLAY_MODULE_COLORS] = {
    {50, 0, 0}, {50, 25, 0}, {50, 50, 0}, {0, 50, 0}, {0, 50, 50}, {0, 0, 50}, {50, 0, 50}};

/* --- lights ----------------------------------------------------------------------------------- */

static void draw(struct old_module *m)
{
    struct play_color leds[PLAY_MODULE_LEDS];

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++) {
        if (m->light == OLD_LIGHT_RAINBOW)
            leds[i] = friend_colors[(i + m->phase) % PLAY_MODULE_COLORS];
        else if (m->light == OLD_LIGHT_ROUND)
            leds[i] = i == m->phase % PLAY_MODULE_LEDS ? m->color : dark;
        else
            leds[i] = i < m->n_lit ? m->color : dark;
    }
    m->port.light(m->port.ctx, leds);
}

/* us 0: it stays. */
static void show(struct old_module *m, int light, struct play_color c, unsigned n_lit, int64_t us)
{
    m->light = light;
    m->color = c;
    m->n_lit = n_lit;
    m->phase = 0;
    m->dark_us = us > 0 ? m->now_us + us : NEVER_US;
    draw(m);
}

static void go_round(struct old_module *m, struct play_color c)
{
    show(m, OLD_LIGHT_ROUND, c, 1, PLAY_MODULE_LEDS * OLD_MODULE_PASS_US);
}

static void move_lights(struct old_module *m)
{
    if (m->now_us >= m->dark_us) {
        show(m, OLD_LIGHT_SOLID, dark, 0, 0);
    } else if (m->light != OLD_LIGHT_SOLID) {
        m->phase++;
        draw(m);
    }
}

/* One light for the last percent, all for 100; a battery that is not known is an empty one. */
static void show_battery(struct old_module *m)
{
    int percent = m->port.battery_percent(m->port.ctx);
    unsigned n = percent <= 1 ? 1 : 1 + (unsigned)(percent - 1) * (PLAY_MODULE_LEDS - 1) / 99;

    show(m, OLD_LIGHT_SOLID, green, n, SHOWN_US);
}

/* --- what it says ----------------------------------------------------------------------------- */

/* A name that is too long makes a message that is too long, which is never sent. */
static void say(
    struct old_module *m, const uint8_t *to, enum air_topic topic, struct air_value value)
{
    const struct air_message a = {.dialect = AIR_V1,
        .topic = topic,
        .threshold_dbm = m->settings.threshold_dbm,
        .value = value,
        .battery_percent = AIR_BATTERY_UNKNOWN};
    char text[AIR_MAX_BYTES];
    size_t n = air_message_write(&a, JSON_PUT_SPACED, text);

    if (n > 0)
        (void)m->port.send(m->port.ctx, to, text, n);
}

static void say_name(struct old_module *m, enum air_topic topic)
{
    struct air_value v = {.kind = AIR_TEXT};

    memcpy(v.text, m->settings.name, sizeof m->settings.name);
    say(m, NULL, topic, v);
}

/* --- rounds ----------------------------------------------------------------------------------- */

static void pinged(struct old_module *m, const struct air_value *v)
{
    if (v->kind == AIR_TEXT && strcmp(v->text, "app") == 0) {
        say_name(m, AIR_SCAN);
        return;
    }
    m->leading = false;
    m->waiting = true;
    m->waiting_us = m->now_us + PLAY_MODULE_FRIEND_US;
    say_name(m, AIR_PONG);
}

static void ponged(struct old_module *m, const uint8_t *mac)
{
    if (!m->leading || m->n_friends == PLAY_MODULE_MAX_FRIENDS)
        return;
    for (unsigned i = 0; i < m->n_friends; i++) {
        if (memcmp(m->friends[i], mac, HUB_MAC_RAW_BYTES) == 0)
            return;
    }
    memcpy(m->friends[m->n_friends++], mac, HUB_MAC_RAW_BYTES);
}

static void show_friends(struct old_module *m, unsigned n)
{
    if (m->settings.game == PLAY_GAME_COLOR)
        show(m, OLD_LIGHT_SOLID, friend_colors[n % PLAY_MODULE_COLORS], PLAY_MODULE_LEDS, 0);
}

static void end_round(struct old_module *m)
{
    struct air_value v = {.kind = AIR_INT, .i = (int32_t)(m->n_friends % PLAY_MODULE_COLORS)};

    m->leading = false;
    for (unsigned i = 0; i < m->n_friends; i++)
        say(m, m->friends[i], AIR_FINAL, v);
    show_friends(m, m->n_friends);
}

void old_module_button(struct old_module *m, int64_t now_us)
{
    m->now_us = now_us;
    if (m->asleep || now_us < m->pressed_us)
        return;
    m->pressed_us = now_us + PLAY_MODULE_BUTTON_US;
    m->leading = true;
    m->leading_us = now_us + PLAY_MODULE_LEADER_US;
    m->n_friends = 0;
    say_name(m, AIR_PING);
}

/* --- messages --------------------------------------------------------------------------------- */

static void set_game(struct old_module *m, const struct air_value *v)
{
    if (v->kind != AIR_INT || v->i < 0 || v->i >= PLAY_N_GAMES)
        return;
    m->settings.game = (enum play_game)v->i;
    (void)m->port.save(m->port.ctx, &m->settings);
    go_round(m, green);
}

static void set_threshold(struct old_module *m, const struct air_value *v)
{
    if (v->kind != AIR_INT)
        return;
    m->settings.threshold_dbm = v->i;
    (void)m->port.save(m->port.ctx, &m->settings);
    go_round(m, green);
}

static void set_color(struct old_module *m, const struct air_value *v)
{
    if (v->kind == AIR_LIST && v->n_list >= 3)
        show(m, OLD_LIGHT_SOLID,
            (struct play_color){(uint8_t)v->list[0], (uint8_t)v->list[1], (uint8_t)v->list[2]},
            PLAY_MODULE_LEDS, 0);
}

static void obey(struct old_module *m, const struct air_message *a, const uint8_t *mac)
{
    switch (a->topic) {
    case AIR_GAME:
        set_game(m, &a->value);
        break;
    case AIR_LIGHT_OFF:
        show(m, OLD_LIGHT_SOLID, dark, 0, 0);
        break;
    case AIR_RAINBOW:
        show(m, OLD_LIGHT_RAINBOW, dark, PLAY_MODULE_LEDS, 0);
        break;
    case AIR_SLEEP:
        show(m, OLD_LIGHT_SOLID, red, PLAY_MODULE_LEDS, 0);
        m->asleep = true;
        m->sleep_us = m->now_us + PLAY_MODULE_SLEEP_US;
        break;
    case AIR_PING:
        pinged(m, &a->value);
        break;
    case AIR_PONG:
        ponged(m, mac);
        break;
    case AIR_FINAL:
        m->waiting = false;
        if (a->value.kind == AIR_INT && a->value.i >= 0)
            show_friends(m, (unsigned)a->value.i);
        break;
    case AIR_BATTERY:
        show_battery(m);
        break;
    case AIR_COLOR:
        set_color(m, &a->value);
        break;
    case AIR_THRESHOLD:
        set_threshold(m, &a->value);
        break;
    case AIR_NORMAL:
        go_round(m, green);
        break;
    case AIR_RESET:
    case AIR_SCAN: /* of another module */
    case AIR_NOTIFY:
    case AIR_GEM:
    case AIR_N_TOPICS:
        break;
    }
}

static void look_at_message(struct old_module *m)
{
    const struct old_module_message *x = &m->messages[m->first];
    struct air_message a;

    if (m->n == 0)
        return;
    m->first = (m->first + 1) % OLD_MODULE_MESSAGES;
    m->n--;
    if (air_message_read((struct span){x->bytes, x->n}, &a) < 0 || a.dialect != AIR_V1)
        return;
    if (x->rssi_dbm == 0 || x->rssi_dbm > a.threshold_dbm)
        obey(m, &a, x->mac);
}

void old_module_received(struct old_module *m, int64_t now_us, const uint8_t mac[HUB_MAC_RAW_BYTES],
    int rssi_dbm, const void *bytes, size_t n)
{
    struct old_module_message *x;

    old_module_step(m, now_us);
    if (m->asleep || n > AIR_MAX_BYTES)
        return;
    if (m->n == OLD_MODULE_MESSAGES) {
        m->first = (m->first + 1) % OLD_MODULE_MESSAGES;
        m->n--;
    }
    x = &m->messages[(m->first + m->n++) % OLD_MODULE_MESSAGES];
    memcpy(x->mac, mac, sizeof x->mac);
    x->rssi_dbm = rssi_dbm;
    x->n = n;
    memcpy(x->bytes, bytes, n);
}

/* --- life ------------------------------------------------------------------------------------- */

void old_module_init(struct old_module *m, const struct play_module_port *port)
{
    memset(m, 0, sizeof *m);
    m->port = *port;
    m->settings.threshold_dbm = PLAY_MODULE_THRESHOLD;
    (void)m->port.load(m->port.ctx, &m->settings);
    m->dark_us = NEVER_US;
}

void old_module_start(struct old_module *m, int64_t now_us)
{
    m->now_us = now_us;
    /* Loops of boards that were switched on together are not in step. */
    m->pass_us = now_us + m->port.random(m->port.ctx) % OLD_MODULE_PASS_US;
    go_round(m, green);
}

static void pass(struct old_module *m)
{
    if (m->asleep) {
        if (m->now_us < m->sleep_us)
            return;
        m->sleep_us = NEVER_US;
        show(m, OLD_LIGHT_SOLID, dark, 0, 0);
        m->port.sleep(m->port.ctx);
        return;
    }
    look_at_message(m);
    if (m->leading && m->now_us >= m->leading_us)
        end_round(m);
    if (m->waiting && m->now_us >= m->waiting_us)
        m->waiting = false;
    move_lights(m);
}

/* Nothing changes in its passes. */
static bool is_idle(const struct old_module *m)
{
    if (m->asleep)
        return m->sleep_us == NEVER_US;
    return m->n == 0 && !m->leading && !m->waiting && m->light == OLD_LIGHT_SOLID &&
        m->dark_us == NEVER_US;
}

void old_module_step(struct old_module *m, int64_t now_us)
{
    while (m->pass_us <= now_us) {
        m->now_us = m->pass_us;
        if (is_idle(m)) {
            m->pass_us += (now_us - m->pass_us) / OLD_MODULE_PASS_US * OLD_MODULE_PASS_US;
        } else {
            pass(m);
        }
        m->pass_us += OLD_MODULE_PASS_US;
    }
    m->now_us = now_us;
}

int64_t old_module_next_us(const struct old_module *m)
{
    return is_idle(m) ? NEVER_US : m->pass_us;
}
