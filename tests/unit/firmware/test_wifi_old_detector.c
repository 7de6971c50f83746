/* What old debug cameras say of motion, in their words. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/sim/motion_scene.h"
#include "firmware/sim/wifi_old_detector.h"
#include "overlay_json.h"

static char text[WIFI_OLD_OVERLAY_MAX];

/* Three frames of a scene. */
static struct wifi_old_detector *seen(enum wifi_dialect dialect, const char *scene)
{
    struct wifi_old_detector *d;
    struct motion_scene *s;
    uint8_t *grey = malloc(WIFI_OLD_WIDTH * WIFI_OLD_HEIGHT);

    cr_assert_eq(wifi_old_detector_new(dialect, &d), 0);
    cr_assert_eq(motion_scene_new(scene, &s), 0);
    for (unsigned i = 0; i < 3; i++) {
        motion_scene_draw(s, i, WIFI_OLD_WIDTH, WIFI_OLD_HEIGHT, grey);
        wifi_old_detector_run(d, grey, 1000000 + i * 100000);
    }
    motion_scene_free(s);
    free(grey);
    return d;
}

static struct overlay read_overlay(void)
{
    static struct overlay_block room[OVERLAY_BLOCKS_MAX];
    struct overlay o;

    cr_assert_eq(
        overlay_json_read(text, strlen(text), &o, room, OVERLAY_BLOCKS_MAX), 0, "%s", text);
    return o;
}

Test(wifi_old_detector, before_the_first_frame_there_is_nothing_in_so_many_bytes)
{
    static const struct wifi_old_seen none;

    cr_expect_eq(wifi_old_overlay(&none, WIFI_DIALECT_SHIPPED, 8, text), 179, "%s", text);
    cr_expect_eq(read_overlay().columns, 8);
}

Test(wifi_old_detector, the_roadmap_sends_all_blocks_and_nothing_in_them)
{
    struct wifi_old_detector *d = seen(WIFI_DIALECT_ROADMAP, "pan:6,0");
    size_t n = wifi_old_overlay(wifi_old_detector_seen(d), WIFI_DIALECT_ROADMAP, 8, text);
    unsigned blocks = 0;

    for (const char *at = text; (at = strstr(at, "{\"row\":")); at++)
        blocks++;
    cr_expect_eq(blocks, 48);
    cr_expect(n > 3500 && n < 4200, "%zu", n);
    cr_expect_null(strstr(text, "\"valid\":true"));
    cr_expect_eq(read_overlay().direction, MOTION_RIGHT);
    wifi_old_detector_free(d);
}

Test(wifi_old_detector, what_shipped_sends_valid_blocks_with_even_vectors)
{
    struct wifi_old_detector *d = seen(WIFI_DIALECT_SHIPPED, "pan:6,-4");

    wifi_old_overlay(wifi_old_detector_seen(d), WIFI_DIALECT_SHIPPED, 8, text);
    struct overlay o = read_overlay();
    cr_expect(o.n_blocks > 30, "%u", o.n_blocks);
    cr_expect(o.active);
    cr_expect_eq(o.direction, MOTION_UP_RIGHT);
    cr_expect_eq(o.blocks[o.n_blocks / 2].dx, 6 * OVERLAY_UNIT);
    cr_expect_eq(o.blocks[o.n_blocks / 2].dy, -4 * OVERLAY_UNIT);
    cr_expect_not(o.has_frame_id);
    wifi_old_detector_free(d);
}

Test(wifi_old_detector, head_has_eight_blocks_to_a_side_or_tells_of_six)
{
    struct wifi_old_detector *d = seen(WIFI_DIALECT_HEAD, "pan:-5,0");

    wifi_old_overlay(wifi_old_detector_seen(d), WIFI_DIALECT_HEAD, 8, text);
    struct overlay o = read_overlay();
    cr_expect(o.columns == 8 && o.rows == 8 && o.block == 30 && o.left == 0);
    cr_expect_eq(o.direction, MOTION_LEFT);
    cr_expect(o.n_blocks > 40, "%u", o.n_blocks);
    cr_expect_eq(o.blocks[o.n_blocks / 2].dx, -5 * OVERLAY_UNIT);
    wifi_old_overlay(wifi_old_detector_seen(d), WIFI_DIALECT_HEAD, 6, text);
    o = read_overlay();
    cr_expect(o.columns == 6 && o.rows == 6 && o.block == 40);
    wifi_old_detector_free(d);
}

Test(wifi_old_detector, metrics_have_the_names_of_the_first_cameras)
{
    struct wifi_old_detector *d = seen(WIFI_DIALECT_SHIPPED, "pan:6,0");
    static const char *const names[] = {"totalFrames\":3,", "motionFrames\":", "intensity\":",
        "avgBrightness\":", "flashIntensity\":", "trajectoryLength\":", "motionActive\":true",
        "avgComputeTimeMs\":", "avgConfidence\":0.", "avgActiveBlocks\":", "direction\":\"right\"",
        "avgSpeed\":"};

    cr_expect_gt(wifi_old_metrics(wifi_old_detector_seen(d), text), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_expect(strstr(text, names[i]), "%s in %s", names[i], text);
    wifi_old_detector_free(d);
}
