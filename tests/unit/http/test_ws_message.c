#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "http/ws_message.h"

static struct ws_message m;
static struct error e;
static int64_t id;

static int read_n(const char *text, size_t n)
{
    m = (struct ws_message){0};
    e = ERROR_NULL;
    id = -1;
    return ws_message_read(text, n, &m, &id, &e);
}

static int read_text(const char *text)
{
    return read_n(text, strlen(text));
}

/* Is refused with this sentence, and nothing was written. */
static void refused(const char *text, const char *why)
{
    static const struct ws_message untouched;

    cr_expect_eq(read_text(text), -EINVAL, "%s", text);
    cr_expect_str_eq(error_text(&e), why, "%s: %s", text, error_text(&e));
    cr_expect_eq(memcmp(&m, &untouched, sizeof m), 0, "%s", text);
}

Test(ws_message, subscribe_has_lists_and_a_rate)
{
    cr_assert_eq(read_text("{\"id\":1,\"type\":\"subscribe\",\"devices\":[\"*\",\"porch\"],"
                           "\"events\":[\"camera.*\"],\"frames\":true,\"max_fps\":12.5}"),
        0, "%s", error_text(&e));
    cr_expect_eq(m.type, WS_MESSAGE_SUBSCRIBE);
    cr_expect(m.id == 1 && id == 1);
    cr_expect(m.frames.n == 1 && m.max_fps == 12.5);
    cr_expect(m.devices.n == 2 && strcmp(m.devices.at[1], "porch") == 0);
    cr_expect(ws_patterns_match(&m.events, "camera.night"));
    cr_expect_not(ws_patterns_match(&m.events, "device.online"));
    ws_message_fini(&m);
}

Test(ws_message, frames_are_wanted_of_all_or_of_some)
{
    cr_assert_eq(
        read_text("{\"id\":1,\"type\":\"subscribe\",\"frames\":[\"porch\",\"shed-*\"]}"), 0);
    cr_expect(ws_patterns_match(&m.frames, "porch") && ws_patterns_match(&m.frames, "shed-2"));
    cr_expect_not(ws_patterns_match(&m.frames, "toy"));
    ws_message_fini(&m);
    cr_assert_eq(read_text("{\"id\":1,\"type\":\"subscribe\",\"frames\":true}"), 0);
    cr_expect(ws_patterns_match(&m.frames, "toy"));
    ws_message_fini(&m);
    cr_assert_eq(read_text("{\"id\":1,\"type\":\"subscribe\",\"frames\":[]}"), 0);
    cr_expect_eq(m.frames.n, 0);
    ws_message_fini(&m);
}

Test(ws_message, overlays_are_wanted_as_frames_are)
{
    cr_assert_eq(read_text("{\"id\":1,\"type\":\"subscribe\",\"frames\":true,"
                           "\"overlays\":[\"shed-*\"]}"),
        0);
    cr_expect(ws_patterns_match(&m.overlays, "shed-2"));
    cr_expect_not(ws_patterns_match(&m.overlays, "porch"));
    ws_message_fini(&m);
    cr_assert_eq(read_text("{\"id\":1,\"type\":\"subscribe\",\"overlays\":true}"), 0);
    cr_expect(ws_patterns_match(&m.overlays, "toy") && m.frames.n == 0);
    ws_message_fini(&m);
    refused("{\"id\":1,\"type\":\"subscribe\",\"frames\":true,\"overlays\":7}",
        "overlays: expected true, false or a list of names");
}

Test(ws_message, subscribe_without_more_wants_nothing)
{
    cr_assert_eq(read_text("{\"id\":-3,\"type\":\"subscribe\"}"), 0);
    cr_expect(
        m.id == -3 && m.devices.n == 0 && m.events.n == 0 && m.frames.n == 0 && m.max_fps == 0);
    cr_expect_not(ws_patterns_match(&m.devices, "porch"));
    ws_message_fini(&m);
}

Test(ws_message, command_lends_what_lies_in_it)
{
    cr_assert_eq(read_text("{\"id\":2,\"type\":\"command\",\"device\":\"porch\","
                           "\"command\":\"save\",\"args\":{\"n\":1}}"),
        0, "%s", error_text(&e));
    cr_expect_eq(m.type, WS_MESSAGE_COMMAND);
    cr_expect_str_eq(m.device, "porch");
    cr_expect_str_eq(m.command, "save");
    cr_expect_eq(json_integer_value(json_object_get(m.args, "n")), 1);
    ws_message_fini(&m);
    cr_assert_eq(
        read_text("{\"id\":2,\"type\":\"command\",\"device\":\"porch\",\"command\":\"save\"}"), 0);
    cr_expect_null(m.args);
    ws_message_fini(&m);
}

Test(ws_message, ack_needs_no_id)
{
    cr_assert_eq(read_text("{\"type\":\"ack\",\"channel\":65535,\"seq\":4294967295}"), 0, "%s",
        error_text(&e));
    cr_expect(m.type == WS_MESSAGE_ACK && m.id == 0 && id == 0);
    cr_expect(m.channel == UINT16_MAX && m.seq == UINT32_MAX);
    ws_message_fini(&m);
}

Test(ws_message, ping_and_unsubscribe_are_short)
{
    cr_assert_eq(read_text("{\"id\":9223372036854775807,\"type\":\"ping\"}"), 0);
    cr_expect(m.type == WS_MESSAGE_PING && m.id == INT64_MAX);
    ws_message_fini(&m);
    cr_assert_eq(read_text("{\"id\":0,\"type\":\"unsubscribe\"}"), 0);
    cr_expect_eq(m.type, WS_MESSAGE_UNSUBSCRIBE);
    ws_message_fini(&m);
}

Test(ws_message, members_of_tomorrow_are_passed_over)
{
    cr_assert_eq(
        read_text("{\"id\":1,\"type\":\"subscribe\",\"overlays\":true,\"zoom\":[1,2]}"), 0);
    ws_message_fini(&m);
}

Test(ws_message, what_is_no_message_is_told)
{
    refused("[]", "expected an object with a \"type\"");
    refused("null", "expected an object with a \"type\"");
    refused("{}", "expected an object with a \"type\"");
    refused("{\"id\":1,\"type\":7}", "expected an object with a \"type\"");
    refused("{\"id\":1,\"type\":\"Ping\"}", "this type of message is not known");
    refused("{\"type\":\"ping\"}", "id: expected an integer");
    refused("{\"id\":1.5,\"type\":\"ping\"}", "id: expected an integer");
    refused("{\"id\":null,\"type\":\"command\"}", "id: expected an integer");
}

Test(ws_message, broken_json_is_told_with_its_place)
{
    static const char *const broken[] = {"", " ", "{", "{\"id\":1,}", "{\"id\":1} x", "\xff",
        "{\"id\":1,\"id\":1,\"type\":\"ping\"}", "{\"id\":1,\"type\":\"pi\\u0000ng\"}",
        "{\"id\":9223372036854775808,\"type\":\"ping\"}",
        "{\"id\":1,\"type\":\"subscribe\",\"max_fps\":1e999}"};

    for (size_t i = 0; i < N_ELEMENTS(broken); i++) {
        cr_expect_eq(read_text(broken[i]), -EINVAL, "%s", broken[i]);
        cr_expect_eq(strncmp(error_text(&e), "line 1, column ", 15), 0, "%s", error_text(&e));
        cr_expect_eq(id, 0);
    }
    cr_expect_eq(read_n("{\"id\":1,\0\"type\":\"ping\"}", 23), -EINVAL, "a NUL between");
    cr_expect_eq(read_n("{\"id\":1,\"type\":\"ping\"}\0", 23), -EINVAL, "a NUL behind");
}

Test(ws_message, a_refusal_knows_whom_it_answers)
{
    refused("{\"id\":5,\"type\":\"dance\"}", "this type of message is not known");
    cr_expect_eq(id, 5);
    refused("{\"id\":6,\"type\":\"subscribe\",\"frames\":1}",
        "frames: expected true, false or a list of names");
    cr_expect_eq(id, 6);
    refused("{\"id\":\"x\"}", "expected an object with a \"type\"");
    cr_expect_eq(id, 0);
}

Test(ws_message, each_member_is_checked)
{
#define SUBSCRIBE "{\"id\":1,\"type\":\"subscribe\","
#define COMMAND "{\"id\":1,\"type\":\"command\","
    refused(SUBSCRIBE "\"max_fps\":0}", "max_fps: expected a number from 0.01 to 1000");
    refused(SUBSCRIBE "\"max_fps\":1001}", "max_fps: expected a number from 0.01 to 1000");
    refused(SUBSCRIBE "\"max_fps\":null}", "max_fps: expected a number from 0.01 to 1000");
    refused(SUBSCRIBE "\"devices\":\"*\"}", "devices: expected a list of at most 64 names");
    refused(
        SUBSCRIBE "\"events\":[\"a\",1]}", "events: expected names of at most 63 bytes, or \"*\"");
    refused(COMMAND "\"command\":\"save\"}", "device: expected a name of at most 63 bytes");
    refused(COMMAND "\"device\":\"porch\"}", "command: expected a name of at most 63 bytes");
    refused(COMMAND "\"device\":\"porch\",\"command\":\"save\",\"args\":[]}",
        "args: expected an object, {\"name\": value, …}");
    refused("{\"type\":\"ack\"}", "channel: expected an integer from 0 to 65535");
    refused("{\"type\":\"ack\",\"channel\":65536,\"seq\":1}",
        "channel: expected an integer from 0 to 65535");
    refused("{\"type\":\"ack\",\"channel\":1,\"seq\":-1}",
        "seq: expected an integer from 0 to 4294967295");
#undef SUBSCRIBE
#undef COMMAND
}

/* A subscription with n names of k bytes each. */
static int read_names(unsigned n, unsigned k)
{
    struct buf b = BUF_INIT(64u << 10);
    int r;

    buf_printf(&b, "{\"id\":1,\"type\":\"subscribe\",\"devices\":[");
    for (unsigned i = 0; i < n; i++)
        buf_printf(&b, "%s\"%0*u\"", i > 0 ? "," : "", (int)k, i);
    buf_printf(&b, "]}");
    r = read_n((const char *)buf_data(&b), b.len);
    buf_fini(&b);
    return r;
}

Test(ws_message, names_have_a_number_and_a_length)
{
    cr_assert_eq(read_names(WS_MAX_PATTERNS, WR_NAME_MAX), 0, "%s", error_text(&e));
    cr_expect_eq(m.devices.n, WS_MAX_PATTERNS);
    cr_expect_eq(strlen(m.devices.at[63]), WR_NAME_MAX);
    ws_message_fini(&m);
    cr_expect_eq(read_names(WS_MAX_PATTERNS + 1, 1), -EINVAL);
    cr_expect_eq(read_names(1, WR_NAME_MAX + 1), -EINVAL);
}

Test(ws_message, may_be_freed_before_it_is_anything)
{
    m = (struct ws_message){0};
    ws_message_fini(&m);
    ws_message_fini(&m);
}
