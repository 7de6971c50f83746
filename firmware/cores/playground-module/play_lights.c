/* play_lights.c - twelve LEDs in a ring: what stays, and what is shown for a while before it. */
#include "play_module_private.h"

#include <string.h>

struct play_light play_light_solid(struct play_color c, unsigned n)
{
    return (struct play_light){PLAY_LIGHT_SOLID, c, n};
}

struct play_light play_light_run(struct play_color c)
{
    return (struct play_light){PLAY_LIGHT_RUN, c, 0};
}

/* Of 256 places on a circle of colours. */
static struct play_color wheel(unsigned place)
{
    unsigned third = place % 256 / 86, step = place % 256 % 86 * 3;
    uint8_t up = (uint8_t)(step > 255 ? 255 : step), down = (uint8_t)(255 - up);

    if (third == 0)
        return (struct play_color){up, down, 0};
    if (third == 1)
        return (struct play_color){down, 0, up};
    return (struct play_color){0, up, down};
}

/* As far apart on the circle as their number allows; at three quarters, so that twelve of them do not outdo a battery. */
struct play_color play_lights_friends(unsigned friends)
{
    struct play_color c = wheel(friends % PLAY_MODULE_COLORS * 256 / PLAY_MODULE_COLORS);

    return (struct play_color){
        (uint8_t)(c.red * 3 / 4), (uint8_t)(c.green * 3 / 4), (uint8_t)(c.blue * 3 / 4)};
}

static struct play_color color_of(const struct play_light *l, unsigned led, unsigned phase)
{
    static const struct play_color dark = {0};

    if (l->kind == PLAY_LIGHT_RAINBOW)
        return wheel((led + phase) * 256 / PLAY_MODULE_LEDS);
    if (l->kind == PLAY_LIGHT_RUN)
        return led == phase % PLAY_MODULE_LEDS ? l->color : dark;
    return led < l->n ? l->color : dark;
}

static void draw(struct play_module *m)
{
    const struct play_light *l = m->passes ? &m->passing : &m->base;
    struct play_color leds[PLAY_MODULE_LEDS];

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        leds[i] = color_of(l, i, m->light_phase);
    m->port.light(m->port.ctx, leds);
    m->light_us = l->kind == PLAY_LIGHT_SOLID ? PLAY_NEVER_US : m->now_us + PLAY_MODULE_LIGHT_US;
}

void play_lights_show(struct play_module *m, struct play_light l)
{
    m->base = l;
    m->passes = false;
    m->light_phase = 0;
    draw(m);
}

void play_lights_pass(struct play_module *m, struct play_light l, int64_t us)
{
    m->passing = l;
    m->passes = true;
    m->passing_us = m->now_us + us;
    m->light_phase = 0;
    draw(m);
}

void play_lights_step(struct play_module *m)
{
    if (m->passes && m->now_us >= m->passing_us) {
        m->passes = false;
        m->light_phase = 0;
        draw(m);
    } else if (m->now_us >= m->light_us) {
        m->light_phase = (m->light_phase + 1) % PLAY_MODULE_LEDS;
        draw(m);
    }
}

int64_t play_lights_next_us(const struct play_module *m)
{
    return m->passes && m->passing_us < m->light_us ? m->passing_us : m->light_us;
}
