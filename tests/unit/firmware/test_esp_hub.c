/* The program of the ESP32 hub, all of it, on a pretended board: apps by Bluetooth. */
#include <criterion/criterion.h>
#include <string.h>

#include "esp_hub.h"
#include "esp_screen.h"
#include "hub_line.h"

void app_main(void);

TestSuite(esp_hub, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

#define ACK(command, threshold)                                                                    \
    "{\"type\":\"ack\",\"command\":\"" command "\",\"status\":\"sent\",\"rssi\":\"" threshold      \
    "\"}\n"

/* --- being there ------------------------------------------------------------------------------ */

Test(esp_hub, comes_up_is_found_and_says_so)
{
    hub_switch_on();
    cr_expect_str_eq(esp->name, "SPHub");
    cr_expect_eq(esp->n_advert, 3 + 18 + 7, "its name has room beside the service");
    cr_expect_eq(esp->n_response, 7);
    cr_expect_eq(esp->channel, 1);
    cr_expect_eq(esp->ps, -1, "not for us to say while Bluetooth is on");
    cr_expect_eq(esp->display_sda, 6);
    cr_expect_eq(esp->display_scl, 7);
    expect_line(0, "Hub Status");
    expect_line(1, "Buf:0");
    expect_line(2, "BLE:N");
    expect_line(3, "Scan:N");
    cr_expect_eq(esp->leds_pin, 8);
    cr_expect_arr_eq(esp->leds, ((uint8_t[]){6, 12, 0}), 3);
}

Test(esp_hub, the_watchdog_hears_of_it_every_second)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    cr_expect_eq(hub_app_writes(0, "\"PING\":\"all\"\n"), 0);
    esp_pass_ms(60000);
    cr_expect_gt(esp->wdt_longest_us, 0);
    cr_expect_lt(esp->wdt_longest_us, 1100000);
    cr_expect_lt(esp->now_us - esp->wdt_us, 1100000);
}

Test(esp_hub, display_and_light_follow_an_app_and_a_scan)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    expect_line(2, "BLE:Y");
    cr_expect_arr_eq(esp->leds, ((uint8_t[]){12, 0, 0}), 3);
    hub_app_writes(0, "\"PING\":\"all\"\n");
    esp_pass_ms(20);
    expect_line(3, "Scan:Y");
    cr_expect_arr_eq(esp->leds, ((uint8_t[]){0, 0, 24}), 3);
    esp_pass_ms(5000);
    expect_line(3, "Scan:N");
    hub_app_leaves(0);
    esp_pass_ms(20);
    expect_line(2, "BLE:N");
    cr_expect_arr_eq(esp->leds, ((uint8_t[]){6, 12, 0}), 3);
}

/* --- lines ------------------------------------------------------------------------------------ */

Test(esp_hub, a_line_comes_in_pieces)
{
    hub_switch_on();
    hub_app_comes(0, 23);
    cr_expect_eq(hub_app_writes(0, "\"Number Game\":\"-100\""), 0);
    esp_pass_ms(200);
    cr_expect_str_eq(hub_got(0), "");
    cr_expect_eq(esp->n_said, 0);
    cr_expect_eq(hub_app_writes(0, "\n"), 0);
    esp_pass_ms(200);
    cr_expect_str_eq(hub_got(0), ACK("Number Game", "-100"));
    cr_expect_str_eq(esp->said[0].text, "{\"updateGame\": {\"RSSI\": -100, \"value\": 2}}");
    cr_expect_eq(esp->said[0].mac[0], 0xff);
}

Test(esp_hub, a_write_of_512_bytes_is_one)
{
    char text[513] = "";

    for (unsigned i = 0; i < 32; i++)
        strcat(text, "\"Play\":\"-5000\"\n\n");
    cr_assert_eq(strlen(text), 512);
    hub_switch_on();
    hub_app_comes(0, 247);
    cr_expect_eq(hub_app_writes(0, text), 0);
    esp_pass_ms(5000);
    cr_expect_eq(hub_count(hub_got(0), ACK("Play", "-5000")), 32);
    cr_expect_eq(hub_app_writes(0, ""), 0);
}

/* All before the core's task has its turn. */
Test(esp_hub, a_flood_of_writes_is_refused_whole_and_the_end_of_the_link_is_not)
{
    char text[400] = "";
    unsigned n_taken = 0;

    for (unsigned i = 0; i < 30; i++)
        strcat(text, "\"Play\":\"1\"\n");
    hub_switch_on();
    hub_app_comes(0, 247);
    cr_expect_eq(hub_app_writes(0, "Play\n"), 0);
    for (unsigned i = 0; i < 100; i++)
        n_taken += hub_app_writes(0, text) == 0;
    cr_expect_geq(n_taken, 12);
    cr_expect_leq(n_taken, 16);
    cr_expect_eq(hub_app_writes(0, text), BLE_ATT_ERR_INSUFFICIENT_RES);
    esp_pass_ms(5000);
    (void)hub_got(0);
    cr_expect_eq(hub_app_writes(0, "Play\n"), 0);
    esp_pass_ms(300);
    cr_expect_str_eq(hub_got(0), ACK("Play", "all"), "nothing of a write that was refused");
    for (unsigned i = 0; i < 100; i++)
        (void)hub_app_writes(0, text);
    hub_app_leaves(0);
    esp_pass_ms(50);
    cr_expect(esp->advertising);
    expect_line(2, "BLE:N");
    hub_app_comes(0, 247);
    cr_expect_eq(hub_app_writes(0, "Play\n"), 0);
    esp_pass_ms(200);
    cr_expect_str_eq(hub_got(0), ACK("Play", "all"));
}

/* A piece of 100 bytes takes one buffer, on the air for 60 ms; from eight on none is taken. */
Test(esp_hub, answers_wait_for_room_in_the_radio)
{
    const char *list;

    esp->n_buffers = 9;
    esp->air_us = 60000;
    hub_switch_on();
    hub_app_comes(0, 247);
    for (unsigned i = 0; i < 30; i++)
        hub_hears_battery(i, -50);
    hub_app_writes(0, "\"PING\":\"all\"\n");
    esp_pass_ms(8000);
    list = hub_got(0);
    cr_expect_eq(hub_count(list, "\"mac\""), 30, "%s", list);
    cr_expect_eq(esp->least_free, 7);
    hub_app_writes(0, "Play\n");
    esp_pass_ms(500);
    cr_expect_str_eq(hub_got(0), ACK("Play", "all"));
}

Test(esp_hub, a_piece_that_was_refused_is_sent_again)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    esp->n_no_memory = 3;
    hub_app_writes(0, "Play\nWin\n");
    esp_pass_ms(300);
    cr_expect_eq(esp->n_no_memory, 0);
    cr_expect_str_eq(hub_got(0), ACK("Play", "all") ACK("Win", "all"));
}

Test(esp_hub, tx_can_be_read)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    cr_expect_str_eq(esp_host_read(HUB_TX_UUID), "");
}

/* --- apps come and go ------------------------------------------------------------------------- */

Test(esp_hub, three_apps_at_a_time_each_with_its_answers)
{
    hub_switch_on();
    for (unsigned i = 0; i < 3; i++) {
        cr_expect(esp->advertising, "there is room for app %u", i);
        hub_app_comes(i, i == 1 ? 23 : 247);
    }
    cr_expect_not(esp->advertising);
    hub_app_writes(0, "Play\n");
    hub_app_writes(1, "Win\n");
    hub_app_writes(2, "Pause\n");
    esp_pass_ms(300);
    cr_expect_str_eq(hub_got(0), ACK("Play", "all"));
    cr_expect_str_eq(hub_got(1), ACK("Win", "all"));
    cr_expect_str_eq(hub_got(2), ACK("Pause", "all"));
    hub_app_leaves(1);
    esp_pass_ms(5);
    cr_expect(esp->advertising, "at once");
    hub_app_comes(3, 247);
    hub_app_writes(3, "Off\n");
    esp_pass_ms(300);
    cr_expect_str_eq(hub_got(3), ACK("Off", "all"));
    cr_expect_str_eq(hub_got(0), "");
    cr_expect_not(esp->advertising);
}

/* It comes before the core, which is busy with its display, has heard that the other one has left. */
Test(esp_hub, the_next_app_hears_nothing_of_the_one_before)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    hub_app_comes(1, 247);
    for (unsigned i = 0; i < 30; i++)
        hub_hears_battery(i, -50);
    hub_app_writes(1, "\"PING\":\"all\"\n");
    esp->page_us = 30000;
    esp_pass_ms(5100);
    hub_hears(1, -50, "{}");
    hub_app_leaves(1);
    hub_app_comes(2, 247);
    esp_pass_ms(3000);
    esp->page_us = 0;
    esp_pass_ms(100);
    cr_expect_str_eq(hub_got(2), "");
    for (unsigned i = esp->n_heard; i > 0; i--)
        cr_expect_neq(esp->heard[i - 1].host, 2);
    hub_app_writes(2, "Play\n");
    esp_pass_ms(300);
    cr_expect_str_eq(hub_got(2), ACK("Play", "all"));
}

Test(esp_hub, is_found_again_when_the_radio_forgot)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    esp->advertising = false;
    esp_pass_ms(1100);
    cr_expect(esp->advertising);
}

/* --- what can go wrong ------------------------------------------------------------------------ */

Test(esp_hub, without_display_light_and_wire_all_else_works)
{
    esp->no_display = esp->no_leds = esp->no_wire = true;
    hub_switch_on();
    hub_app_comes(0, 247);
    hub_app_writes(0, "Play\n");
    esp_pass_ms(300);
    cr_expect_str_eq(hub_got(0), ACK("Play", "all"));
}

Test(esp_hub, without_bluetooth_it_says_so_and_tries_again)
{
    esp->no_bluetooth = true;
    esp_switch_on(app_main);
    esp_pass_ms(4000);
    cr_expect_not(esp->restarted);
    esp_pass_ms(2000);
    expect_line(0, "BLE failed");
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
}

Test(esp_hub, without_a_radio_to_modules_it_says_so_and_tries_again)
{
    esp->no_wifi = true;
    esp_switch_on(app_main);
    esp_pass_ms(100);
    expect_line(0, "ESP-NOW failed");
    cr_expect_not(esp->restarted);
    esp_pass_ms(10000);
    cr_expect(esp->restarted);
    esp->no_wifi = false;
    hub_switch_on();
}
