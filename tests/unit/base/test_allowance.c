#include <criterion/criterion.h>

#include "base/allowance.h"

static const struct allowance_rate rate = {10, 2};

static unsigned take_all(struct allowance *a, int64_t now_us)
{
    unsigned n = 0;

    while (n < 1000 && allowance_take(a, &rate, 1, now_us))
        n++;
    return n;
}

Test(allowance, is_a_burst_then_so_many_a_second)
{
    struct allowance a = {0};

    cr_assert_eq(take_all(&a, 5 * US_PER_S), 10);
    cr_assert_eq(take_all(&a, 5 * US_PER_S + 499999), 0);
    cr_assert_eq(take_all(&a, 5 * US_PER_S + 500000), 1);
    cr_assert_eq(take_all(&a, 8 * US_PER_S), 5);
}

Test(allowance, is_never_more_than_the_burst)
{
    struct allowance a = {0};

    take_all(&a, 0);
    cr_assert_eq(take_all(&a, 3600 * US_PER_S), 10);
}

Test(allowance, that_was_overdrawn_is_there_again_later)
{
    struct allowance a = {0};

    cr_assert(allowance_take(&a, &rate, 12, 0), "one is there");
    cr_assert_not(allowance_take(&a, &rate, 1, US_PER_S));
    cr_assert(allowance_take(&a, &rate, 1, 3 * US_PER_S / 2));
}
