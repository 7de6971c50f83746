/* Which of a device's keys belong to the configuration file, and which can be changed over REST. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "world.h"

static void begin(void)
{
    world_open(NULL);
}

TestSuite(fixed, .init = begin, .fini = world_close);

static const bool off = false, on = true;

static struct device *configured(const char *yaml)
{
    world_configure(yaml);
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    return devices_find(world.devices, "toy");
}

static int change(struct device *d, const char *name, const bool *enabled, struct error *e)
{
    return device_change(
        d, &(struct device_change){.name = name, .enabled = enabled}, NULL, NULL, e);
}

Test(fixed, what_stands_in_the_file_changes_only_there)
{
    struct device *d =
        configured("devices:\n  toy:\n    driver: toy\n    name: Toy\n    enabled: true\n");
    struct error e = ERROR_NULL;

    cr_expect_eq(change(d, "Doll", NULL, &e), -EPERM);
    cr_expect_str_eq(error_text(&e), "toy stands in test.yaml, line 2: change its name there");
    cr_expect_eq(change(d, NULL, &off, &e), -EPERM);
    cr_expect_not_null(strstr(error_text(&e), "change its enabled there"));
    cr_expect(device_is_fixed(d, DEVICE_OPTIONS));
    cr_expect_eq(device_state(d), DEVICE_ONLINE);
}

Test(fixed, what_the_file_leaves_open_is_changed_and_outlives_a_restart)
{
    struct device *d = world_toy();
    char folder[64];

    cr_assert_eq(change(d, "Doll", &off, NULL), 0);
    world_pass(1);
    cr_expect_eq(device_state(d), DEVICE_DISABLED);
    world_leave(folder);
    world_open(folder);
    d = world_toy();
    cr_expect_eq(device_state(d), DEVICE_DISABLED);
    cr_expect_str_eq(d->name, "Doll");
    cr_assert_eq(change(d, NULL, &on, NULL), 0);
    world_pass(1);
    cr_expect_eq(device_state(d), DEVICE_ONLINE);
}

Test(fixed, the_file_wins_as_soon_as_it_says_something)
{
    struct device *d = world_toy();

    change(d, "Doll", &off, NULL);
    world_pass(1);
    d = configured("devices:\n  toy:\n    driver: toy\n    enabled: true\n");
    cr_expect_eq(device_state(d), DEVICE_ONLINE);
    cr_expect_str_eq(d->name, "Doll");
    d = configured("devices:\n  toy:\n    driver: toy\n    name: Toy\n    enabled: true\n");
    cr_expect_str_eq(d->name, "Toy");
}

Test(fixed, another_change_of_the_file_leaves_it_alone)
{
    change(world_toy(), NULL, &off, NULL);
    world_pass(1);
    cr_expect_eq(device_state(configured(
                     "devices:\n  toy:\n    driver: toy\n    settings:\n      level: 7\n")),
        DEVICE_DISABLED);
}

Test(fixed, who_leaves_the_file_begins_anew_when_he_comes_back)
{
    change(world_toy(), "Doll", &off, NULL);
    world_pass(1);
    world_configure("devices: {}\n");
    world_pass(1);
    cr_expect_eq(device_state(world_toy()), DEVICE_ONLINE);
    cr_expect_str_eq(devices_find(world.devices, "toy")->name, "toy");
}

Test(fixed, what_the_file_said_is_not_taken_for_what_people_want)
{
    struct device *d = configured("devices:\n  toy:\n    driver: toy\n    enabled: false\n");

    cr_assert_eq(change(d, "Doll", NULL, NULL), 0);
    d = configured("devices:\n  toy:\n    driver: toy\n");
    cr_expect_eq(device_state(d), DEVICE_ONLINE);
    cr_expect_str_eq(d->name, "Doll");
    d = configured("devices:\n  toy:\n    driver: toy\n    name: Toy\n");
    cr_assert_eq(change(d, NULL, &off, NULL), 0);
    d = configured("devices:\n  toy:\n    driver: toy\n");
    cr_expect_eq(device_state(d), DEVICE_DISABLED);
    cr_expect_str_eq(d->name, "Doll", "got %s", d->name);
}
