/* warren-sim playground-hub: its command line. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "firmware/sim/play_options.h"

static struct play_options o;
static struct error e;

static int parse(const char *a, const char *b, const char *c)
{
    char *argv[] = {(char *)"playground-hub", (char *)a, (char *)b, (char *)c};

    e = ERROR_NULL;
    return play_options_parse(&o, 1 + !!a + !!b + !!c, argv, &e);
}

Test(play_options, without_any_there_are_twelve_modules_of_ours)
{
    cr_expect_eq(parse(NULL, NULL, NULL), 0);
    cr_expect_eq(o.world.n_modules, 12);
    cr_expect_not(o.world.old_hub || o.world.old_modules || o.serial);
    cr_expect_str_eq(o.name, "SPHub");
    cr_expect_eq(o.world.seed, o.common.seed);
    cr_expect_neq(o.world.seed, 0, "another each time");
}

Test(play_options, are_taken)
{
    cr_expect_eq(parse("--modules=50", "--loss=2.5", "--seed=9"), 0);
    cr_expect_eq(o.world.n_modules, 50);
    cr_expect_eq(o.world.loss_permille, 25);
    cr_expect_eq(o.world.seed, 9);
    cr_expect_eq(parse("--dialect=seed", "--rounds=0.5", "--wake=0"), 0);
    cr_expect(o.world.old_hub && o.world.old_modules);
    cr_expect_eq(o.common.faults.name_ms, 0);
    cr_expect_eq(o.world.round_us, 500000);
    cr_expect_eq(o.world.wake_us, 0);
    cr_expect_eq(parse("--dialect=warren", "--modules-dialect=seed", NULL), 0);
    cr_expect(!o.world.old_hub && o.world.old_modules);
    cr_expect_eq(parse("--serial", "--resets=2", "--faults=mtu=185"), 0);
    cr_expect(o.serial && !o.serial_link);
    cr_expect_eq(o.world.n_resets, 2);
    cr_expect_eq(o.common.faults.mtu, 185);
    cr_expect_eq(parse("--cuts=3", NULL, NULL), 0);
    cr_expect_eq(o.world.n_cuts, 3);
    cr_expect_eq(parse("--antennas=2", NULL, NULL), 0);
    cr_expect(o.world.two_antennas);
    cr_expect_eq(parse("--serial=/tmp/hub", NULL, NULL), 0);
    cr_expect_str_eq(o.serial_link, "/tmp/hub");
}

static void refuses(const char *a, const char *b, const char *word)
{
    cr_expect_eq(parse(a, b, NULL), -EINVAL, "%s", a);
    cr_expect(strstr(e.text, word), "%s", e.text);
}

Test(play_options, what_is_wrong_is_told)
{
    refuses("--modules=65", NULL, "64");
    refuses("--dialect=klingon", NULL, "klingon");
    refuses("--loss=101", NULL, "100");
    refuses("--antennas=3", NULL, "2");
    refuses("--rounds=x", NULL, "rounds");
    refuses("--name=", NULL, "29");
    refuses("--faults=mtu=9", NULL, "mtu");
    refuses("--nonsense", NULL, "--nonsense");
    refuses("more", NULL, "more");
    refuses("--bus=a", "--new-bus=b", "exclude");
    refuses("--dialect=seed", "--serial", "serial");
}
