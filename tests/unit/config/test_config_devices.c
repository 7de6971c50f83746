#include "problems.h"

Test(config_devices, a_device_has_a_driver_and_what_the_driver_takes)
{
    struct config *c = taken("devices:\n"
                             "  porch:\n"
                             "    driver: pi-trigger-camera\n"
                             "    name: Front Porch\n"
                             "    enabled: false\n"
                             "    flow: on\n"
                             "    options:\n"
                             "      host: 10.0.0.7\n"
                             "      ports: [1, 2]\n"
                             "    settings:\n"
                             "      night.enable: yes\n"
                             "  hub: {driver: playground-hub}\n");
    const struct config_device *d = &c->devices[0];

    cr_assert_eq(c->n_devices, 2);
    cr_expect_str_eq(d->id, "porch");
    cr_expect_str_eq(d->driver, "pi-trigger-camera");
    cr_expect_str_eq(d->name, "Front Porch");
    cr_expect_not(d->enabled);
    cr_expect(d->flow == CONFIG_FLOW_ON && d->flow_line == 6);
    cr_expect_eq(d->line, 2);
    cr_assert_eq(d->n_options, 2);
    cr_expect_str_eq(d->options[0].key, "host");
    cr_expect_str_eq(d->options[0].text, "10.0.0.7");
    cr_expect(d->options[0].line == 8 && d->options[0].column == 13 && !d->options[0].list);
    cr_expect_str_eq(d->options[1].text, "1,2");
    cr_expect(d->options[1].list);
    cr_assert_eq(d->n_settings, 1);
    cr_expect_str_eq(d->settings[0].key, "night.enable");
    cr_expect_str_eq(c->devices[1].name, "hub", "the name is the id where there is none");
    cr_expect(c->devices[1].enabled);
    cr_expect(c->devices[1].flow == CONFIG_FLOW_DEVICE && c->devices[1].flow_line == 0);
    config_free(c);
}

Test(config_devices, an_id_is_a_slug)
{
    cr_expect_str_eq(refused("devices:\n  Front Porch:\n    driver: x\n"),
        "warren.yaml:2:3: devices.Front Porch: the id of a device has 1 to 63 of a-z, 0-9 and "
        "hyphens, no hyphen first or last\n");
}

Test(config_devices, a_driver_is_required_and_has_the_name_of_one)
{
    cr_expect_str_eq(refused("devices:\n  a:\n    name: x\n"),
        "warren.yaml:2:3: devices.a: has no driver: expected driver: <name>\n");
    cr_expect_str_eq(refused("devices:\n  a:\n"),
        "warren.yaml:2:3: devices.a: expected a map with at least the key driver\n");
    cr_expect_str_eq(refused("devices: {a: {driver: ../x}}\n"),
        "warren.yaml:1:23: devices.a.driver: expected the name of a driver: a-z, 0-9 and "
        "hyphens\n");
    cr_expect_str_eq(refused("devices: {a: {driver: [x]}}\n"),
        "warren.yaml:1:23: devices.a.driver: expected text of at least 1 and at most 63 bytes, got "
        "a list\n");
    cr_expect_str_eq(refused("devices:\n  a:\n    driver:\n"),
        "warren.yaml:3:12: devices.a.driver: expected text of at least 1 and at most 63 bytes, got "
        "nothing\n");
    cr_expect_str_eq(refused("devices: {a: {driver: x, enabled: perhaps}}\n"),
        "warren.yaml:1:35: devices.a.enabled: expected true or false, got \"perhaps\"\n");
    cr_expect_str_eq(refused("devices: {a: {driver: x, flow: yes}}\n"),
        "warren.yaml:1:32: devices.a.flow: expected one of off, on, device, got \"yes\"\n");
}

Test(config_devices, unknown_keys_are_errors_that_help)
{
    cr_expect_str_eq(refused("devices:\n  a:\n    driver: x\n    setings: {}\n"),
        "warren.yaml:4:5: devices.a.setings: is not known, did you mean \"settings\"?\n");
    cr_expect_str_eq(refused("devices:\n  a:\n    driver: x\n    host: 1.2.3.4\n"),
        "warren.yaml:4:5: devices.a.host: is not known; what the driver takes belongs under "
        "options: or settings:\n");
}

Test(config_devices, options_are_a_map_of_values)
{
    cr_expect_str_eq(refused("devices: {a: {driver: x, options: [1]}}\n"),
        "warren.yaml:1:35: devices.a.options: expected a map of keys\n");
    cr_expect_str_eq(
        refused(
            "devices:\n  a:\n    driver: x\n    settings:\n      night:\n        enable: true\n"),
        "warren.yaml:6:9: devices.a.settings.night: expected a value, got a map; a key with dots "
        "is written as one "
        "(night.enable: true)\n");
    cr_expect_str_eq(refused("devices:\n  a:\n    driver: x\n    options:\n      host:\n"),
        "warren.yaml:5:12: devices.a.options.host: expected a value, got nothing (\"\" is an empty "
        "text)\n");
    config_free(taken("devices:\n  a:\n    driver: x\n    options:\n    settings: ~\n"));
}

Test(config_devices, the_section_is_a_map_with_a_ceiling)
{
    static char yaml[CONFIG_MAX_DEVICES * 32];
    char *out = yaml + sprintf(yaml, "devices:\n");

    cr_expect_str_eq(refused("devices: [a]\n"),
        "warren.yaml:1:10: devices: expected a map: the id of each device, and what it is\n");
    for (int i = 0; i < CONFIG_MAX_DEVICES; i++)
        out += sprintf(out, "  d%d: {driver: x}\n", i);
    config_free(taken(yaml));
    sprintf(out, "  more: {driver: x}\n");
    cr_expect_str_eq(
        refused(yaml), "warren.yaml:2:3: devices: has 1001 devices, at most 1000 are taken\n");
}

/* --- against a driver's table ----------------------------------------------------------------- */

static const struct wr_param ROWS[] = {
    {.key = "host", .type = WR_STRING, .flags = WR_REQUIRED},
    {.key = "port", .type = WR_INT, .min = 1, .max = 65535, .def = "9999"},
    {.key = "tags", .type = WR_LIST},
    {.key = "password", .type = WR_STRING, .flags = WR_SECRET},
    {0},
};

static int check(
    const struct config_pair *pairs, size_t n, struct param_value *ret, const char **ret_said)
{
    struct config_problems p = {.file = strdup("w.yaml")};
    int r = config_check_pairs(pairs, n, ROWS, "devices.a.options", 4, ret, &p);

    *ret_said = printed(&p);
    config_problems_fini(&p);
    return r;
}

static const char *check_one(const char *key, const char *text, bool list)
{
    struct config_pair pairs[] = {
        {.key = (char[]){"host"}, .text = (char[]){"h"}, .line = 5, .column = 7},
        {.key = strdup(key), .text = strdup(text), .list = list, .line = 6, .column = 9}};
    struct param_value v[4] = {{.v = {.type = WR_INT, .i = 77}}};
    const char *said;
    int r = check(pairs, 2, v, &said);

    if (r < 0)
        cr_expect(r == -EINVAL && v[0].v.i == 77, "the output is untouched on failure");
    else
        param_values_fini(v, 4);
    free(pairs[1].key);
    free(pairs[1].text);
    return said;
}

Test(config_pairs, are_checked_and_filled_with_defaults)
{
    struct config_pair pairs[] = {{.key = (char[]){"tags"}, .text = (char[]){"a, b"}},
        {.key = (char[]){"host"}, .text = (char[]){"h"}}};
    struct param_value v[4] = {0};
    const char *said;

    cr_assert_eq(check(pairs, 2, v, &said), 0, "%s", said);
    cr_expect_str_eq(v[0].v.s, "h");
    cr_expect(v[1].v.type == WR_INT && v[1].v.i == 9999);
    cr_expect_str_eq(v[2].v.s, "a,b");
    cr_expect_eq((int)v[3].v.type, 0);
    param_values_fini(v, 4);
}

Test(config_pairs, problems_have_the_line_of_the_pair)
{
    cr_expect_str_eq(check_one("port", "abc", false),
        "w.yaml:6:9: devices.a.options.port: expected an integer from 1 to 65535, got \"abc\"\n");
    cr_expect_str_eq(check_one("hots", "x", false),
        "w.yaml:6:9: devices.a.options.hots: is not known to the driver, did you mean \"host\"?\n");
    cr_expect_str_eq(check_one("port", "1,2", true),
        "w.yaml:6:9: devices.a.options.port: expected an integer from 1 to 65535, got a list\n");
    cr_expect_str_eq(check_one("port_file", "/x", false),
        "w.yaml:6:9: devices.a.options.port_file: is not known to the driver\n");
    cr_expect_str_eq(check_one("tags", "a,b", true), "");
}

Test(config_pairs, a_required_one_that_is_missing_has_the_line_of_the_device)
{
    struct param_value v[4] = {0};
    const char *said;

    cr_expect_eq(check(NULL, 0, v, &said), -EINVAL);
    cr_expect_str_eq(said, "w.yaml:4:1: devices.a.options.host: is missing: expected text\n");
}

Test(config_pairs, a_wrong_one_is_not_missing_as_well)
{
    struct config_pair bad = {
        .key = (char[]){"host"}, .text = (char[]){"\xFF"}, .line = 5, .column = 3};
    struct param_value v[4] = {0};
    const char *said;

    cr_expect_eq(check(&bad, 1, v, &said), -EINVAL);
    cr_expect_str_eq(
        said, "w.yaml:5:3: devices.a.options.host: expected text, got bytes that are not UTF-8\n");
}

Test(config_pairs, a_secret_may_come_from_a_file)
{
    char path[] = "/tmp/test-pairs-XXXXXX";
    int fd = mkstemp(path);
    struct config_pair pairs[] = {{.key = (char[]){"host"}, .text = (char[]){"h"}},
        {.key = (char[]){"password_file"}, .text = path},
        {.key = (char[]){"password"}, .text = (char[]){"p"}, .line = 9, .column = 2}};
    struct param_value v[4] = {0};
    const char *said;

    cr_assert_eq(write(fd, "hunter2\n", 8), 8);
    close(fd);
    cr_assert_eq(check(pairs, 2, v, &said), 0, "%s", said);
    cr_expect_str_eq(v[3].v.s, "hunter2");
    param_values_fini(v, 4);
    cr_expect_eq(check(pairs, 3, v, &said), -EINVAL);
    cr_expect_str_eq(
        said, "w.yaml:9:2: devices.a.options.password: is given twice, as itself and as a file\n");
    unlink(path);
    cr_expect(strstr(
        check_one("password_file", path, false), "cannot be read: No such file or directory"));
}
