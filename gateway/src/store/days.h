/* days.h - which day folders are in use: the one note that lets a start after a crash look at a few
 * folders instead of all.
 *
 * A picture's file is there before its row is committed, and is removed after its row is gone. A
 * crash between leaves a file without a row, in that day's folder only. So a folder is noted in the
 * table open_days, durably, before the first file in it is made or removed, and stays noted while
 * it is among the DAYS_MAX that were used last, or until a clean close. Days come in order as a
 * rule, so the notes cost one commit per device and day.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "store/db.h"
#include "store/files.h"

/* Folders that stay noted, and open. More than 16 devices have todays and yesterdays; each is a
 * descriptor and a folder to look through after a crash. */
#define DAYS_MAX 64

struct day {
    struct list link;
    char device[64];
    int64_t day;
    int dir;        /* -1: the folder was dropped */
    bool noted;     /* the row is in open_days */
    bool keep;      /* something went wrong in it: the next start shall look */
    unsigned batch; /* the newest that used it */
};

struct days {
    const struct files *files;
    struct list used; /* the newest last */
    unsigned n, batch;
};

void days_init(struct days *d, const struct files *f);
/* Closes the folders. The notes stay: this is what a crash does. */
void days_fini(struct days *d);

/* A new batch begins: folders of the one before may be forgotten by days_save(). */
void days_begin(struct days *d);
/* The folder of a day, in use for this batch. With `make` it is made when missing, else -ENOENT.
 * Noted by days_save() only. */
int days_use(struct days *d, const char *device, int64_t day, bool make, struct day **ret);
/* Notes what days_use() added, and drops the notes of folders beyond DAYS_MAX. In a transaction of
 * its own, when there is anything to note. */
int days_save(struct days *d, struct db *db);
/* The folder may be empty by now: it goes then. */
void days_drop_empty(struct days *d, struct day *day);
/* Whether the folder is in use. */
bool days_has(const struct days *d, const char *device, int64_t day);
/* Clean close: all is on the disk, the notes go. */
int days_close(struct days *d, struct db *db);
