/* database.h - opens DATA/warren.db, or what takes its place when it is damaged.
 *
 * A new database is made as warren.db.new and renamed when it is complete, so that one without the
 * notes on what is to be found again from the files (adopt.c) is never taken for whole. A damaged
 * one is kept as warren.db.damaged-<time>; settings and captures are read from it as far as that
 * goes, the rest of the captures is found again from the files.
 */
#pragma once

#include "store/db.h"
#include "store/files.h"

/* `path` is the data folder's. */
/* It was found damaged while running: the next start shall look through all of it. */
void database_suspect(const struct files *f);
int database_open(const struct files *f, const char *path, struct db *ret, struct error *e);
