/* warrenctl as a whole: what it shows. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loop/loop.h"
#include "runner.h"

static const struct fake_route WORLD[] = {
    {"GET /api/v1/devices", 200,
        "{\"items\":[" DEVICE
        ",{\"id\":\"hub\",\"name\":\"Hub\",\"kind\":\"playground-hub\",\"state\":\"offline\","
        "\"why\":\"no answer\",\"enabled\":true,\"last_seen\":null}],\"next\":null}"},
    {"GET /api/v1/devices/porch", 200, DEVICE},
    {"POST /api/v1/devices/porch/commands/save", 200,
        "{\"result\":{\"saved\":3,\"files\":[\"a.jpg\"]}}"},
    {"PATCH /api/v1/devices/porch", 200, DEVICE},
    {"GET /api/v1/devices/nobody", 404,
        "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is no "
        "device \\\"nobody\\\"\"}",
        "application/problem+json"},
    {"GET /api/v1/info", 200,
        "{\"version\":\"1.2.3\",\"boot_id\":\"abc\",\"storage\":{\"captures\":7,\"full\":false}}"},
    {"GET /api/v1/plugins", 200,
        "{\"items\":[{\"name\":\"demo\",\"file\":\"demo.so\",\"version\":\"1.0\",\"state\":"
        "\"loaded\",\"why\":null,\"options\":[{\"key\":\"host\",\"type\":\"string\"},"
        "{\"key\":\"port\",\"type\":\"int\"}]},"
        "{\"name\":null,\"file\":\"bad.so\",\"version\":null,\"state\":\"refused\",\"why\":\"it is "
        "cut off\"}],\"next\":null}"},
    {"GET /api/v1/found", 200,
        "{\"items\":[{\"id\":\"ble-1\",\"name\":\"BatchCam\",\"bus\":\"ble\",\"address\":\"AA:BB\","
        "\"driver\":\"ble-batch-camera\"}],\"next\":null}"},
    {"GET /readyz", 200,
        "{\"ready\":true,\"checks\":[{\"name\":\"store\",\"ok\":true,\"detail\":\"writable\"}]}"},
    {"POST /api/v1/devices", 201, DEVICE},
};

/* --- devices ---------------------------------------------------------------------------------- */

Test(ctl, devices_are_a_table_in_which_no_name_moves_the_cursor)
{
    RUN(WORLD, "devices");
    expect(CTL_OK,
        "ID     NAME             KIND               STATE    SEEN  WHY\n"
        "porch  Front ?[2JPorch  pi-trigger-camera  online   -     -\n"
        "hub    Hub              playground-hub     offline  -     no answer\n",
        "");
}

#define WHY_80 "it is said at length why, so that no table of a terminal would ever have room for"
#define LONG_WHY WHY_80 ", " WHY_80 ", " WHY_80 ", " WHY_80

Test(ctl, why_a_device_is_away_is_told_whole)
{
    static const struct fake_route routes[] = {{"GET /api/v1/devices", 200,
        "{\"items\":[{\"id\":\"hub\",\"why\":\"" LONG_WHY "\"}],\"next\":null}"}};

    RUN(routes, "devices");
    cr_expect(has(did.out, "  " LONG_WHY "\n"), "%s", did.out);
}

Test(ctl, lists_in_json_are_as_the_gateway_has_them)
{
    RUN(WORLD, "found --json");
    expect(CTL_OK,
        "{\n  \"items\": [\n    {\n      \"id\": \"ble-1\",\n      \"name\": \"BatchCam\",\n      "
        "\"bus\": \"ble\",\n"
        "      \"address\": \"AA:BB\",\n      \"driver\": \"ble-batch-camera\"\n    }\n  ],\n  "
        "\"next\": null\n}\n",
        "");
}

Test(ctl, a_device_shows_values_settings_and_commands)
{
    RUN(WORLD, "device porch");
    cr_expect_eq(did.code, CTL_OK);
    cr_expect(has(did.out, "state      online\n"), "%s", did.out);
    cr_expect(has(did.out,
                  "OPTION  IS        BY       \nhost    10.0.0.7  config   Its name\n"
                  "token   (secret)  default  Its token\n"),
        "%s", did.out);
    cr_expect(has(did.out, "dark_score  0.25  -      How dark it is\n"), "%s", did.out);
    cr_expect(
        has(did.out, "night.enable  bool   true    false     pending           Switch by itself\n"),
        "%s", did.out);
    cr_expect(has(did.out, "gain          float  2.5 dB  2.5 dB    Invalid argument  Gain\n"), "%s",
        did.out);
    cr_expect(
        has(did.out, "\nsave count=<int> [path=<string>]\n    Save pictures\n"), "%s", did.out);
}

#define HUB "{\"id\":\"hub\",\"kind\":\"playground-hub\",\"state\":\"online\",\"parent\":null}"

Test(ctl, a_hub_shows_what_is_behind_it)
{
    static const struct fake_route routes[] = {{"GET /api/v1/devices/hub", 200, HUB},
        {"GET /api/v1/devices", 200,
            "{\"items\":[" DEVICE "," HUB ",{\"id\":\"hub-1\",\"name\":\"duck\",\"kind\":"
            "\"playground-module\",\"state\":\"online\","
            "\"parent\":\"hub\"},"
            "{\"id\":\"hub-2\",\"name\":\"goose\",\"kind\":\"playground-module\",\"state\":"
            "\"offline\","
            "\"why\":\"not heard\",\"parent\":\"hub\"}],\"next\":null}"}};

    RUN(routes, "device hub");
    cr_expect_eq(did.code, CTL_OK);
    cr_expect(has(did.out,
                  "\n\nBEHIND IT  NAME   KIND               STATE    SEEN  WHY\n"
                  "hub-1      duck   playground-module  online   -     -\n"
                  "hub-2      goose  playground-module  offline  -     not heard\n"),
        "%s", did.out);
}

Test(ctl, a_refusal_is_the_gateway_s_sentence)
{
    RUN(WORLD, "device nobody");
    expect(CTL_REFUSED, "", "warrenctl: there is no device \"nobody\"\n");
    RUN(WORLD, "device a/b?c");
    cr_expect_str_eq(
        did.asked, "GET /api/v1/devices/a%2Fb%3Fc\n", "a name is one segment of the path");
}

/* --- command and set -------------------------------------------------------------------------- */

Test(ctl, a_command_sends_typed_arguments_and_shows_the_answer)
{
    RUN(WORLD, "command porch save count=3 path=7");
    expect(CTL_OK, "saved: 3\nfiles: [\"a.jpg\"]\n", "");
    cr_expect_str_eq(did.asked,
        "GET /api/v1/devices/porch\n"
        "POST /api/v1/devices/porch/commands/save {\"args\":{\"count\":3,\"path\":\"7\"}}\n");
}

Test(ctl, a_wrong_command_line_asks_nothing_of_the_device)
{
    RUN(WORLD, "command porch sav");
    expect(CTL_USAGE, "", "warrenctl: porch has no command \"sav\", did you mean \"save\"?\n");
    RUN(WORLD, "command porch save count=three");
    expect(CTL_USAGE, "", "warrenctl: count: expected an integer, got \"three\"\n");
    cr_expect_str_eq(did.asked, "GET /api/v1/devices/porch\n");
}

Test(ctl, add_sends_options_typed_by_the_driver_s_table)
{
    RUN(WORLD, "add demo Porch host=10.0.0.7 port=81 --id front");
    expect(CTL_OK, "porch: online\n", "");
    cr_expect(has(did.asked,
                  "POST /api/v1/devices {\"driver\":\"demo\",\"name\":\"Porch\",\"options\":"
                  "{\"host\":\"10.0.0.7\",\"port\":81},\"id\":\"front\"}"),
        "%s", did.asked);
}

Test(ctl, add_asks_for_nothing_that_the_driver_does_not_know)
{
    RUN(WORLD, "add deno Porch");
    expect(CTL_USAGE, "", "warrenctl: no driver \"deno\" is loaded, did you mean \"demo\"?\n");
    RUN(WORLD, "add demo Porch prot=81");
    cr_expect_eq(did.code, CTL_USAGE);
    cr_expect(has(did.err, "there is no option \"prot\""), "%s", did.err);
    RUN(WORLD, "add demo Porch port=x");
    cr_expect_eq(did.code, CTL_USAGE);
    cr_expect_not(has(did.asked, "POST"), "%s", did.asked);
}

#define NAME64 "a234567890123456789012345678901b2345678901234567890123456789012c"

Test(ctl, an_answer_of_any_shape_is_shown)
{
    static const struct {
        const char *body, *shown;
    } answers[] = {{"{\"result\":null}", "done\n"}, {"{\"result\":{}}", "done\n"},
        {"{\"result\":\"text\"}", "text\n"}, {"{\"result\":[1,2]}", "[1,2]\n"},
        {"{\"result\":{\"a\":{\"b\":1}}}", "a.b: 1\n"},
        {"{\"result\":{\"" NAME64 "\":{\"" NAME64 "\":{\"" NAME64 "\":{\"" NAME64
         "x\":{\"e\":1}}}}}}",
            NAME64 "." NAME64 "." NAME64 "." NAME64 ": {\"e\":1}\n"}};

    for (size_t i = 0; i < N_ELEMENTS(answers); i++) {
        const struct fake_route routes[] = {
            WORLD[1], {"POST /api/v1/devices/porch/commands/save", 200, answers[i].body}};

        RUN(routes, "command porch save");
        expect(CTL_OK, answers[i].shown, "");
    }
}

Test(ctl, set_says_what_is_pending_and_what_failed)
{
    RUN(WORLD, "set porch night.enable=yes gain=2.5");
    expect(CTL_OK,
        "night.enable: true (pending, the device has false)\ngain: 2.5 (failed: Invalid "
        "argument)\n",
        "");
    cr_expect_str_eq(did.asked,
        "GET /api/v1/devices/porch\n"
        "PATCH /api/v1/devices/porch {\"settings\":{\"night.enable\":true,\"gain\":2.5}}\n");
}

/* --- captures --------------------------------------------------------------------------------- */

#define CAPTURE(id, pinned)                                                                        \
    "{\"id\":" #id ",\"device\":\"porch\",\"captured_at\":\"2026-01-01T12:00:00.123456Z\","        \
    "\"width\":640,\"height\":480,"                                                                \
    "\"bytes\":30000,\"source\":\"command\",\"pinned\":" #pinned "}"

static const struct fake_route CAPTURES[] = {
    {"GET /api/v1/captures?limit=3&device=porch", 200,
        "{\"items\":[" CAPTURE(9, true) "," CAPTURE(8, false) "],\"next\":\"a b\"}"},
    {"GET /api/v1/captures?limit=3&device=porch&cursor=a%20b", 200,
        "{\"items\":[" CAPTURE(7, false) "," CAPTURE(6, false) "],\"next\":\"x\"}"},
    {"GET /api/v1/captures?limit=20&device=porch", 200, "{\"items\":[],\"next\":null}"},
    {"GET /api/v1/captures?limit=20&device=prch", 200, "{\"items\":[],\"next\":null}"},
    {"GET /api/v1/devices/porch", 200, "{}"},
    {"GET /api/v1/devices/prch", 404, "{\"detail\":\"there is no device \\\"prch\\\"\"}"},
    {"GET /api/v1/captures?limit=20", 200, "{\"items\":[],\"next\":null}"},
    {"GET /api/v1/captures/9/image.jpg", 200, "\xFF\xD8 not much of a picture", "image/jpeg"},
    {"GET /api/v1/captures/5/image.jpg", 404, "{\"detail\":\"there is no such picture\"}",
        "application/problem+json"},
    {"GET /api/v1/captures/4/image.jpg", 200, "half", "image/jpeg", .cut = true},
};

Test(ctl, captures_follow_the_cursor_up_to_the_limit)
{
    RUN(CAPTURES, "captures --limit 3 -d porch");
    expect(CTL_OK,
        "ID  DEVICE  CAPTURED              SIZE     BYTES  SOURCE   \n"
        "9   porch   2026-01-01 12:00:00Z  640x480  30000  command  pinned\n"
        "8   porch   2026-01-01 12:00:00Z  640x480  30000  command  \n"
        "7   porch   2026-01-01 12:00:00Z  640x480  30000  command  \n",
        "");
    RUN(CAPTURES, "captures");
    expect(CTL_OK, "", "No captures.\n");
    RUN(CAPTURES, "captures -d porch");
    expect(CTL_OK, "", "No captures.\n");
    RUN(CAPTURES, "captures -d prch");
    expect(CTL_REFUSED, "", "warrenctl: there is no device \"prch\"\n");
    RUN(CAPTURES, "captures --limit 0");
    expect(CTL_USAGE, "", "warrenctl: --limit: expected an integer from 1 to 1000000\n");
}

Test(ctl, a_cursor_that_brings_nothing_ends_the_list)
{
    static const struct fake_route routes[] = {
        {"GET /api/v1/found", 200, "{\"items\":[],\"next\":\"again\"}"},
        {"GET /api/v1/info", 200, "{}"}};

    RUN(routes, "found");
    expect(CTL_OK, "", "Nothing was seen that is not a device already.\n");
    cr_expect_str_eq(did.asked, "GET /api/v1/found\nGET /api/v1/info\n");
}

static char folder[] = "/tmp/test-ctl-XXXXXX";

static void into_empty_folder(void)
{
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void remove_folder(void)
{
    unlink("capture-9.jpg");
    unlink("x.jpg");
    cr_expect_eq(rmdir(folder), 0, "nothing else was left there");
}

static const char *content(const char *name)
{
    static char text[256];
    FILE *f = fopen(name, "rb");
    size_t n;

    if (!f)
        return NULL;
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

Test(ctl, capture_get_makes_a_file_or_none, .fini = remove_folder)
{
    into_empty_folder();
    RUN(CAPTURES, "capture-get 9");
    expect(CTL_OK, "capture-9.jpg: 24 bytes\n", "");
    cr_expect_str_eq(content("capture-9.jpg"), "\xFF\xD8 not much of a picture");
    RUN(CAPTURES, "capture-get 9 -o x.jpg --json");
    expect(CTL_OK, "{\n  \"file\": \"x.jpg\",\n  \"bytes\": 24\n}\n", "");
    RUN(CAPTURES, "capture-get 9 -o -");
    expect(CTL_OK, "\xFF\xD8 not much of a picture", "");
    RUN(CAPTURES, "capture-get 5");
    expect(CTL_REFUSED, "", "warrenctl: there is no such picture\n");
    RUN(CAPTURES, "capture-get 4");
    cr_expect_eq(did.code, CTL_UNREACHABLE, "%s", did.err);
    cr_expect_null(content("capture-5.jpg"));
    cr_expect_null(content("capture-4.jpg"));
    cr_expect_null(content("capture-4.jpg.part"));
    RUN(CAPTURES, "capture-get ../9");
    expect(CTL_USAGE, "", "warrenctl: an ID has no slash in it\n");
    RUN(CAPTURES, "capture-get 9 -o /nonexistent/x.jpg");
    expect(CTL_USAGE, "",
        "warrenctl: /nonexistent/x.jpg.part cannot be written: No such file or directory\n");
}

/* --- the gateway itself ----------------------------------------------------------------------- */

Test(ctl, info_has_a_line_for_each_member)
{
    RUN(WORLD, "info");
    expect(CTL_OK, "version: 1.2.3\nboot_id: abc\nstorage.captures: 7\nstorage.full: false\n", "");
}

Test(ctl, plugin_ls_tells_why_one_was_refused)
{
    RUN(WORLD, "plugin ls");
    expect(CTL_OK,
        "NAME  VERSION  STATE    FILE     WHY\n"
        "demo  1.0      loaded   demo.so  -\n"
        "-     -        refused  bad.so   it is cut off\n",
        "");
}

Test(ctl, check_says_in_words_what_is_wrong)
{
    char expected[512];

    RUN(WORLD, "check");
    snprintf(expected, sizeof expected,
        "ok   warren 1.2.3 at %s is ready\n"
        "ok   store: writable\n"
        "note driver bad.so: it is cut off\n"
        "note device hub is offline: no answer\n",
        did.url);
    expect(CTL_OK, expected, "");
}

Test(ctl, check_calls_bad_only_what_keeps_it_from_being_ready)
{
    const struct fake_route routes[] = {
        {"GET /readyz", 200,
            "{\"ready\":true,\"checks\":[{\"name\":\"drivers\",\"ok\":false,\"detail\":\"1 "
            "loaded, 1 refused\"}]}"},
        WORLD[0], WORLD[5], WORLD[6]};

    RUN(routes, "check");
    cr_expect_eq(did.code, CTL_OK);
    cr_expect(has(did.out, "note drivers: 1 loaded, 1 refused\n"), "%s", did.out);
    cr_expect_not(has(did.out, "bad  "), "%s", did.out);
}

Test(ctl, check_fails_when_the_gateway_is_not_ready)
{
    const struct fake_route routes[] = {{"GET /readyz", 503,
                                            "{\"ready\":false,\"checks\":[{\"name\":\"store\","
                                            "\"ok\":false,\"detail\":\"the disk is full\"}]}"},
        WORLD[0], WORLD[5], WORLD[6]};

    RUN(routes, "check");
    cr_expect_eq(did.code, CTL_REFUSED);
    cr_expect(has(did.out, " is not ready\nbad  store: the disk is full\n"), "%s", did.out);
    RUN(routes, "check --json");
    cr_expect_eq(did.code, CTL_REFUSED);
    cr_expect(has(did.out, "\"ready\": false"), "%s", did.out);
}

Test(ctl, nobody_there_is_told_from_somebody_else)
{
    static const struct fake_route other[] = {
        {"GET /readyz", 200, "<html>hello</html>", "text/html"}, {"GET /api/v1/info", 200, "{}"},
        {"GET /api/v1/devices", 200, "{}"},
        {"GET /api/v1/events/stream", 200, "hello", "text/plain"}};
    struct loop *l;

    cr_assert_eq(loop_new(&l), 0);
    run_on(l, NULL, "info --url http://127.0.0.1:1");
    loop_free(l);
    cr_expect_eq(did.code, CTL_UNREACHABLE);
    cr_expect_str_eq(did.err,
        "warrenctl: cannot reach http://127.0.0.1:1: no connection to 127.0.0.1 port 1: Connection "
        "refused; is the "
        "gateway running there?\n");
    RUN(other, "check");
    cr_expect_eq(did.code, CTL_UNREACHABLE);
    cr_expect(has(did.err, "what answers there is no Warren gateway"), "%s", did.err);
    RUN(other, "devices");
    cr_expect_eq(did.code, CTL_UNREACHABLE);
    RUN(other, "watch");
    cr_expect_eq(did.code, CTL_UNREACHABLE);
    cr_expect(has(did.err, "no Warren gateway (no event stream)"), "%s", did.err);
    RUN(WORLD, "info --url ftp://x");
    cr_expect_eq(did.code, CTL_USAGE, "%s", did.err);
}

Test(ctl, a_refusal_without_a_sentence_tells_the_status)
{
    static const struct fake_route routes[] = {{"GET /api/v1/info", 500, "{}"},
        {"GET /api/v1/devices", 502, "{\"title\":\"Bad Gateway\"}"}};

    RUN(routes, "info");
    expect(CTL_REFUSED, "", "warrenctl: the gateway answered 500\n");
    RUN(routes, "devices");
    expect(CTL_REFUSED, "", "warrenctl: the gateway answered 502 Bad Gateway\n");
}

Test(ctl, a_url_needs_neither_scheme_nor_care_with_slashes)
{
    struct fake_gateway *g;
    struct loop *l;
    char line[96];

    cr_assert_eq(loop_new(&l), 0);
    g = fake_gateway_new(l, WORLD, N_ELEMENTS(WORLD));
    snprintf(line, sizeof line, "info --url 127.0.0.1:%d//", fake_gateway_port(g));
    run_on(l, NULL, line);
    cr_expect_eq(did.code, CTL_OK, "%s", did.err);
    cr_expect_str_eq(fake_gateway_asked(g), "GET /api/v1/info\n");
    fake_gateway_free(g);
    loop_free(l);
}

/* --- showing ---------------------------------------------------------------------------------- */

Test(show, times_are_told_as_ages)
{
    static const struct {
        const char *time, *shown;
    } ages[] = {{"2026-01-10T00:00:00Z", "0 s ago"}, {"2026-01-09T23:58:01Z", "119 s ago"},
        {"2026-01-09T23:58:00Z", "2 min ago"}, {"2026-01-09T22:00:00Z", "2 h ago"},
        {"2026-01-08T00:00:00Z", "2 d ago"}, {"2026-01-11T00:00:00Z", "0 s ago"}, {"x", "-"}};
    struct ctl c = {0};
    char text[32];

    cr_assert_eq(loop_new_virtual(0, INT64_C(1768003200000000), &c.loop), 0);
    for (size_t i = 0; i < N_ELEMENTS(ages); i++) {
        json_t *time = json_string(ages[i].time);

        cr_expect_str_eq(ctl_ago(&c, time, text, sizeof text), ages[i].shown, "%s", ages[i].time);
        json_decref(time);
    }
    cr_expect_str_eq(ctl_ago(&c, NULL, text, sizeof text), "-");
    loop_free(c.loop);
}

Test(show, what_is_cut_says_so_and_is_no_half_character)
{
    static const struct {
        const char *text, *shown;
    } texts[] = {{"123456789", "123456789"}, {"1234567890", "123456…"}, {"1234567äö", "123456…"},
        {"12345äöü", "12345…"}};
    char out[10];

    for (size_t i = 0; i < N_ELEMENTS(texts); i++) {
        json_t *text = json_string(texts[i].text);

        cr_expect_str_eq(ctl_text(text, out, sizeof out), texts[i].shown, "%s", out);
        json_decref(text);
    }
}

Test(show, names_are_escaped_for_urls)
{
    char out[64];

    cr_expect_str_eq(ctl_escape("a-b_c.d~1", out, sizeof out), "a-b_c.d~1");
    cr_expect_str_eq(ctl_escape("ä /?&", out, sizeof out), "%C3%A4%20%2F%3F%26");
    cr_expect_str_eq(ctl_escape("abcdef", out, 6), "abc", "never half an escape");
}
