/* warren-sim wifi-debug-camera: its command line. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "firmware/sim/wifi_options.h"

static struct wifi_options o;
static struct error e;

static int parse(const char *a, const char *b)
{
    char *argv[] = {(char *)"wifi-debug-camera", (char *)a, (char *)b};

    e = ERROR_NULL;
    return wifi_options_parse(&o, 1 + !!a + !!b, argv, &e);
}

Test(wifi_options, are_taken)
{
    cr_expect_eq(parse("--dialect=head", "--grid=6"), 0);
    cr_expect(o.dialect == WIFI_DIALECT_HEAD && o.grid == 6);
    cr_expect_eq(parse("--http=127.0.0.5:18090", "--join=8"), 0);
    cr_expect_str_eq(o.air.address, "127.0.0.5");
    cr_expect(o.port == 18090 && o.air.join_us == 8000000);
    cr_expect_eq(parse("--join-fail=no-address", "--stream-limit=5736"), 0);
    cr_expect(o.air.fault == WIFI_AIR_NO_ADDRESS && o.stream_limit == 5736);
    cr_expect_eq(parse("--detector=waits", "--faults=mtu=23"), 0);
    cr_expect(o.detector == WIFI_DETECTOR_WAITS && o.common.faults.mtu == 23);
}

Test(wifi_options, what_makes_no_sense_is_told_with_its_name)
{
    static const char *const wrong[][2] = {{"--dialect=seed", "--dialect"},
        {"--http=127.0.0.1", "--http"}, {"--http=localhost:80", "--http"},
        {"--http=127.0.0.1:65536", "--http"}, {"--join=-1", "--join"},
        {"--join-fail=no", "--join-fail"}, {"--fps=26", "--fps"}, {"--grid=7", "--grid"},
        {"--detector=off", "--detector"}, {"--name=", "--name"}, {"--raw-gray", "unknown"}};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(parse(wrong[i][0], NULL), -EINVAL, "%s", wrong[i][0]);
        cr_expect(strstr(error_text(&e), wrong[i][1]), "%s: %s", wrong[i][0], error_text(&e));
    }
}
