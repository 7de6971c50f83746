/* schema.h - the tables, and how an older database becomes a newer one. docs/operations.md
 * describes the tables to users. */
#pragma once

#include <stddef.h>

#include "store/db.h"

/* "Wrrn": says in the file's header whose database it is. */
#define SCHEMA_APPLICATION_ID 0x5772726e

/* One step from version i to version i + 1. Steps that were released are never changed, only added
 * to. */
struct migration {
    const char *sql;
};

extern const struct migration schema_migrations[];
extern const size_t schema_n_migrations;

/* Brings the database to version `n`, each step in a transaction of its own: a crash leaves it at
 * one version or the next. *ret_from is the version it had; 0: it was new and empty.
 * -EPROTONOSUPPORT with a sentence: it is newer than this program, or not Warren's. -EUCLEAN:
 * damaged. */
int schema_migrate(
    struct db *d, const struct migration *steps, size_t n, size_t *ret_from, struct error *e);
