/* removal.h - captures that go: rows first, in one transaction, then the files. A crash between
 * leaves files in folders that are noted. */
#pragma once

#include "store/writer.h"

/* Over all that a slice of retention may take; its ids fit into one event. */
#define REMOVAL_MAX 256

struct removed {
    uint64_t id;
    struct day *day; /* NULL: its folder is not there */
    bool sound;
    char device[64];
};

struct removal {
    struct removed *rows;
    size_t n;
};

void removal_fini(struct removal *r);

/* Begins anew with room for `max` rows. */
int removal_begin(struct removal *r, size_t max);
/* What statements that pick captures select, for removal_add(). */
#define REMOVAL_COLUMNS "id, bytes + sound_bytes, device, captured_us, sound_bytes"
/* Adds the row that `q` stands at, and takes its folder into use. */
int removal_add(struct removal *r, struct writer *w, sqlite3_stmt *q);
/* In the transaction. Rows that another job of the batch removed already are dropped from the list.
 */
int removal_run(struct removal *r, struct writer *w);
/* After the commit. */
void removal_settle(const struct removal *r, struct writer *w);

struct store;
/* On the loop: capture.removed, one per device. */
void removal_publish(const struct removal *r, struct store *s, const char *reason);
