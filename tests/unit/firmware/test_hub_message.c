#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub_message.h"

#define SPAN(text) ((struct span){(text), strlen(text)})

static char room[4096];

static void expect_room(size_t n, const char *text)
{
    cr_expect_eq(n, strlen(text), "%zu", n);
    cr_expect_eq(memcmp(room, text, strlen(text)), 0, "%.*s", (int)n, room);
}

/* --- writing ---------------------------------------------------------------------------------- */

Test(hub_message, ack_is_60_bytes_and_67_spaced)
{
    expect_room(hub_ack_write(SPAN("Play"), true, SPAN("all"), JSON_PUT_COMPACT, room, sizeof room),
        "{\"type\":\"ack\",\"command\":\"Play\",\"status\":\"sent\",\"rssi\":\"all\"}");
    cr_expect_eq(
        strlen("{\"type\":\"ack\",\"command\":\"Play\",\"status\":\"sent\",\"rssi\":\"all\"}"), 60);
    cr_expect_eq(
        hub_ack_write(SPAN("Play"), true, SPAN("all"), JSON_PUT_SPACED, room, sizeof room), 67);
}

Test(hub_message, error_is_145_bytes_spaced)
{
    cr_expect_eq(
        hub_error_write(SPAN("Unknown command: Test"), JSON_PUT_SPACED, room, sizeof room), 145);
}

static struct hub_module module(const char *id, int rssi, int battery, const char *mac)
{
    struct hub_module m = {.rssi_dbm = rssi, .battery_percent = battery};

    snprintf(m.id, sizeof m.id, "%s", id);
    snprintf(m.type, sizeof m.type, "module");
    snprintf(m.mac, sizeof m.mac, "%s", mac);
    return m;
}

Test(hub_message, lists_are_as_long_as_those_in_use)
{
    struct hub_module two[] = {
        module("Module1", -45, 85, "aabbccddee01"), module("Module2", -52, 72, "aabbccddee02")};

    cr_expect_eq(hub_devices_write(two, 0, JSON_PUT_SPACED, room, sizeof room), 31);
    cr_expect_eq(hub_devices_write(two, 1, JSON_PUT_SPACED, room, sizeof room), 117);
    cr_expect_eq(hub_devices_write(two, 2, JSON_PUT_SPACED, room, sizeof room), 205);
    cr_expect_eq(hub_devices_write(two, 2, JSON_PUT_COMPACT, room, sizeof room), 183);
}

Test(hub_message, is_ascii_whatever_a_module_is_called)
{
    struct hub_module m = module("Fr\xc3\xb6schle \xf0\x9f\x90\xb8\xff", -50, -1, "aabbccddee01");
    size_t n = hub_devices_write(&m, 1, JSON_PUT_COMPACT, room, sizeof room);

    cr_assert_gt(n, 0);
    for (size_t i = 0; i < n; i++)
        cr_expect_lt((unsigned char)room[i], 0x80);
    room[n] = '\0';
    cr_expect(strstr(room, "Fr\\u00f6schle \\ud83d\\udc38\\ufffd"), "%s", room);
}

Test(hub_message, what_does_not_fit_is_not_written_in_part)
{
    size_t n = hub_ack_write(SPAN("Play"), true, SPAN("all"), JSON_PUT_COMPACT, room, sizeof room);

    for (size_t cap = 0; cap < n; cap++)
        cr_expect_eq(
            hub_ack_write(SPAN("Play"), true, SPAN("all"), JSON_PUT_COMPACT, room, cap), 0);
    cr_expect_eq(hub_ack_write(SPAN("Play"), true, SPAN("all"), JSON_PUT_COMPACT, room, n), n);
}

/* --- reading ---------------------------------------------------------------------------------- */

static struct hub_message message(const char *text, int result)
{
    struct hub_message m = {.kind = HUB_OTHER};
    int r = hub_message_read(SPAN(text), &m);

    cr_expect_eq(r, result, "%s: %d", text, r);
    return m;
}

Test(hub_message, acks_are_read_in_either_spacing_and_order)
{
    struct hub_message m = message(
        "{\"type\": \"ack\", \"command\": \"Color Game\", \"status\": \"sent\", \"rssi\": \"-60\"}",
        0);

    cr_expect_eq(m.kind, HUB_ACK);
    cr_expect_str_eq(m.command, "Color Game");
    cr_expect_str_eq(m.threshold, "-60");
    cr_expect(m.sent);
    m = message("{\"rssi\":\"all\",\"status\":\"failed\",\"command\":\"Off\",\"type\":\"ack\"}", 0);
    cr_expect_eq(m.kind, HUB_ACK);
    cr_expect_str_eq(m.command, "Off");
    cr_expect_not(m.sent);
}

Test(hub_message, an_error_says_which_commands_there_are)
{
    const char *text = "{\"type\":\"error\",\"message\":\"Unknown command: "
                       "Test\",\"available_commands\":[\"Play\",\"Pause\"]}";
    struct hub_message m = message(text, 0);
    struct json_pull j;
    struct span s;

    cr_expect_eq(m.kind, HUB_ERROR);
    cr_expect_str_eq(m.message, "Unknown command: Test");
    hub_available_begin(&j, SPAN(text));
    cr_assert(hub_available_next(&j, &s));
    cr_expect(span_is(s, "Play"));
    cr_assert(hub_available_next(&j, &s));
    cr_expect(span_is(s, "Pause"));
    cr_expect_not(hub_available_next(&j, &s));
}

Test(hub_message, what_is_no_message_is_refused)
{
    message("", -EBADMSG);
    message("{}", -EBADMSG);
    message("[]", -EBADMSG);
    message("{\"type\":7}", -EBADMSG);
    message("{\"type\":\"ack\"", -EBADMSG);
    cr_expect_eq(message("{\"type\":\"hello\"}", 0).kind, HUB_OTHER);
}

/* "id/rssi/battery/type/mac;" of each. */
static const char *list(const char *text)
{
    static char out[1024];
    struct hub_modules it;
    struct hub_module m;
    size_t n = 0;

    out[0] = '\0';
    hub_modules_begin(&it, SPAN(text));
    while (hub_modules_next(&it, &m))
        n += (size_t)snprintf(out + n, sizeof out - n, "%s/%d%s/%d/%s/%s;", m.id, m.rssi_dbm,
            m.rssi_known ? "" : "?", m.battery_percent, m.type, m.mac);
    return out;
}

Test(hub_message, a_list_is_read_module_by_module)
{
    cr_expect_str_eq(
        list("{\"list\": [{\"id\": \"duck\", \"rssi\": -45, \"battery\": 85, \"type\": \"module\", "
             "\"mac\": \"aabbccddee01\"}, "
             "{\"mac\": \"AA:BB:CC:DD:EE:02\", \"id\": \"fox\"}], \"type\": \"devices\"}"),
        "duck/-45/85/module/aabbccddee01;fox/-50?/-1/Unknown/aabbccddee02;");
    cr_expect_str_eq(list("{\"type\":\"devices\",\"list\":[]}"), "");
}

Test(hub_message, values_that_cannot_be_are_unknown)
{
    cr_expect_str_eq(list("{\"list\":[{\"id\":7,\"rssi\":\"x\",\"battery\":-1,\"mac\":\"xyz\"},{"
                          "\"battery\":101,\"rssi\":-1e9}]}"),
        "/-50?/-1/Unknown/;/-50/-1/Unknown/;");
}

Test(hub_message, what_else_a_module_has_does_not_make_it_two)
{
    cr_expect_str_eq(list("{\"list\":[{\"id\":\"a\",\"tags\":[1,2],\"more\":{\"id\":\"no\"},"
                          "\"rssi\":-60},{},{\"id\":\"b\"}]}"),
        "a/-60/-1/Unknown/;b/-50?/-1/Unknown/;");
}

/* --- repair ----------------------------------------------------------------------------------- */

static size_t repair(const char *text)
{
    strcpy(room, text);
    return hub_message_repair(room, strlen(text), sizeof room);
}

Test(hub_message, an_end_in_a_text_of_a_list_is_repaired_as_apps_do)
{
    expect_room(repair("{\"type\":\"error\",\"available_commands\":[\"Play\",\"Pa"),
        "{\"type\":\"error\",\"available_commands\":[\"Play\",\"Pa\"]}");
}

Test(hub_message, of_a_list_that_ends_too_soon_the_whole_modules_stay)
{
    expect_room(
        repair("{\"type\":\"devices\",\"list\":[{\"id\":\"a\"},{\"id\":\"b}\"},{\"id\":\"c}"),
        "{\"type\":\"devices\",\"list\":[{\"id\":\"a\"},{\"id\":\"b}\"}]}");
}

Test(hub_message, what_cannot_be_repaired_stays_as_it_is)
{
    cr_expect_eq(repair("{\"type\":\"ack\",\"command\":\"Pl"), 0);
    cr_expect_str_eq(room + strlen("{\"type\":\"ack\",\"command\":\"Pl\"]}"), "");
    cr_expect_eq(repair("}}}}}}}}"), 0);
    cr_expect_eq(memcmp(room, "}}}}}}}}", 8), 0);
    cr_expect_eq(hub_message_repair(room, 0, 0), 0);
}

/* --- addresses and words ---------------------------------------------------------------------- */

Test(hub_message, addresses_have_twelve_digits)
{
    uint8_t raw[HUB_MAC_RAW_BYTES];
    char text[HUB_MAC_BYTES];

    cr_assert(hub_mac_parse(SPAN("AA-bb:cC00ff01"), raw));
    hub_mac_text(raw, text);
    cr_expect_str_eq(text, "aabbcc00ff01");
    cr_expect_not(hub_mac_parse(SPAN("aabbcc00ff0"), raw));
    cr_expect_not(hub_mac_parse(SPAN("aabbcc00ff011"), raw));
    cr_expect_not(hub_mac_parse(SPAN("aabbcc00ffg1"), raw));
    cr_expect_not(hub_mac_parse(SPAN(""), raw));
}

Test(hub_message, bars_and_levels_have_the_apps_steps)
{
    cr_expect_eq(hub_signal_bars(-50), 3);
    cr_expect_eq(hub_signal_bars(-51), 2);
    cr_expect_eq(hub_signal_bars(-70), 2);
    cr_expect_eq(hub_signal_bars(-71), 1);
    cr_expect_eq(hub_signal_bars(-85), 1);
    cr_expect_eq(hub_signal_bars(-86), 0);
    cr_expect_str_eq(hub_battery_level(75), "full");
    cr_expect_str_eq(hub_battery_level(74), "high");
    cr_expect_str_eq(hub_battery_level(49), "medium");
    cr_expect_str_eq(hub_battery_level(24), "low");
    cr_expect_null(hub_battery_level(-1));
}
