#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "air_message.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

static const char *written(const struct air_message *m, enum json_put_style style)
{
    static char out[AIR_MAX_BYTES + 1];
    size_t n = air_message_write(m, style, out);

    out[n] = '\0';
    return out;
}

static const char *said(enum hub_command c, int threshold, enum air_dialect dialect)
{
    struct air_message m;

    return air_of_command(c, threshold, dialect, &m) == 0 ? written(&m, JSON_PUT_SPACED) : "none";
}

Test(air_message, commands_are_said_as_hubs_in_use_say_them)
{
    cr_expect_str_eq(
        said(HUB_PLAY, -100, AIR_V1), "{\"updateGame\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_eq(strlen(said(HUB_PLAY, -100, AIR_V1)), 42);
    cr_expect_str_eq(
        said(HUB_COLOR_GAME, -60, AIR_V1), "{\"updateGame\": {\"RSSI\": -60, \"value\": 1}}");
    cr_expect_str_eq(
        said(HUB_NUMBER_GAME, -60, AIR_V1), "{\"updateGame\": {\"RSSI\": -60, \"value\": 2}}");
    cr_expect_str_eq(said(HUB_PAUSE, -50, AIR_V1), "{\"lightOff\": {\"RSSI\": -50, \"value\": 0}}");
    cr_expect_str_eq(said(HUB_WIN, -70, AIR_V1), "{\"rainbow\": {\"RSSI\": -70, \"value\": 0}}");
    cr_expect_str_eq(
        said(HUB_OFF, -100, AIR_V1), "{\"deepSleep\": {\"RSSI\": -100, \"value\": 0}}");
    cr_expect_str_eq(
        said(HUB_PING, -100, AIR_V1), "{\"pingCall\": {\"RSSI\": -100, \"value\": \"app\"}}");
}

Test(air_message, the_second_dialect_has_topics_and_no_threshold)
{
    cr_expect_str_eq(said(HUB_PLAY, -60, AIR_V2), "{\"topic\": \"/game\", \"value\": 0}");
    cr_expect_str_eq(said(HUB_PAUSE, -60, AIR_V2), "{\"topic\": \"/game\", \"value\": -1}");
    cr_expect_str_eq(said(HUB_PING, -60, AIR_V2), "{\"topic\": \"/ping\", \"value\": 1}");
    cr_expect_str_eq(said(HUB_NUMBER_GAME, -60, AIR_V2), "none");
}

static struct air_message message(const char *text, int result)
{
    struct air_message m = {0};
    int r = air_message_read(SPAN(text), &m);

    cr_expect_eq(r, result, "%s: %d", text, r);
    return m;
}

Test(air_message, a_module_in_use_answers_with_its_name_alone)
{
    struct air_message m = message("{\"deviceScan\": {\"RSSI\": -45, \"value\": \"duck\"}}", 0);

    cr_expect_eq(m.dialect, AIR_V1);
    cr_expect_eq(m.topic, AIR_SCAN);
    cr_expect_eq(m.threshold_dbm, -45);
    cr_expect_eq(m.value.kind, AIR_TEXT);
    cr_expect_str_eq(m.value.text, "duck");
    cr_expect_eq(m.battery_percent, AIR_BATTERY_UNKNOWN);
    cr_expect_str_eq(m.type, "");
}

Test(air_message, ours_tells_battery_and_type_as_well)
{
    struct air_message m = message(
        "{\"deviceScan\":{\"value\":\"duck\",\"battery\":85,\"type\":\"module\",\"RSSI\":-90}}", 0);

    cr_expect_eq(m.battery_percent, 85);
    cr_expect_str_eq(m.type, "module");
    cr_expect_eq(m.threshold_dbm, -90);
    cr_expect_str_eq(written(&m, JSON_PUT_COMPACT),
        "{\"deviceScan\":{\"RSSI\":-90,\"value\":\"duck\",\"battery\":85,\"type\":\"module\"}}");
}

Test(air_message, colours_are_lists)
{
    struct air_message m = message("{\"color\": {\"RSSI\": -60, \"value\": [255, 0, 12.0]}}", 0);

    cr_expect_eq(m.value.kind, AIR_LIST);
    cr_expect_eq(m.value.n_list, 3);
    cr_expect_eq(m.value.list[0], 255);
    cr_expect_eq(m.value.list[2], 12);
    cr_expect_str_eq(
        written(&m, JSON_PUT_COMPACT), "{\"color\":{\"RSSI\":-60,\"value\":[255,0,12]}}");
}

Test(air_message, a_game_of_later_controllers_carries_their_address)
{
    struct air_message m = message("{\"topic\":\"/game\",\"value\":[1,\"qrvM3e4B\\n\"]}", 0);

    cr_expect_eq(m.dialect, AIR_V2);
    cr_expect_eq(m.topic, AIR_GAME);
    cr_expect_eq(m.value.kind, AIR_LIST);
    cr_expect_eq(m.value.list[0], 1);
    cr_expect_str_eq(m.value.text, "qrvM3e4B\n");
    cr_expect_str_eq(
        written(&m, JSON_PUT_COMPACT), "{\"topic\":\"/game\",\"value\":[1,\"qrvM3e4B\\n\"]}");
}

Test(air_message, a_battery_is_told_with_the_name)
{
    struct air_message m = message("{\"value\": 72, \"topic\": \"/battery/duck\"}", 0);

    cr_expect_eq(m.topic, AIR_BATTERY);
    cr_expect_str_eq(m.name, "duck");
    cr_expect_eq(m.battery_percent, 72);
    cr_expect_str_eq(written(&m, JSON_PUT_COMPACT), "{\"topic\":\"/battery/duck\",\"value\":72}");
    message("{\"topic\":\"/battery/\",\"value\":72}", -ENOENT);
}

Test(air_message, what_is_not_known_is_to_be_ignored)
{
    message("{\"dance\": {\"RSSI\": -60, \"value\": 0}}", -ENOENT);
    message("{\"topic\":\"/dance\",\"value\":1}", -ENOENT);
    cr_expect_eq(
        message("{\"dance\":{\"value\":1},\"lightOff\":{\"RSSI\":-7,\"value\":0}}", 0).topic,
        AIR_LIGHT_OFF);
}

Test(air_message, what_is_none_is_refused)
{
    message("", -EBADMSG);
    message("{'updateGame': {'RSSI': -90, 'value': 0}}", -EBADMSG);
    message("{\"updateGame\": 1}", -EBADMSG);
    message("[1]", -EBADMSG);
    message("{\"updateGame\": {\"RSSI\": -100, \"value\": 0}", -EBADMSG);
}

Test(air_message, none_is_longer_than_the_radio_carries)
{
    char out[AIR_MAX_BYTES];
    struct air_message m = {.dialect = AIR_V1,
        .topic = AIR_SCAN,
        .threshold_dbm = -90,
        .value.kind = AIR_TEXT,
        .battery_percent = 100};

    memset(m.value.text, 'x', 180);
    strcpy(m.type, "module");
    cr_expect_eq(air_message_write(&m, JSON_PUT_COMPACT, out), 248);
    memset(m.value.text, 'x', 183);
    cr_expect_eq(air_message_write(&m, JSON_PUT_COMPACT, out), 0);
}
