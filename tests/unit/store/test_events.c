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

TestSuite(events, .init = begin, .fini = end, .timeout = 30);

struct history {
    bool done, more;
    int result;
    size_t n;
    uint64_t id[STORE_MAX_PAGE];
    char first[256];
};

static void on_events(void *ctx, int result, const struct event_row *rows, size_t n, bool more)
{
    struct history *h = ctx;

    *h = (struct history){.done = true, .more = more, .result = result, .n = n};
    for (size_t i = 0; i < n; i++)
        h->id[i] = rows[i].id;
    if (n > 0)
        snprintf(h->first, sizeof h->first, "%s", rows[0].json);
}

static struct history *history(const struct event_filter *filter)
{
    static struct history h;

    h.done = false;
    cr_assert_eq(store_events(f.store, filter, on_events, &h), 0);
    fixture_wait(&f, &h.done);
    cr_assert_eq(h.result, 0);
    return &h;
}

static void write_out(void)
{
    loop_advance(f.loop, 200 * US_PER_MS);
    fixture_settle(&f);
}

static const struct event_filter ALL = {.limit = STORE_MAX_PAGE};

Test(events, are_kept_as_they_were_on_the_bus)
{
    struct history *h;

    bus_publish(f.bus, "porch", "camera.night", "{\"level\":3}");
    write_out();
    h = history(&ALL);
    cr_assert_eq(h->n, 1);
    cr_expect_str_eq(h->first,
        "{\"id\":1,\"time\":\"2026-03-01T12:00:00.000000Z\",\"device\":\"porch\",\"type\":\"camera."
        "night\","
        "\"data\":{\"level\":3}}");
}

Test(events, wait_200_ms_for_company)
{
    fixture_settle(&f); /* what the start itself does */
    bus_publish(f.bus, "porch", "camera.night", NULL);
    loop_advance(f.loop, 199 * US_PER_MS);
    fixture_settle(&f);
    cr_expect_eq(history(&ALL)->n, 0);
    loop_advance(f.loop, 1 * US_PER_MS);
    fixture_settle(&f);
    cr_expect_eq(history(&ALL)->n, 1);
}

Test(events, go_along_when_something_else_is_written)
{
    struct answer a;

    bus_publish(f.bus, "porch", "camera.night", NULL);
    a = fixture_put_wait(&f, "porch", NULL, 0, 1);
    cr_expect_eq(a.result, 0);
    cr_expect_eq(history(&ALL)->n, 1, "without waiting; capture.stored itself is not yet there");
}

Test(events, that_are_many_do_not_wait)
{
    for (int i = 0; i < 256; i++)
        bus_publish(f.bus, "porch", "camera.night", NULL);
    fixture_settle(&f);
    cr_expect_eq(history(&ALL)->n, 256);
}

Test(events, are_in_order_and_paged)
{
    struct event_filter filter = {.limit = 100};
    uint64_t expected = 1500;

    for (int i = 0; i < 1500; i++)
        bus_publish(f.bus, "porch", "camera.night", NULL);
    write_out(); /* the first of them, then as many as one transaction takes */
    write_out(); /* the rest */
    for (;;) {
        struct history *h = history(&filter);

        for (size_t i = 0; i < h->n; i++)
            cr_assert_eq(h->id[i], expected - i);
        expected -= h->n;
        filter.before_id = h->id[h->n - 1];
        if (!h->more)
            break;
    }
    cr_expect_eq(expected, 0);
}

Test(events, are_filtered_by_device_type_and_time)
{
    struct event_filter filter = ALL;
    int64_t second_us;

    bus_publish(f.bus, "porch", "camera.night", NULL);
    bus_publish(f.bus, "shed", "camera.day", NULL);
    write_out();
    second_us = loop_wall_us(f.loop);
    bus_publish(f.bus, "porch", "motion.started", NULL);
    write_out();

    filter.device = "porch";
    cr_expect_eq(history(&filter)->n, 2);
    filter.type = "camera.night";
    cr_expect_eq(history(&filter)->n, 1);
    filter.device = NULL;
    filter.type = "camera.*";
    cr_expect_eq(history(&filter)->n, 2);
    filter.type = "*";
    cr_expect_eq(history(&filter)->n, 3);
    filter = ALL;
    filter.from_us = second_us;
    cr_expect_eq(history(&filter)->n, 1);
    filter = ALL;
    filter.to_us = second_us;
    cr_expect_eq(history(&filter)->n, 2);
    filter.type = "ca*ra";
    cr_expect_eq(store_events(f.store, &filter, on_events, NULL), -EINVAL);
}

Test(events, number_on_after_a_restart_even_when_old_ones_are_gone)
{
    for (int i = 0; i < 5; i++)
        bus_publish(f.bus, "porch", "camera.night", NULL);
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "DELETE FROM events"), 0);
    fixture_open(&f);
    cr_expect_eq(store_next_event_id(f.store), 6);
}

Test(events, of_the_last_moment_are_kept_when_the_store_closes)
{
    struct answer a;

    bus_publish(f.bus, "porch", "camera.night", NULL);
    fixture_put(&f, "porch", NULL, 0, 1, &a);
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM events WHERE type = 'camera.night'"), 1);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM events WHERE type = 'capture.stored'"), 1,
        "the one that was published while closing");
}

Test(events, are_not_kept_while_there_is_no_bus)
{
    store_attach(f.store, NULL);
    bus_publish(f.bus, "porch", "camera.night", NULL);
    write_out();
    cr_expect_eq(history(&ALL)->n, 0);
}

static off_t log_size(void)
{
    struct stat st;
    char path[256];

    return stat(fixture_path(&f, "warren.db-wal", path), &st) == 0 ? st.st_size : 0;
}

Test(events, cost_nothing_while_there_are_none)
{
    off_t before;

    loop_advance(f.loop, 20 * US_PER_S);
    fixture_settle(&f);
    before = log_size();
    for (int i = 0; i < 100; i++) {
        loop_advance(f.loop, 10 * US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_eq(log_size(), before, "an idle store writes nothing");
}

Test(events, read_that_takes_too_long_is_given_up)
{
    struct event_filter filter = {.type = "nothing.*", .limit = 10};
    static struct history h;
    char path[256];
    struct db d;

    fixture_close(&f);
    cr_assert_eq(db_open(&d, fixture_path(&f, "warren.db", path), NULL, NULL), 0);
    cr_assert_eq(
        db_exec(&d,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
            " INSERT INTO events SELECT i, i, 'porch', 'camera.night', '{}' FROM n"),
        0);
    db_close(&d);
    fixture_open(&f);
    f.store->reader.max_us = 100;
    cr_assert_eq(store_events(f.store, &filter, on_events, &h), 0);
    fixture_wait(&f, &h.done);
    cr_expect_eq(h.result, -ETIMEDOUT);
    cr_expect_eq(h.n, 0);
    f.store->reader.max_us = 10 * US_PER_S;
    cr_expect_eq(history(&filter)->n, 0, "the next one is answered");
}

Test(events, too_many_reads_are_refused_and_the_waiting_are_cancelled_at_the_end)
{
    static struct history h[STORE_MAX_PENDING_READS];
    struct history refused;

    for (size_t i = 0; i < STORE_MAX_PENDING_READS; i++)
        cr_assert_eq(store_events(f.store, &ALL, on_events, &h[i]), 0);
    cr_expect_eq(store_events(f.store, &ALL, on_events, &refused), -EAGAIN);
    fixture_close(&f);
    for (size_t i = 0; i < STORE_MAX_PENDING_READS; i++)
        cr_expect(h[i].done &&
            (h[i].result == 0 || h[i].result == -ECANCELED || h[i].result == -ETIMEDOUT));
}

Test(events, for_who_is_there_now_are_not_kept)
{
    struct history *h;

    bus_publish_transient(f.bus, "porch", "device.attributes", "{\"fps\":3}");
    bus_publish(f.bus, "porch", "camera.night", NULL);
    write_out();
    h = history(&ALL);
    cr_assert_eq(h->n, 1);
    cr_assert_not_null(strstr(h->first, "camera.night"));
}
