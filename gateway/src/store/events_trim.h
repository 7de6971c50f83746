/* events_trim.h - the history has an end also by number and bytes, not by days alone: it must not
 * take the room of pictures.
 *
 * Who has most events loses its oldest first. So one that says too much pays for it with its own
 * history, and that of the others stays.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/writer.h"

/* Most rows that go in one transaction. */
#define EVENTS_SLICE 500
/* Text that an event has on average, at the most. Most have half of it. */
#define EVENTS_MEAN_BYTES 512
/* Of the disk all their texts take one part in so many at the most. */
#define EVENTS_DISK_PART 20

/* With too little free room on the disk so many are left before pictures go: what happened in the
 * last days. */
#define EVENTS_WHEN_SHORT 10000
/* Pages of the database that nobody uses, and that the file system gets back then: from so many on,
 * and so many at once (1 MiB). */
#define EVENTS_FREE_PAGES 64
#define EVENTS_FREE_SLICE 256

struct events_trim {
    uint64_t max;    /* events; 0: no ceiling but that of the disk */
    bool is_short;   /* of free room: pictures have to go, if nothing else does */
    bool going;      /* it has begun, and ends a twentieth below the ceiling; also out */
    bool due;        /* there is something for a run */
    bool makes_room; /* … of which the disk gets something back */
    uint64_t n;      /* events at the most, in this one */
    char device[64];
};

/* On the writer's thread: is there too much, and whose goes? */
int events_trim_look(struct events_trim *t, struct writer *w);
/* In the transaction. */
int events_trim_run(struct events_trim *t, struct writer *w);
/* After the commit. */
void events_trim_settle(const struct events_trim *t, struct writer *w);
