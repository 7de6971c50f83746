/* reconcile.h - rows and files made to agree, at start.
 *
 * Only folders that are noted in open_days (days.h) can disagree, so only those are looked through:
 * after a clean close none, after a crash those that were written to last. In them a file without a
 * row was never acknowledged (or its row is gone already) and is removed; a row without a file is
 * removed and counted in the log, one without its sound's file forgets the sound. Elsewhere a file
 * that somebody deleted is noticed when it is asked for.
 */
#pragma once

#include <dirent.h>

#include "store/db.h"
#include "store/files.h"

/* Before the threads begin. */
int reconcile(const struct files *f, struct db *d, struct error *e);
/* For a new database: notes all folders as ones whose files are captures to be found again, and
 * sees to it that no id is used twice. */
int reconcile_note_all(const struct files *f, struct db *d);

/* A walk of its own over a folder that stays open; NULL. */
DIR *reconcile_walk(int dir);
static inline void closedirp(DIR **d)
{
    if (*d)
        closedir(*d);
}

/* The ids of the pictures or sounds in a folder, sorted; half-written files are removed on the way.
 * Free *ret. */
int reconcile_list(
    const struct files *f, int dir, enum files_kind kind, uint64_t **ret, size_t *ret_n);

/* The capture stays, without a sound. */
int reconcile_forget_sound(struct db *d, uint64_t id);
