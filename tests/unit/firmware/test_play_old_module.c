/* The playground's module that is out there, as it is played. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "firmware/sim/play_old_module.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)

static const uint8_t peer[HUB_MAC_RAW_BYTES] = {2, 0, 0, 0, 0, 9};

static struct old_module m;
static struct play_module_settings flash;
static struct play_color leds[PLAY_MODULE_LEDS];
static int64_t now_us;
static unsigned n_sent, n_saves;
static bool asleep, to_all;
static char sent[16][AIR_MAX_BYTES + 1];

static int send_message(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    cr_assert_lt(n_sent, 16);
    memcpy(sent[n_sent], bytes, n);
    sent[n_sent++][n] = '\0';
    to_all = !mac;
    return 0;
}

static void light(void *ctx, const struct play_color l[PLAY_MODULE_LEDS])
{
    memcpy(leds, l, sizeof leds);
}

static int battery_percent(void *ctx)
{
    return 50;
}

static bool load(void *ctx, struct play_module_settings *ret)
{
    *ret = flash;
    return true;
}

static int save(void *ctx, const struct play_module_settings *s)
{
    flash = *s;
    n_saves++;
    return 0;
}

static void fall_asleep(void *ctx)
{
    asleep = true;
}

static uint32_t random_number(void *ctx)
{
    return 4711;
}

static void pass(int64_t us)
{
    now_us += us;
    old_module_step(&m, now_us);
}

static void setup(void)
{
    const struct play_module_port port = {.send = send_message,
        .light = light,
        .battery_percent = battery_percent,
        .load = load,
        .save = save,
        .sleep = fall_asleep,
        .random = random_number};

    flash = (struct play_module_settings){.name = "duck", .threshold_dbm = -45};
    old_module_init(&m, &port);
    now_us = 50 * S;
    old_module_start(&m, now_us);
    pass(5 * S);
    cr_assert_eq(old_module_next_us(&m), INT64_MAX, "nothing to do");
}

static void hear(int rssi_dbm, const char *text)
{
    old_module_received(&m, now_us, peer, rssi_dbm, text, strlen(text));
}

static unsigned n_lit(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        n += leds[i].red || leds[i].green || leds[i].blue;
    return n;
}

TestSuite(old_module, .init = setup, .timeout = 60);

Test(old_module, answers_a_scan_with_its_threshold_and_name_and_nothing_else)
{
    hear(-80, "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
    pass(200 * MS);
    cr_assert_eq(n_sent, 1);
    cr_expect_str_eq(sent[0], "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"duck\"}}");
}

Test(old_module, looks_at_one_message_every_100_ms)
{
    for (int i = 0; i < 10; i++)
        hear(-40, "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
    pass(500 * MS);
    cr_expect_eq(n_sent, 5);
    pass(S);
    cr_expect_eq(n_sent, 10);
}

Test(old_module, keeps_50_messages_the_newest)
{
    for (int i = 0; i < 60; i++)
        hear(-40, i < 10 ? "{\"lightOff\": {\"RSSI\": -100, \"value\": 0}}" : "{}");
    hear(-40, "{\"rainbow\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_eq(m.n, 50);
    pass(6 * S);
    cr_expect_eq(n_lit(), 12);
}

Test(old_module, acts_when_it_hears_louder_than_the_threshold)
{
    hear(-60, "{\"rainbow\": {\"RSSI\": -60, \"value\": 0}}");
    pass(S);
    cr_expect_eq(n_lit(), 0);
    hear(-59, "{\"rainbow\": {\"RSSI\": -60, \"value\": 0}}");
    pass(S);
    cr_expect_eq(n_lit(), 12);
}

Test(old_module, a_game_is_kept_and_a_light_goes_round_once)
{
    hear(-40, "{\"updateGame\": {\"RSSI\": -100, \"value\": 1}}");
    pass(200 * MS);
    cr_expect_eq(n_lit(), 1);
    cr_expect_eq(flash.game, PLAY_GAME_COLOR);
    cr_expect_eq(n_saves, 1);
    pass(2 * S);
    cr_expect_eq(n_lit(), 0);
}

Test(old_module, does_not_know_the_second_dialect)
{
    hear(-40, "{\"topic\":\"/game\",\"value\":5}");
    pass(S);
    cr_expect_eq(n_lit(), 0);
}

Test(old_module, sleeps_and_hears_nothing_more)
{
    hear(-40, "{\"deepSleep\": {\"RSSI\": -100, \"value\": 0}}");
    pass(300 * MS);
    cr_expect_eq(leds[0].red, 50);
    cr_expect_not(asleep);
    pass(2 * S);
    cr_expect(asleep);
    cr_expect_eq(n_lit(), 0);
    hear(-40, "{\"rainbow\": {\"RSSI\": -100, \"value\": 0}}");
    pass(S);
    cr_expect_eq(n_lit(), 0);
}

Test(old_module, shows_its_battery_for_two_seconds)
{
    hear(-40, "{\"batteryCheck\": {\"RSSI\": -100, \"value\": 0}}");
    pass(300 * MS);
    cr_expect_eq(n_lit(), 6);
    pass(3 * S);
    cr_expect_eq(n_lit(), 0);
}

Test(old_module, leads_a_round_and_tells_each_friend_the_end)
{
    flash.game = m.settings.game = PLAY_GAME_COLOR;
    old_module_button(&m, now_us);
    cr_expect_str_eq(sent[0], "{\"pingCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    hear(-40, "{\"pongCall\": {\"RSSI\": -45, \"value\": \"fox\"}}");
    hear(-40, "{\"pongCall\": {\"RSSI\": -45, \"value\": \"fox\"}}");
    pass(S);
    cr_assert_eq(n_sent, 2);
    cr_expect_str_eq(sent[1], "{\"finalCall\": {\"RSSI\": -45, \"value\": 1}}");
    cr_expect_not(to_all);
    cr_expect_eq(n_lit(), 12, "Color Game shows friends");
}

Test(old_module, two_who_press_at_once_both_wait_for_nothing)
{
    old_module_button(&m, now_us);
    hear(-40, "{\"pingCall\": {\"RSSI\": -45, \"value\": \"fox\"}}");
    hear(-40, "{\"pongCall\": {\"RSSI\": -45, \"value\": \"fox\"}}");
    pass(2 * S);
    cr_expect_eq(n_sent, 2, "its ping and its pong, and no end");
}

Test(old_module, a_long_name_is_never_sent)
{
    memset(m.settings.name, '\x01', sizeof m.settings.name - 1);
    hear(-40, "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
    pass(S);
    cr_expect_eq(n_sent, 0);
}
