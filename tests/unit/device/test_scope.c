#include <criterion/criterion.h>
#include <errno.h>

#include "device/scope.h"

static unsigned n_cancelled;

static void count(void *object)
{
    n_cancelled++;
}

static const struct scope_kind kind = {"thing", count}, other_kind = {"other", count};

Test(scope, a_handle_leads_to_its_object_and_only_for_its_kind)
{
    uint64_t generation = 0;
    struct scope s;
    int thing;

    scope_init(&s, &generation);
    wr_handle h = scope_add(&s, &kind, &thing);
    cr_assert_neq(h, 0);
    cr_assert_eq(scope_get(&s, h, &kind), &thing);
    cr_assert_eq(scope_get(&s, h, NULL), &thing);
    cr_assert_null(scope_get(&s, h, &other_kind));
    cr_assert_null(scope_get(&s, 0, NULL));
    cr_assert_null(scope_get(&s, ~UINT64_C(0), NULL));
    scope_fini(&s);
}

Test(scope, a_handle_that_ended_is_stale_even_when_its_slot_is_used_again)
{
    uint64_t generation = 0;
    struct scope s;
    int a, b;

    scope_init(&s, &generation);
    wr_handle first = scope_add(&s, &kind, &a);
    cr_assert_eq(scope_take(&s, first, &kind), &a);
    wr_handle second = scope_add(&s, &kind, &b);
    cr_assert_neq(first, second);
    cr_assert_null(scope_get(&s, first, NULL));
    cr_assert_eq(scope_cancel(&s, first), -ESTALE);
    cr_assert_eq(scope_get(&s, second, &kind), &b);
    scope_fini(&s);
}

Test(scope, a_handle_of_another_device_is_stale)
{
    uint64_t generation = 0;
    struct scope s, t;
    int a, b;

    scope_init(&s, &generation);
    scope_init(&t, &generation);
    wr_handle of_s = scope_add(&s, &kind, &a);
    scope_add(&t, &kind, &b);
    cr_assert_null(scope_get(&t, of_s, NULL));
    scope_fini(&s);
    scope_fini(&t);
}

Test(scope, clearing_cancels_everything_once)
{
    uint64_t generation = 0;
    struct scope s;
    int thing;

    n_cancelled = 0;
    scope_init(&s, &generation);
    for (int i = 0; i < 20; i++)
        cr_assert_neq(scope_add(&s, &kind, &thing), 0);
    cr_assert_eq(scope_count(&s, &kind), 20);
    scope_clear(&s);
    cr_assert_eq(n_cancelled, 20);
    cr_assert_eq(s.n_used, 0);
    scope_fini(&s);
    cr_assert_eq(n_cancelled, 20);
}

Test(scope, there_is_a_ceiling)
{
    uint64_t generation = 0;
    struct scope s;
    int thing;

    scope_init(&s, &generation);
    for (int i = 0; i < SCOPE_MAX; i++)
        cr_assert_neq(scope_add(&s, &kind, &thing), 0);
    cr_assert_eq(scope_add(&s, &kind, &thing), 0);
    scope_fini(&s);
}
