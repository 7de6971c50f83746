/* store.h - what is kept: SQLite rows and JPEG files under one folder.
 *
 *     DATA/warren.db                                  WAL, synchronous=FULL, STRICT tables
 *     DATA/captures/<device>/<YYYY-MM-DD>/<id>.jpg    UTC day of capture
 *                                         <id>.wav    of those that have a sound
 *     DATA/thumbs/<id / 1000>/<id>.jpg                made again when missing
 *
 * One thread writes, one reads; the loop only hands jobs over and hears of their end (inbox.h).
 * SQLite is named in this folder only. Nothing is acknowledged before it is durable: file and
 * directory (or one syncfs for a batch) before the commit, the commit before the call of `done`. A
 * kill at any moment leaves no half: what disagrees after it is put right at the next start, which
 * has to look through the folders that were in use only (days.h). docs/operations.md shows all that
 * lies on the disk.
 *
 * Calls that answer later return 0 when they will; else their function is not called: -EAGAIN (too
 * many wait, ask again), -EINVAL, -ENOMEM, -ESHUTDOWN (the store is closing). Answers come on the
 * loop, in a later turn. Their ctx is the caller's; the store never looks at it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/util.h"

struct bus;
struct event;
struct frame;
struct loop;
struct store;

/* Captures that may wait for the disk, over all devices; more is -EAGAIN, and the device keeps its
 * copy. */
#define STORE_MAX_PENDING_CAPTURES 256
#define STORE_MAX_PENDING_BYTES (64u << 20)
/* Events that may wait; older waiting ones are dropped and counted when the disk does not keep up.
 */
#define STORE_MAX_PENDING_EVENTS 8192
/* Other writes, and reads with the thumbnails they wait for (each of which may hold two
 * descriptors); more is -EAGAIN. */
#define STORE_MAX_PENDING_WRITES 4096
#define STORE_MAX_PENDING_READS 256
/* What a device may call its picture, and where it came from; names and values of small things. */
#define STORE_MAX_KEY_BYTES 255
#define STORE_MAX_SOURCE_BYTES 63
#define STORE_MAX_VALUE_BYTES (1u << 20)
/* Rows per page that a reader may ask for. */
#define STORE_MAX_PAGE 500

struct store_config {
    const char *path;        /* the folder; made (0750) when missing */
    uint64_t max_bytes;      /* of captures, with their sounds; 0: no limit */
    double max_percent;      /* of the file system they are on; 0: no limit */
    double max_days;         /* since a capture was received; 0: for ever */
    double events_max_days;  /* 0: for ever */
    uint64_t events_max;     /* how many, of 512 bytes on average; 0: no limit */
    uint64_t min_free_bytes; /* below: storage.low, and oldest captures go first */
};

/* Opens, migrates, reconciles. A sentence that says what to do when the folder cannot be used or
 * the database is newer than the program. A database that is damaged is moved aside
 * (warren.db.damaged-<time>) and said so; captures are found again from the files. */
int store_open(
    struct loop *l, const struct store_config *config, struct store **ret, struct error *e);
/* Finishes what was handed over for writing, then closes. Pending calls are made before it returns
 * NULL: writes with their result, reads with -ECANCELED. Not from within one of the store's calls.
 */
struct store *store_close(struct store *s);

/* Live change of the limits (path excepted). */
void store_configure(struct store *s, const struct store_config *config);

/* Names the bus whose events are kept, and on which is published:
 *     capture.stored   of its device: {"id", "captured_at", "received_at", "width", "height",
 *                      "bytes", "source", "sound" (bytes of it, or null)}
 *     capture.removed  of its device, one per slice: {"ids": […], "reason":
 *                      "request" | "retention" | "missing"}
 *     storage.low, storage.full, storage.ok  of the gateway, when it becomes so: {"free_bytes",
 *                      "total_bytes", "min_free_bytes"}
 * Until then, and after NULL, nothing is published or kept. */
void store_attach(struct store *s, struct bus *b);
/* For bus_new(): one more than the last id kept. */
uint64_t store_next_event_id(const struct store *s);

/* --- captures --------------------------------------------------------------------------------- */

struct capture_meta {
    const char *device;
    int64_t captured_us, received_us; /* UTC; captured 0: unknown, the row gets received */
    const char *source;               /* "command", "batch", … */
    const char *key; /* the device's name for it, any text; NULL: none. Unique per device */
    double latitude, longitude; /* NAN: unknown */
    const void *sound;          /* a WAV file that goes with it; copied */
    size_t n_sound;             /* 0: none */
};

/* result: 0 durable, its sound as well; -EEXIST (id of the kept one); -ENOSPC, -EINVAL (no whole
 * JPEG, over 64 megapixels), -EIO (the disk or the database does not take it; store_trouble() says
 * more): not kept, nothing is left of it. The events that follow from it come after this call. */
typedef void (*capture_fn)(void *ctx, int result, uint64_t id);

/* Takes a reference of its own while it writes. -EAGAIN over the ceilings. -EINVAL: device is no
 * slug, key no UTF-8, either text too long, sound no WAV or over WR_SOUND_MAX_BYTES. done may be
 * NULL. */
int store_capture(
    struct store *s, struct frame *f, const struct capture_meta *meta, capture_fn done, void *ctx);

struct capture_row {
    uint64_t id;
    const char *device, *source, *key; /* key "": none */
    int64_t captured_us, received_us;
    uint32_t width, height;
    uint64_t bytes, sound_bytes; /* sound 0: none */
    uint8_t sha256[32];          /* of the picture */
    bool pinned;
    double latitude, longitude;
};

struct capture_filter {
    const char *device;     /* NULL: all */
    int64_t from_us, to_us; /* captured in [from, to); 0: open */
    uint64_t before_id;     /* cursor: with before_us, rows older than that one; 0: the newest */
    int64_t before_us;
    unsigned limit; /* 1 … STORE_MAX_PAGE */
};

/* Rows are valid for the call. `more`: there are older ones. result: 0, -EIO, -ETIMEDOUT (the read
 * took too long), -ECANCELED. */
typedef void (*captures_fn)(
    void *ctx, int result, const struct capture_row *rows, size_t n, bool more);
int store_captures(struct store *s, const struct capture_filter *filter, captures_fn fn, void *ctx);
/* One row; n is 0 when there is none. */
int store_capture_get(struct store *s, uint64_t id, captures_fn fn, void *ctx);

typedef void (*store_fn)(void *ctx, int result);
/* -ENOENT. */
int store_capture_pin(struct store *s, uint64_t id, bool pinned, store_fn fn, void *ctx);
int store_capture_remove(struct store *s, uint64_t id, store_fn fn, void *ctx);

enum capture_file { CAPTURE_IMAGE, CAPTURE_THUMB, CAPTURE_SOUND };
/* Opens the file for reading on the reader thread; a thumbnail (at most 320 px wide, JPEG) is made
 * when it is not there. fd is the receiver's. result: 0; -ENOENT (no sound, too); -EBADMSG (no thumbnail can be
 * made of it); -EAGAIN (the pool has too much to do); -EIO, -ECANCELED. row is NULL then. */
typedef void (*capture_file_fn)(
    void *ctx, int result, int fd, uint64_t bytes, const struct capture_row *row);
int store_capture_open(
    struct store *s, uint64_t id, enum capture_file which, capture_file_fn fn, void *ctx);

#define STORE_TROUBLE_BYTES 160

struct store_usage {
    uint64_t n_captures, capture_bytes, pinned_bytes; /* bytes with sounds */
    uint64_t n_events, event_bytes;                   /* kept; of their texts */
    uint64_t free_bytes, total_bytes;                 /* of the file system */
    uint64_t n_pending, n_events_dropped;
    bool full; /* the last write failed for space */
    int error; /* it failed for another reason, this errno; tried again until a write works. 0: none */
};
/* Newest known; kept in memory, costs nothing. */
const struct store_usage *store_usage(const struct store *s);
/* Why nothing, or not everything, can be kept now; "": it can. A sentence without its full stop. */
const char *store_trouble(const struct store *s, char text[static STORE_TROUBLE_BYTES]);

/* --- events ----------------------------------------------------------------------------------- */

struct event_filter {
    const char *device, *type; /* NULL: all; type may end in "*" */
    int64_t from_us, to_us;
    uint64_t before_id; /* 0: the newest */
    unsigned limit;
};
struct event_row {
    uint64_t id;
    const char *json; /* as it was on the bus */
};
typedef void (*events_fn)(void *ctx, int result, const struct event_row *rows, size_t n, bool more);
int store_events(struct store *s, const struct event_filter *filter, events_fn fn, void *ctx);

/* --- small things, all in memory after store_open --------------------------------------------- */

/* A key-value space per owner: "device/<id>" drivers' memory, "desired/<id>" settings, "registry"
 * adopted devices … Values are bytes. get never waits; valid until the next put of that key. put is
 * durable when fn says 0 (fn may be NULL); when it says -ENOSPC or -EIO, memory has the
 * new value and the disk, and so the next start, the old. bytes NULL removes. Values are followed
 * by a NUL that does not count. */
const void *store_get(const struct store *s, const char *space, const char *key, size_t *ret_n);
int store_put(struct store *s, const char *space, const char *key, const void *bytes, size_t n,
    store_fn fn, void *ctx);
/* In order of keys. Stops when fn returns non-zero, and returns that. Not to be changed meanwhile.
 */
int store_each(const struct store *s, const char *space,
    int (*fn)(void *ctx, const char *key, const void *bytes, size_t n), void *ctx);
size_t store_count(const struct store *s, const char *space);
/* Forgets a whole space. */
int store_drop(struct store *s, const char *space, store_fn fn, void *ctx);
