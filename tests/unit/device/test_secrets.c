/* Nothing that is freed still has a secret in it. The linker gives us each free() of the gateway's own code. */
#include <criterion/criterion.h>
#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "world.h"

#define SECRET "correct horse battery staple"

static bool watching;
static unsigned n_freed, n_unwiped;

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    size_t n = watching && p ? malloc_usable_size(p) : 0;

    n_freed += n > 0;
    n_unwiped += n > 0 && memmem(p, n, SECRET, strlen(SECRET));
    __real_free(p);
}

static void begin(void)
{
    world_open(NULL);
    n_freed = n_unwiped = 0;
}

static void end(void)
{
    watching = false;
    world_close();
}

TestSuite(secrets, .init = begin, .fini = end);

static void keep_it(struct wr_dev *dev)
{
    strcpy(dev->state, SECRET);
}

static struct device *with_a_token(void)
{
    toy.in_start = keep_it;
    world_configure("devices:\n  toy:\n    driver: toy\n    options:\n      token: " SECRET "\n"
                    "    settings:\n      password: " SECRET "\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    cr_assert_eq(toy.n_starts, 1);
    watching = true;
    return devices_find(world.devices, "toy");
}

static void nothing_is_left(void)
{
    watching = false;
    cr_expect_gt(n_freed, 0);
    cr_expect_eq(n_unwiped, 0, "%u of %u", n_unwiped, n_freed);
}

Test(secrets, a_driver_s_state_is_wiped_when_it_stops)
{
    device_halt(with_a_token(), "it is over");
    nothing_is_left();
}

Test(secrets, a_driver_s_state_is_wiped_when_it_does_not_start)
{
    toy.start_result = -EIO;
    with_a_token();
    world_pass(100000000);
    cr_expect_gt(toy.n_starts, 1);
    nothing_is_left();
}

Test(secrets, options_and_settings_go_with_the_device)
{
    with_a_token();
    world_configure("devices: {}\n");
    world_pass(1);
    cr_expect_null(devices_find(world.devices, "toy"));
    nothing_is_left();
}

static void answered(void *ctx, int result, const char *json)
{
    *(bool *)ctx = true;
}

Test(secrets, arguments_go_with_their_command)
{
    struct device *d = with_a_token();
    json_t *args = json_pack("{s:s}", "word", SECRET);
    bool done = false;

    toy.answer_at_once = true;
    cr_assert_eq(device_command(d, "say", args, answered, &done, NULL, NULL), 0);
    json_decref(args);
    world_pass(1);
    cr_expect(done);
    nothing_is_left();
}
