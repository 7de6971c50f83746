/* The program of the ESP32 module, all of it, on a pretended board. */
#include <criterion/criterion.h>
#include <string.h>

#include "battery.h"
#include "esp_fake.h"
#include "play_module.h"
#include "sdkconfig.h"

void app_main(void);

TestSuite(esp_module, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

#define BUTTON CONFIG_WARREN_MODULE_BUTTON
#define MOTOR CONFIG_WARREN_MODULE_MOTOR
#define V1(key, value) "{\"" key "\": {\"RSSI\": -90, \"value\": " value "}}"

static const struct play_color dark = {0}, green = {0, 50, 0}, red = {50, 0, 0};

/* --- what is done to it, what is seen and heard ----------------------------------------------- */

/* It has said how full its battery is, and its first light is out. */
static void switch_on(void)
{
    esp_switch_on(app_main);
    esp_pass_ms(2500);
    cr_assert_eq(esp->n_said, 1);
    esp->n_said = 0;
}

static void hears(unsigned n, int rssi_dbm, const char *text)
{
    const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)n};

    esp_air_say(mac, rssi_dbm, text, strlen(text));
}

static void press(void)
{
    esp_pin_set(BUTTON, false);
    esp_pass_ms(5);
}

static const char *said(unsigned i)
{
    cr_assert_lt(i, esp->n_said);
    return esp->said[i].text;
}

static bool is_lit(unsigned led, struct play_color c)
{
    const uint8_t *grb = esp->leds + (size_t)3 * led;

    return grb[0] == c.green && grb[1] == c.red && grb[2] == c.blue;
}

static unsigned n_lit(struct play_color c)
{
    unsigned n = 0;

    for (unsigned i = 0; i < PLAY_MODULE_LEDS; i++)
        n += is_lit(i, c);
    return n;
}

/* --- being there ------------------------------------------------------------------------------ */

Test(esp_module, comes_up_lights_and_says_how_full_it_is)
{
    esp->pin_mv = 1910;
    esp_switch_on(app_main);
    esp_pass_ms(50);
    cr_expect_eq(esp->channel, 1);
    cr_expect_eq(esp->ps, WIFI_PS_NONE);
    cr_expect_eq(esp->leds_pin, 20);
    cr_expect(is_lit(0, green));
    esp_pass_ms(100);
    cr_expect(is_lit(1, green));
    cr_expect_eq(n_lit(dark), 11);
    esp_pass_ms(1500);
    cr_expect_eq(n_lit(dark), 12);
    cr_expect_eq(esp->n_said, 1);
    cr_expect_str_eq(said(0), "{\"topic\": \"/battery/duck\", \"value\": 50}");
    cr_expect_eq(esp->said[0].mac[0], 0xff, "to all");
}

Test(esp_module, answers_who_asks_within_100_ms)
{
    esp->pin_mv = 2090;
    switch_on();
    hears(9, -50, V1("pingCall", "\"app\""));
    cr_expect_eq(esp->n_said, 0, "not in Wi-Fi's task");
    esp_pass_ms(110);
    cr_assert_eq(esp->n_said, 1);
    cr_expect_str_eq(said(0),
        "{\"deviceScan\": {\"RSSI\": -100, \"value\": \"duck\", \"battery\": 100, "
        "\"type\": \"module\"}}");
}

Test(esp_module, the_watchdog_hears_of_it)
{
    switch_on();
    esp_pass_ms(60000);
    cr_expect_gt(esp->wdt_longest_us, 0);
    cr_expect_lt(esp->wdt_longest_us, 1100000);
    cr_expect_lt(esp->now_us - esp->wdt_us, 1100000);
}

/* --- lights ----------------------------------------------------------------------------------- */

Test(esp_module, a_game_lights_it_for_who_is_near)
{
    switch_on();
    hears(9, -91, V1("updateGame", "0"));
    esp_pass_ms(5);
    cr_expect_eq(n_lit(dark), 12);
    hears(9, -89, V1("updateGame", "0"));
    esp_pass_ms(5);
    cr_expect_eq(n_lit(green), 12);
    hears(9, -89, V1("lightOff", "0"));
    esp_pass_ms(5);
    cr_expect_eq(n_lit(dark), 12);
}

Test(esp_module, what_moves_is_drawn_ten_times_a_second)
{
    unsigned n;

    switch_on();
    n = esp->n_pictures;
    esp_pass_ms(5000);
    cr_expect_eq(esp->n_pictures, n, "nothing moves");
    hears(9, -50, V1("rainbow", "0"));
    esp_pass_ms(5000);
    cr_expect_geq(esp->n_pictures, n + 49);
    cr_expect_leq(esp->n_pictures, n + 52);
}

/* Dark, and at once the green that runs: both are seen, one after the other. */
Test(esp_module, two_pictures_at_once_do_not_become_one)
{
    unsigned n;

    switch_on();
    n = esp->n_pictures;
    hears(9, -50, V1("normalMode", "0"));
    esp_pass_ms(5);
    cr_expect_eq(esp->n_pictures, n + 2);
    cr_expect(is_lit(0, green));
}

/* --- the button, and a round ------------------------------------------------------------------ */

Test(esp_module, the_button_buzzes_and_asks_who_is_near)
{
    switch_on();
    press();
    cr_expect_eq(esp->pins[MOTOR], 1);
    cr_assert_eq(esp->n_said, 1);
    cr_expect_str_eq(said(0), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    esp_pass_ms(70);
    cr_expect_eq(esp->pins[MOTOR], 1);
    esp_pass_ms(10);
    cr_expect_eq(esp->pins[MOTOR], 0);
}

Test(esp_module, a_button_bounces)
{
    switch_on();
    for (unsigned i = 0; i < 100; i++) {
        esp_pin_set(BUTTON, false);
        esp_pin_set(BUTTON, true);
    }
    hears(9, -50, V1("pingCall", "\"app\""));
    press();
    esp_pass_ms(2000);
    cr_expect_eq(esp->n_said, 2, "one press, and room for who asked");
    for (unsigned i = 0; i < 10; i++) {
        esp_pin_set(BUTTON, true);
        esp_pin_set(BUTTON, false);
    }
    esp_pin_set(BUTTON, true);
    esp_pass_ms(1000);
    cr_expect_eq(esp->n_said, 2, "it was let go");
    press();
    cr_expect_eq(esp->n_said, 3);
}

/* All before the core's task has its turn. */
Test(esp_module, a_flood_of_messages_is_dropped_and_the_button_is_not)
{
    switch_on();
    for (unsigned i = 0; i < 100; i++)
        hears(i, -50, V1("updateGame", "2"));
    press();
    esp_pass_ms(50);
    cr_expect_eq(esp->n_said, 1);
    esp_pin_set(BUTTON, true);
    esp_pass_ms(1000);
    press();
    cr_expect_eq(esp->n_said, 2);
}

/* More than the radio knows at a time; each is told at once, one after the other. */
Test(esp_module, thirty_friends_are_told_the_end)
{
    switch_on();
    press();
    for (unsigned i = 0; i < 30; i++) {
        hears(i, -40, V1("pongCall", "\"x\""));
        esp_pass_ms(5);
    }
    esp_pass_ms(450);
    cr_assert_eq(esp->n_said, 1 + 30);
    for (unsigned i = 0; i < 30; i++) {
        cr_expect_str_eq(said(1 + i), "{\"finalCall\": {\"RSSI\": -45, \"value\": 2}}");
        cr_expect_eq(esp->said[1 + i].mac[5], i);
        cr_expect_geq(esp->said[1 + i].at_us, esp->said[i].at_us + esp->message_us);
    }
    cr_expect_eq(esp->n_peers, ESP_NOW_MAX_TOTAL_PEER_NUM);
}

Test(esp_module, what_the_radio_refuses_is_said_again)
{
    switch_on();
    esp->n_refusals = 3;
    esp->refusal = ESP_ERR_ESPNOW_NO_MEM;
    press();
    cr_expect_eq(esp->n_said, 0);
    esp_pass_ms(70);
    cr_expect_eq(esp->n_said, 1);
}

/* --- settings --------------------------------------------------------------------------------- */

Test(esp_module, settings_outlive_a_loss_of_power)
{
    switch_on();
    hears(9, -50, V1("updateGame", "2"));
    hears(9, -50, V1("updateThreshold", "-77"));
    esp_pass_ms(50);
    cr_expect_eq(esp->n_saves, 4);
    hears(9, -50, V1("updateGame", "2"));
    esp_pass_ms(50);
    cr_expect_eq(esp->n_saves, 4, "it is in there already");
    switch_on();
    press();
    cr_expect_str_eq(said(0), "{\"pingCall\": {\"RSSI\": -77, \"value\": \"duck\"}}");
    hears(1, -40, V1("pongCall", "\"x\""));
    esp_pass_ms(600);
    cr_expect_eq(n_lit(dark), 11, "in the Number Game one friend is one light");
}

Test(esp_module, a_name_in_the_flash_goes_before_the_program_s)
{
    char name[] = "\xc3\x84pfel";

    nvs_set_str(1, "name", name);
    switch_on();
    press();
    cr_expect_str_eq(said(0), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"\\u00c4pfel\"}}");
    hears(9, -50, V1("updateGame", "1"));
    esp_pass_ms(50);
    cr_expect_str_eq((const char *)esp->nvs[0].bytes, name, "it stays");
}

Test(esp_module, settings_that_are_none_are_not_taken)
{
    char text[64];

    memset(text, 'x', sizeof text);
    nvs_set_blob(1, "name", text, sizeof text);
    nvs_set_i32(1, "game", 7);
    nvs_set_i32(1, "threshold", -1000);
    switch_on();
    press();
    cr_expect_eq(
        strncmp(said(0), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"", 37), 0, "%s", said(0));
}

Test(esp_module, what_the_flash_refuses_is_written_later)
{
    switch_on();
    esp->nvs_refuses = true;
    hears(9, -50, V1("updateGame", "2"));
    esp_pass_ms(50);
    cr_expect_eq(n_lit((struct play_color){0, 0, 50}), 12, "it plays all the same");
    esp->nvs_refuses = false;
    esp_pass_ms(9000);
    cr_expect_eq(esp->n_saves, 0);
    esp_pass_ms(1100);
    cr_expect_eq(esp->n_saves, 2);
}

/* --- sleep ------------------------------------------------------------------------------------ */

Test(esp_module, sleeps_in_the_dark_until_the_button_is_pressed)
{
    switch_on();
    press();
    esp_pin_set(BUTTON, true);
    esp->nvs_refuses = true;
    hears(9, -50, V1("updateGame", "2"));
    esp_pass_ms(10);
    esp->nvs_refuses = false;
    hears(9, -50, V1("deepSleep", "0"));
    esp_pass_ms(5);
    cr_expect(is_lit(0, red));
    cr_expect_eq(esp->n_saves, 2, "what was not saved yet is");
    esp_pass_ms(900);
    cr_expect_not(esp->asleep);
    esp_pass_ms(120);
    cr_expect(esp->asleep);
    cr_expect_eq(n_lit(dark), 12);
    cr_expect_eq(esp->pins[MOTOR], 0);
    cr_expect_not(esp->wifi_is_on);
    cr_expect_eq(esp->wake_pins, 1u << BUTTON);
    esp_pass_ms(100000);
    esp_switch_on(app_main);
    esp_pass_ms(50);
    cr_expect(is_lit(0, green));
}

/* --- the battery ------------------------------------------------------------------------------ */

Test(esp_module, a_voltage_says_how_full_a_cell_is)
{
    static const int rows[][2] = {{0, -1}, {2499, -1}, {2500, 0}, {3000, 0}, {3225, 2}, {3450, 5},
        {3680, 10}, {3755, 25}, {3820, 50}, {4060, 90}, {4120, 95}, {4180, 100}, {4300, 100}};

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(battery_percent_of(rows[i][0]), rows[i][1], "%d mV", rows[i][0]);
}

static void expect_unknown(void)
{
    switch_on();
    hears(9, -50, V1("pingCall", "\"app\""));
    esp_pass_ms(110);
    cr_expect_null(strstr(said(0), "battery"), "%s", said(0));
}

Test(esp_module, a_battery_that_cannot_be_measured_is_not_known)
{
    esp->pin_mv = 300;
    expect_unknown();
    esp->pin_mv = -1;
    expect_unknown();
    esp->pin_mv = 1910;
    esp->no_calibration = true;
    expect_unknown();
}

/* --- what can go wrong ------------------------------------------------------------------------ */

Test(esp_module, what_is_no_message_does_nothing)
{
    switch_on();
    hears(9, -50, "\xff");
    hears(9, -50, "{\"updateGame\": {\"RSSI\": -90, \"value\":");
    hears(9, -50, "");
    esp_pass_ms(100);
    cr_expect_eq(n_lit(dark), 12);
    cr_expect_eq(esp->n_said, 0);
}

Test(esp_module, without_leds_all_else_works)
{
    esp->no_leds = true;
    switch_on();
    press();
    cr_expect_eq(esp->n_said, 1);
}

Test(esp_module, without_a_radio_one_light_is_red_and_it_tries_again)
{
    esp->no_wifi = true;
    esp_switch_on(app_main);
    esp_pass_ms(100);
    cr_expect(is_lit(0, (struct play_color){30, 0, 0}));
    cr_expect_not(esp->restarted);
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
}
