/* play_says.c - what a module says, when, and again when the radio refused. */
#include "play_module_private.h"

#include <string.h>

/* As it is written on the air: with blanks, as modules in use do. */
static size_t write_message(const struct air_message *m, char out[AIR_MAX_BYTES])
{
    return air_message_write(m, JSON_PUT_SPACED, out);
}

static struct air_message named(enum air_topic topic, const struct play_module_settings *s)
{
    struct air_message a = {.dialect = AIR_V1,
        .topic = topic,
        .threshold_dbm = s->threshold_dbm,
        .value.kind = AIR_TEXT,
        .battery_percent = AIR_BATTERY_UNKNOWN};

    memcpy(a.value.text, s->name, sizeof s->name);
    return a;
}

/* Modules in use put their own threshold here, and hubs in use then list only who is that near. Who asked says itself how far
 * away the modules of its list may be. */
static struct air_message scan(const struct play_module_settings *s, int battery_percent)
{
    struct air_message a = named(AIR_SCAN, s);

    a.threshold_dbm = HUB_THRESHOLD_ALL;
    a.battery_percent = battery_percent;
    memcpy(a.type, PLAY_MODULE_TYPE, sizeof PLAY_MODULE_TYPE);
    return a;
}

static struct air_message battery(const struct play_module_settings *s, int battery_percent)
{
    struct air_message a = {
        .dialect = AIR_V2, .topic = AIR_BATTERY, .battery_percent = battery_percent};

    memcpy(a.name, s->name, sizeof s->name);
    return a;
}

static struct air_message final(const struct play_module *m)
{
    return (struct air_message){.dialect = AIR_V1,
        .topic = AIR_FINAL,
        .threshold_dbm = m->settings.threshold_dbm,
        .value = {.kind = AIR_INT, .i = (int32_t)(m->n_friends % PLAY_MODULE_COLORS)},
        .battery_percent = AIR_BATTERY_UNKNOWN};
}

static struct air_message message_of(const struct play_module *m, unsigned say)
{
    switch (say) {
    case PLAY_SAY_SCAN:
        return scan(&m->settings, m->port.battery_percent(m->port.ctx));
    case PLAY_SAY_PONG:
        return named(AIR_PONG, &m->settings);
    case PLAY_SAY_PING:
        return named(AIR_PING, &m->settings);
    case PLAY_SAY_BATTERY:
        return battery(&m->settings, m->port.battery_percent(m->port.ctx));
    default:
        return final(m);
    }
}

/* --- the name --------------------------------------------------------------------------------- */

static bool fits(const struct play_module_settings *s)
{
    char room[AIR_MAX_BYTES];
    const struct air_message a = scan(s, 100), b = battery(s, 100);

    return write_message(&a, room) > 0 && write_message(&b, room) > 0;
}

void play_says_fit_name(struct play_module_settings *s)
{
    char whole[PLAY_MODULE_NAME_BYTES];
    size_t n;

    s->name[sizeof s->name - 1] = '\0';
    /* What another firmware cut in the middle of a letter is cut before it. */
    n = strlen(s->name);
    memcpy(whole, s->name, sizeof whole);
    span_copy((struct span){whole, n}, s->name, n + 1);
    while (!fits(s)) {
        n = strlen(s->name);
        memcpy(whole, s->name, sizeof whole);
        span_copy((struct span){whole, n}, s->name, n);
    }
}

/* --- when ------------------------------------------------------------------------------------- */

void play_says_now(struct play_module *m, unsigned say)
{
    m->says[say] = (struct play_say){.due_us = m->now_us};
}

void play_says_spread(struct play_module *m, unsigned say)
{
    if (m->says[say].due_us != PLAY_NEVER_US)
        return;
    m->says[say] = (struct play_say){
        .due_us = m->now_us + m->port.random(m->port.ctx) % PLAY_MODULE_ANSWER_US};
}

/* The same to the next friend, or the end of it. */
static void go_on(struct play_module *m, unsigned say)
{
    struct play_say *s = &m->says[say];

    s->n_tries = 0;
    if (say == PLAY_SAY_BATTERY)
        s->due_us = m->now_us + PLAY_MODULE_BATTERY_US;
    else if (say != PLAY_SAY_FINAL || ++m->n_told >= m->n_friends)
        s->due_us = PLAY_NEVER_US;
}

static void say(struct play_module *m, unsigned what)
{
    const struct air_message a = message_of(m, what);
    const uint8_t *to = what == PLAY_SAY_FINAL ? m->friends[m->n_told] : NULL;
    struct play_say *s = &m->says[what];
    char text[AIR_MAX_BYTES];
    size_t n = write_message(&a, text);

    if (m->port.send(m->port.ctx, to, text, n) >= 0) {
        go_on(m, what);
    } else if (++s->n_tries < PLAY_MODULE_SEND_TRIES) {
        s->due_us = m->now_us + PLAY_MODULE_SEND_AGAIN_US;
    } else {
        m->n_unsent++;
        go_on(m, what);
    }
}

void play_says_step(struct play_module *m)
{
    for (unsigned i = 0; i < PLAY_N_SAYS; i++) {
        /* FINAL: to one after the other, until the radio refuses. */
        while (m->says[i].due_us <= m->now_us)
            say(m, i);
    }
}

int64_t play_says_next_us(const struct play_module *m)
{
    int64_t t = PLAY_NEVER_US;

    for (unsigned i = 0; i < PLAY_N_SAYS; i++)
        t = m->says[i].due_us < t ? m->says[i].due_us : t;
    return t;
}
