/* One antenna for two radios. */
#include <criterion/criterion.h>

#include "firmware/sim/play_radio.h"

#define TURN_US 48750

static struct play_radio r;

/* Of a second, from `from_us` on. */
static unsigned deaf_permille(int64_t from_us)
{
    unsigned n = 0;

    for (int64_t us = 0; us < 1000000; us += 100)
        n += play_radio_is_deaf(&r, from_us + us);
    return n / 10;
}

Test(play_radio, alone_it_hears_all)
{
    cr_expect_eq(deaf_permille(5000000), 0);
}

Test(play_radio, a_link_takes_its_turns)
{
    play_radio_connected(&r, 777, true);
    cr_expect(deaf_permille(1000777) >= 29 && deaf_permille(1000777) <= 32);
    play_radio_connected(&r, 3000000, false);
    cr_expect_eq(deaf_permille(3000000), 0);
}

Test(play_radio, advertising_takes_its_turns)
{
    play_radio_advertising(&r, 500, true);
    play_radio_advertising(&r, 40000, true);
    cr_expect_eq(deaf_permille(1000500), 25);
    play_radio_advertising(&r, 2000000, false);
    cr_expect_eq(deaf_permille(2000000), 0);
}

Test(play_radio, who_speaks_every_100_ms_is_not_deafened_time_after_time)
{
    play_radio_connected(&r, 0, true);
    play_radio_advertising(&r, 0, true);
    for (int64_t phase_us = 0; phase_us < 100000; phase_us += 500) {
        unsigned n = 0;

        for (int i = 0; i < 3; i++)
            n += play_radio_is_deaf(&r, phase_us + i * INT64_C(1000000));
        cr_expect_lt(n, 3, "%d", (int)phase_us);
    }
}

Test(play_radio, notifications_make_the_next_turn_longer)
{
    play_radio_connected(&r, 0, true);
    play_radio_notified(&r, 10000, 100);
    play_radio_notified(&r, 11000, 100);
    cr_expect(play_radio_is_deaf(&r, TURN_US + 1400), "as ever");
    cr_expect(play_radio_is_deaf(&r, TURN_US + 1500 + 2 * (540 + 800) - 1));
    cr_expect_not(play_radio_is_deaf(&r, TURN_US + 1500 + 2 * (540 + 800)));
    cr_expect_not(play_radio_is_deaf(&r, TURN_US - 1));
    cr_expect_not(play_radio_is_deaf(&r, 2 * TURN_US + 1600), "the turn after it is as ever");
}
