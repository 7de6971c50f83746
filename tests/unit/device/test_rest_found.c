#include "../http/live.h"
#include "found_world.h"

#define A "AA:BB:CC:DD:EE:01"
#define ADOPT "/api/v1/found/ble-aa-bb-cc-dd-ee-01/adopt"

static void setup(void)
{
    live_open();
    found_join();
    live.api.drivers = here.drivers;
    live.api.found = here.found;
}

static void teardown(void)
{
    found_part();
    live_close();
}

TestSuite(rest_found, .init = setup, .fini = teardown, .timeout = 60);

static const char *get(const char *path)
{
    char text[256];

    snprintf(
        text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    return ask(&live.talk, text);
}

static const char *post(const char *path, const char *body)
{
    char text[512];

    snprintf(text, sizeof text,
        "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
        "application/json\r\nContent-Length: %zu\r\n\r\n%s",
        path, strlen(body), body);
    return ask(&live.talk, text);
}

static void expect(const char *answer, int status, const char *says)
{
    char line[32];

    snprintf(line, sizeof line, "HTTP/1.1 %d ", status);
    cr_expect_eq(strncmp(answer, line, strlen(line)), 0, "%s", answer);
    cr_expect_not_null(strstr(answer, says), "%s", answer);
}

Test(rest_found, what_was_seen_is_listed_with_all_that_is_known)
{
    expect(get("/api/v1/found"), 200, "{\"items\":[],\"next\":null}");
    found_see(A, "Lamp-7", UUID_LANTERN, "-60");
    expect(get("/api/v1/found"), 200,
        "{\"items\":[{\"id\":\"ble-aa-bb-cc-dd-ee-01\",\"bus\":\"ble\",\"address\":\"" A
        "\",\"name\":\"Lamp-7\",\"driver\":\"lamp\",");
    expect(live.talk.reply, 200,
        "\"properties\":[{\"key\":\"adapter\",\"value\":\"hci0\"},{\"key\":\"service\",\"value\":"
        "\"" UUID_LANTERN "\"},{\"key\":\"rssi_dbm\",\"value\":\"-60\"}]");
}

Test(rest_found, adopting_makes_a_device_once)
{
    found_see(A, "Lamp-7", "", "");
    expect(post(ADOPT, "{\"name\": \"Porch light\", \"options\": {\"level\": 8}}"), 201,
        "\"id\":\"porch-light\"");
    expect(get("/api/v1/found"), 200, "\"items\":[]");
    world_pass(1000);
    expect(get("/api/v1/devices/porch-light"), 200, "\"state\":\"online\"");
    expect(post(ADOPT, "{}"), 409, "is the device \\\"porch-light\\\" already");
}

Test(rest_found, a_body_is_optional)
{
    found_see(A, "Lamp-7", "", "");
    expect(post(ADOPT, ""), 201, "\"id\":\"lamp-7\"");
}

Test(rest_found, what_is_wrong_is_told)
{
    found_see(A, "Lamp-7", "", "");
    expect(post(ADOPT, "{\"options\": {\"level\": 80}}"), 422,
        "level: expected an integer from 0 to 9");
    expect(post(ADOPT, "{\"options\": {\"volume\": 1}}"), 422, "volume");
    expect(post(ADOPT, "{\"name\": 7}"), 422, "expected");
    expect(post(ADOPT, "{nonsense"), 400, "");
    expect(post("/api/v1/found/nothing/adopt", "{}"), 404, "was seen lately");
    cr_expect_not_null(found_at(A));
}

Test(rest_found, what_is_a_device_already_is_a_conflict)
{
    found_see(A, "Lamp-7", "", "");
    expect(post("/api/v1/devices",
               "{\"driver\": \"lamp\", \"name\": \"Mine\", \"options\": {\"address\": \"" A "\"}}"),
        201, "\"id\":\"mine\"");
    expect(post(ADOPT, "{}"), 409, "is the device \\\"mine\\\" already");
    expect(get("/api/v1/found"), 200, "\"items\":[]");
}
