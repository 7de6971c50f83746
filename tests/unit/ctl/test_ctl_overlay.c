/* `overlay`: what moves, once or as it comes. */
#include <criterion/criterion.h>

#include "runner.h"

#define MOVES                                                                                      \
    "{\"intensity\":96,\"speed\":3.25,\"direction\":\"up_right\",\"active\":true,"                 \
    "\"activeBlocks\":5,\"confidence\":88,\"speedPxS\":32.5,\"seq\":7}"

static const struct fake_route WORLD[] = {
    {"GET /api/v1/devices/porch/overlay", 200, MOVES},
    {"GET /api/v1/devices/still/overlay", 200, "{\"active\":false,\"seq\":8}"},
    {"GET /api/v1/devices/blade/overlay", 200,
        "{\"speed\":12,\"direction\":\"none\",\"active\":true,\"activeBlocks\":2,\"confidence\":90,"
        "\"gesture\":\"clash\"}"},
    {"GET /api/v1/devices/off/overlay", 404, "{\"detail\":\"nobody looks\"}",
        "application/problem+json"},
    {"GET /api/v1/devices/porch/overlay/stream", 200,
        "retry: 10\nid: 7\nevent: overlay\ndata: " MOVES
        "\n\nevent: other\ndata: {}\n\nevent: overlay\ndata: {}\n\n",
        "text/event-stream", .times = 1},
    {"GET /api/v1/devices/porch/overlay/stream", 404, "{\"detail\":\"it is gone\"}"},
};

Test(overlay, is_a_sentence)
{
    RUN(WORLD, "overlay porch");
    expect(CTL_OK,
        "moves up right, 3.25 px per picture (32.5 px/s), blocks that move: 5, 88 % sure\n", "");
    RUN(WORLD, "overlay still");
    expect(CTL_OK, "nothing moves\n", "");
    RUN(WORLD, "overlay blade");
    expect(CTL_OK, "moves, 12 px per picture, blocks that move: 2, 90 % sure, clash\n", "");
}

Test(overlay, in_json_is_all_of_it)
{
    RUN(WORLD, "overlay --json still");
    expect(CTL_OK, "{\n  \"active\": false,\n  \"seq\": 8\n}\n", "");
}

Test(overlay, of_a_camera_where_nobody_looks_for_motion_is_refused)
{
    RUN(WORLD, "overlay off");
    expect(CTL_REFUSED, "", "warrenctl: nobody looks\n");
}

Test(overlay, is_told_as_it_comes)
{
    RUN(WORLD, "overlay porch --watch");
    cr_expect_str_eq(did.out,
        "moves up right, 3.25 px per picture (32.5 px/s), blocks that move: 5, 88 % sure\n"
        "nothing moves\n");
    cr_expect(has(did.err, "it is gone"), "%s", did.err);
}

Test(overlay, as_it_comes_in_json_is_one_per_line)
{
    RUN(WORLD, "overlay porch -w --json");
    cr_expect(has(did.out, "\"seq\":7}\n{}\n"), "%s", did.out);
}
