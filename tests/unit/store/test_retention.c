#include "store/events_trim.h"
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

TestSuite(retention, .init = begin, .fini = end, .timeout = 60);

static void put_many(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        cr_assert_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, 0);
}

/* One slice: the timer, then the disk. */
static void slice(void)
{
    loop_advance(f.loop, 250 * US_PER_MS);
    fixture_settle(&f);
}

static void until_quiet(void)
{
    for (int i = 0; i < 60; i++)
        slice();
}

static uint64_t bytes_of_one(void)
{
    return store_usage(f.store)->capture_bytes / store_usage(f.store)->n_captures;
}

static void limit(uint64_t max_bytes, double max_percent, double max_days, uint64_t min_free)
{
    f.config.max_bytes = max_bytes;
    f.config.max_percent = max_percent;
    f.config.max_days = max_days;
    f.config.min_free_bytes = min_free;
    store_configure(f.store, &f.config);
}

static void pin(uint64_t id)
{
    struct answer a = {0};

    cr_assert_eq(store_capture_pin(f.store, id, true, on_result, &a), 0);
    fixture_wait(&f, &a.done);
}

Test(retention, keeps_all_without_limits)
{
    put_many(5);
    loop_advance(f.loop, 400 * DAY_US);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 5);
}

Test(retention, removes_the_oldest_over_the_bytes)
{
    static struct page p;

    put_many(10);
    limit(4 * bytes_of_one(), 0, 0, 0);
    until_quiet();
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 4);
    cr_expect_eq(p.rows[3].id, 7, "the newest stay");
    cr_expect_eq(fixture_count(&f, "captures", ".jpg"), 4);
    cr_expect_not_null(
        strstr(f.events, "capture.removed porch {\"ids\":[1,2,3,4,5,6],\"reason\":\"retention\"}"));
}

Test(retention, leaves_pinned_ones_alone)
{
    static struct page p;

    put_many(6);
    pin(1);
    pin(3);
    limit(3 * bytes_of_one(), 0, 0, 0);
    until_quiet();
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 3);
    cr_expect_eq(p.rows[0].id, 6);
    cr_expect_eq(p.rows[1].id, 3);
    cr_expect_eq(p.rows[2].id, 1);
}

Test(retention, gives_up_quietly_when_only_pinned_ones_are_left)
{
    put_many(2);
    pin(1);
    pin(2);
    limit(1, 0, 0, 0);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 2);
}

Test(retention, works_in_small_slices)
{
    uint64_t before;

    put_many(60);
    until_quiet(); /* a slice is larger while pictures come in; none do now */
    limit(1, 0, 0, 0);
    before = store_usage(f.store)->n_captures;
    for (unsigned i = 0; i < 3; i++) {
        slice();
        cr_expect_eq(before - store_usage(f.store)->n_captures, 16);
        before = store_usage(f.store)->n_captures;
    }
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 0);
}

Test(retention, keeps_pace_with_many_new_ones)
{
    limit(40000, 0, 0, 0);
    for (unsigned i = 0; i < 10; i++) {
        put_many(60); /* in 250 ms: four times what a slice takes at rest */
        slice();
    }
    cr_expect_lt(store_usage(f.store)->capture_bytes, 40000 + 120 * bytes_of_one());
}

Test(retention, removes_what_is_over_its_days)
{
    put_many(3);
    limit(0, 0, 2, 0);
    loop_advance(f.loop, DAY_US);
    put_many(2);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 5);
    loop_advance(f.loop, DAY_US + 11 * US_PER_S);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 2);
}

Test(retention, counts_days_from_arrival_not_from_what_a_camera_says)
{
    fixture_put_wait(&f, "porch", NULL, US_PER_S, 1); /* its clock says 1970 */
    limit(0, 0, 2, 0);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 1);
}

Test(retention, does_not_judge_what_came_before_the_gateways_clock_was_set)
{
    static struct page p;

    fixture_close(&f);
    loop_free(f.loop);
    cr_assert_eq(loop_new_virtual(1000, 5 * US_PER_S, &f.loop), 0); /* no battery: it is 1970 */
    fixture_open(&f);
    put_many(1);
    fixture_close(&f);
    loop_free(f.loop);
    cr_assert_eq(loop_new_virtual(1000, TEST_NOON_US, &f.loop), 0);
    fixture_open(&f);
    put_many(2);
    limit(0, 0, 2, 0);
    loop_advance(f.loop, 3 * DAY_US);
    until_quiet();
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 1);
    cr_expect_eq(p.rows[0].id, 1);
}

Test(retention, of_percent_looks_at_the_file_system)
{
    put_many(8);
    until_quiet();
    cr_assert_gt(store_usage(f.store)->total_bytes, 0);
    limit(0, 100.0 * (double)(3 * bytes_of_one() + 10) / (double)store_usage(f.store)->total_bytes,
        0, 0);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 3);
}

Test(retention, makes_room_when_little_is_left_and_says_so_once)
{
    char *said;

    put_many(4);
    until_quiet();
    limit(0, 0, 0, UINT64_MAX / 4); /* more than any disk has */
    until_quiet();
    said = strstr(f.events, "storage.low  {\"free_bytes\":");
    cr_assert_not_null(said);
    cr_expect_null(strstr(said + 1, "storage.low"));
    cr_expect_eq(store_usage(f.store)->n_captures, 0);
    limit(0, 0, 0, 1);
    until_quiet();
    cr_expect_not_null(strstr(f.events, "storage.ok  {"));
}

static void limit_events(uint64_t max)
{
    f.config.events_max = max;
    store_configure(f.store, &f.config);
}

static void say(const char *device, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        bus_publish(f.bus, device, "device.error", "{\"why\":\"It is broken\"}");
    for (unsigned i = 0; i < 4; i++) /* what came while others were written, too */
        slice();
}

static int64_t kept_of(const char *device)
{
    char sql[96];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM events WHERE device = '%s'", device);
    return fixture_sql(&f, sql);
}

Test(retention, too_many_events_go_from_who_has_most_oldest_first)
{
    say("quiet", 200);
    say("loud", 1500);
    say("quiet", 200);
    cr_assert_eq(store_usage(f.store)->n_events, 1900);
    limit_events(1000);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_events, 950, "a twentieth below, not to begin at once");
    fixture_close(&f);
    cr_expect_eq(kept_of("quiet"), 400);
    cr_expect_eq(kept_of("loud"), 550);
    cr_expect_eq(fixture_sql(&f, "SELECT min(id) FROM events WHERE device = 'loud'"), 1151);
}

Test(retention, long_events_count_by_their_bytes)
{
    char json[10000];

    snprintf(json, sizeof json, "{\"why\":\"%9900d\"}", 1);
    say("quiet", 50);
    for (unsigned i = 0; i < 1000; i++)
        bus_publish(f.bus, "loud", "device.error", json);
    say("loud", 0);
    limit_events(2000);
    until_quiet();
    cr_expect_leq(store_usage(f.store)->event_bytes, 2000 * 512);
    cr_expect_gt(store_usage(f.store)->n_events, 50);
    fixture_close(&f);
    cr_expect_eq(kept_of("quiet"), 50);
}

Test(retention, events_are_trimmed_in_slices_while_pictures_stay)
{
    put_many(3);
    say("loud", 3000);
    limit_events(100);
    slice();
    cr_expect_gt(store_usage(f.store)->n_events, 2000, "500 at a time");
    until_quiet();
    cr_expect_leq(store_usage(f.store)->n_events, 100);
    cr_expect_eq(store_usage(f.store)->n_captures, 3);
}

static int64_t database_bytes(void)
{
    char path[256];
    struct stat s;

    cr_assert_eq(stat(fixture_path(&f, "warren.db", path), &s), 0);
    return s.st_size;
}

Test(retention, events_give_their_room_back_before_pictures_go)
{
    int64_t before;

    put_many(3);
    for (unsigned i = 0; i < 14; i++)
        say("loud", 1000);
    fixture_reopen(&f); /* all of it stands in the file, not in the log */
    before = database_bytes();
    limit(0, 0, 0, UINT64_MAX / 4); /* more than any disk has */
    while (store_usage(f.store)->n_events > EVENTS_WHEN_SHORT + 100) {
        cr_assert_eq(store_usage(f.store)->n_captures, 3);
        slice();
    }
    slice();
    cr_expect_lt(database_bytes(), before * 9 / 10, "%d of %d", (int)database_bytes(), (int)before);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_captures, 0, "it did not suffice");
    cr_expect_geq(store_usage(f.store)->n_events, EVENTS_WHEN_SHORT);
}

static void make_old(void)
{
    struct error e = ERROR_NULL;
    char path[256];
    struct db d;

    fixture_close(&f);
    cr_assert_eq(db_open(&d, fixture_path(&f, "warren.db", path), NULL, &e), 0);
    cr_assert_eq(db_exec(&d, "PRAGMA auto_vacuum=NONE; VACUUM"), 0);
    db_close(&d);
    cr_assert_eq(fixture_sql(&f, "PRAGMA auto_vacuum"), 0);
    fixture_open(&f);
}

Test(retention, pictures_go_where_an_old_database_cannot_give_room_back)
{
    put_many(3);
    make_old();
    for (unsigned i = 0; i < 11; i++)
        say("loud", 1000);
    limit(0, 0, 0, UINT64_MAX / 4);
    slice();
    cr_expect_eq(store_usage(f.store)->n_captures, 0);
}

Test(retention, no_ceiling_of_events_keeps_all)
{
    say("loud", 3000);
    limit_events(0);
    until_quiet();
    cr_expect_eq(store_usage(f.store)->n_events, 3000);
}

static void publish_many(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        bus_publish(f.bus, "porch", "camera.night", NULL);
    until_quiet();
}

/* The clock was ten years ahead for a while: their age is told by those after them. More of them
 * than a slice takes. */
Test(retention, events_of_a_clock_that_was_ahead_keep_none_after_them)
{
    publish_many(700);
    publish_many(100);
    fixture_close(&f);
    fixture_sql(&f, "UPDATE events SET time_us = time_us + 315360000000000 WHERE id <= 700");
    fixture_open(&f);
    f.config.events_max_days = 2;
    store_configure(f.store, &f.config);
    loop_advance(f.loop, DAY_US);
    publish_many(1);
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM events"), 801, "nothing is known to be old");
    fixture_open(&f);
    loop_advance(f.loop, DAY_US + US_PER_S);
    for (unsigned i = 0; i < 5; i++)
        until_quiet();
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM events"), 1);
}

Test(retention, removes_old_events)
{
    for (unsigned i = 0; i < 1200; i++)
        bus_publish(f.bus, "porch", "camera.night", NULL);
    until_quiet();
    f.config.events_max_days = 1;
    store_configure(f.store, &f.config);
    loop_advance(f.loop, DAY_US + US_PER_S);
    bus_publish(f.bus, "porch", "camera.day", NULL);
    for (unsigned i = 0; i < 10; i++)
        until_quiet();
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM events"), 1);
}
