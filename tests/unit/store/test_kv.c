#include "support.h"

static struct fixture f;

static void begin(void)
{
    fixture_begin(&f);
    fixture_open(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(kv, .init = begin, .fini = end, .timeout = 30);

static void put(const char *space, const char *key, const char *value)
{
    struct answer a = {0};

    cr_assert_eq(
        store_put(f.store, space, key, value, value ? strlen(value) : 0, on_result, &a), 0);
    fixture_wait(&f, &a.done);
    cr_assert_eq(a.result, 0);
}

static void expect(const char *space, const char *key, const char *value)
{
    size_t n = 77;
    const char *got = store_get(f.store, space, key, &n);

    if (!value) {
        cr_expect_null(got, "%s/%s", space, key);
        return;
    }
    cr_assert_not_null(got, "%s/%s", space, key);
    cr_expect_eq(n, strlen(value));
    cr_expect(memcmp(got, value, n) == 0, "%s/%s is %s", space, key, got);
}

Test(kv, value_is_there_at_once_and_after_a_restart)
{
    cr_assert_eq(store_put(f.store, "device/porch", "seen", "12", 2, NULL, NULL), 0);
    expect("device/porch", "seen", "12");
    expect("device/porch", "other", NULL);
    expect("device/shed", "seen", NULL);
    fixture_reopen(&f);
    expect("device/porch", "seen", "12");
}

Test(kv, newest_value_counts_whatever_was_put_in_one_turn)
{
    for (int i = 0; i < 200; i++) {
        char text[16];
        store_put(
            f.store, "a", "k", text, (size_t)snprintf(text, sizeof text, "%d", i), NULL, NULL);
    }
    fixture_reopen(&f);
    expect("a", "k", "199");
}

Test(kv, values_are_bytes_and_may_be_empty)
{
    size_t n = 77;

    cr_assert_eq(store_put(f.store, "a", "zero", "\0x\0", 3, NULL, NULL), 0);
    cr_assert_eq(store_put(f.store, "a", "empty", "", 0, NULL, NULL), 0);
    fixture_reopen(&f);
    cr_expect_arr_eq(store_get(f.store, "a", "zero", &n), "\0x\0", 3);
    cr_expect_eq(n, 3);
    cr_expect_not_null(store_get(f.store, "a", "empty", &n));
    cr_expect_eq(n, 0);
}

Test(kv, null_removes)
{
    put("a", "k", "1");
    put("a", "k", NULL);
    expect("a", "k", NULL);
    cr_expect_eq(store_count(f.store, "a"), 0);
    fixture_reopen(&f);
    expect("a", "k", NULL);
}

static int collect(void *ctx, const char *key, const void *bytes, size_t n)
{
    char *all = ctx;

    sprintf(all + strlen(all), "%s=%.*s ", key, (int)n, (const char *)bytes);
    return strcmp(key, "stop") == 0 ? 7 : 0;
}

Test(kv, each_goes_through_one_space_in_order_of_keys)
{
    char all[256] = "";

    put("a", "pear", "3");
    put("a", "apple", "1");
    put("b", "fig", "9");
    put("a", "melon", "2");
    cr_expect_eq(store_each(f.store, "a", collect, all), 0);
    cr_expect_str_eq(all, "apple=1 melon=2 pear=3 ");
    cr_expect_eq(store_count(f.store, "a"), 3);
    cr_expect_eq(store_each(f.store, "nothing", collect, all), 0);
}

Test(kv, each_stops_when_it_is_told_to)
{
    char all[256] = "";

    put("a", "stop", "1");
    put("a", "tail", "2");
    cr_expect_eq(store_each(f.store, "a", collect, all), 7);
    cr_expect_str_eq(all, "stop=1 ");
}

Test(kv, drop_forgets_a_whole_space_and_no_other)
{
    struct answer a = {0};

    put("a", "k", "1");
    put("a", "l", "1");
    put("ab", "k", "2");
    cr_assert_eq(store_drop(f.store, "a", on_result, &a), 0);
    cr_expect_eq(store_count(f.store, "a"), 0);
    fixture_wait(&f, &a.done);
    cr_expect_eq(a.result, 0);
    fixture_reopen(&f);
    cr_expect_eq(store_count(f.store, "a"), 0);
    expect("ab", "k", "2");
}

Test(kv, over_the_limits_is_refused_and_changes_nothing)
{
    static char big[STORE_MAX_VALUE_BYTES + 1], name[STORE_MAX_KEY_BYTES + 2];

    memset(name, 'x', sizeof name - 1);
    cr_expect_eq(store_put(f.store, "a", "k", big, sizeof big, NULL, NULL), -EINVAL);
    cr_expect_eq(store_put(f.store, "a", name, "1", 1, NULL, NULL), -EINVAL);
    cr_expect_eq(store_put(f.store, "", "k", "1", 1, NULL, NULL), -EINVAL);
    cr_expect_eq(store_put(f.store, "a", "\xc3", "1", 1, NULL, NULL), -EINVAL);
    cr_expect_eq(store_count(f.store, "a"), 0);
    cr_expect_eq(store_put(f.store, "a", "k", big, sizeof big - 1, NULL, NULL), 0);
}

Test(kv, many_spaces_and_keys_come_back)
{
    char space[16], key[16];

    for (int i = 0; i < 3000; i++) {
        snprintf(space, sizeof space, "s%d", i * 7 % 60);
        snprintf(key, sizeof key, "k%d", i * 31 % 3000);
        cr_assert_eq(store_put(f.store, space, key, key, strlen(key), NULL, NULL), 0);
    }
    fixture_reopen(&f);
    for (int i = 0; i < 3000; i++) {
        snprintf(space, sizeof space, "s%d", i * 7 % 60);
        snprintf(key, sizeof key, "k%d", i * 31 % 3000);
        expect(space, key, key);
    }
}

Test(kv, too_many_waiting_writes_are_refused)
{
    int r = 0;
    unsigned n = 0;

    while ((r = store_put(f.store, "a", "k", "1", 1, NULL, NULL)) == 0)
        n++;
    cr_expect_eq(r, -EAGAIN);
    cr_expect_leq(n, STORE_MAX_PENDING_WRITES);
    fixture_settle(&f);
    cr_expect_eq(store_put(f.store, "a", "k", "2", 1, NULL, NULL), 0);
}
