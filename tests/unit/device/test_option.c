#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "world.h"

static void setup(void)
{
    world_open(NULL);
}

TestSuite(option, .init = setup, .fini = world_close);

/* One of the database, as it is after a restart. */
static struct device *add(const char *options)
{
    struct device *d = devices_make(world.devices, "pond", "Pond", "toy", DEVICE_OF_DATABASE);

    cr_assert_not_null(d);
    d->given_options = json_read(options, strlen(options), NULL);
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    return d;
}

static int change(struct device *d, const char *options, struct error *e)
{
    _cleanup_(json_freep) json_t *j = json_read(options, strlen(options), NULL);
    struct device_change c = {.options = j};

    return device_change(d, &c, NULL, NULL, e);
}

/* A member of an option of the device as REST shows it, as JSON text. */
static const char *shown(const struct device *d, const char *key, const char *member)
{
    static char text[256];
    struct buf b = BUF_INIT(65536);
    struct wr_json w = buf_json(&b);

    device_json(d, &w);
    cr_assert_eq(buf_json_end(&b, &w), 0);
    _cleanup_(json_freep) json_t *j = json_read((const char *)buf_data(&b), b.len, NULL);
    const json_t *option = json_object_get(json_object_get(j, "options"), key);
    const json_t *value = json_object_get(option, member);
    _cleanup_(freep) char *out = value ? json_text(value) : NULL;

    snprintf(text, sizeof text, "%s", out ? out : "absent");
    buf_fini(&b);
    return text;
}

Test(option, are_shown_with_who_gave_them)
{
    struct device *d = add("{\"host\":\"10.0.0.5\"}");

    cr_expect_str_eq(shown(d, "host", "value"), "\"10.0.0.5\"");
    cr_expect_str_eq(shown(d, "host", "owner"), "\"database\"");
    cr_expect_str_eq(shown(d, "host", "type"), "\"string\"");
    cr_expect_str_eq(shown(d, "port", "value"), "80");
    cr_expect_str_eq(shown(d, "port", "owner"), "\"default\"");
}

Test(option, of_the_configuration_are_its)
{
    world_configure("devices:\n  toy:\n    driver: toy\n    options: {host: 10.0.0.6, port: 81}\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);

    const struct device *d = devices_find(world.devices, "toy");

    cr_expect_str_eq(shown(d, "port", "value"), "81");
    cr_expect_str_eq(shown(d, "port", "owner"), "\"config\"");
    cr_expect_str_eq(shown(d, "token", "owner"), "\"default\"");
}

Test(option, that_are_secret_are_never_shown_but_who_gave_them)
{
    struct device *d = add("{\"host\":\"a\",\"token\":\"open sesame\"}");

    cr_expect_str_eq(shown(d, "token", "value"), "null");
    cr_expect_str_eq(shown(d, "token", "owner"), "\"database\"");
    cr_expect_str_eq(shown(d, "token", "secret"), "true");
    cr_assert_eq(change(d, "{\"token\":null}", NULL), 0);
    cr_expect_str_eq(shown(d, "token", "owner"), "\"default\"");
}

Test(option, are_changed_one_by_one_and_the_device_is_reached_anew)
{
    struct device *d = add("{\"host\":\"10.0.0.5\",\"port\":81,\"token\":\"t\"}");
    unsigned n = toy.n_starts;

    cr_assert_eq(change(d, "{\"host\":\"10.0.0.7\",\"port\":null}", NULL), 0);
    world_pass(1);
    cr_expect_eq(toy.n_starts, n + 1);
    cr_expect_str_eq(toy.dev->options[0].s, "10.0.0.7");
    cr_expect_eq(toy.dev->options[1].i, 80);
    cr_expect_str_eq(toy.dev->options[3].s, "t");
    cr_expect_str_eq(device_address(d), "10.0.0.7");
}

Test(option, that_are_wrong_change_nothing)
{
    struct device *d = add("{\"host\":\"10.0.0.5\"}");
    struct error e = ERROR_NULL;
    unsigned n = toy.n_starts;

    cr_expect_eq(change(d, "{\"port\":0}", &e), -EINVAL);
    cr_expect(strncmp(error_text(&e), "port: ", 6) == 0, "%s", error_text(&e));
    cr_expect_eq(change(d, "{\"hots\":\"b\"}", &e), -EINVAL);
    cr_expect_eq(change(d, "\"b\"", &e), -EINVAL);
    world_pass(1);
    cr_expect_eq(toy.n_starts, n);
    cr_expect_str_eq(shown(d, "port", "value"), "80");
}

Test(option, that_fit_no_more_are_shown_to_be_mended)
{
    struct device *d = add("{\"host\":\"10.0.0.5\"}");
    _cleanup_(json_freep) json_t *wrong = json_integer(0);

    json_object_set(d->given_options, "port", wrong);
    devices_driver_removed(world.devices, &toy_driver, "");
    cr_expect_str_eq(shown(d, "port", "value"), "absent");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_expect_eq(device_state(d), DEVICE_ERROR);
    cr_expect_str_eq(shown(d, "host", "value"), "\"10.0.0.5\"");
    cr_expect_str_eq(shown(d, "port", "value"), "0");
    cr_assert_eq(change(d, "{\"port\":8080}", NULL), 0);
    world_pass(1);
    cr_expect_neq(device_state(d), DEVICE_ERROR);
}
