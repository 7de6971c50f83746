/* The program of the ESP32 module on a pretended board: answers, lights, the button. */
#include <criterion/criterion.h>

#include "esp_module.h"

void app_main(void);

TestSuite(esp_module, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

static const struct play_color dark = {0}, green = {0, 50, 0};

/* --- being there ------------------------------------------------------------------------------ */

Test(esp_module, comes_up_lights_and_says_how_full_it_is)
{
    esp->pin_mv = 1910;
    esp_switch_on(app_main);
    esp_pass_ms(50);
    cr_expect_eq(esp->channel, 1);
    cr_expect_eq(esp->ps, WIFI_PS_NONE);
    cr_expect_eq(esp->leds_pin, 20);
    cr_expect(module_is_lit(0, green));
    esp_pass_ms(100);
    cr_expect(module_is_lit(1, green));
    cr_expect_eq(module_n_lit(dark), 11);
    esp_pass_ms(1500);
    cr_expect_eq(module_n_lit(dark), 12);
    cr_expect_eq(esp->n_said, 1);
    cr_expect_str_eq(module_said(0), "{\"topic\": \"/battery/duck\", \"value\": 50}");
    cr_expect_eq(esp->said[0].mac[0], 0xff, "to all");
}

Test(esp_module, answers_who_asks_within_100_ms)
{
    esp->pin_mv = 2090;
    module_switch_on();
    module_hears(9, -50, V1("pingCall", "\"app\""));
    cr_expect_eq(esp->n_said, 0, "not in Wi-Fi's task");
    esp_pass_ms(110);
    cr_assert_eq(esp->n_said, 1);
    cr_expect_str_eq(module_said(0),
        "{\"deviceScan\": {\"RSSI\": -100, \"value\": \"duck\", \"battery\": 100, "
        "\"type\": \"module\"}}");
}

Test(esp_module, the_watchdog_hears_of_it)
{
    module_switch_on();
    esp_pass_ms(60000);
    cr_expect_gt(esp->wdt_longest_us, 0);
    cr_expect_lt(esp->wdt_longest_us, 1100000);
    cr_expect_lt(esp->now_us - esp->wdt_us, 1100000);
}

/* --- lights ----------------------------------------------------------------------------------- */

Test(esp_module, a_game_lights_it_for_who_is_near)
{
    module_switch_on();
    module_hears(9, -91, V1("updateGame", "0"));
    esp_pass_ms(5);
    cr_expect_eq(module_n_lit(dark), 12);
    module_hears(9, -89, V1("updateGame", "0"));
    esp_pass_ms(5);
    cr_expect_eq(module_n_lit(green), 12);
    module_hears(9, -89, V1("lightOff", "0"));
    esp_pass_ms(5);
    cr_expect_eq(module_n_lit(dark), 12);
}

Test(esp_module, what_moves_is_drawn_ten_times_a_second)
{
    unsigned n;

    module_switch_on();
    n = esp->n_pictures;
    esp_pass_ms(5000);
    cr_expect_eq(esp->n_pictures, n, "nothing moves");
    module_hears(9, -50, V1("rainbow", "0"));
    esp_pass_ms(5000);
    cr_expect_geq(esp->n_pictures, n + 49);
    cr_expect_leq(esp->n_pictures, n + 52);
}

/* Dark, and at once the green that runs: both are seen, one after the other. */
Test(esp_module, two_pictures_at_once_do_not_become_one)
{
    unsigned n;

    module_switch_on();
    n = esp->n_pictures;
    module_hears(9, -50, V1("normalMode", "0"));
    esp_pass_ms(5);
    cr_expect_eq(esp->n_pictures, n + 2);
    cr_expect(module_is_lit(0, green));
}

/* --- the button, and a round ------------------------------------------------------------------ */

Test(esp_module, the_button_buzzes_and_asks_who_is_near)
{
    module_switch_on();
    module_press();
    cr_expect_eq(esp->pins[MODULE_MOTOR], 1);
    cr_assert_eq(esp->n_said, 1);
    cr_expect_str_eq(module_said(0), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"duck\"}}");
    esp_pass_ms(70);
    cr_expect_eq(esp->pins[MODULE_MOTOR], 1);
    esp_pass_ms(10);
    cr_expect_eq(esp->pins[MODULE_MOTOR], 0);
}

Test(esp_module, a_button_bounces)
{
    module_switch_on();
    for (unsigned i = 0; i < 100; i++) {
        esp_pin_set(MODULE_BUTTON, false);
        esp_pin_set(MODULE_BUTTON, true);
    }
    module_hears(9, -50, V1("pingCall", "\"app\""));
    module_press();
    esp_pass_ms(2000);
    cr_expect_eq(esp->n_said, 2, "one press, and room for who asked");
    for (unsigned i = 0; i < 10; i++) {
        esp_pin_set(MODULE_BUTTON, true);
        esp_pin_set(MODULE_BUTTON, false);
    }
    esp_pin_set(MODULE_BUTTON, true);
    esp_pass_ms(1000);
    cr_expect_eq(esp->n_said, 2, "it was let go");
    module_press();
    cr_expect_eq(esp->n_said, 3);
}

/* All before the core's task has its turn. */
Test(esp_module, a_flood_of_messages_is_dropped_and_the_button_is_not)
{
    module_switch_on();
    for (unsigned i = 0; i < 100; i++)
        module_hears(i, -50, V1("updateGame", "2"));
    module_press();
    esp_pass_ms(50);
    cr_expect_eq(esp->n_said, 1);
    esp_pin_set(MODULE_BUTTON, true);
    esp_pass_ms(1000);
    module_press();
    cr_expect_eq(esp->n_said, 2);
}

/* More than the radio knows at a time; each is told at once, one after the other. */
Test(esp_module, thirty_friends_are_told_the_end)
{
    module_switch_on();
    module_press();
    for (unsigned i = 0; i < 30; i++) {
        module_hears(i, -40, V1("pongCall", "\"x\""));
        esp_pass_ms(5);
    }
    esp_pass_ms(450);
    cr_assert_eq(esp->n_said, 1 + 30);
    for (unsigned i = 0; i < 30; i++) {
        cr_expect_str_eq(module_said(1 + i), "{\"finalCall\": {\"RSSI\": -45, \"value\": 2}}");
        cr_expect_eq(esp->said[1 + i].mac[5], i);
        cr_expect_geq(esp->said[1 + i].at_us, esp->said[i].at_us + esp->message_us);
    }
    cr_expect_eq(esp->n_peers, ESP_NOW_MAX_TOTAL_PEER_NUM);
}

Test(esp_module, what_the_radio_refuses_is_said_again)
{
    module_switch_on();
    esp->n_refusals = 3;
    esp->refusal = ESP_ERR_ESPNOW_NO_MEM;
    module_press();
    cr_expect_eq(esp->n_said, 0);
    esp_pass_ms(70);
    cr_expect_eq(esp->n_said, 1);
}
