/* play_round.c - the game among modules: who presses the button asks who is near, counts who answers, and tells them.
 *
 *     leader  ──pingCall name──▶ all          500 ms          ──finalCall friends % 7──▶ each of them
 *     others  ◀──pongCall name──              600 ms without finalCall: it was nothing
 *
 * Two who press at once both stay leaders, answer each other, and each count the other. (Modules in use then both wait for the
 * other's end, which never comes.)
 */
#include "play_module_private.h"

#include <string.h>

void play_round_reset(struct play_module *m)
{
    m->leading = m->waiting = false;
    m->n_friends = m->n_told = 0;
    m->says[PLAY_SAY_PONG].due_us = PLAY_NEVER_US;
    m->says[PLAY_SAY_PING].due_us = PLAY_NEVER_US;
    m->says[PLAY_SAY_FINAL].due_us = PLAY_NEVER_US;
}

void play_round_lead(struct play_module *m)
{
    play_round_reset(m);
    m->leading = true;
    m->leading_us = m->now_us + PLAY_MODULE_LEADER_US;
    play_says_now(m, PLAY_SAY_PING);
}

void play_round_pinged(struct play_module *m)
{
    if (!m->leading) {
        m->waiting = true;
        m->waiting_us = m->now_us + PLAY_MODULE_FRIEND_US;
    }
    play_says_spread(m, PLAY_SAY_PONG);
}

void play_round_ponged(struct play_module *m, const uint8_t mac[HUB_MAC_RAW_BYTES])
{
    if (!m->leading || m->n_friends == PLAY_MODULE_MAX_FRIENDS)
        return;
    for (unsigned i = 0; i < m->n_friends; i++) {
        if (memcmp(m->friends[i], mac, HUB_MAC_RAW_BYTES) == 0)
            return;
    }
    memcpy(m->friends[m->n_friends++], mac, HUB_MAC_RAW_BYTES);
}

/* Color Game: their colour stays; Number Game: as many lights as friends; Play: their colour goes round. */
static void show_friends(struct play_module *m, unsigned friends)
{
    const struct play_color c = play_lights_friends(friends);

    if (m->color_mode)
        return;
    if (m->settings.game == PLAY_GAME_COLOR)
        play_lights_show(m, play_light_solid(c, PLAY_MODULE_LEDS));
    else if (m->settings.game == PLAY_GAME_NUMBER)
        play_lights_show(m, play_light_solid(c, friends));
    else
        play_lights_pass(m, play_light_run(c), PLAY_RUN_US);
}

static void end(struct play_module *m, unsigned friends, bool led)
{
    const struct play_round r = {.game = m->settings.game, .led = led, .friends = friends};

    if (m->port.log_round)
        m->port.log_round(m->port.ctx, &r);
    show_friends(m, friends);
}

void play_round_final(struct play_module *m, unsigned friends)
{
    /* The own one ends soon, and others wait for it. */
    if (m->leading)
        return;
    m->waiting = false;
    end(m, friends % PLAY_MODULE_COLORS, false);
}

void play_round_step(struct play_module *m)
{
    if (m->waiting && m->now_us >= m->waiting_us)
        m->waiting = false;
    if (!m->leading || m->now_us < m->leading_us)
        return;
    m->leading = false;
    if (m->n_friends > 0)
        play_says_now(m, PLAY_SAY_FINAL);
    end(m, m->n_friends % PLAY_MODULE_COLORS, true);
}

int64_t play_round_next_us(const struct play_module *m)
{
    int64_t t = m->waiting ? m->waiting_us : PLAY_NEVER_US;

    return m->leading && m->leading_us < t ? m->leading_us : t;
}
