#include "store/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* Ids are AUTOINCREMENT: one that was told to somebody never names something else, not even after
 * its row is gone.
 *
 * totals has one row, kept by triggers in the transaction of each change, so that nobody has to sum
 * up a million rows at start, and so that it is right whoever changes a row.
 *
 * open_days: the folders (device, UTC day since 1970) in which files and rows may differ after a
 * crash (days.h). adopt 1: files without rows are captures to be found again; 0: they are rubbish.
 */
static const char VERSION_1[] =
    "CREATE TABLE captures("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device TEXT NOT NULL,"
    "  captured_us INTEGER NOT NULL,"
    "  received_us INTEGER NOT NULL,"
    "  width INTEGER NOT NULL,"
    "  height INTEGER NOT NULL,"
    "  bytes INTEGER NOT NULL,"
    "  sha256 BLOB NOT NULL CHECK(length(sha256) = 32),"
    "  source TEXT NOT NULL,"
    "  key TEXT,"
    "  latitude REAL,"
    "  longitude REAL,"
    "  pinned INTEGER NOT NULL DEFAULT 0 CHECK(pinned IN (0, 1))"
    ") STRICT;"
    "CREATE INDEX captures_by_time ON captures(captured_us);"
    "CREATE INDEX captures_by_device ON captures(device, captured_us);"
    "CREATE UNIQUE INDEX captures_by_key ON captures(device, key) WHERE key IS NOT NULL;"
    "CREATE INDEX captures_by_age ON captures(received_us) WHERE pinned = 0;"

    "CREATE TABLE totals("
    "  one INTEGER PRIMARY KEY CHECK(one = 1),"
    "  n_captures INTEGER NOT NULL,"
    "  capture_bytes INTEGER NOT NULL,"
    "  pinned_bytes INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO totals VALUES(1, 0, 0, 0);"
    "CREATE TRIGGER captures_insert AFTER INSERT ON captures BEGIN"
    "  UPDATE totals SET n_captures = n_captures + 1, capture_bytes = capture_bytes + new.bytes,"
    "    pinned_bytes = pinned_bytes + new.pinned * new.bytes;"
    "END;"
    "CREATE TRIGGER captures_delete AFTER DELETE ON captures BEGIN"
    "  UPDATE totals SET n_captures = n_captures - 1, capture_bytes = capture_bytes - old.bytes,"
    "    pinned_bytes = pinned_bytes - old.pinned * old.bytes;"
    "END;"
    "CREATE TRIGGER captures_update AFTER UPDATE OF bytes, pinned ON captures BEGIN"
    "  UPDATE totals SET capture_bytes = capture_bytes - old.bytes + new.bytes,"
    "    pinned_bytes = pinned_bytes - old.pinned * old.bytes + new.pinned * new.bytes;"
    "END;"

    "CREATE TABLE open_days("
    "  device TEXT NOT NULL,"
    "  day INTEGER NOT NULL,"
    "  adopt INTEGER NOT NULL DEFAULT 0 CHECK(adopt IN (0, 1)),"
    "  PRIMARY KEY(device, day)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE events("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  time_us INTEGER NOT NULL,"
    "  device TEXT NOT NULL,"
    "  type TEXT NOT NULL,"
    "  json TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX events_by_device ON events(device);"
    "CREATE INDEX events_by_type ON events(type);"

    "CREATE TABLE kv("
    "  space TEXT NOT NULL,"
    "  key TEXT NOT NULL,"
    "  value BLOB NOT NULL,"
    "  PRIMARY KEY(space, key)"
    ") STRICT, WITHOUT ROWID;";

/* A sound may lie beside a picture: its file counts as the picture's does. */
static const char VERSION_2[] =
    "ALTER TABLE captures ADD COLUMN sound_bytes INTEGER NOT NULL DEFAULT 0;"
    "DROP TRIGGER captures_insert;"
    "DROP TRIGGER captures_delete;"
    "DROP TRIGGER captures_update;"
    "CREATE TRIGGER captures_insert AFTER INSERT ON captures BEGIN"
    "  UPDATE totals SET n_captures = n_captures + 1,"
    "    capture_bytes = capture_bytes + new.bytes + new.sound_bytes,"
    "    pinned_bytes = pinned_bytes + new.pinned * (new.bytes + new.sound_bytes);"
    "END;"
    "CREATE TRIGGER captures_delete AFTER DELETE ON captures BEGIN"
    "  UPDATE totals SET n_captures = n_captures - 1,"
    "    capture_bytes = capture_bytes - old.bytes - old.sound_bytes,"
    "    pinned_bytes = pinned_bytes - old.pinned * (old.bytes + old.sound_bytes);"
    "END;"
    "CREATE TRIGGER captures_update AFTER UPDATE OF bytes, sound_bytes, pinned ON captures BEGIN"
    "  UPDATE totals SET"
    "    capture_bytes = capture_bytes - old.bytes - old.sound_bytes + new.bytes + new.sound_bytes,"
    "    pinned_bytes = pinned_bytes - old.pinned * (old.bytes + old.sound_bytes)"
    "      + new.pinned * (new.bytes + new.sound_bytes);"
    "END;";

/* Events have a ceiling (events_trim.h), and are not counted each time either. */
static const char VERSION_3[] =
    "ALTER TABLE totals ADD COLUMN n_events INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE totals ADD COLUMN event_bytes INTEGER NOT NULL DEFAULT 0;"
    "UPDATE totals SET (n_events, event_bytes) ="
    "  (SELECT count(*), coalesce(sum(length(json)), 0) FROM events);"
    "CREATE TRIGGER events_insert AFTER INSERT ON events BEGIN"
    "  UPDATE totals SET n_events = n_events + 1, event_bytes = event_bytes + length(new.json);"
    "END;"
    "CREATE TRIGGER events_delete AFTER DELETE ON events BEGIN"
    "  UPDATE totals SET n_events = n_events - 1, event_bytes = event_bytes - length(old.json);"
    "END;";

const struct migration schema_migrations[] = {{VERSION_1}, {VERSION_2}, {VERSION_3}};
const size_t schema_n_migrations = N_ELEMENTS(schema_migrations);

static int read_version(struct db *d, size_t n, int64_t *ret, struct error *e)
{
    int64_t application, version, tables;

    if (db_int(d, "PRAGMA application_id", &application) < 0 ||
        db_int(d, "PRAGMA user_version", &version) < 0 ||
        db_int(d, "SELECT count(*) FROM sqlite_schema", &tables) < 0)
        return db_error(d, e, "cannot read the database");
    if (application != SCHEMA_APPLICATION_ID && (application != 0 || tables != 0))
        return error_set(e, -EPROTONOSUPPORT,
            "the database is not one of Warren's: choose another data folder, or move the file "
            "away");
    if (version < 0 || (uint64_t)version > n)
        return error_set(e, -EPROTONOSUPPORT,
            "the database was written by a newer Warren (format %" PRId64
            ", this one knows up to %zu): install that version again, or move the file away to "
            "begin anew",
            version, n);
    *ret = version;
    return 0;
}

/* The step and its number are one transaction. */
static int migrate_step(struct db *d, const char *sql, size_t version, struct error *e)
{
    char pragmas[96];

    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %zu;",
        SCHEMA_APPLICATION_ID, version);
    if (db_exec(d, "BEGIN IMMEDIATE") < 0 || db_exec(d, sql) < 0 || db_exec(d, pragmas) < 0 ||
        db_exec(d, "COMMIT") < 0) {
        int r = db_error(d, e, "cannot bring the database to the format of this program");
        db_exec(d, "ROLLBACK");
        return r;
    }
    return 0;
}

int schema_migrate(
    struct db *d, const struct migration *steps, size_t n, size_t *ret_from, struct error *e)
{
    int64_t from = 0;
    int r = read_version(d, n, &from, e);

    for (size_t version = (size_t)from; r == 0 && version < n; version++)
        r = migrate_step(d, steps[version].sql, version + 1, e);
    if (r == 0)
        *ret_from = (size_t)from;
    return r;
}
