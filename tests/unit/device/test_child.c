#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "world.h"

static struct device *hub;

static void setup(void)
{
    world_open(NULL);
    hub = world_toy();
}

TestSuite(child, .init = setup, .fini = world_close);

static struct device *module(const char *key)
{
    struct wr_dev *c = toy.dev->host->child(toy.dev, "toy-module", key, "Module");

    return c ? device_of(c) : NULL;
}

Test(child, has_a_stable_id_and_a_parent)
{
    struct device *c = module("a1b2");

    cr_assert_str_eq(device_id(c), "toy-a1b2");
    cr_assert_eq(c->pub.parent, toy.dev);
    cr_assert_str_eq(c->pub.key, "a1b2");
    cr_assert_eq(module("a1b2"), c);
    cr_assert_eq(world_events("device.added", NULL), 1);
}

Test(child, keys_that_make_no_slug_get_ids_of_their_own)
{
    struct device *a = module("A1:B2"), *b = module("a1-b2"), *c = module("A1 B2");

    cr_assert_str_neq(device_id(a), device_id(b));
    cr_assert_str_neq(device_id(a), device_id(c));
    cr_assert_str_neq(device_id(b), device_id(c));
}

Test(child, of_an_unknown_kind_is_refused)
{
    cr_assert_null(toy.dev->host->child(toy.dev, "toy-camera", "x", "X"));
    cr_assert_null(toy.dev->host->child(toy.dev, "lamp", "x", "X"));
    cr_assert_null(toy.dev->host->child(toy.dev, "toy-module", "", "X"));
}

Test(child, goes_offline_with_its_parent_and_comes_back_as_the_same)
{
    struct device *c = module("a1b2");

    c->pub.host->online(&c->pub, true, NULL);
    cr_assert_eq(device_state(c), DEVICE_ONLINE);
    toy.dev->host->online(toy.dev, false, "gone");
    world_pass(1);
    cr_assert_eq(device_state(c), DEVICE_OFFLINE);
    world_pass(3000000);
    cr_assert_eq(module("a1b2"), c);
    c->pub.host->online(&c->pub, true, NULL);
    cr_assert_eq(device_state(c), DEVICE_ONLINE);
    cr_assert_eq(world_events("device.added", NULL), 1);
}

Test(child, of_a_parent_that_is_switched_off_says_so)
{
    const bool off = false;
    struct device *c = module("a1b2");

    c->pub.host->online(&c->pub, true, NULL);
    toy.dev->host->status(toy.dev, "Ready: 1 module");
    cr_assert_eq(device_change(hub, &(struct device_change){.enabled = &off}, NULL, NULL, NULL), 0);
    world_pass(1);
    cr_assert_eq(device_state(c), DEVICE_OFFLINE);
    cr_assert_str_eq(device_why(c), "toy is switched off");
}

Test(child, is_not_told_to_be_removed_when_the_gateway_ends)
{
    struct device *c = module("a1b2");
    const char *why;
    char folder[64];

    c->pub.host->online(&c->pub, true, NULL);
    world_leave(folder);
    cr_assert_eq(world_events("device.offline", &why), 1);
    cr_expect_str_eq(why, "{\"why\":\"the gateway ended\"}");
    world_open(folder);
}

static int result = 1;

static void answered(void *ctx, int r, const char *json)
{
    result = r;
}

Test(child, run_and_configure_get_it)
{
    _cleanup_(json_freep) json_t *args = json_pack("{s:s}", "word", "moo"),
                                 *settings = json_pack("{s:i}", "level", 4);
    struct device_change change = {.settings = settings};
    struct device *c = module("a1b2");

    c->pub.host->online(&c->pub, true, NULL);
    toy.answer_at_once = true;
    cr_assert_eq(device_command(c, "say", args, answered, NULL, NULL, NULL), 0);
    cr_assert_eq(device_change(c, &change, NULL, NULL, NULL), 0);
    world_pass(1);
    cr_assert_eq(toy.ran_on, &c->pub);
    cr_assert_eq(toy.configured_on, &c->pub);
    cr_assert_eq(result, 0);
}

Test(child, that_is_gone_is_offline_and_its_calls_end)
{
    struct device *c = module("a1b2");
    struct error e = ERROR_NULL;

    c->pub.host->online(&c->pub, true, NULL);
    cr_assert_eq(device_command(c, "alone", NULL, answered, NULL, NULL, NULL), 0);
    world_pass(1);
    c->pub.host->child_gone(&c->pub, "out of range");
    cr_assert_eq(result, -ECANCELED);
    cr_assert_str_eq(device_why(c), "out of range");
    cr_assert_eq(device_command(c, "alone", NULL, answered, NULL, NULL, &e), -ENOTCONN);
    cr_assert_eq(c->pub.host->publish(&c->pub, "toy.said", NULL), -ESTALE);
}

Test(child, that_is_gone_can_be_forgotten_with_the_name_that_people_gave_it)
{
    struct device *c = module("a1b2");
    struct error e = ERROR_NULL;

    c->pub.host->online(&c->pub, true, NULL);
    cr_assert_eq(device_change(c, &(struct device_change){.name = "Moo"}, NULL, NULL, NULL), 0);
    cr_assert_eq(devices_remove(world.devices, c, &e), -EPERM);
    cr_assert_str_eq(error_text(&e),
        "toy-a1b2 is behind toy and not gone: it can be removed when it is, or with toy");
    c->pub.host->child_gone(&c->pub, "out of range");
    cr_assert_eq(devices_remove(world.devices, c, &e), 0);
    cr_assert_null(devices_find(world.devices, "toy-a1b2"));
    cr_assert_eq(world_events("device.removed", NULL), 1);
    cr_assert_str_eq(device_name(module("a1b2")), "Module", "it may come back, and is new then");
    cr_assert_eq(world_events("device.added", NULL), 2);
}

Test(child, there_is_a_ceiling)
{
    char key[16];

    for (int i = 0; i < DEVICE_MAX_CHILDREN; i++) {
        snprintf(key, sizeof key, "m%d", i);
        cr_assert_not_null(module(key));
    }
    cr_assert_null(module("one-more"));
}

static void one_after_the_other(unsigned first, unsigned n)
{
    char key[16];

    for (unsigned i = first; i < first + n; i++) {
        struct device *c;

        snprintf(key, sizeof key, "m%u", i);
        c = module(key);
        cr_assert_not_null(c, "no room for number %u", i);
        c->pub.host->online(&c->pub, true, NULL);
        world_pass(1000000);
        c->pub.host->child_gone(&c->pub, "taken home");
    }
}

Test(child, that_is_gone_makes_room_for_another_the_longest_gone_first)
{
    struct device *stays = module("stays");

    one_after_the_other(0, DEVICE_MAX_CHILDREN - 1);
    module("m0")->pub.host->online(&module("m0")->pub, true, NULL);
    cr_assert_eq(world_events("device.removed", NULL), 0);
    one_after_the_other(1000, 2);
    cr_expect_eq(world_events("device.removed", NULL), 2);
    cr_expect_eq(module("stays"), stays);
    cr_expect_not_null(devices_find(world.devices, "toy-m0"), "it was there last");
    cr_expect_null(devices_find(world.devices, "toy-m1"));
    cr_expect_null(devices_find(world.devices, "toy-m2"));
    cr_expect_not_null(devices_find(world.devices, "toy-m3"));
}

Test(child, that_is_gone_makes_room_for_other_devices)
{
    char id[16];

    one_after_the_other(0, 1);
    for (unsigned i = 0; world.devices->n < DEVICES_MAX; i++) {
        snprintf(id, sizeof id, "d%u", i);
        cr_assert_not_null(
            devices_make(world.devices, id, id, "no-such-driver", DEVICE_OF_DATABASE));
    }
    cr_assert_not_null(
        devices_make(world.devices, "more", "More", "no-such-driver", DEVICE_OF_DATABASE));
    cr_expect_null(devices_find(world.devices, "toy-m0"));
    cr_expect_null(
        devices_make(world.devices, "most", "Most", "no-such-driver", DEVICE_OF_DATABASE));
}

Test(child, whose_id_the_configuration_wants_is_not_pulled_from_under_its_driver)
{
    struct device *c = module("a1b2");

    c->pub.host->online(&c->pub, true, NULL);
    world_configure("devices:\n  toy: {driver: toy}\n  toy-a1b2: {driver: toy}\n");
    cr_expect_eq(toy.n_stops, 1, "its driver has given it back");
    world_pass(1);
    cr_expect_eq(devices_find(world.devices, "toy-a1b2")->owner, DEVICE_OF_CONFIG);
    cr_expect_eq(toy.n_starts, 2);
    cr_assert_not_null(c = module("a1b2"));
    cr_expect_str_neq(device_id(c), "toy-a1b2");
}

Test(child, keeps_the_name_that_people_gave_it_over_a_restart)
{
    char folder[64];

    cr_assert_eq(
        device_change(module("a1b2"), &(struct device_change){.name = "Moo"}, NULL, NULL, NULL), 0);
    world_pass(1);
    world_leave(folder);
    world_open(folder);
    world_toy();
    cr_expect_str_eq(device_name(module("a1b2")), "Moo");
}

Test(child, is_called_what_it_calls_itself_now_unless_people_gave_it_a_name)
{
    struct device *c = module("a1b2");
    const char *data;

    toy.dev->host->child(toy.dev, "toy-module", "a1b2", "Goose");
    cr_expect_str_eq(device_name(c), "Goose");
    cr_expect_eq(world_events("device.changed", &data), 1);
    cr_expect_not_null(strstr(data, "\"name\":\"Goose\""));
    cr_expect_eq(module("a1b2"), c);
    cr_expect_str_eq(device_name(c), "Module");
    toy.dev->host->child(toy.dev, "toy-module", "a1b2", NULL);
    cr_expect_str_eq(device_name(c), "Module");
    cr_assert_eq(device_change(c, &(struct device_change){.name = "Moo"}, NULL, NULL, NULL), 0);
    toy.dev->host->child(toy.dev, "toy-module", "a1b2", "Goose");
    cr_expect_str_eq(device_name(c), "Moo");
}

Test(child, that_is_called_something_else_all_the_time_does_not_fill_the_history)
{
    char name[16];

    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%u", i);
        toy.dev->host->child(toy.dev, "toy-module", "a1b2", name);
    }
    cr_expect_leq(world_kept("device.changed"), 100);
}

Test(child, is_used_as_long_as_its_parent_is)
{
    static const bool off = false;
    struct error e = ERROR_NULL;

    cr_expect_eq(
        device_change(module("a1b2"), &(struct device_change){.enabled = &off}, NULL, NULL, &e),
        -EPERM);
    cr_expect_str_eq(error_text(&e), "toy-a1b2 belongs to toy: it is enabled and disabled with it");
}
