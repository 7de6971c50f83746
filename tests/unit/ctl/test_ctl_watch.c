/* `watch`: the event stream, lost and found again. */
#include <criterion/criterion.h>

#include "loop/loop.h"
#include "runner.h"

static const struct fake_route STREAM[] = {
    {"GET /api/v1/devices/porch", 200, "{}"},
    {"GET /api/v1/events/stream?device=porch&type=camera.night", 200,
        "retry: 10\n\n: hello\n\nid: 6\ndata: "
        "{\"id\":6,\"time\":\"2026-01-01T12:00:00.123456Z\",\"device\":\"porch\","
        "\"type\":\"camera.night\",\"data\":{\"level\":3}}\n\nid: 7\ndata: "
        "{\"id\":7,\"time\":\"2026-01-01T12:00:01.000000Z\","
        "\"device\":\"porch\",\"type\":\"camera.day\",\"data\":{}}\n\nid: 8\ndata: {\"half\":",
        "text/event-stream", .times = 1},
    {"GET /api/v1/events/stream?device=porch&type=camera.night", 503, "{\"detail\":\"starting\"}",
        .times = 1},
    {"GET /api/v1/events/stream?device=porch&type=camera.night", 200,
        "event: gap\ndata: {\"from\":8,\"to\":9}\n\nid: 8\nevent: module.seen\ndata: "
        "{\"id\":8,\"time\":\"2026-01-01T12:00:02.000000Z\",\"device\":\"hub\",\"type\":\"module."
        "seen\",\"data\":{}}\n\n",
        "text/event-stream", .times = 1},
    {"GET /api/v1/events/stream?device=porch&type=camera.night", 403,
        "{\"detail\":\"not any more\"}"},
};

Test(watch, watch_goes_on_where_it_ended)
{
    RUN(STREAM, "watch -d porch --type camera.night");
    cr_expect_eq(did.code, CTL_REFUSED);
    cr_expect_str_eq(did.out,
        "12:00:00.123  porch             camera.night          {\"level\":3}\n"
        "12:00:01.000  porch             camera.day          \n"
        "12:00:02.000  hub               module.seen         \n");
    cr_expect_str_eq(did.asked,
        "GET /api/v1/devices/porch\n"
        "GET /api/v1/events/stream?device=porch&type=camera.night\n"
        "GET /api/v1/events/stream?device=porch&type=camera.night [7]\n"
        "GET /api/v1/events/stream?device=porch&type=camera.night [7]\n"
        "GET /api/v1/events/stream?device=porch&type=camera.night [8]\n");
    cr_expect(
        has(did.err,
            "warrenctl: the connection was lost (the gateway closed it), trying again in 0.01 s\n"),
        "%s", did.err);
    cr_expect(
        has(did.err,
            "warrenctl: events 8 to 9 were missed; the gateway has them under /api/v1/events\n"),
        "%s", did.err);
    cr_expect(has(did.err, "warrenctl: not any more\n"), "%s", did.err);
}

Test(watch, watch_does_not_wait_for_a_device_that_is_not_there)
{
    static const struct fake_route routes[] = {{"GET /api/v1/devices/nobody", 404,
        "{\"detail\":\"there is no device \\\"nobody\\\"\"}", "application/problem+json"}};

    RUN(routes, "watch -d nobody");
    expect(CTL_REFUSED, "", "warrenctl: there is no device \"nobody\"\n");
    cr_expect_str_eq(did.asked, "GET /api/v1/devices/nobody\n");
}

Test(watch, watch_in_json_is_one_event_per_line)
{
    const struct fake_route routes[] = {
        {"GET /api/v1/events/stream", 200, "retry: 10\ndata: {\"id\": 1, \"type\": \"a.b\"}\n\n",
            "text/event-stream", .times = 1},
        {"GET /api/v1/events/stream", 400, "{}"}};

    RUN(routes, "watch --json");
    cr_expect_str_eq(did.out, "{\"id\":1,\"type\":\"a.b\"}\n");
}

Test(watch, watch_does_not_wait_for_a_gateway_that_was_never_there)
{
    struct loop *l;

    cr_assert_eq(loop_new(&l), 0);
    run_on(l, NULL, "watch --url http://127.0.0.1:1");
    loop_free(l);
    cr_expect_eq(did.code, CTL_UNREACHABLE);
    cr_expect(has(did.err, "warrenctl: cannot reach http://127.0.0.1:1: "), "%s", did.err);
}
