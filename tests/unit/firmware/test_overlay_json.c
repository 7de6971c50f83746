#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "motion_words.h"
#include "overlay_json.h"

static char text[8192];
static struct overlay_block room[OVERLAY_BLOCKS_MAX];

static const char *written(const struct overlay *o)
{
    text[overlay_json_write(o, text, sizeof text - 1)] = '\0';
    return text;
}

static int read_text(const char *json, struct overlay *ret)
{
    return overlay_json_read(json, strlen(json), ret, room, OVERLAY_BLOCKS_MAX);
}

static struct overlay must_read(const char *json)
{
    struct overlay o;

    memset(&o, 0xAA, sizeof o);
    cr_assert_eq(read_text(json, &o), 0, "%s", json);
    return o;
}

static struct overlay of_grid(uint8_t columns, uint8_t rows, uint16_t block)
{
    return (struct overlay){
        .frame_width = 320, .frame_height = 240, .columns = columns, .rows = rows, .block = block};
}

#define GRID "\"frameWidth\":320,\"frameHeight\":240,\"blockSize\":40,\"gridCols\":8,\"gridRows\":6"

/* --- writing ---------------------------------------------------------------------------------- */

Test(overlay_json, without_blocks_it_is_179_bytes)
{
    struct overlay o = of_grid(8, 6, 40);

    cr_expect_str_eq(written(&o),
        "{\"intensity\":0,\"speed\":0,\"direction\":\"none\",\"active\":false,\"activeBlocks\":0,"
        "\"confidence\":0," GRID ",\"blocks\":[]}");
    cr_expect_eq(strlen(text), 179);
}

Test(overlay_json, what_moves_is_written_in_px_of_two_digits)
{
    struct overlay_block blocks[] = {
        {.row = 2, .column = 3, .confidence = 241, .valid = true, .dx = 819, .dy = -704},
        {.row = 2, .column = 4, .confidence = 255, .valid = true},
        {.row = 2, .column = 5, .confidence = 255, .dx = 256},
    };
    struct overlay o = of_grid(8, 6, 40);

    o.speed = 832;
    o.blocks = blocks;
    o.n_blocks = 3;
    written(&o);
    cr_expect(strstr(text, "\"speed\":3.25,"), "%s", text);
    cr_expect(strstr(text,
                  "\"blocks\":[{\"row\":2,\"col\":3,\"x\":120,\"y\":80,\"dx\":3.2,\"dy\":-2.75,"
                  "\"confidence\":241,\"valid\":true}]}"),
        "%s", text);
}

Test(overlay_json, ours_says_more_where_there_is_more)
{
    struct overlay o = of_grid(8, 7, 30);

    o.left = 40;
    o.top = 15;
    o.speed_px_s = 10 * 256 + 128;
    o.gesture = MOTION_CLASH;
    o.brightness = 104;
    o.centred = true;
    o.x = 32768;
    o.y = 20316;
    o.n_points = 1;
    o.points[0] = (struct overlay_point){65535, 0, 9};
    o.has_frame_id = true;
    o.time_us = 81276332;
    written(&o);
    cr_expect(strstr(text,
                  "\"blocks\":[],\"gridX\":40,\"gridY\":15,\"speedPxS\":10.5,\"gesture\":\"clash\","
                  "\"brightness\":104,\"centre\":{\"x\":0.5,\"y\":0.31},"
                  "\"trajectory\":[{\"x\":1,\"y\":0,\"intensity\":9}],"
                  "\"frameId\":0,\"timeUs\":81276332}"),
        "%s", text);
}

static struct overlay fullest(struct overlay_block *blocks)
{
    struct overlay o = of_grid(OVERLAY_SIDE_MAX, OVERLAY_SIDE_MAX, 1000);

    for (uint16_t i = 0; i < OVERLAY_BLOCKS_MAX; i++)
        blocks[i] = (struct overlay_block){(uint8_t)(i / OVERLAY_SIDE_MAX),
            (uint8_t)(i % OVERLAY_SIDE_MAX), 255, true, -30001, -30001};
    o.frame_width = o.frame_height = UINT16_MAX;
    o.left = o.top = 30000;
    o.blocks = blocks;
    o.n_blocks = OVERLAY_BLOCKS_MAX;
    o.speed = o.speed_px_s = UINT32_MAX;
    o.direction = MOTION_DOWN_RIGHT;
    o.gesture = MOTION_IGNITION;
    o.intensity = o.brightness = 255;
    o.active_blocks = OVERLAY_BLOCKS_MAX;
    o.confidence_percent = 100;
    o.centred = o.active = o.has_frame_id = true;
    o.x = o.y = 12345;
    o.n_points = OVERLAY_POINTS_MAX;
    for (unsigned i = 0; i < OVERLAY_POINTS_MAX; i++)
        o.points[i] = (struct overlay_point){12345, 12345, 255};
    o.frame_id = (uint64_t)1 << 52;
    o.time_us = INT64_C(1) << 52;
    return o;
}

Test(overlay_json, the_fullest_fits_the_room_it_is_given)
{
    static struct overlay_block blocks[OVERLAY_BLOCKS_MAX];
    static char big[OVERLAY_JSON_MAX(OVERLAY_BLOCKS_MAX)];
    struct overlay o = fullest(blocks);

    cr_expect_gt(overlay_json_write(&o, big, sizeof big), 0);
    o.n_blocks = 0;
    cr_expect_gt(overlay_json_write(&o, big, OVERLAY_JSON_MAX(0)), 0);
    cr_expect_eq(overlay_json_write(&o, big, 100), 0);
}

/* --- reading ---------------------------------------------------------------------------------- */

Test(overlay_json, what_was_written_is_read_as_the_same)
{
    struct overlay_block blocks[] = {
        {.row = 5, .column = 7, .confidence = 90, .valid = true, .dx = 256, .dy = -128}};
    struct overlay o = of_grid(8, 6, 40), again;

    o.intensity = 96;
    o.speed = 832;
    o.direction = MOTION_UP_RIGHT;
    o.active = true;
    o.active_blocks = 5;
    o.confidence_percent = 88;
    o.speed_px_s = 8320;
    o.gesture = MOTION_RETRACT;
    o.brightness = 104;
    o.has_frame_id = true;
    o.frame_id = 4711;
    o.time_us = 81276332;
    o.blocks = blocks;
    o.n_blocks = 1;
    again = must_read(written(&o));
    cr_expect_eq(again.n_blocks, 1);
    cr_expect_eq(memcmp(again.blocks, blocks, sizeof blocks), 0);
    again.blocks = blocks;
    cr_expect_eq(memcmp(&again, &o, sizeof o), 0);
}

Test(overlay_json, no_detector_is_an_empty_object)
{
    struct overlay o = must_read(" {} ");

    cr_expect_eq(o.columns, 0);
    cr_expect_eq(o.n_blocks, 0);
    cr_expect_not(o.active);
    cr_expect_not(o.has_frame_id);
}

Test(overlay_json, placeholders_are_no_blocks)
{
    static char json[8192];
    int n = sprintf(json, "{\"intensity\":0,\"speed\":0.0," GRID ",\"blocks\":[");

    for (int i = 0; i < 48; i++)
        n += sprintf(json + n,
            "%s{\"row\":%d,\"col\":%d,\"x\":%d,\"y\":%d,\"dx\":0,\"dy\":%d,\"confidence\":0,"
            "\"valid\":%s}",
            i ? "," : "", i / 8, i % 8, i % 8 * 40, i / 8 * 40, i == 11 ? 2 : 0,
            i == 11 ? "true" : "false");
    strcpy(json + n, "]}");
    struct overlay o = must_read(json);
    cr_assert_eq(o.n_blocks, 1);
    cr_expect_eq(o.blocks[0].row, 1);
    cr_expect_eq(o.blocks[0].column, 3);
    cr_expect_eq(o.blocks[0].dy, 512);
    cr_expect_eq(o.left, 0);
}

Test(overlay_json, a_grid_in_the_middle_is_where_its_blocks_say)
{
    struct overlay o = must_read(
        "{\"blocks\":[{\"row\":1,\"col\":2,\"x\":100,\"y\":30,\"dx\":1,\"dy\":0,\"confidence\":1,"
        "\"valid\":true}],\"frameWidth\":320,\"frameHeight\":240,\"blockSize\":30,\"gridCols\":8,"
        "\"gridRows\":8}");

    cr_expect_eq(o.left, 40);
    cr_expect_eq(o.top, 0);
    o = must_read("{\"blocks\":[{\"row\":5,\"col\":7,\"x\":300,\"y\":220,\"dx\":1}]," GRID "}");
    cr_expect_eq(o.left, 0, "a block that tells its middle would push the grid out of the frame");
}

Test(overlay_json, numbers_may_be_whole_or_not_and_huge)
{
    struct overlay o = must_read("{\"intensity\":1e300,\"speed\":2.5,\"confidence\":55.6,"
                                 "\"brightness\":-4,\"activeBlocks\":99999999999999999999,"
                                 "\"speedPxS\":1e999,\"direction\":\"DOWN_LEFT\"}");

    cr_expect_eq(o.intensity, 255);
    cr_expect_eq(o.speed, 640);
    cr_expect_eq(o.confidence_percent, 56);
    cr_expect_eq(o.brightness, 0);
    cr_expect_eq(o.active_blocks, UINT16_MAX);
    cr_expect_eq(o.direction, MOTION_DOWN_LEFT);
}

Test(overlay_json, blocks_outside_of_the_grid_and_twice_in_one_place_are_left_out)
{
    struct overlay o = must_read("{" GRID ",\"blocks\":["
                                 "{\"row\":0,\"col\":8,\"dx\":1},{\"row\":6,\"col\":0,\"dx\":1},"
                                 "{\"row\":-1,\"col\":0,\"dx\":1},{\"row\":999,\"col\":0,\"dx\":1},"
                                 "{\"col\":0,\"dx\":1},{},"
                                 "{\"row\":1,\"col\":1,\"dx\":1},{\"row\":1,\"col\":1,\"dx\":2}]}");

    cr_expect_eq(o.n_blocks, 1);
    cr_expect_eq(o.blocks[0].dx, 256);
}

Test(overlay_json, what_is_beyond_the_room_is_left_out)
{
    static const char json[] = "{" GRID ",\"blocks\":[{\"row\":0,\"col\":0,\"dx\":1},"
                               "{\"row\":0,\"col\":1,\"dx\":1},{\"row\":0,\"col\":2,\"dx\":1}]}";
    struct overlay o;

    cr_expect_eq(overlay_json_read(json, strlen(json), &o, room, 2), 0);
    cr_expect_eq(o.n_blocks, 2);
}

Test(overlay_json, without_a_grid_blocks_lie_nowhere)
{
    struct overlay o = must_read("{\"blocks\":[{\"row\":0,\"col\":0,\"dx\":1,\"valid\":true}]}");

    cr_expect_eq(o.n_blocks, 0);
}

Test(overlay_json, null_is_what_was_not_said)
{
    struct overlay o = must_read("{\"speed\":null,\"direction\":null,\"blocks\":null,\"x\":{}}");

    cr_expect_eq(o.speed, 0);
}

Test(overlay_json, a_trajectory_is_at_most_as_long_as_ours)
{
    static char json[4096] = "{\"trajectory\":[";
    int n = (int)strlen(json);

    for (int i = 0; i < 30; i++)
        n += sprintf(json + n, "%s{\"x\":0.%02d,\"y\":2,\"intensity\":%d}", i ? "," : "", i, i);
    strcpy(json + n, "]}");
    struct overlay o = must_read(json);
    cr_assert_eq(o.n_points, OVERLAY_POINTS_MAX);
    cr_expect_eq(o.points[19].intensity, 19);
    cr_expect_eq(o.points[19].x, 12452);
    cr_expect_eq(o.points[19].y, 65535);
}

Test(overlay_json, nonsense_is_refused_and_leaves_the_result_alone)
{
    static const char *const bad[] = {"", "[]", "5", "null", "{", "{\"intensity\":}",
        "{\"intensity\":\"high\"}", "{\"intensity\":[5]}", "{\"active\":1}", "{\"direction\":3}",
        "{\"blocks\":5}", "{\"blocks\":[5]}", "{\"blocks\":[{\"valid\":1}]}",
        "{\"blocks\":[{\"dx\":\"1\"}]}", "[{\"intensity\":5}]",
        "{\"frameWidth\":320,\"frameHeight\":240,\"blockSize\":40,\"gridCols\":9,\"gridRows\":6}",
        "{\"frameWidth\":9999,\"frameHeight\":240,\"blockSize\":40,\"gridCols\":33,\"gridRows\":6}",
        "{\"gridX\":1," GRID "}", "{} {}"};
    struct overlay o = {.frame_id = 77};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(read_text(bad[i], &o), -EBADMSG, "%s", bad[i]);
    cr_expect_eq(o.frame_id, 77);
}
