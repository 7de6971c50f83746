#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "store/schema.h"

static struct db d;

static void begin(void)
{
    cr_assert_eq(db_open(&d, ":memory:", NULL, NULL), 0);
}

static void end(void)
{
    db_close(&d);
}

TestSuite(schema, .init = begin, .fini = end);

#define FIRST "CREATE TABLE a(x INTEGER) STRICT; INSERT INTO a VALUES(1)"

static const struct migration STEPS[] = {
    {FIRST},
    {"ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1"},
};

static int64_t query(const char *sql)
{
    int64_t v = -1;

    cr_assert_eq(db_int(&d, sql, &v), 0, "%s: %s", sql, sqlite3_errmsg(d.handle));
    return v;
}

Test(schema, steps_run_once_and_in_order)
{
    size_t from;

    cr_assert_eq(schema_migrate(&d, STEPS, 1, &from, NULL), 0);
    cr_expect_eq(from, 0);
    cr_assert_eq(schema_migrate(&d, STEPS, 2, &from, NULL), 0);
    cr_expect_eq(from, 1);
    cr_assert_eq(schema_migrate(&d, STEPS, 2, &from, NULL), 0);
    cr_expect_eq(from, 2);
    cr_expect_eq(query("SELECT y FROM a"), 2);
    cr_expect_eq(query("SELECT count(*) FROM a"), 1);
}

Test(schema, failing_step_leaves_the_version_before)
{
    static const struct migration bad[] = {
        {FIRST}, {"CREATE TABLE b(x INTEGER); CREATE TABLE a(x INTEGER)"}};
    struct error e = ERROR_NULL;
    size_t from = 77;

    cr_expect_lt(schema_migrate(&d, bad, 2, &from, &e), 0);
    cr_expect_eq(from, 77);
    cr_expect_not_null(strstr(error_text(&e), "already exists"), "%s", error_text(&e));
    cr_expect_eq(query("PRAGMA user_version"), 1);
    cr_expect_eq(query("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0,
        "all of the step is undone");
    cr_expect_eq(schema_migrate(&d, STEPS, 2, &from, &e), 0, "and a right one works");
}

Test(schema, of_today_holds_together)
{
    size_t from;

    cr_assert_eq(schema_migrate(&d, schema_migrations, schema_n_migrations, &from, NULL), 0);
    cr_expect_eq(query("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT "
                       "LIKE 'sqlite_%' AND type ="
                       " 'table' AND strict = 0"),
        0, "every table is STRICT");
    cr_expect_eq(query("PRAGMA application_id"), SCHEMA_APPLICATION_ID);
}

Test(schema, events_are_counted)
{
    size_t from;

    cr_assert_eq(schema_migrate(&d, schema_migrations, 2, &from, NULL), 0);
    cr_assert_eq(db_exec(&d,
                     "INSERT INTO events(time_us, device, type, json)"
                     " VALUES(1, 'a', 'b', '12345'), (2, 'a', 'b', '123')"),
        0);
    cr_assert_eq(schema_migrate(&d, schema_migrations, schema_n_migrations, &from, NULL), 0);
    cr_expect_eq(query("SELECT n_events * 1000 + event_bytes FROM totals"), 2008);
    cr_assert_eq(db_exec(&d,
                     "DELETE FROM events WHERE id = 1;"
                     "INSERT INTO events(id, time_us, device, type, json)"
                     " VALUES(2, 2, 'a', 'b', '123'), (9, 2, 'a', 'b', '1')"
                     " ON CONFLICT DO NOTHING"),
        0);
    cr_expect_eq(query("SELECT n_events * 1000 + event_bytes FROM totals"), 2004);
}

Test(schema, totals_follow_every_change)
{
    size_t from;

    cr_assert_eq(schema_migrate(&d, schema_migrations, schema_n_migrations, &from, NULL), 0);
    cr_assert_eq(db_exec(&d,
                     "INSERT INTO captures(device, captured_us, received_us, width, height, bytes, "
                     "sha256, source)"
                     " VALUES('a', 1, 1, 1, 1, 100, zeroblob(32), ''), ('a', 2, 2, 1, 1, 50, "
                     "zeroblob(32), '')"),
        0);
    cr_assert_eq(db_exec(&d, "UPDATE captures SET pinned = 1 WHERE id = 1"), 0);
    cr_expect_eq(
        query("SELECT n_captures * 1000000 + capture_bytes * 1000 + pinned_bytes FROM totals"),
        2150100);
    cr_assert_eq(
        db_exec(
            &d, "UPDATE captures SET pinned = 0 WHERE id = 1; DELETE FROM captures WHERE id = 2"),
        0);
    cr_expect_eq(
        query("SELECT n_captures * 1000000 + capture_bytes * 1000 + pinned_bytes FROM totals"),
        1100000);
}
