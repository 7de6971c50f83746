#include "fake_play_module.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static int send_message(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct fake_play_module *f = ctx;
    struct fake_play_sent *s = &f->sent[f->n_sent];

    cr_assert(n > 0 && n <= AIR_MAX_BYTES, "%zu bytes on the air", n);
    if (f->n_refusing > 0) {
        f->n_refusing--;
        f->n_refused++;
        return -EAGAIN;
    }
    cr_assert_lt(f->n_sent, FAKE_PLAY_MAX_SENT);
    *s = (struct fake_play_sent){.at_us = f->now_us, .to_all = !mac};
    if (mac)
        memcpy(s->mac, mac, sizeof s->mac);
    memcpy(s->text, bytes, n);
    f->n_sent++;
    return 0;
}

static void light(void *ctx, const struct play_color leds[PLAY_MODULE_LEDS])
{
    memcpy(
        ((struct fake_play_module *)ctx)->leds, leds, sizeof(struct play_color[PLAY_MODULE_LEDS]));
}

static int battery_percent(void *ctx)
{
    return ((struct fake_play_module *)ctx)->battery;
}

static bool load(void *ctx, struct play_module_settings *ret)
{
    struct fake_play_module *f = ctx;

    if (f->has_saved)
        *ret = f->saved;
    return f->has_saved;
}

static int save(void *ctx, const struct play_module_settings *settings)
{
    struct fake_play_module *f = ctx;

    f->n_saves++;
    if (f->save_fails)
        return -EIO;
    f->saved = *settings;
    f->has_saved = true;
    return 0;
}

static void fall_asleep(void *ctx)
{
    ((struct fake_play_module *)ctx)->n_sleeps++;
}

static uint32_t random_number(void *ctx)
{
    return ((struct fake_play_module *)ctx)->random;
}

static void buzz(void *ctx)
{
    ((struct fake_play_module *)ctx)->n_buzzes++;
}

static void log_round(void *ctx, const struct play_round *round)
{
    struct fake_play_module *f = ctx;

    f->n_rounds = round ? f->n_rounds + 1 : 0;
    if (round)
        f->round = *round;
}

void fake_play_module_boot(struct fake_play_module *f)
{
    const struct play_module_port port = {f, send_message, light, battery_percent, load, save,
        fall_asleep, random_number, buzz, log_round};

    play_module_init(&f->module, &port, (const uint8_t[]){0xaa, 0xbb, 0xcc, 0x0a, 0x1b, 0x2c});
    play_module_start(&f->module, f->now_us);
}

void fake_play_module_pass(struct fake_play_module *f, int64_t us)
{
    int64_t until = f->now_us + us;

    for (unsigned i = 0;; i++) {
        int64_t next = play_module_next_us(&f->module);

        cr_assert_lt(i, 10 + us / 10000, "it does not come to rest");
        if (next > until)
            break;
        f->now_us = next > f->now_us ? next : f->now_us;
        play_module_step(&f->module, f->now_us);
    }
    f->now_us = until;
}

void fake_play_module_hear(
    struct fake_play_module *f, unsigned number, int rssi_dbm, const char *text)
{
    const uint8_t mac[HUB_MAC_RAW_BYTES] = {2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number};

    play_module_received(&f->module, f->now_us, mac, rssi_dbm, text, strlen(text));
}

const char *fake_play_module_said(const struct fake_play_module *f)
{
    return f->n_sent > 0 ? f->sent[f->n_sent - 1].text : "";
}

unsigned fake_play_module_lit(const struct fake_play_module *f)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        n += f->leds[i].red || f->leds[i].green || f->leds[i].blue;
    return n;
}
