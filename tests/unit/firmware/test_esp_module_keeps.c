/* The program of the ESP32 module on a pretended board: what it keeps, its sleep, its battery, and what can go wrong. */
#include <criterion/criterion.h>
#include <string.h>

#include "battery.h"
#include "esp_module.h"

void app_main(void);

TestSuite(esp_module_keeps, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

static const struct play_color dark = {0}, green = {0, 50, 0}, red = {50, 0, 0};

/* --- settings --------------------------------------------------------------------------------- */

Test(esp_module_keeps, settings_outlive_a_loss_of_power)
{
    module_switch_on();
    module_hears(9, -50, V1("updateGame", "2"));
    module_hears(9, -50, V1("updateThreshold", "-77"));
    esp_pass_ms(50);
    cr_expect_eq(esp->n_saves, 2, "flash wears");
    esp_pass_ms(10000);
    cr_expect_eq(esp->n_saves, 4);
    module_hears(9, -50, V1("updateGame", "2"));
    esp_pass_ms(10000);
    cr_expect_eq(esp->n_saves, 4, "it is in there already");
    module_switch_on();
    module_press();
    cr_expect_str_eq(module_said(0), "{\"pingCall\": {\"RSSI\": -77, \"value\": \"duck\"}}");
    module_hears(1, -40, V1("pongCall", "\"x\""));
    esp_pass_ms(600);
    cr_expect_eq(module_n_lit(dark), 11, "in the Number Game one friend is one light");
}

Test(esp_module_keeps, a_name_in_the_flash_goes_before_the_program_s)
{
    char name[] = "\xc3\x84pfel";

    nvs_set_str(1, "name", name);
    module_switch_on();
    module_press();
    cr_expect_str_eq(module_said(0), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"\\u00c4pfel\"}}");
    module_hears(9, -50, V1("updateGame", "1"));
    esp_pass_ms(50);
    cr_expect_str_eq((const char *)esp->nvs[0].bytes, name, "it stays");
}

Test(esp_module_keeps, settings_that_are_none_are_not_taken)
{
    char text[64];

    memset(text, 'x', sizeof text);
    nvs_set_blob(1, "name", text, sizeof text);
    nvs_set_i32(1, "game", 7);
    nvs_set_i32(1, "threshold", -1000);
    module_switch_on();
    module_press();
    cr_expect_eq(strncmp(module_said(0), "{\"pingCall\": {\"RSSI\": -45, \"value\": \"", 37), 0,
        "%s", module_said(0));
}

Test(esp_module_keeps, what_the_flash_refuses_is_written_later)
{
    module_switch_on();
    esp->nvs_refuses = true;
    module_hears(9, -50, V1("updateGame", "2"));
    esp_pass_ms(50);
    cr_expect_eq(module_n_lit((struct play_color){0, 0, 50}), 12, "it plays all the same");
    esp->nvs_refuses = false;
    esp_pass_ms(9000);
    cr_expect_eq(esp->n_saves, 0);
    esp_pass_ms(1100);
    cr_expect_eq(esp->n_saves, 2);
}

/* --- sleep ------------------------------------------------------------------------------------ */

Test(esp_module_keeps, sleeps_in_the_dark_until_the_button_is_pressed)
{
    module_switch_on();
    module_press();
    esp_pin_set(MODULE_BUTTON, true);
    esp->nvs_refuses = true;
    module_hears(9, -50, V1("updateGame", "2"));
    esp_pass_ms(10);
    esp->nvs_refuses = false;
    module_hears(9, -50, V1("deepSleep", "0"));
    esp_pass_ms(5);
    cr_expect(module_is_lit(0, red));
    cr_expect_eq(esp->n_saves, 2, "what was not saved yet is");
    esp_pass_ms(900);
    cr_expect_not(esp->asleep);
    esp_pass_ms(120);
    cr_expect(esp->asleep);
    cr_expect_eq(module_n_lit(dark), 12);
    cr_expect_eq(esp->pins[MODULE_MOTOR], 0);
    cr_expect_not(esp->wifi_is_on);
    cr_expect_eq(esp->wake_pins, 1u << MODULE_BUTTON);
    esp_pass_ms(100000);
    esp_switch_on(app_main);
    esp_pass_ms(50);
    cr_expect(module_is_lit(0, green));
}

/* --- the battery ------------------------------------------------------------------------------ */

Test(esp_module_keeps, a_voltage_says_how_full_a_cell_is)
{
    static const int rows[][2] = {{0, -1}, {2499, -1}, {2500, 0}, {3000, 0}, {3225, 2}, {3450, 5},
        {3680, 10}, {3755, 25}, {3820, 50}, {4060, 90}, {4120, 95}, {4180, 100}, {4300, 100}};

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(battery_percent_of(rows[i][0]), rows[i][1], "%d mV", rows[i][0]);
}

static void expect_unknown(void)
{
    module_switch_on();
    module_hears(9, -50, V1("pingCall", "\"app\""));
    esp_pass_ms(110);
    cr_expect_null(strstr(module_said(0), "battery"), "%s", module_said(0));
}

Test(esp_module_keeps, a_battery_that_cannot_be_measured_is_not_known)
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

Test(esp_module_keeps, what_is_no_message_does_nothing)
{
    module_switch_on();
    module_hears(9, -50, "\xff");
    module_hears(9, -50, "{\"updateGame\": {\"RSSI\": -90, \"value\":");
    module_hears(9, -50, "");
    esp_pass_ms(100);
    cr_expect_eq(module_n_lit(dark), 12);
    cr_expect_eq(esp->n_said, 0);
}

Test(esp_module_keeps, without_leds_all_else_works)
{
    esp->no_leds = true;
    module_switch_on();
    module_press();
    cr_expect_eq(esp->n_said, 1);
}

Test(esp_module_keeps, without_a_radio_one_light_is_red_and_it_tries_again)
{
    esp->no_wifi = true;
    esp_switch_on(app_main);
    esp_pass_ms(100);
    cr_expect(module_is_lit(0, (struct play_color){30, 0, 0}));
    cr_expect_not(esp->restarted);
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
}
