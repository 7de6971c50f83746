/* What a start makes of what the one before left: after a crash, with a damaged or lost database,
 * of another version. */
#include <fcntl.h>

#include "consistent.h"
#include "picture.h"

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

TestSuite(restart, .init = begin, .fini = end, .timeout = 60);

static void write_file(const char *below, const void *bytes, size_t n)
{
    char path[256];
    FILE *file = fopen(fixture_path(&f, below, path), "w");

    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

/* In the store's folder. */
static void shell(const char *command)
{
    char all[512];

    snprintf(all, sizeof all, "cd %s && %s", f.path, command);
    cr_assert_eq(system(all), 0, "%s", all);
}

/* --- crashes ---------------------------------------------------------------------------------- */

Test(restart, after_a_crash_removes_files_without_rows)
{
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_crash(&f);
    write_file("captures/porch/2026-03-01/2.jpg", "half", 4);
    write_file("captures/porch/2026-03-01/.3.tmp", "half", 4);
    write_file("captures/porch/2026-03-01/notes.txt", "mine", 4);
    fixture_open(&f);
    expect_consistent(&f, "after the crash");
    cr_expect_eq(store_usage(f.store)->n_captures, 1);
    cr_expect(fixture_exists(&f, "captures/porch/2026-03-01/notes.txt"), "what is not ours stays");
}

Test(restart, after_a_crash_removes_rows_without_files)
{
    char path[256];

    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_put_wait(&f, "porch", NULL, 0, 2);
    fixture_crash(&f);
    unlink(fixture_path(&f, "captures/porch/2026-03-01/1.jpg", path));
    fixture_open(&f);
    expect_consistent(&f, "after the crash");
    cr_expect_eq(store_usage(f.store)->n_captures, 1);
}

Test(restart, after_a_crash_sounds_and_rows_agree_as_well)
{
    static struct page p;
    char path[256];

    f.sounds = true;
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_put_wait(&f, "porch", NULL, 0, 2); /* without one */
    fixture_put_wait(&f, "porch", NULL, 0, 3);
    fixture_put_wait(&f, "porch", NULL, 0, 5);
    fixture_crash(&f);
    unlink(fixture_path(&f, "captures/porch/2026-03-01/1.wav", path));
    unlink(fixture_path(&f, "captures/porch/2026-03-01/3.jpg", path));
    write_file("captures/porch/2026-03-01/2.wav", "whose", 5);
    write_file("captures/porch/2026-03-01/9.wav", "whose", 5);
    fixture_open(&f);
    expect_consistent(&f, "after the crash");
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 3);
    cr_expect_eq(p.rows[0].sound_bytes, FIXTURE_SOUND_BYTES(5));
    cr_expect_eq(p.rows[2].sound_bytes, 0, "its picture stays");
}

/* As it was before there were sounds. */
static void make_old(void)
{
    static const char *const steps[] = {"DROP TRIGGER captures_insert",
        "DROP TRIGGER captures_delete", "DROP TRIGGER captures_update",
        "ALTER TABLE captures DROP COLUMN sound_bytes",
        "CREATE TRIGGER captures_insert AFTER INSERT ON captures BEGIN SELECT 1; END",
        "CREATE TRIGGER captures_delete AFTER DELETE ON captures BEGIN SELECT 1; END",
        "CREATE TRIGGER captures_update AFTER UPDATE ON captures BEGIN SELECT 1; END",
        "DROP TRIGGER events_insert", "DROP TRIGGER events_delete",
        "ALTER TABLE totals DROP COLUMN n_events", "ALTER TABLE totals DROP COLUMN event_bytes",
        "PRAGMA user_version = 1"};

    for (size_t i = 0; i < N_ELEMENTS(steps); i++)
        fixture_sql(&f, steps[i]);
}

Test(restart, database_from_before_there_were_sounds_is_brought_up_to_date)
{
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_put_wait(&f, "porch", NULL, 0, 2);
    fixture_close(&f);
    make_old();
    fixture_open(&f);
    f.sounds = true;
    fixture_put_wait(&f, "porch", NULL, 0, 3);
    expect_consistent(&f, "brought up to date");
    fixture_settle(&f);
    cr_expect_geq(store_usage(f.store)->n_events, 2, "what there was is counted");
    cr_expect_eq(store_usage(f.store)->n_captures, 3);
}

Test(restart, after_a_crash_keeps_rows_of_a_disk_that_is_not_there)
{
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_crash(&f);
    shell("mv captures/porch ../away-$$ && mv ../away-$$ away");
    fixture_open(&f);
    cr_expect_eq(store_usage(f.store)->n_captures, 1);
}

Test(restart, after_a_clean_end_looks_through_nothing)
{
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM open_days"), 0);
    write_file("captures/porch/2026-03-01/9.jpg", "somebody's", 10);
    fixture_open(&f);
    cr_expect(fixture_exists(&f, "captures/porch/2026-03-01/9.jpg"));
}

Test(restart, notes_stay_few_when_days_are_many)
{
    for (unsigned i = 0; i < DAYS_MAX + 20; i++)
        cr_assert_eq(fixture_put_wait(&f, "porch", NULL, TEST_NOON_US - i * DAY_US, i).result, 0);
    fixture_crash(&f);
    cr_expect_leq(fixture_sql(&f, "SELECT count(*) FROM open_days"), DAYS_MAX + 1);
    cr_expect_geq(fixture_sql(&f, "SELECT count(*) FROM open_days"), DAYS_MAX);
    fixture_open(&f);
    expect_consistent(&f, "after the crash");
}

Test(restart, folder_in_use_by_another_process_is_refused)
{
    struct store_config config = f.config;
    struct store *second = NULL;
    struct error e = ERROR_NULL;

    cr_expect_eq(store_open(f.loop, &config, &second, &e), -EBUSY);
    cr_expect_not_null(strstr(error_text(&e), "in use by another Warren"), "%s", error_text(&e));
    cr_expect_null(second);
}

Test(restart, folder_that_cannot_be_made_is_refused_with_its_name)
{
    struct store_config config = {.path = "/proc/nowhere/data"};
    struct store *second = NULL;
    struct error e = ERROR_NULL;

    cr_expect_lt(store_open(f.loop, &config, &second, &e), 0);
    cr_expect_not_null(strstr(error_text(&e), "/proc/nowhere/data"), "%s", error_text(&e));
}

/* --- damage ----------------------------------------------------------------------------------- */

static void expect_found_again(size_t n)
{
    static struct page p;

    fixture_settle(&f);
    fixture_list(&f, &p);
    cr_assert_eq(p.n, n);
    expect_consistent(&f, "found again");
    cr_expect_gt(fixture_put_wait(&f, "porch", NULL, 0, 1).id, n, "no id is used twice");
}

Test(restart, finds_captures_again_when_the_database_is_gone)
{
    static struct page p;

    f.sounds = true;
    for (unsigned i = 0; i < 50; i++)
        fixture_put_wait(&f, i % 2 ? "porch" : "shed", NULL, TEST_NOON_US - i * 7000 * US_PER_S, i);
    fixture_close(&f);
    shell("rm warren.db*");
    write_file("captures/porch/2026-03-01/77.jpg", "no picture", 10);
    fixture_open(&f);
    fixture_settle(&f);
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 50);
    cr_expect_str_eq(p.rows[0].source, "recovered");
    cr_expect_str_eq(p.rows[0].device, "shed");
    cr_expect_eq(p.rows[0].captured_us, TEST_NOON_US);
    cr_expect_eq(p.rows[49].captured_us, TEST_NOON_US - 49 * 7000 * US_PER_S);
    cr_expect_eq(p.rows[0].width, 64);
    cr_expect_eq(p.rows[1].sound_bytes, FIXTURE_SOUND_BYTES(1), "the sound beside it is its");
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, 1).id, 78);
    cr_expect(fixture_exists(&f, "captures/porch/2026-03-01/77.jpg"), "left where it is");
    fixture_close(&f);
    cr_expect_eq(fixture_sql(&f, "SELECT count(*) FROM open_days"), 0, "done once");
}

Test(restart, goes_on_finding_after_a_crash_while_finding)
{
    for (unsigned i = 0; i < 100; i++)
        fixture_put_wait(&f, "porch", NULL, TEST_NOON_US - i % 3 * DAY_US, i);
    fixture_close(&f);
    shell("rm warren.db*");
    fixture_open(&f);
    for (unsigned i = 0; i < 3; i++)
        loop_turn(f.loop);
    fixture_put_wait(&f, "porch", NULL, 0, 1);
    f.store->closing = true; /* no further slices */
    fixture_crash(&f);
    fixture_open(&f);
    expect_found_again(101);
}

static void damage(off_t at, size_t n)
{
    uint8_t junk[4096];
    char path[256];
    int fd = open(fixture_path(&f, "warren.db", path), O_WRONLY);

    memset(junk, 0xa5, sizeof junk);
    cr_assert_geq(fd, 0);
    for (size_t done = 0; done < n; done += sizeof junk)
        cr_assert_gt(pwrite(fd, junk, MIN(n - done, sizeof junk), at + (off_t)done), 0);
    close(fd);
}

/* The first page with this text. */
static void damage_page(const char *text)
{
    char page[4096], path[256];
    FILE *file = fopen(fixture_path(&f, "warren.db", path), "r");
    off_t found = 0;

    cr_assert_not_null(file);
    for (off_t at = 4096; found == 0 && pread(fileno(file), page, sizeof page, at) == sizeof page;
         at += sizeof page) {
        if (memmem(page, sizeof page, text, strlen(text)))
            found = at;
    }
    fclose(file);
    cr_assert_gt(found, 0);
    damage(found, 4096);
}

Test(restart, moves_a_damaged_database_aside_and_finds_captures_again)
{
    for (unsigned i = 0; i < 20; i++)
        fixture_put_wait(&f, "porch", NULL, 0, i);
    fixture_close(&f);
    damage(0, 4096);
    fixture_open(&f);
    cr_expect_eq(fixture_count(&f, ".", "damaged-*"), 1);
    expect_found_again(20);
}

Test(restart, reads_what_can_be_read_from_a_damaged_database)
{
    static struct page p;
    struct answer pinned = {0};

    f.sounds = true;
    store_put(f.store, "registry", "porch", "{\"kind\":\"demo\"}", 15, NULL, NULL);
    for (unsigned i = 0; i < 20; i++)
        fixture_put_wait(&f, "porch", i == 0 ? "IMG_1" : NULL, 0, i);
    store_capture_pin(f.store, 1, true, on_result, &pinned);
    for (unsigned i = 0; i < 2000; i++)
        bus_publish(f.bus, "porch", "camera.night", "{\"needle\":1}");
    for (unsigned i = 0; i < 10; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    fixture_close(&f);

    damage_page("needle");
    write_file("warren.db-wal", "crash", 5); /* it was one: so the database is looked through */

    fixture_open(&f);
    cr_expect_eq(fixture_count(&f, ".", "damaged-*"), 2, "with its log");
    cr_expect_not_null(store_get(f.store, "registry", "porch", NULL));
    fixture_settle(&f);
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 20);
    cr_expect(p.rows[19].pinned);
    cr_expect_str_eq(p.rows[19].key, "IMG_1");
    cr_expect_geq(store_next_event_id(f.store), 2000, "ids of events go on");
    expect_consistent(&f, "read from the damaged one");
}

Test(restart, reads_what_can_be_read_from_a_damaged_database_from_before_there_were_sounds)
{
    static struct page p;

    for (unsigned i = 0; i < 20; i++)
        fixture_put_wait(&f, "porch", i == 0 ? "IMG_1" : NULL, 0, i);
    store_put(f.store, "registry", "porch", "only in this table", 18, NULL, NULL);
    fixture_close(&f);
    make_old();
    damage_page("only in this table");
    fixture_open(&f);
    cr_expect_geq(fixture_count(&f, ".", "damaged-*"), 1);
    fixture_list(&f, &p);
    cr_assert_eq(p.n, 20);
    cr_expect_str_eq(p.rows[19].key, "IMG_1", "found in the database, and not by its file");
    expect_consistent(&f, "read from the damaged one");
}

Test(restart, notices_damaged_settings_without_a_crash)
{
    for (unsigned i = 0; i < 20; i++)
        fixture_put_wait(&f, "porch", NULL, 0, i);
    store_put(f.store, "registry", "porch", "only in this table", 18, NULL, NULL);
    fixture_close(&f);
    damage_page("only in this table");
    fixture_open(&f);
    cr_expect_geq(fixture_count(&f, ".", "damaged-*"), 1);
    cr_expect_null(store_get(f.store, "registry", "porch", NULL));
    expect_found_again(20);
}

Test(restart, looks_through_a_database_that_was_found_damaged_while_running)
{
    static struct page p;

    for (unsigned i = 0; i < 20; i++) {
        char key[64];

        snprintf(key, sizeof key, "a key like no other %u", i);
        fixture_put_wait(&f, "porch", key, TEST_NOON_US + i, i);
    }
    fixture_close(&f);
    damage_page("a key like no other"); /* which no start needs */
    fixture_open(&f);
    cr_expect_eq(fixture_count(&f, ".", "damaged-*"), 0);
    store_captures(f.store, &(struct capture_filter){.limit = 100}, on_captures, &p);
    fixture_wait(&f, &p.done);
    cr_expect_eq(p.result, -EIO);
    fixture_reopen(&f);
    cr_expect_geq(fixture_count(&f, ".", "damaged-*"), 1);
    expect_found_again(20);
}

Test(restart, refuses_a_database_of_a_newer_program)
{
    struct error e = ERROR_NULL;

    fixture_close(&f);
    fixture_sql(&f, "PRAGMA user_version = 99");
    cr_expect_eq(fixture_open_error(&f, &e), -EPROTONOSUPPORT);
    cr_expect_not_null(
        strstr(error_text(&e), "written by a newer Warren (format 99, this one knows up to 3)"),
        "%s", error_text(&e));
    cr_expect_eq(fixture_count(&f, ".", "damaged-*"), 0, "and leaves it alone");
    fixture_sql(&f, "PRAGMA user_version = 3");
    fixture_open(&f);
}

Test(restart, refuses_somebody_elses_database)
{
    struct error e = ERROR_NULL;
    char path[256];
    struct db d;

    fixture_close(&f);
    shell("rm warren.db*");
    cr_assert_eq(db_open(&d, fixture_path(&f, "warren.db", path), NULL, &e), 0);
    cr_assert_eq(db_exec(&d, "CREATE TABLE recipes(name TEXT)"), 0);
    db_close(&d);
    cr_expect_eq(fixture_open_error(&f, &e), -EPROTONOSUPPORT);
    cr_expect_not_null(strstr(error_text(&e), "not one of Warren's"), "%s", error_text(&e));
    shell("rm warren.db*");
    fixture_open(&f);
}

/* --- room ------------------------------------------------------------------------------------- */

/* With room for a reserve; skips the test where none can be mounted. */
static void open_small_disk(char disk[static 256])
{
    char command[256];

    fixture_close(&f);
    snprintf(command, sizeof command,
        "mkdir %s/disk && mount -t tmpfs -o size=16m warren-test %s/disk 2>/dev/null", f.path,
        f.path);
    if (geteuid() != 0 || system(command) != 0)
        cr_skip_test("a small disk cannot be mounted here; the faults of every write are tried all "
                     "the same");
    f.config.path = fixture_path(&f, "disk", disk);
    fixture_open(&f);
    loop_advance(f.loop, US_PER_S);
    fixture_settle(&f);
    cr_expect(fixture_exists(&f, "disk/reserve"));
}

static struct answer remove_wait(uint64_t id)
{
    struct answer a = {0};

    cr_assert_eq(store_capture_remove(f.store, id, on_result, &a), 0);
    fixture_wait(&f, &a.done);
    return a;
}

/* No limit makes room here: only who deletes does. */
Test(restart, full_disk_lets_captures_be_deleted)
{
    char disk[256], command[320];
    unsigned n_refused = 0;

    open_small_disk(disk);
    for (unsigned i = 0; i < 20; i++)
        cr_assert_eq(fixture_put_wait(&f, "porch", NULL, 0, i).result, 0);
    snprintf(command, sizeof command, "dd if=/dev/zero of=%s/fill bs=4k 2>/dev/null", disk);
    cr_expect_neq(system(command), 0);
    /* Pictures come in all the time, and find no room that is kept for deleting. */
    for (unsigned i = 0; i < 60; i++) {
        n_refused += fixture_put_wait(&f, "porch", NULL, 0, i).result == -ENOSPC;
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_gt(n_refused, 55);
    for (uint64_t id = 1; id <= 20; id++)
        cr_expect_eq(remove_wait(id).result, 0);
    cr_expect(fixture_exists(&f, "disk/reserve"));
    snprintf(command, sizeof command, "rm %s/fill", disk);
    cr_expect_eq(system(command), 0);
    for (unsigned i = 0; i < 15; i++) {
        loop_advance(f.loop, US_PER_S);
        fixture_settle(&f);
    }
    cr_expect_not(store_usage(f.store)->full);
    fixture_close(&f);
    snprintf(command, sizeof command, "umount %s", disk);
    cr_expect_eq(system(command), 0);
}

Test(restart, small_disk_that_fills_up_and_is_emptied)
{
    char command[256], disk[256];
    struct answer a = {0};
    unsigned n = 0;

    open_small_disk(disk);
    for (; n < 5000; n++) {
        a = fixture_put_wait(&f, "porch", NULL, 0, n);
        if (a.result < 0)
            break;
    }
    cr_expect_eq(a.result, -ENOSPC);
    cr_expect_gt(n, 1000);
    cr_expect(store_usage(f.store)->full);

    f.events[0] = '\0'; /* long ago full */

    /* Retention can work on a disk that is full to the last block. */
    f.config.max_bytes = 100000;
    store_configure(f.store, &f.config);
    for (unsigned i = 0; i < 400 && store_usage(f.store)->capture_bytes > 100000; i++) {
        loop_advance(f.loop, 250 * US_PER_MS);
        fixture_settle(&f);
    }
    cr_expect_leq(store_usage(f.store)->capture_bytes, 100000);
    cr_expect_eq(fixture_put_wait(&f, "porch", NULL, 0, n).result, 0);
    cr_expect_not(store_usage(f.store)->full);
    cr_expect_not_null(strstr(f.events, "storage.ok"));

    fixture_close(&f);
    snprintf(command, sizeof command, "umount %s/disk", f.path);
    cr_expect_eq(system(command), 0);
}
