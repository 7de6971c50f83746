/* fake_play_module.h - a playground module's world on a virtual clock: a radio that can refuse, a ring of LEDs, a flash. */
#pragma once

#include "play_module.h"

#define FAKE_PLAY_MAX_SENT 64

struct fake_play_sent {
    int64_t at_us;
    bool to_all;
    uint8_t mac[HUB_MAC_RAW_BYTES];
    char text[AIR_MAX_BYTES + 1];
};

struct fake_play_module {
    struct play_module module;
    int64_t now_us;
    struct fake_play_sent sent[FAKE_PLAY_MAX_SENT];
    unsigned n_sent, n_refused;
    unsigned n_refusing; /* calls of send() that are refused from now on */
    struct play_color leds[PLAY_MODULE_LEDS];
    int battery;
    uint32_t random;
    bool has_saved, save_fails;
    struct play_module_settings saved;
    unsigned n_saves, n_sleeps, n_buzzes;
    unsigned n_rounds; /* in the log */
    struct play_round round;
};

/* What was saved before is loaded, and the module starts. */
void fake_play_module_boot(struct fake_play_module *f);
void fake_play_module_pass(struct fake_play_module *f, int64_t us);
/* From module `number`, as loud as that. */
void fake_play_module_hear(
    struct fake_play_module *f, unsigned number, int rssi_dbm, const char *text);
/* What it said last; "" when nothing. */
const char *fake_play_module_said(const struct fake_play_module *f);
unsigned fake_play_module_lit(const struct fake_play_module *f);
