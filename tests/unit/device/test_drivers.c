#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
