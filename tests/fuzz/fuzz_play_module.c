/* Anything on the air, presses and time passing, in any order, to one playground module. Whatever comes: what it says is JSON of
 * at most 250 bytes that another one understands, it comes to rest, and after it went to sleep it does nothing. */
#include <stdlib.h>
#include <string.h>

#include "play_module.h"

#define MAX_EVENTS 300 /* more say nothing new and take long */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct play_module module;
    int64_t now_us;
    unsigned random, n_refusing;
    bool asleep;
    struct play_module_settings saved;
    uint8_t sum; /* of the lights: all are read */
};

static int send_message(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct world *w = ctx;
    struct air_message a;

    if (w->asleep || n == 0 || n > AIR_MAX_BYTES ||
        air_message_read((struct span){bytes, n}, &a) < 0)
        abort();
    if (w->n_refusing == 0)
        return 0;
    w->n_refusing--;
    return -1;
}

static void light(void *ctx, const struct play_color leds[PLAY_MODULE_LEDS])
{
    struct world *w = ctx;

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        w->sum ^= leds[i].red ^ leds[i].green ^ leds[i].blue;
}

static int battery_percent(void *ctx)
{
    return (int)(((struct world *)ctx)->random % 102) - 1;
}

static bool load(void *ctx, struct play_module_settings *ret)
{
    *ret = ((struct world *)ctx)->saved;
    return true;
}

static int save(void *ctx, const struct play_module_settings *s)
{
    if (s->threshold_dbm < PLAY_MODULE_THRESHOLD_MIN ||
        s->threshold_dbm > PLAY_MODULE_THRESHOLD_MAX || (unsigned)s->game >= PLAY_N_GAMES)
        abort();
    return ((struct world *)ctx)->random % 5 == 0 ? -1 : 0;
}

static void fall_asleep(void *ctx)
{
    struct world *w = ctx;

    if (w->asleep)
        abort();
    w->asleep = true;
}

static uint32_t random_number(void *ctx)
{
    struct world *w = ctx;

    return w->random = w->random * 1103515245u + 12345u;
}

static void pass(struct world *w, int64_t us)
{
    int64_t until = w->now_us + us;

    for (unsigned i = 0; w->now_us < until; i++) {
        int64_t next = play_module_next_us(&w->module);

        if (i > 20 + us / 10000)
            abort();
        if (next > w->now_us)
            w->now_us = next < until ? next : until;
        play_module_step(&w->module, w->now_us);
    }
}

static size_t event(struct world *w, const uint8_t *d, size_t n)
{
    const uint8_t mac[HUB_MAC_RAW_BYTES] = {0, 0, 0, 0, 0, n > 1 ? d[1] : 0};
    size_t length = n > 2 ? d[2] : 0;

    if (n < 3)
        return n;
    length = length < n - 3 ? length : n - 3;
    switch (d[0] % 4) {
    case 0:
        pass(w, (int64_t)d[1] * 10000);
        return 2;
    case 1:
        play_module_button(&w->module, w->now_us);
        w->n_refusing = d[1] % 16;
        return 2;
    default:
        play_module_received(&w->module, w->now_us, mac, -(int)(d[1] % 110), d + 3, length);
        return 3 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    struct world *w = &world;
    const struct play_module_port port = {w, send_message, light, battery_percent, load, save,
        fall_asleep, random_number, NULL, NULL};
    size_t n_name = size < sizeof w->saved.name ? size : sizeof w->saved.name;

    memset(w, 0, sizeof *w);
    memcpy(w->saved.name, data, n_name);
    play_module_init(&w->module, &port, (const uint8_t[HUB_MAC_RAW_BYTES]){1, 2, 3, 4, 5, 6});
    play_module_start(&w->module, 0);
    for (unsigned i = 0; i < MAX_EVENTS && size > 0; i++) {
        size_t used = event(w, data, size);

        data += used;
        size -= used;
    }
    pass(w, 5000000);
    return 0;
}
