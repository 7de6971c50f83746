#include <criterion/criterion.h>

#include "device/clock_map.h"

#define NOW INT64_C(1767225600000000)

Test(clock_map, a_device_without_times_gives_none)
{
    struct clock_map m;
    int64_t offset;

    clock_map_init(&m, WR_CLOCK_NONE);
    cr_assert_eq(clock_map_utc(&m, NOW, NOW), 0);
    cr_assert_not(clock_map_offset(&m, &offset));
}

Test(clock_map, utc_is_taken_as_it_is_and_its_offset_is_told)
{
    struct clock_map m;
    int64_t offset = 0;

    clock_map_init(&m, WR_CLOCK_UTC);
    cr_assert_eq(clock_map_utc(&m, NOW - 5000, NOW), NOW - 5000);
    cr_assert_eq(clock_map_utc(&m, NOW + 1000 - 2000, NOW + 1000), NOW - 1000);
    cr_assert(clock_map_offset(&m, &offset));
    cr_assert_eq(offset, 2000);
}

Test(clock_map, a_clock_that_was_never_set_is_unknown)
{
    struct clock_map m;

    clock_map_init(&m, WR_CLOCK_UTC);
    cr_assert_eq(clock_map_utc(&m, 12345678, NOW), 0);
    cr_assert_eq(clock_map_utc(&m, NOW + INT64_C(2) * 86400 * 1000000, NOW), 0);
}

Test(clock_map, a_monotonic_clock_is_mapped_by_the_fastest_frame)
{
    struct clock_map m;

    clock_map_init(&m, WR_CLOCK_MONOTONIC);
    cr_assert_eq(clock_map_utc(&m, 1000000, NOW + 80000), NOW + 80000);
    cr_assert_eq(clock_map_utc(&m, 2000000, NOW + 1000000 + 20000), NOW + 1000000 + 20000);
    cr_assert_eq(clock_map_utc(&m, 3000000, NOW + 2000000 + 50000), NOW + 2000000 + 20000);
}

Test(clock_map, an_old_minimum_is_forgotten_after_two_windows)
{
    struct clock_map m;
    int64_t offset, t = NOW;

    clock_map_init(&m, WR_CLOCK_MONOTONIC);
    clock_map_utc(&m, 1, t);
    for (int i = 1; i <= 3; i++)
        clock_map_utc(&m, 1 + i * CLOCK_MAP_WINDOW_US, t + i * CLOCK_MAP_WINDOW_US + 7000);
    cr_assert(clock_map_offset(&m, &offset));
    cr_assert_eq(offset, t - 1 + 7000);
}

Test(clock_map, nonsense_does_not_overflow)
{
    struct clock_map m;

    clock_map_init(&m, WR_CLOCK_MONOTONIC);
    cr_assert_eq(clock_map_utc(&m, INT64_MAX, NOW), 0);
    cr_assert_eq(clock_map_utc(&m, -1, NOW), 0);
}

Test(clock_map, a_monotonic_clock_that_begins_anew_is_mapped_anew)
{
    const int64_t day = INT64_C(86400) * 1000000;
    struct clock_map m;

    clock_map_init(&m, WR_CLOCK_MONOTONIC);
    cr_assert_eq(clock_map_utc(&m, 3 * day, NOW), NOW);
    cr_assert_eq(clock_map_utc(&m, 3 * day - 200000, NOW + 1), NOW - 200000, "it came late");
    /* The device was switched off and on. */
    cr_assert_eq(clock_map_utc(&m, 4000000, NOW + 10000000), NOW + 10000000);
    cr_assert_eq(clock_map_utc(&m, 4100000, NOW + 10150000), NOW + 10100000);
}

/* A Raspberry Pi begins with the time at which it was switched off, and hears a while later what time it is. */
Test(clock_map, a_monotonic_clock_is_mapped_anew_when_ours_was_set)
{
    const int64_t day = INT64_C(86400) * 1000000;
    struct clock_map m;

    for (int64_t step = -day; step <= day; step += 2 * day) {
        clock_map_init(&m, WR_CLOCK_MONOTONIC);
        cr_assert_eq(clock_map_utc(&m, 1000000, NOW), NOW);
        cr_assert_eq(
            clock_map_utc(&m, 2000000, NOW + 9000000), NOW + 1000000, "it was long on its way");
        cr_assert_eq(clock_map_utc(&m, 10000000, NOW + step + 9000000), NOW + step + 9000000);
        cr_assert_eq(clock_map_utc(&m, 11000000, NOW + step + 10200000), NOW + step + 10000000);
    }
}
