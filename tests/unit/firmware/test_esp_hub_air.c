/* The program of the ESP32 hub on a pretended board: modules by ESP-NOW, and an app on a wire. */
#include <criterion/criterion.h>
#include <string.h>

#include "esp_hub.h"
#include "espnow.h"

TestSuite(esp_hub_air, .init = esp_fake_begin, .fini = esp_fake_end, .timeout = 60);

#define SCAN_ANSWER "{\"deviceScan\": {\"RSSI\": -100, \"value\": \"duck\"}}"
#define FAILED "\"status\":\"failed\""

/* Messages that went out so far, with that in them. */
static unsigned n_said(const char *what)
{
    unsigned n = 0;

    for (unsigned i = 0; i < esp->n_said; i++)
        n += strstr(esp->said[i].text, what) != NULL;
    return n;
}

static void begin(unsigned n_modules)
{
    hub_switch_on();
    hub_app_comes(0, 247);
    for (unsigned i = 0; i < n_modules; i++)
        hub_hears_battery(i, -50);
}

/* --- what modules say ------------------------------------------------------------------------- */

/* In Wi-Fi's task nothing is done but to take it along: the fake's radios, LEDs and wires are the core's task's alone. */
Test(esp_hub_air, a_scan_lists_who_answers)
{
    const char *list;

    begin(0);
    hub_app_writes(0, "\"PING\":\"-70\"\n");
    esp_pass_ms(100);
    cr_expect_eq(n_said("pingCall"), 1);
    hub_hears(1, -69, SCAN_ANSWER);
    hub_hears(2, -71, SCAN_ANSWER);
    hub_hears(3, -40, "\xff{ no JSON");
    hub_hears(4, -40, "");
    esp_pass_ms(6000);
    list = hub_got(0);
    cr_expect_eq(n_said("pingCall"), 3);
    cr_expect_eq(hub_count(list, "\"mac\""), 1, "%s", list);
    cr_expect(strstr(list, "{\"id\":\"duck\",\"rssi\":-69,"), "%s", list);
    cr_expect(strstr(list, "\"mac\":\"020000000001\""), "%s", list);
}

Test(esp_hub_air, fifty_modules_answer_within_100_ms)
{
    const char *list;

    begin(0);
    hub_app_writes(0, "\"PING\":\"all\"\n");
    for (unsigned i = 0; i < 50; i++) {
        esp_pass_ms(2);
        hub_hears(i, -50, SCAN_ANSWER);
    }
    esp_pass_ms(8000);
    list = hub_got(0);
    cr_expect_eq(hub_count(list, "\"mac\""), 50, "%s", list);
}

/* All before the core's task has its turn: some are dropped, nothing of the links is. */
Test(esp_hub_air, a_flood_of_messages_leaves_room_for_apps)
{
    const char *list;

    begin(0);
    for (unsigned i = 0; i < 60; i++)
        hub_hears(i, -50, "{\"topic\":\"/battery/m\",\"value\":85}");
    cr_expect_eq(hub_app_writes(0, "\"PING\":\"all\"\n"), 0);
    hub_app_leaves(0);
    hub_app_comes(1, 247);
    esp_pass_ms(6000);
    cr_expect_str_eq(hub_got(1), "");
    cr_expect_str_eq(esp->logged, "too much at once: 36 events found no place so far");
    cr_expect_eq(hub_app_writes(1, "\"PING\":\"all\"\n"), 0);
    esp_pass_ms(8000);
    list = hub_got(1);
    cr_expect_eq(hub_count(list, "\"mac\""), 24, "as many as there were places: %s", list);
}

/* An app's long write needs two places: what a radio tells meanwhile takes none of those that there are for apps. */
Test(esp_hub_air, what_has_gone_out_takes_no_place_from_apps)
{
    static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};
    char two[301];

    memset(two, '\n', sizeof two - 1);
    two[sizeof two - 1] = '\0';
    begin(0);
    for (unsigned i = 0; i < 60; i++)
        hub_hears(i, -50, "{\"topic\":\"/battery/m\",\"value\":85}");
    for (unsigned i = 0; i < 6; i++)
        cr_expect_eq(hub_app_writes(0, "\n"), 0);
    esp_air_end(everybody);
    cr_expect_eq(hub_app_writes(0, two), 0);
    esp_pass_ms(100);
}

/* --- what is said to them --------------------------------------------------------------------- */

/* They speak the second dialect only, which has no threshold: each is told by itself. The radio knows twenty at a time. */
Test(esp_hub_air, many_are_told_one_after_the_other)
{
    begin(60);
    hub_app_writes(0, "\"Play\":\"-60\"\n");
    esp_pass_ms(500);
    cr_assert_eq(n_said("/game"), 60);
    cr_expect_eq(n_said("updateGame"), 1);
    for (unsigned i = 1; i < esp->n_said; i++) {
        cr_expect_eq(esp->said[i].mac[5], i - 1);
        cr_expect_geq(esp->said[i].at_us, esp->said[i - 1].at_us + esp->message_us);
    }
    cr_expect_eq(esp->n_peers, ESP_NOW_MAX_TOTAL_PEER_NUM);
    for (unsigned i = 1; i < ESP_NOW_MAX_TOTAL_PEER_NUM; i++)
        cr_expect_eq(esp->peers[i][5], 60 - ESP_NOW_MAX_TOTAL_PEER_NUM + i, "the last ones");
}

/* Who was spoken to lately is kept. */
Test(esp_hub_air, the_peer_that_was_silent_longest_makes_room)
{
    begin(21);
    for (unsigned i = 0; i < 19; i++) {
        char line[80];

        snprintf(line, sizeof line,
            "{\"cmd\":\"Play\",\"mode\":\"target\",\"target_mac\":\"0200000000%02x\"}\n", i);
        esp_wire_say(line);
        esp_pass_ms(50);
    }
    cr_expect_eq(esp->n_peers, 20);
    esp_wire_say("{\"cmd\":\"Play\",\"mode\":\"target\",\"target_mac\":\"020000000000\"}\n");
    esp_pass_ms(50);
    esp_wire_say("{\"cmd\":\"Play\",\"mode\":\"target\",\"target_mac\":\"020000000014\"}\n");
    esp_pass_ms(50);
    cr_expect_eq(esp->n_peers, 20);
    for (unsigned i = 1; i < esp->n_peers; i++)
        cr_expect_neq(esp->peers[i][5], 1);
    cr_expect_eq(esp->peers[19][5], 20);
    cr_expect_eq(esp->said[esp->n_said - 1].mac[5], 20);
    cr_expect_eq(esp->peers[0][0], 0xff, "\"to all\" is never forgotten");
}

Test(esp_hub_air, the_end_of_a_message_may_be_told_before_it_was_begun)
{
    esp->message_us = 0;
    begin(30);
    hub_app_writes(0, "\"Play\":\"-60\"\n");
    esp_pass_ms(100);
    cr_expect_eq(n_said("/game"), 30);
}

Test(esp_hub_air, those_who_are_not_there_hold_nothing_up)
{
    begin(30);
    esp->nobody_hears = true;
    hub_app_writes(0, "\"Play\":\"-60\"\n");
    esp_pass_ms(100);
    cr_expect_eq(n_said("/game"), 30);
}

Test(esp_hub_air, an_end_that_is_not_told_holds_nothing_up_for_long)
{
    begin(3);
    esp->ends_untold = 1;
    hub_app_writes(0, "\"Play\":\"-60\"\n");
    esp_pass_ms(400);
    cr_expect_eq(esp->n_said, 1);
    esp_pass_ms(200);
    cr_expect_eq(esp->n_said, 4);
}

Test(esp_hub_air, a_radio_that_refuses_is_told_to_the_app)
{
    begin(0);
    esp->n_refusals = 1;
    esp->refusal = ESP_ERR_ESPNOW_NO_MEM;
    hub_app_writes(0, "Play\nPlay\n");
    esp_pass_ms(300);
    cr_expect_eq(hub_count(hub_got(0), FAILED), 1);
    cr_expect_eq(esp->n_said, 2, "the second one, in both dialects");
}

/* Of those that wait: one for which there is no room is tried again, others are left out. */
Test(esp_hub_air, what_waits_is_tried_again_when_there_is_no_room)
{
    begin(10);
    hub_app_writes(0, "\"Play\":\"-60\"\n");
    esp_pass_ms(2);
    cr_expect_leq(esp->n_said, 3);
    esp->n_refusals = 3;
    esp->refusal = ESP_ERR_ESPNOW_NO_MEM;
    esp_pass_ms(200);
    cr_expect_eq(n_said("/game"), 10);
    hub_app_writes(0, "\"Play\":\"-60\"\n");
    esp_pass_ms(2);
    esp->n_refusals = 3;
    esp->refusal = ESP_FAIL;
    esp_pass_ms(200);
    cr_expect_eq(n_said("/game"), 17);
}

Test(esp_hub_air, a_message_has_1_to_250_bytes)
{
    static struct espnow e;
    char bytes[251] = {0};

    cr_expect_lt(espnow_send(&e, 0, NULL, bytes, 251), 0);
    cr_expect_lt(espnow_send(&e, 0, NULL, bytes, 0), 0);
    atomic_store(&e.busy, true);
    for (unsigned i = 0; i < ESPNOW_WAITING; i++)
        cr_expect_eq(espnow_send(&e, 0, NULL, bytes, 250), 0);
    cr_expect_lt(espnow_send(&e, 0, NULL, bytes, 250), 0, "too many wait");
}

/* --- an app on a wire ------------------------------------------------------------------------- */

Test(esp_hub_air, an_app_on_a_wire_has_its_own_lines)
{
    begin(0);
    cr_expect_eq(strstr(esp->wire_out, "{\"type\":\"ready\",\"mac\":\"02:00:00:aa:bb:cc\""),
        esp->wire_out, "%s", esp->wire_out);
    esp_wire_say("{\"cmd\":\"Rain");
    esp_pass_ms(50);
    esp_wire_say("bow\",\"mode\":\"all\"}\n");
    esp_pass_ms(50);
    cr_expect(
        strstr(esp->wire_out, "\n{\"type\":\"ack\",\"command\":\"Rainbow\",\"status\":\"sent\""));
    cr_expect_eq(n_said("rainbow"), 1);
    esp_pass_ms(6000);
    cr_expect(strstr(esp->wire_out, "\n{\"type\":\"heartbeat\""));
    cr_expect_str_eq(hub_got(0), "");
}

/* 11 bytes every ms, as a port of 115200 baud. */
Test(esp_hub_air, a_long_list_goes_through_a_thin_wire_whole)
{
    const char *list;

    begin(60);
    esp->wire_room = 0;
    esp_wire_say("{\"cmd\":\"PING\"}\n");
    for (unsigned i = 0; i < 10000; i++) {
        esp->wire_room += esp->wire_room < 128 ? 11 : 0;
        esp_pass_ms(1);
    }
    list = strstr(esp->wire_out, "{\"type\":\"devices\"");
    cr_assert_not_null(list);
    *strchr((char *)list, '\n') = '\0';
    cr_expect_eq(hub_count(list, "\"mac\""), 60, "%s", list);
    cr_expect_eq(list[strlen(list) - 1], '}');
    cr_expect_lt(esp->wdt_longest_us, 1100000);
}

Test(esp_hub_air, a_wire_that_nobody_listens_to_holds_nothing_up)
{
    size_t n;

    begin(0);
    esp->wire_room = 70;
    esp_wire_say("{\"cmd\":\"Rainbow\",\"mode\":\"all\"}\n{\"cmd\":\"None\"}\n");
    esp_pass_ms(3000);
    hub_app_writes(0, "Play\n");
    esp_pass_ms(100);
    cr_expect_eq(hub_count(hub_got(0), "\"status\":\"sent\""), 1);
    esp_pass_ms(30000);
    n = esp->n_wire_out;
    esp->wire_room = 10000;
    esp_pass_ms(6000);
    cr_expect_gt(esp->n_wire_out, n);
    cr_expect_eq(esp->wire_out[n], '\n', "what was torn is ended: %s", esp->wire_out + n);
    cr_expect_eq(esp->wire_out[n + 1], '{');
    cr_expect_eq(esp->wire_out[esp->n_wire_out - 1], '\n');
}
