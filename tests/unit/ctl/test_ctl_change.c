/* What changes something: adopt, rename, enable, disable, remove, unset, and pictures. */
#include <criterion/criterion.h>

#include "runner.h"

/* What is seen, by a driver with an option; and why no more is. */
static const struct fake_route SEEN[] = {
    {"GET /api/v1/found", 200,
        "{\"items\":[{\"id\":\"ble-1\",\"name\":\"BatchCam\",\"bus\":\"ble\",\"address\":\"AA:BB\","
        "\"driver\":\"demo\"}],\"next\":null}"},
    {"GET /api/v1/plugins", 200,
        "{\"items\":[{\"name\":\"demo\",\"state\":\"loaded\",\"options\":[{\"key\":\"stay\","
        "\"type\":\"bool\"}]}],\"next\":null}"},
    {"POST /api/v1/found/ble-1/adopt", 201, DEVICE},
    {"GET /api/v1/info", 200,
        "{\"version\":\"1.2.3\",\"bluetooth\":{\"ready\":false,\"why\":\"there is no "
        "\\u001bD-Bus\",\"adapters\":[]}}"},
    {"GET /readyz", 200, "{\"ready\":true,\"checks\":[]}"},
    {"GET /api/v1/devices", 200,
        "{\"items\":[{\"id\":\"attic\",\"state\":\"online\",\"options\":{\"address\":{\"value\":"
        "\"AA:BC\"}}}],"
        "\"next\":null}"},
};

Test(change, adopt_takes_what_was_seen_by_its_id_or_address)
{
    RUN(SEEN, "adopt ble-1 stay=no --name Garden");
    expect(CTL_OK, "porch: online\n", "");
    cr_expect(has(did.asked,
                  "POST /api/v1/found/ble-1/adopt {\"options\":{\"stay\":false},"
                  "\"name\":\"Garden\"}\n"),
        "%s", did.asked);
    RUN(SEEN, "adopt aa:bb");
    expect(CTL_OK, "porch: online\n", "");
    cr_expect(has(did.asked, "POST /api/v1/found/ble-1/adopt {\"options\":{}}\n"), "%s", did.asked);
    RUN(SEEN, "adopt ble-1 --json");
    cr_expect(has(did.out, "\"id\": \"porch\""), "%s", did.out);
}

Test(change, adopt_says_what_is_not_there_or_not_an_option)
{
    RUN(SEEN, "adopt ble-2");
    expect(CTL_REFUSED, "",
        "warrenctl: nothing with the id or address \"ble-2\" was seen in the last two minutes, did "
        "you mean \"ble-1\"?\n");
    RUN(SEEN, "adopt aa:bc");
    expect(CTL_REFUSED, "", "warrenctl: aa:bc is the device \"attic\" already\n");
    RUN(SEEN, "adopt ble-1 sty=no");
    expect(CTL_USAGE, "", "warrenctl: there is no option \"sty\", did you mean \"stay\"?\n");
    cr_expect_not(has(did.asked, "POST"), "%s", did.asked);
}

Test(change, where_bluetooth_cannot_be_used_that_is_said)
{
    char expected[256];

    RUN(SEEN, "found");
    expect(CTL_OK, "ID     NAME      BUS  ADDRESS  DRIVER\nble-1  BatchCam  ble  AA:BB    demo\n",
        "No Bluetooth device can be seen: there is no ?D-Bus.\n");
    RUN(SEEN, "check");
    snprintf(expected, sizeof expected,
        "ok   warren 1.2.3 at %s is ready\nnote bluetooth: there is no ?D-Bus\n", did.url);
    expect(CTL_OK, expected, "");
}

static const struct fake_route DEVICES[] = {
    {"PATCH /api/v1/devices/porch", 200, DEVICE},
    {"DELETE /api/v1/devices/porch", 204, ""},
    {"DELETE /api/v1/devices/hub", 409,
        "{\"detail\":\"hub stands in the configuration: warren.yaml, line 4\"}",
        "application/problem+json"},
};

Test(change, a_device_is_renamed_let_go_of_used_again_and_removed)
{
    RUN(DEVICES, "rename porch Gate");
    expect(CTL_OK, "porch: Front ?[2JPorch\n", "");
    cr_expect_str_eq(did.asked, "PATCH /api/v1/devices/porch {\"name\":\"Gate\"}\n");
    RUN(DEVICES, "disable porch");
    expect(CTL_OK, "porch: online\n", "");
    cr_expect_str_eq(did.asked, "PATCH /api/v1/devices/porch {\"enabled\":false}\n");
    RUN(DEVICES, "enable porch --json");
    cr_expect_str_eq(did.asked, "PATCH /api/v1/devices/porch {\"enabled\":true}\n");
    cr_expect(has(did.out, "\"id\": \"porch\""), "%s", did.out);
    RUN(DEVICES, "remove porch");
    expect(CTL_OK, "porch: removed\n", "");
    RUN(DEVICES, "remove porch --json");
    expect(CTL_OK, "{\n  \"id\": \"porch\",\n  \"removed\": true\n}\n", "");
    RUN(DEVICES, "remove hub");
    expect(CTL_REFUSED, "", "warrenctl: hub stands in the configuration: warren.yaml, line 4\n");
}

Test(change, flow_tells_who_looks_for_motion_or_who_shall)
{
    static const struct fake_route routes[] = {
        {"GET /api/v1/devices/porch", 200, "{\"id\":\"porch\",\"flow\":\"device\"}"},
        {"PATCH /api/v1/devices/porch", 200, "{\"id\":\"porch\",\"flow\":\"on\"}"},
        {"GET /api/v1/devices/lamp", 200, "{\"id\":\"lamp\",\"flow\":null}"}};

    RUN(routes, "flow porch");
    expect(CTL_OK, "porch: device\n", "");
    cr_expect_str_eq(did.asked, "GET /api/v1/devices/porch\n");
    RUN(routes, "flow porch on");
    expect(CTL_OK, "porch: on\n", "");
    cr_expect_str_eq(did.asked, "PATCH /api/v1/devices/porch {\"flow\":\"on\"}\n");
    RUN(routes, "flow porch --json");
    cr_expect(has(did.out, "\"flow\": \"device\""), "%s", did.out);
    RUN(routes, "flow lamp");
    expect(CTL_REFUSED, "", "warrenctl: flow: lamp is no camera\n");
}

Test(change, unset_leaves_a_setting_to_the_device)
{
    static const struct fake_route routes[] = {
        {"GET /api/v1/devices/porch", 200, "{\"settings\":{\"gain\":{\"type\":\"float\"}}}"},
        {"PATCH /api/v1/devices/porch", 200,
            "{\"settings\":{\"gain\":{\"desired\":null,\"reported\":2.5,\"error\":null}}}"}};

    RUN(routes, "unset porch gain");
    expect(CTL_OK, "gain: nothing is wanted, the device has 2.5\n", "");
    cr_expect_str_eq(did.asked,
        "GET /api/v1/devices/porch\nPATCH /api/v1/devices/porch {\"settings\":{\"gain\":null}}\n");
    RUN(routes, "unset porch gaim");
    expect(CTL_USAGE, "", "warrenctl: there is no setting \"gaim\", did you mean \"gain\"?\n");
}

/* --- pictures ----------------------------------------------------------------------------------- */

static const struct fake_route PICTURE[] = {
    {"PATCH /api/v1/captures/9", 200, "{\"id\":9,\"pinned\":true}"},
    {"DELETE /api/v1/captures/9", 204, ""},
};

Test(change, captures_are_pinned_unpinned_and_deleted_until_one_is_refused)
{
    RUN(PICTURE, "capture-pin 9");
    expect(CTL_OK, "9: pinned\n", "");
    cr_expect_str_eq(did.asked, "PATCH /api/v1/captures/9 {\"pinned\":true}\n");
    RUN(PICTURE, "capture-unpin 9 --json");
    cr_expect_str_eq(did.asked, "PATCH /api/v1/captures/9 {\"pinned\":false}\n");
    cr_expect(has(did.out, "\"id\": 9"), "%s", did.out);
    RUN(PICTURE, "capture-delete 9 8 9");
    expect(CTL_REFUSED, "9: deleted\n", "warrenctl: no such route in the fake\n");
    cr_expect_str_eq(did.asked, "DELETE /api/v1/captures/9\nDELETE /api/v1/captures/8\n");
    RUN(PICTURE, "capture-delete 9 --json");
    expect(CTL_OK,
        "{\n  \"items\": [\n    {\n      \"id\": 9,\n      \"deleted\": true\n    }\n  ],\n  "
        "\"next\": null\n}\n",
        "");
}
