#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "world.h"

static void setup(void)
{
    world_open(NULL);
}

TestSuite(setting, .init = setup, .fini = world_close);

static bool stored;
static int stored_result;

static void on_stored(void *ctx, int result)
{
    stored = true;
    stored_result = result;
}

static int change(struct device *d, const char *json, struct error *e)
{
    _cleanup_(json_freep) json_t *j = json_read(json, strlen(json), NULL);
    struct device_change c = {.settings = j};

    stored = false;
    return device_change(d, &c, on_stored, NULL, e);
}

static const char *configured(const char *key)
{
    for (size_t i = 0; i < toy.n_configured; i++) {
        if (strcmp(toy.configured[i].key, key) == 0)
            return toy.configured[i].text;
    }
    return NULL;
}

Test(setting, desired_ones_are_sent_after_every_online)
{
    world_configure("devices:\n  toy:\n    driver: toy\n    settings: {level: 7, label: pond}\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(toy.n_configures, 1);
    cr_assert_eq(toy.n_configured, 2);
    cr_assert_eq(toy.configured[0].value.i, 7);
    cr_assert_str_eq(configured("label"), "pond");
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(3000000);
    cr_assert_eq(toy.n_configures, 2);
    cr_assert_eq(toy.n_configured, 2);
}

Test(setting, a_change_is_stored_sent_and_pending_until_reported)
{
    struct device *d = world_toy();
    struct wr_value v = {.type = WR_INT, .i = 9};

    cr_assert_eq(change(d, "{\"level\":9}", NULL), 0);
    world_pass(1);
    cr_assert_eq(toy.configured[0].value.i, 9);
    world_wait(&stored);
    cr_assert_eq(stored_result, 0);
    cr_assert(setting_pending(d, 0));
    toy.dev->host->report(toy.dev, "level", &v);
    cr_assert_not(setting_pending(d, 0));
    cr_assert_eq(world_events("settings.queued", NULL), 1);
    cr_assert_eq(world_events("settings.reported", NULL), 1);
}

Test(setting, a_limit_of_one_device_refuses_people_and_is_shown)
{
    struct device *d = world_toy();
    struct error e = ERROR_NULL;
    struct wr_param row;

    cr_assert_eq(toy.dev->host->limit(toy.dev, "nothing", 1, 2), -ENOENT);
    cr_assert_eq(toy.dev->host->limit(toy.dev, "label", 1, 2), -EINVAL, "no number");
    cr_assert_eq(toy.dev->host->limit(toy.dev, "level", 1, 1e9), -EINVAL, "beyond its table");
    cr_assert_eq(toy.dev->host->limit(toy.dev, "level", 3, 2), -EINVAL);
    cr_assert_eq(toy.dev->host->limit(toy.dev, "level", 3, 8), 0);
    row = setting_row(d, 0);
    cr_assert_eq(row.min, 3);
    cr_assert_eq(row.max, 8);
    cr_assert_lt(change(d, "{\"level\":9}", &e), 0);
    cr_assert_not_null(strstr(error_text(&e), "3 to 8"), "%s", error_text(&e));
    cr_assert_eq(change(d, "{\"level\":8}", NULL), 0);
    cr_assert_eq(toy.dev->host->limit(toy.dev, "level", 0, 0), 0);
    cr_assert_eq(change(d, "{\"level\":9}", NULL), 0, "all of the table again");
}

Test(setting, an_unreadable_one_counts_as_reported_when_applied_and_is_never_shown)
{
    struct device *d = world_toy();

    cr_assert_eq(change(d, "{\"password\":\"hunter2\"}", NULL), 0);
    world_pass(1);
    cr_assert_not(setting_pending(d, 2));
    for (size_t i = 0; i < world.n_events; i++)
        cr_assert_null(strstr(world.events[i].data, "hunter2"));
    world_wait(&stored);
}

Test(setting, one_that_was_not_taken_is_tried_again_at_the_next_online)
{
    struct device *d = world_toy();

    toy.apply_result = -EIO;
    change(d, "{\"level\":9}", NULL);
    world_pass(1);
    cr_assert(setting_pending(d, 0));
    cr_assert_eq(toy.n_configures, 1);
    toy.apply_result = 0;
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(3000000);
    cr_assert_eq(toy.n_configures, 2);
}

Test(setting, a_wrong_one_changes_nothing)
{
    struct device *d = world_toy();
    struct error e = ERROR_NULL;

    cr_assert_eq(change(d, "{\"label\":\"pond\",\"level\":1000}", &e), -EINVAL);
    cr_assert_not_null(strstr(e.text, "level"));
    cr_assert_eq(change(d, "{\"loud\":true}", &e), -EINVAL);
    world_pass(1);
    cr_assert_eq(toy.n_configures, 0);
    cr_assert_eq(world_events("settings.queued", NULL), 0);
}

Test(setting, one_of_the_configuration_cannot_be_changed_elsewhere)
{
    struct error e = ERROR_NULL;

    world_configure("devices:\n  toy:\n    driver: toy\n    settings:\n      level: 7\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(change(devices_find(world.devices, "toy"), "{\"level\":9}", &e), -EPERM);
    cr_assert_not_null(strstr(e.text, "test.yaml, line 5"), "got: %s", e.text);
}

Test(setting, a_change_on_the_device_wins_where_nothing_is_desired)
{
    struct device *d = world_toy();
    struct wr_value v = {.type = WR_INT, .i = 33};

    toy.dev->host->report(toy.dev, "level", &v);
    cr_assert_not(setting_pending(d, 0));
    world_pass(1);
    cr_assert_eq(toy.n_configures, 0);
    change(d, "{\"level\":9}", NULL);
    world_pass(1);
    toy.dev->host->report(toy.dev, "level", &v);
    cr_assert(setting_pending(d, 0));
    world_wait(&stored);
}

Test(setting, null_takes_a_wish_back)
{
    struct device *d = world_toy();

    change(d, "{\"level\":9}", NULL);
    world_pass(1);
    world_wait(&stored);
    change(d, "{\"level\":null}", NULL);
    cr_assert_not(setting_pending(d, 0));
    world_wait(&stored);
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(3000000);
    cr_assert_eq(toy.n_configures, 1);
}

Test(setting_restart, wishes_outlive_a_restart)
{
    struct device *d;
    char folder[64];

    world_open(NULL);
    d = world_toy();
    change(d, "{\"label\":\"pond\"}", NULL);
    world_wait(&stored);
    world_leave(folder);
    world_open(folder);
    world_toy();
    cr_assert_str_eq(configured("label"), "pond");
    world_close();
}

Test(setting, text_with_a_line_break_is_refused)
{
    struct device *d = world_toy();
    struct error e = ERROR_NULL;

    cr_assert_eq(change(d, "{\"label\":\"a\\nb\"}", &e), -EINVAL);
    cr_assert_not_null(strstr(e.text, "control character"), "got: %s", e.text);
}

Test(setting, one_that_failed_is_tried_again_with_the_next_change)
{
    struct device *d = world_toy();

    toy.apply_result = -EIO;
    change(d, "{\"level\":9}", NULL);
    world_pass(1);
    toy.apply_result = 0;
    change(d, "{\"label\":\"pond\"}", NULL);
    world_pass(1);
    cr_assert_eq(toy.n_configured, 2);
    world_wait(&stored);
}

/* A person reads it beside the field; the C library's words are for programmers. */
Test(setting, one_that_the_device_does_not_have_says_so)
{
    struct device *d = world_toy();
    struct buf text = BUF_INIT(64 * 1024);
    struct wr_json j = buf_json(&text);

    toy.apply_result = -EOPNOTSUPP;
    change(d, "{\"level\":9}", NULL);
    world_pass(1);
    device_json(d, &j);
    cr_assert_eq(buf_json_end(&text, &j), 0);
    cr_expect_not_null(strstr(buf_text(&text), "\"error\":\"this device has no such setting\""),
        "%s", buf_text(&text));
    buf_fini(&text);
    world_wait(&stored);
}

Test(setting, what_a_device_is_at_first_is_no_news_for_the_history)
{
    struct wr_value v = {.type = WR_INT, .i = 33};
    uint64_t id;

    world_toy();
    id = bus_next_id(world.bus);
    toy.dev->host->report(toy.dev, "level", &v);
    cr_assert(bus_tail(world.bus, id)->transient);
    v.i = 34;
    toy.dev->host->report(toy.dev, "level", &v);
    cr_assert_not(bus_tail(world.bus, id + 1)->transient);
}
