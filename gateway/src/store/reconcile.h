/* reconcile.h - rows and files made to agree, at start.
 *
 * Only folders that are noted in open_days (days.h) can disagree, so only those are looked through:
 * after a clean close none, after a crash those that were written to last. In them a file without a
 * row was never acknowledged (or its row is gone already) and is removed; a row without a file is
 * removed and counted in the log. Elsewhere a file that somebody deleted is noticed when it is
 * asked for.
 */
#pragma once

#include "store/db.h"
#include "store/files.h"

/* Before the threads begin. */
int reconcile(const struct files *f, struct db *d, struct error *e);
/* For a new database: notes all folders as ones whose files are captures to be found again, and
 * sees to it that no id is used twice. */
int reconcile_note_all(const struct files *f, struct db *d);

/* The ids of the pictures in a folder, sorted; half-written files are removed on the way. Free
 * *ret. */
int reconcile_list(const struct files *f, int dir, uint64_t **ret, size_t *ret_n);
