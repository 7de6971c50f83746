/* A playground's module: what a hub says to it, what it answers, and the game with others. */
#include <criterion/criterion.h>
#include <string.h>

#include "fake_play_module.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define PLAY "{\"updateGame\": {\"RSSI\": -60, \"value\": 0}}"
#define OFF "{\"deepSleep\": {\"RSSI\": -100, \"value\": 0}}"
#define LIGHT_OFF "{\"lightOff\": {\"RSSI\": -100, \"value\": 0}}"
#define PING "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}"

static struct fake_play_module world, *const w = &world;

/* "duck", 85 percent, threshold -45; the lights of the start are over, and so is the first word about the battery. */
static void begin(void)
{
    memset(w, 0, sizeof *w);
    w->battery = 85;
    w->has_saved = true;
    w->saved = (struct play_module_settings){"duck", PLAY_GAME_PLAY, -45};
    fake_play_module_boot(w);
    fake_play_module_pass(w, 2 * S);
    w->n_sent = 0;
}

TestSuite(play_module, .init = begin);

static void hear(const char *text)
{
    fake_play_module_hear(w, 1, -40, text);
}

static void expect_color(unsigned red, unsigned green, unsigned blue)
{
    const struct play_color c = w->leds[0];

    cr_expect(
        c.red == red && c.green == green && c.blue == blue, "%u %u %u", c.red, c.green, c.blue);
}

/* --- who is meant ----------------------------------------------------------------------------- */

Test(play_module, acts_only_on_what_it_hears_louder_than_asked)
{
    fake_play_module_hear(w, 1, -61, PLAY);
    cr_expect_eq(fake_play_module_lit(w), 0);
    fake_play_module_hear(w, 1, -60, PLAY);
    cr_expect_eq(fake_play_module_lit(w), 0, "as loud is not louder");
    cr_expect_eq(w->module.n_too_weak, 2);
    fake_play_module_hear(w, 1, -59, PLAY);
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
}

Test(play_module, who_is_not_known_to_be_weak_is_heard)
{
    fake_play_module_hear(w, 1, 0, "{\"rainbow\": {\"RSSI\": -1, \"value\": 0}}");
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
}

Test(play_module, leaves_alone_what_it_does_not_understand)
{
    hear("");
    hear("[");
    hear("{'updateGame': {'RSSI': -100, 'value': 0}}");
    hear("{\"danceCall\": {\"RSSI\": -100, \"value\": 0}}");
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 3}}");
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": \"Play\"}}");
    hear("{\"color\": {\"RSSI\": -100, \"value\": [1, 2]}}");
    hear("{\"finalCall\": {\"RSSI\": -100, \"value\": -3}}");
    hear("{\"deviceScan\": {\"RSSI\": -100, \"value\": \"other\"}}");
    cr_expect_eq(w->module.n_not_understood, 4);
    cr_expect_eq(w->module.n_messages, 9);
    cr_expect_eq(fake_play_module_lit(w), 0);
    cr_expect_eq(w->n_saves + w->n_rounds, 0);
    fake_play_module_pass(w, 1 * S);
    cr_expect_eq(w->n_sent, 0);
}

/* --- lights ----------------------------------------------------------------------------------- */

Test(play_module, games_light_it_until_it_is_told_otherwise)
{
    hear(PLAY);
    expect_color(0, 50, 0);
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 1}}");
    expect_color(50, 50, 50);
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    expect_color(0, 0, 50);
    fake_play_module_pass(w, 3600 * S);
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
    hear(LIGHT_OFF);
    cr_expect_eq(fake_play_module_lit(w), 0);
}

Test(play_module, the_rainbow_goes_round)
{
    struct play_color before[PLAY_MODULE_LEDS];

    hear("{\"rainbow\": {\"RSSI\": -70, \"value\": 0}}");
    memcpy(before, w->leds, sizeof before);
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
    cr_expect_neq(memcmp(&before[0], &before[5], sizeof before[0]), 0);
    fake_play_module_pass(w, 100 * MS);
    cr_expect_eq(memcmp(&before[1], &w->leds[0], sizeof before[0]), 0, "by one in 100 ms");
    fake_play_module_pass(w, 1100 * MS);
    cr_expect_eq(memcmp(before, w->leds, sizeof before), 0, "once around");
}

Test(play_module, a_colour_stays_and_games_do_not_change_it)
{
    hear("{\"color\": {\"RSSI\": -100, \"value\": [10, 300, -4]}}");
    expect_color(10, 255, 0);
    hear("{\"finalCall\": {\"RSSI\": -100, \"value\": 3}}");
    fake_play_module_pass(w, 2 * S);
    expect_color(10, 255, 0);
    hear("{\"normalMode\": {\"RSSI\": -100, \"value\": 0}}");
    fake_play_module_pass(w, 2 * S);
    cr_expect_eq(fake_play_module_lit(w), 0);
    hear("{\"finalCall\": {\"RSSI\": -100, \"value\": 3}}");
    expect_color(139, 0, 51);
}

Test(play_module, shows_its_battery_for_two_seconds)
{
    static const struct {
        int percent;
        unsigned lit;
    } rows[] = {{0, 1}, {1, 1}, {50, 6}, {85, 10}, {99, 11}, {100, 12}, {AIR_BATTERY_UNKNOWN, 12}};

    hear(PLAY);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w->battery = rows[i].percent;
        hear("{\"batteryCheck\": {\"RSSI\": -100, \"value\": 0}}");
        cr_expect_eq(fake_play_module_lit(w), rows[i].lit, "%d: %u", rows[i].percent,
            fake_play_module_lit(w));
        fake_play_module_pass(w, 1999 * MS);
        cr_expect_eq(fake_play_module_lit(w), rows[i].lit);
        fake_play_module_pass(w, 1 * MS);
        expect_color(0, 50, 0);
        cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
    }
}

/* --- what is kept ----------------------------------------------------------------------------- */

Test(play_module, game_and_threshold_are_kept_in_flash)
{
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    hear("{\"updateThreshold\": {\"RSSI\": -100, \"value\": -70}}");
    cr_expect_eq(w->n_saves, 1);
    fake_play_module_pass(w, 10 * S);
    cr_expect_eq(w->n_saves, 2);
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    hear("{\"updateThreshold\": {\"RSSI\": -100, \"value\": -70}}");
    hear("{\"updateThreshold\": {\"RSSI\": -100, \"value\": -128}}");
    hear("{\"updateThreshold\": {\"RSSI\": -100, \"value\": 1}}");
    fake_play_module_pass(w, 30 * S);
    cr_expect_eq(w->n_saves, 2, "flash wears");
    fake_play_module_boot(w);
    cr_expect_eq(w->module.settings.game, PLAY_GAME_NUMBER);
    cr_expect_eq(w->module.settings.threshold_dbm, -70);
    cr_expect_str_eq(w->module.settings.name, "duck");
}

Test(play_module, who_sends_one_game_after_the_other_does_not_wear_the_flash_out)
{
    for (unsigned i = 0; i < 600; i++) {
        hear(i % 2 ? "{\"updateGame\": {\"RSSI\": -100, \"value\": 1}}"
                   : "{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
        fake_play_module_pass(w, 100 * MS);
    }
    cr_expect_leq(w->n_saves, 7, "%u", w->n_saves);
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    hear(OFF);
    cr_expect_eq(w->saved.game, PLAY_GAME_NUMBER, "the last one is kept");
}

Test(play_module, what_the_flash_refused_is_saved_later_and_before_sleep)
{
    w->save_fails = true;
    hear("{\"updateThreshold\": {\"RSSI\": -100, \"value\": -70}}");
    cr_expect_eq(w->module.settings.threshold_dbm, -70, "it holds");
    fake_play_module_pass(w, 25 * S);
    cr_expect_eq(w->n_saves, 3);
    w->save_fails = false;
    hear(OFF);
    cr_expect_eq(w->saved.threshold_dbm, -70);
}

Test(play_module, saved_settings_out_of_range_are_not_taken)
{
    w->saved = (struct play_module_settings){"", (enum play_game)7, -900};
    fake_play_module_boot(w);
    cr_expect_str_eq(w->module.settings.name, "M-0a1b2c", "%s", w->module.settings.name);
    cr_expect_eq(w->module.settings.game, PLAY_GAME_PLAY);
    cr_expect_eq(w->module.settings.threshold_dbm, PLAY_MODULE_THRESHOLD);
    w->has_saved = false;
    fake_play_module_boot(w);
    cr_expect_eq(w->module.settings.threshold_dbm, PLAY_MODULE_THRESHOLD);
}

/* --- sleep ------------------------------------------------------------------------------------ */

Test(play_module, sleeps_after_a_red_second_and_does_nothing_more)
{
    w->random = 50000;
    hear(PING);
    hear(OFF);
    cr_expect_eq(w->leds[0].red, 50);
    fake_play_module_pass(w, 999 * MS);
    cr_expect_eq(w->n_sleeps, 0);
    fake_play_module_pass(w, 1 * MS);
    cr_expect_eq(w->n_sleeps, 1);
    cr_expect_eq(fake_play_module_lit(w), 0);
    cr_expect_eq(play_module_next_us(&w->module), INT64_MAX);
    hear(PLAY);
    play_module_button(&w->module, w->now_us);
    fake_play_module_pass(w, 600 * S);
    cr_expect_eq(w->n_sleeps, 1);
    cr_expect_eq(w->n_sent, 0);
    cr_expect_eq(fake_play_module_lit(w), 0);
    fake_play_module_boot(w);
    hear(PLAY);
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS, "the button wakes it");
}

/* --- answers ---------------------------------------------------------------------------------- */

Test(play_module, answers_a_hub_with_battery_and_type_within_100_ms)
{
    int64_t asked_us = w->now_us;

    w->random = 70000;
    hear(PING);
    cr_expect_eq(w->n_sent, 0);
    hear(PING);
    fake_play_module_pass(w, 100 * MS);
    cr_expect_eq(w->n_sent, 1, "one answer to two questions that came before it");
    cr_expect_eq(w->sent[0].at_us, asked_us + 70 * MS);
    cr_expect(w->sent[0].to_all);
    cr_expect_str_eq(fake_play_module_said(w),
        "{\"deviceScan\": {\"RSSI\": -100, \"value\": \"duck\", \"battery\": 85, \"type\": "
        "\"module\"}}");
    w->battery = AIR_BATTERY_UNKNOWN;
    hear(PING);
    fake_play_module_pass(w, 100 * MS);
    cr_expect_str_eq(fake_play_module_said(w),
        "{\"deviceScan\": {\"RSSI\": -100, \"value\": \"duck\", \"type\": \"module\"}}");
    cr_expect_not(w->module.waiting, "a hub begins no game");
}

Test(play_module, says_its_battery_once_a_minute)
{
    fake_play_module_pass(w, 180 * S);
    cr_expect_eq(w->n_sent, 3);
    cr_expect_eq(w->sent[1].at_us - w->sent[0].at_us, 60 * S);
    cr_expect_str_eq(fake_play_module_said(w), "{\"topic\": \"/battery/duck\", \"value\": 85}");
}

Test(play_module, tries_again_when_the_radio_is_full_and_gives_up_at_last)
{
    w->n_refusing = 3;
    hear(PING);
    fake_play_module_pass(w, 60 * MS);
    cr_expect_eq(w->n_sent, 1);
    w->n_refusing = 1000;
    hear(PING);
    fake_play_module_pass(w, 1 * S);
    cr_expect_eq(w->n_refused, 3 + PLAY_MODULE_SEND_TRIES);
    cr_expect_eq(w->module.n_unsent, 1);
    w->n_refusing = 0;
    hear(PING);
    fake_play_module_pass(w, 100 * MS);
    cr_expect_eq(w->n_sent, 2);
}

Test(play_module, long_names_are_cut_between_letters_to_what_the_radio_carries)
{
    static const char *const letters[] = {
        "x", "\xc3\xa9", "\xf0\x9f\xa6\x86", "\x01", "\"", "\xff"};

    for (unsigned i = 0; i < sizeof letters / sizeof *letters; i++) {
        struct play_module_settings *s = &w->saved;
        struct air_message a;

        memset(s->name, 'x', sizeof s->name); /* without an end */
        for (size_t n = strlen(letters[i]), at = 0; at + n <= sizeof s->name; at += n)
            memcpy(s->name + at, letters[i], n);
        w->n_sent = 0;
        w->battery = 100;
        fake_play_module_boot(w);
        fake_play_module_pass(w, 2 * S);
        hear(PING);
        fake_play_module_pass(w, 100 * MS);
        cr_assert_eq(w->n_sent, 2, "%u", i);
        cr_expect(
            air_message_read((struct span){w->sent[1].text, strlen(w->sent[1].text)}, &a) == 0);
        cr_expect_geq(strlen(a.value.text), 20, "as much as there is room for");
        cr_expect(span_is_utf8((struct span){a.value.text, strlen(a.value.text)}));
    }
}

/* --- the second dialect ----------------------------------------------------------------------- */

Test(play_module, topics_of_the_second_dialect)
{
    hear("{\"topic\":\"/game\",\"value\":9}");
    expect_color(50, 50, 50);
    cr_expect_eq(w->module.settings.game, PLAY_GAME_COLOR);
    hear("{\"topic\":\"/game\",\"value\":-1}");
    cr_expect_eq(fake_play_module_lit(w), 0);
    hear("{\"topic\":\"/game\",\"value\":[0,\"qrvMChEi\\n\"]}");
    expect_color(0, 50, 0);
    hear("{\"topic\":\"/game\",\"value\":3}");
    expect_color(0, 50, 0);
    hear("{\"topic\":\"/color\",\"value\":[1,2,3]}");
    expect_color(1, 2, 3);
    hear("{\"topic\":\"/reset\",\"value\":1}");
    expect_color(0, 50, 0);
    hear("{\"topic\":\"/game\",\"value\":5}");
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
    hear("{\"topic\":\"/notify\",\"value\":1}");
    cr_expect_eq(fake_play_module_lit(w), 1, "a light runs");
    for (int i = 0; i < 50; i++)
        hear("{\"topic\":\"/ping\",\"value\":1}");
    fake_play_module_pass(w, 1 * S);
    cr_expect_eq(w->n_sent, 0, "controllers say it ten times a second");
    hear("{\"topic\":\"/game\",\"value\":6}");
    fake_play_module_pass(w, 1 * S);
    cr_expect_eq(w->n_sleeps, 1);
}

/* --- the game among modules ------------------------------------------------------------------- */

static void press(void)
{
    play_module_button(&w->module, w->now_us);
}

static void pong(unsigned number)
{
    fake_play_module_hear(w, number, -40, "{\"pongCall\": {\"RSSI\": -45, \"value\": \"cat\"}}");
}

Test(play_module, the_button_finds_friends_and_tells_each_how_many)
{
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    press();
    cr_expect_eq(w->n_buzzes, 1);
    cr_expect_str_eq(
        fake_play_module_said(w), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    cr_expect(w->sent[0].to_all);
    pong(1);
    pong(2);
    pong(1);
    fake_play_module_hear(w, 3, -46, "{\"pongCall\": {\"RSSI\": -45, \"value\": \"far\"}}");
    fake_play_module_pass(w, 499 * MS);
    pong(4);
    cr_expect_eq(w->n_sent, 1);
    fake_play_module_pass(w, 1 * MS);
    pong(5);
    cr_expect_eq(w->n_sent, 4);
    for (unsigned i = 1; i < 4; i++) {
        cr_expect_str_eq(w->sent[i].text, "{\"finalCall\": {\"RSSI\": -45, \"value\": 3}}");
        cr_expect_not(w->sent[i].to_all);
        cr_expect_eq(w->sent[i].mac[5], i == 3 ? 4 : i);
    }
    cr_expect_eq(fake_play_module_lit(w), 3, "as many lights as friends");
    cr_expect(w->round.led && w->round.friends == 3 && w->round.game == PLAY_GAME_NUMBER);
    hear("{\"resetLog\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_eq(w->n_rounds, 0);
}

Test(play_module, seven_friends_count_as_none_as_modules_in_use_have_it)
{
    press();
    for (unsigned i = 1; i <= 7; i++)
        pong(i);
    fake_play_module_pass(w, 500 * MS);
    cr_expect_eq(w->n_sent, 8);
    cr_expect_str_eq(fake_play_module_said(w), "{\"finalCall\": {\"RSSI\": -45, \"value\": 0}}");
    cr_expect_eq(w->leds[0].green, 191);
}

Test(play_module, friends_that_the_radio_refused_are_told_later)
{
    press();
    pong(1);
    pong(2);
    w->n_refusing = 2;
    fake_play_module_pass(w, 500 * MS);
    cr_expect_eq(w->n_sent, 1);
    hear("{\"pingCall\": {\"RSSI\": -45, \"value\": \"cat\"}}");
    fake_play_module_pass(w, 100 * MS);
    cr_expect_eq(w->n_sent, 4, "two finals, and the answer to who asked meanwhile: %u", w->n_sent);
}

Test(play_module, a_button_bounces)
{
    press();
    fake_play_module_pass(w, 349 * MS);
    press();
    cr_expect_eq(w->n_sent, 1);
    fake_play_module_pass(w, 1 * MS);
    press();
    cr_expect_eq(w->n_sent, 2);
}

Test(play_module, who_is_asked_answers_and_waits_600_ms_for_the_end)
{
    hear("{\"updateGame\": {\"RSSI\": -100, \"value\": 1}}");
    hear("{\"pingCall\": {\"RSSI\": -45, \"value\": \"cat\"}}");
    cr_expect(w->module.waiting);
    fake_play_module_pass(w, 100 * MS);
    cr_expect_str_eq(
        fake_play_module_said(w), "{\"pongCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    hear("{\"finalCall\": {\"RSSI\": -45, \"value\": 4}}");
    cr_expect_not(w->module.waiting);
    expect_color(56, 0, 135);
    cr_expect(!w->round.led && w->round.friends == 4);
    hear("{\"pingCall\": {\"RSSI\": -45, \"value\": \"cat\"}}");
    fake_play_module_pass(w, 599 * MS);
    cr_expect(w->module.waiting);
    fake_play_module_pass(w, 1 * MS);
    cr_expect_not(w->module.waiting);
    cr_expect_eq(w->n_rounds, 1);
}

Test(play_module, two_that_press_at_once_both_end_their_round)
{
    press();
    hear("{\"pingCall\": {\"RSSI\": -45, \"value\": \"cat\"}}");
    pong(1);
    hear("{\"finalCall\": {\"RSSI\": -45, \"value\": 1}}");
    cr_expect_eq(w->n_rounds, 0, "not before its own");
    fake_play_module_pass(w, 500 * MS);
    cr_expect_eq(w->n_sent, 3, "ping, pong, final");
    cr_expect_eq(w->n_rounds, 1);
    cr_expect(w->round.led);
}

Test(play_module, in_play_the_colour_of_friends_goes_round_once)
{
    hear(PLAY);
    hear("{\"finalCall\": {\"RSSI\": -45, \"value\": 5}}");
    cr_expect_eq(fake_play_module_lit(w), 1);
    expect_color(0, 22, 168);
    fake_play_module_pass(w, 100 * MS);
    cr_expect_eq(w->leds[1].blue, 168);
    fake_play_module_pass(w, 1100 * MS);
    cr_expect_eq(fake_play_module_lit(w), PLAY_MODULE_LEDS);
    expect_color(0, 50, 0);
}
