#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/drivers.h"
#include "files.h"
#include "world.h"

static char first[64], second[64], both[130];
static struct drivers *drivers;

static void put(const char *folder, const char *file, const char *built)
{
    char path[128];
    size_t n;
    uint8_t *bytes = read_whole(built, &n);

    snprintf(path, sizeof path, "%s/%s", folder, file);
    write_whole(path, bytes, n);
    free(bytes);
}

static void take_away(const char *folder, const char *file)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, file);
    cr_assert_eq(unlink(path), 0);
    world_pass(DRIVERS_RESCAN_US);
}

static void setup(void)
{
    world_open(NULL);
    make_folder(first);
    make_folder(second);
    snprintf(both, sizeof both, "%s:%s", first, second);
}

static void teardown(void)
{
    cr_expect_null(drivers_find(drivers, "tiny"), "the test leaves a driver that a device may use");
    devices_set_drivers(world.devices, NULL);
    drivers_free(drivers);
    world_close();
    remove_folder(first);
    remove_folder(second);
}

TestSuite(drivers, .init = setup, .fini = teardown);

static void look(void)
{
    cr_assert_eq(drivers_new(world.loop, world.bus, world.devices, both, &drivers), 0);
    world_pass(1);
}

static const char *version_loaded(void)
{
    const struct driver *d = drivers_find(drivers, "tiny");

    return d ? d->table->version : "none";
}

static int refused(void *ctx, const struct driver_status *s)
{
    unsigned *n = ctx;

    *n += !s->loaded;
    return 0;
}

static unsigned n_refused(void)
{
    unsigned n = 0;

    drivers_each(drivers, refused, &n);
    return n;
}

Test(drivers, each_of_several_folders_is_watched)
{
    look();
    cr_assert_str_eq(version_loaded(), "none");
    put(second, "tiny.so", TINY_DRIVER);
    world_pass(DRIVERS_RESCAN_US);
    cr_assert_str_eq(version_loaded(), "1");
    cr_assert_not_null(devices_find(world.devices, "tiny"));
    take_away(second, "tiny.so");
    cr_assert_str_eq(version_loaded(), "none");
    cr_assert_null(devices_find(world.devices, "tiny"));
}

Test(drivers, the_earlier_folder_counts_and_the_later_takes_its_place)
{
    put(first, "tiny.so", TINY_DRIVER_2);
    put(second, "tiny.so", TINY_DRIVER);
    look();
    cr_assert_str_eq(version_loaded(), "2");
    cr_assert_eq(n_refused(), 1);
    take_away(first, "tiny.so");
    cr_assert_str_eq(version_loaded(), "1");
    cr_assert_eq(n_refused(), 0);
    take_away(second, "tiny.so");
}

Test(drivers, what_is_loaded_is_not_replaced_by_another_file_of_its_name)
{
    put(second, "tiny.so", TINY_DRIVER);
    look();
    put(first, "tiny.so", TINY_DRIVER_2);
    world_pass(DRIVERS_RESCAN_US);
    cr_assert_str_eq(version_loaded(), "1");
    cr_assert_eq(n_refused(), 1);
    take_away(first, "tiny.so");
    cr_assert_eq(n_refused(), 0);
    take_away(second, "tiny.so");
}

/* The sentence of a file that is refused; NULL: it is not listed as such. */
struct asked {
    const char *file, *why;
};

static int find_refusal(void *ctx, const struct driver_status *s)
{
    struct asked *a = ctx;

    if (strcmp(s->file, a->file) == 0 && !s->loaded)
        a->why = s->why;
    return a->why != NULL;
}

static const char *refusal(const char *file)
{
    struct asked a = {.file = file};

    drivers_each(drivers, find_refusal, &a);
    return a.why ? a.why : "not listed";
}

static void link_to(const char *target, const char *file)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", first, file);
    cr_assert_eq(symlink(target, path), 0);
}

Test(drivers, links_that_lead_nowhere_are_listed_and_told_once)
{
    link_to("/nonexistent/tiny.so", "dead.so");
    link_to("loop.so", "loop.so");
    look();
    cr_assert_str_eq(
        refusal("dead.so"), "it is a link to /nonexistent/tiny.so, which is not there");
    cr_assert_str_eq(refusal("loop.so"), "it is a link to loop.so, which leads back to itself");
    cr_assert_eq(world_events("plugin.refused", NULL), 2);
    world_pass(3 * DRIVERS_RESCAN_US);
    cr_assert_eq(world_events("plugin.refused", NULL), 2);
    cr_assert_eq(n_refused(), 2);
    take_away(first, "loop.so");
    cr_assert_str_eq(refusal("loop.so"), "not listed");
    cr_assert_eq(n_refused(), 1);
}

Test(drivers, a_link_whose_file_comes_and_goes_is_loaded_and_refused_in_turn)
{
    char target[128];

    snprintf(target, sizeof target, "%s/tiny.file", second);
    link_to(target, "tiny.so");
    look();
    cr_assert_eq(n_refused(), 1);
    put(second, "tiny.file", TINY_DRIVER);
    world_pass(DRIVERS_RESCAN_US);
    cr_assert_str_eq(version_loaded(), "1");
    cr_assert_eq(n_refused(), 0);
    take_away(second, "tiny.file");
    cr_assert_str_eq(version_loaded(), "none");
    cr_assert_eq(world_events("plugin.removed", NULL), 1);
    cr_assert_eq(n_refused(), 1, "the link is still there");
}

Test(drivers, a_link_that_dies_makes_way_for_another_file_of_its_driver)
{
    char target[128];

    snprintf(target, sizeof target, "%s/tiny.file", second);
    put(second, "tiny.file", TINY_DRIVER_2);
    link_to(target, "a.so");
    put(first, "b.so", TINY_DRIVER);
    look();
    cr_assert_str_eq(version_loaded(), "2");
    take_away(second, "tiny.file");
    cr_assert_str_eq(version_loaded(), "1");
    take_away(first, "b.so");
}

Test(drivers, rights_that_are_mended_are_noticed)
{
    cr_assert_eq(chmod(first, 0777), 0);
    put(first, "tiny.so", TINY_DRIVER);
    look();
    cr_assert_eq(n_refused(), 1);
    world_pass(2 * DRIVERS_RESCAN_US);
    cr_assert_eq(world_events("plugin.refused", NULL), 1, "told once");
    cr_assert_eq(chmod(first, 0755), 0);
    world_pass(DRIVERS_RESCAN_US);
    cr_assert_str_eq(version_loaded(), "1");
    take_away(first, "tiny.so");
}

Test(drivers, the_file_of_a_driver_is_found_in_the_first_folder_that_has_it)
{
    char path[128], expected[128];

    look();
    put(second, "tiny.so", TINY_DRIVER);
    snprintf(expected, sizeof expected, "%s/tiny.so", second);
    cr_assert(drivers_path(both, "tiny", path, sizeof path));
    cr_assert_str_eq(path, expected);
    put(first, "tiny.so", TINY_DRIVER);
    snprintf(expected, sizeof expected, "%s/tiny.so", first);
    cr_assert(drivers_path(both, "tiny", path, sizeof path));
    cr_assert_str_eq(path, expected);
    cr_assert_not(drivers_path(both, "other", path, sizeof path));
    cr_assert_not(drivers_path("", "tiny", path, sizeof path));
}

Test(drivers, too_many_folders_are_refused)
{
    struct drivers *d = NULL;

    look();
    cr_assert_eq(
        drivers_new(world.loop, world.bus, world.devices, "/1:/2:/3:/4:/5:/6:/7:/8:/9", &d),
        -E2BIG);
    cr_assert_null(d);
}
