/* The nth thing that is done to the disk fails, for every n: what was told is true, and nothing
 * half-done stays. */
#include "consistent.h"
#include "faults.h"

static struct fixture f;

static void begin(void)
{
    fixture_begin(&f);
    f.ops = &faults_begin()->ops;
    f.sounds = true;
    fixture_open(&f);
}

static void end(void)
{
    fixture_end(&f);
}

TestSuite(faults, .init = begin, .fini = end, .timeout = 120);

struct tries {
    struct answer a[4];
    unsigned n;
};

/* New device names: their folders are made as well. */
static void put_some(struct tries *t, unsigned n, unsigned round)
{
    t->n = n;
    for (unsigned i = 0; i < n; i++) {
        char device[32], key[32];

        snprintf(device, sizeof device, "cam-%u-%u", round, i % 2);
        snprintf(key, sizeof key, "key-%u", i);
        cr_assert_eq(fixture_put(&f, device, key, 0, i, &t->a[i]), 0);
    }
    for (unsigned i = 0; i < n; i++)
        fixture_wait(&f, &t->a[i].done);
}

static void expect_told_is_true(const struct tries *t, const char *when)
{
    static struct page p;

    fixture_list(&f, &p);
    for (unsigned i = 0; i < t->n; i++) {
        bool listed = false;

        for (size_t k = 0; k < p.n; k++)
            listed = listed || (t->a[i].result == 0 && p.rows[k].id == t->a[i].id);
        cr_assert_eq(listed, t->a[i].result == 0, "%s: answer %u was %d", when, i, t->a[i].result);
    }
}

/* Puts `n` pictures with a fault at each place in turn, until none is reached any more. */
static void try_all(unsigned n, bool sticky, int error)
{
    char when[64];
    unsigned at, n_failed = 0;

    for (at = 1; at < 1000; at++) {
        struct tries t, again;

        snprintf(when, sizeof when, "%u pictures, fault %u%s, %s", n, at,
            sticky ? " and after" : "", error_name(error));
        fixture_settle(&f);
        faults_arm(at, sticky, error);
        put_some(&t, n, at);
        if (!faults_reached()) {
            faults_disarm();
            break;
        }
        fixture_settle(&f);
        faults_disarm();
        for (unsigned i = 0; i < n; i++) {
            cr_assert(t.a[i].result == 0 || t.a[i].result == error, "%s: %d", when, t.a[i].result);
            n_failed += t.a[i].result < 0;
        }
        expect_told_is_true(&t, when);
        put_some(&again, n, at);
        for (unsigned i = 0; i < n; i++)
            cr_assert_eq(again.a[i].result, t.a[i].result == 0 ? -EEXIST : 0, "%s: then %d", when,
                again.a[i].result);
        if (at % 4 == 0)
            fixture_crash(&f), fixture_open(&f);
        else if (at % 4 == 2)
            fixture_reopen(&f);
        expect_told_is_true(&t, when);
        if (at % 2 == 0) /* after a start, for a file that could not be removed is then */
            expect_consistent(&f, when);
    }
    cr_expect_gt(at, 8, "only %u places", at);
    cr_expect_lt(at, 1000);
    cr_expect_gt(n_failed, 0);
}

Test(faults, of_a_full_disk_at_one_picture)
{
    try_all(1, true, -ENOSPC);
}

Test(faults, of_a_full_disk_at_a_batch)
{
    try_all(4, true, -ENOSPC);
}

Test(faults, of_one_failing_write_at_one_picture)
{
    try_all(1, false, -EIO);
}

Test(faults, of_one_failing_write_at_a_batch)
{
    try_all(4, false, -EIO);
}

Test(faults, of_a_broken_disk_at_a_batch)
{
    try_all(4, true, -EIO);
}

Test(faults, at_removing_leave_both_row_and_file_or_none_after_a_start)
{
    for (unsigned at = 1; at < 1000; at++) {
        struct answer put = fixture_put_wait(&f, "porch", NULL, 0, at), removed = {0};
        char when[32];

        snprintf(when, sizeof when, "fault %u", at);
        cr_assert_eq(put.result, 0);
        fixture_settle(&f);
        faults_arm(at, true, -EIO);
        store_capture_remove(f.store, put.id, on_result, &removed);
        fixture_wait(&f, &removed.done);
        fixture_settle(&f);
        if (!faults_reached()) {
            faults_disarm();
            cr_expect_gt(at, 4);
            return;
        }
        faults_disarm();
        cr_expect(removed.result == 0 || removed.result == -EIO, "%d", removed.result);
        fixture_crash(&f);
        fixture_open(&f);
        expect_consistent(&f, when);
    }
    cr_assert_fail("faults without end");
}

Test(faults, at_opening_are_told_in_a_sentence_and_spoil_nothing)
{
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_put_wait(&f, "porch", NULL, 0, 2);
    for (unsigned at = 1; at < 1000; at++) {
        struct error e = ERROR_NULL;
        bool reached;
        int r;

        fixture_crash(&f);
        faults_arm(at, true, at % 2 ? -EIO : -ENOSPC);
        r = fixture_open_error(&f, &e);
        reached = faults_reached();
        faults_disarm();
        cr_expect(r == 0 || strlen(error_text(&e)) > 20, "%d: %s", r, error_text(&e));
        f.store = store_close(f.store);
        fixture_open(&f);
        expect_consistent(&f, "after a failed start");
        cr_expect_eq(store_usage(f.store)->n_captures, 2);
        if (!reached)
            return;
    }
    cr_assert_fail("faults without end");
}

/* --- a full disk, as the others see it -------------------------------------------------------- */

static unsigned count_events(const char *type)
{
    unsigned n = 0;

    for (const char *at = f.events; (at = strstr(at, type)); at++)
        n++;
    return n;
}

Test(faults, full_disk_is_said_once_and_again_when_there_is_room)
{
    struct answer a;

    fixture_settle(&f);
    faults_arm(1, true, -ENOSPC);
    for (unsigned i = 0; i < 5; i++)
        cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, i).result, -ENOSPC);
    cr_expect(store_usage(f.store)->full);
    cr_expect_eq(count_events("storage.full"), 1);
    for (unsigned i = 0; i < 20; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect(store_usage(f.store)->full, "still full");
    cr_expect_eq(count_events("storage.ok"), 0);
    faults_disarm();
    a = fixture_put_wait(&f, "porch", NULL, 0, 1);
    cr_expect_eq(a.result, 0);
    cr_expect_not(store_usage(f.store)->full);
    cr_expect_eq(count_events("storage.ok"), 1);
}

Test(faults, room_on_the_disk_is_noticed_without_a_picture)
{
    faults_arm(1, true, -ENOSPC);
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    faults_disarm();
    for (unsigned i = 0; i < 5; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_not(store_usage(f.store)->full);
    cr_expect_eq(count_events("storage.ok"), 1);
}

Test(faults, disk_that_may_not_be_written_to_is_noticed_until_it_may)
{
    char text[STORE_TROUBLE_BYTES];

    fixture_settle(&f);
    cr_expect_str_eq(store_trouble(f.store, text), "");
    faults_arm(1, true, -EPERM);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, -EIO, "no fault of who asks");
    cr_expect_eq(store_usage(f.store)->error, -EPERM);
    cr_expect_not(store_usage(f.store)->full);
    cr_expect_not_null(strstr(store_trouble(f.store, text), error_name(-EPERM)), "got: %s", text);
    for (unsigned i = 0; i < 10; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_eq(store_usage(f.store)->error, -EPERM);
    faults_disarm();
    for (unsigned i = 0; i < 5; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_eq(store_usage(f.store)->error, 0, "without another picture");
    cr_expect_eq(fixture_count(&f, "captures", ""), 0, "nothing is left of the tries");
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, 0);
}

Test(faults, database_that_is_gone_is_noticed_until_it_is_back)
{
    char text[STORE_TROUBLE_BYTES], path[256], aside[256];

    fixture_settle(&f);
    fixture_path(&f, "warren.db", path);
    fixture_path(&f, "aside.db", aside);
    cr_assert_eq(rename(path, aside), 0);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, -EIO, "told to be kept");
    cr_expect_not_null(strstr(store_trouble(f.store, text), "removed"), "got: %s", text);
    cr_expect_eq(fixture_count(&f, "captures", ".jpg"), 0, "a picture of no row");
    cr_assert_eq(rename(aside, path), 0);
    for (unsigned i = 0; i < 5; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_str_eq(store_trouble(f.store, text), "");
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, 0);
}

/* One folder alone may be the trouble; what else is written proves nothing of it. */
Test(faults, folder_that_cannot_be_made_is_told_while_others_work)
{
    char path[256];
    FILE *in_the_way = fopen(fixture_path(&f, "captures/porch", path), "w");

    fclose(in_the_way);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, -EIO);
    cr_expect_eq(fixture_put_wait(&f, "yard", NULL, 0, 1).result, 0);
    cr_expect_eq(store_usage(f.store)->error, -ENOTDIR);
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).result, 0);
    cr_expect_eq(store_usage(f.store)->error, 0);
}

Test(faults, events_wait_for_a_full_disk_up_to_their_ceiling)
{
    fixture_settle(&f);
    faults_arm(1, true, -ENOSPC);
    for (unsigned i = 0; i < STORE_MAX_PENDING_EVENTS + 300; i++) {
        bus_publish(f.bus, "porch", "camera.night", NULL);
        if (i % 1000 == 0) {
            loop_advance(f.loop, 3 * US_PER_S);
            fixture_settle(&f);
        }
    }
    cr_expect_gt(store_usage(f.store)->n_events_dropped, 300 - 1);
    cr_expect_lt(store_usage(f.store)->n_events_dropped, 350, "some are the disk's own");
    faults_disarm();
    for (unsigned i = 0; i < 30; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_eq(f.store->events.n, 0);
    fixture_close(&f);
    cr_expect_geq(fixture_sql(&f, "SELECT count(*) FROM events"), STORE_MAX_PENDING_EVENTS);
}

Test(faults, settings_that_cannot_be_written_are_told_so)
{
    struct answer a = {0};

    fixture_settle(&f);
    faults_arm(1, true, -ENOSPC);
    cr_assert_eq(store_put(f.store, "a", "k", "1", 1, on_result, &a), 0);
    fixture_wait(&f, &a.done);
    cr_expect_eq(a.result, -ENOSPC);
    faults_disarm();
}
