/* support.h - a store on a virtual loop and a folder of its own, and how to wait for what its
 * threads do. */
#pragma once

#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "bus/bus.h"
#include "loop/loop.h"
#include "store/internal.h"

/* 2026-03-01T12:00:00Z: tests begin here. */
#define TEST_NOON_US (INT64_C(1772366400) * US_PER_S)

struct fixture {
    char path[64];
    struct loop *loop;
    struct bus *bus;
    struct frame_pool *pool;
    struct store *store;
    struct store_config config;
    const struct files_ops *ops;
    struct bus_listener listener; /* notes events */
    char events[65536];           /* "type device data\n" of each */
    bool sounds;                  /* pictures of an odd seed have one */
};

void fixture_begin(struct fixture *f);
/* Opens and attaches; fails the test when it cannot. */
void fixture_open(struct fixture *f);
/* What store_open says when it is expected to fail. */
int fixture_open_error(struct fixture *f, struct error *e);
void fixture_close(struct fixture *f);
/* Closes and opens again: a clean restart. */
void fixture_reopen(struct fixture *f);
/* Goes on as after kill -9: nothing is written any more, the files stay as they are at this moment.
 */
void fixture_crash(struct fixture *f);
void fixture_end(struct fixture *f);

/* Turns the loop until *flag, for 10 s at the most; then fails the test. */
void fixture_wait(struct fixture *f, const bool *flag);
/* Until the store has nothing waiting. */
void fixture_settle(struct fixture *f);

/* --- captures --------------------------------------------------------------------------------- */

struct answer {
    bool done;
    int result;
    uint64_t id;
};

/* A frame with these bytes; one reference. */
struct frame *fixture_frame(struct fixture *f, const void *bytes, size_t n);
/* A WAV as far as anybody looks: content and length by `seed`. */
#define FIXTURE_SOUND_BYTES(seed) ((size_t)(1000 + (seed)))
const uint8_t *fixture_sound(unsigned seed);
/* Hands a picture over: content by `seed`. -EAGAIN and the like come back. */
int fixture_put(struct fixture *f, const char *device, const char *key, int64_t captured_us,
    unsigned seed, struct answer *ret);
/* And waits. */
struct answer fixture_put_wait(
    struct fixture *f, const char *device, const char *key, int64_t captured_us, unsigned seed);
void on_capture(void *ctx, int result, uint64_t id); /* ctx: struct answer */
void on_result(void *ctx, int result);               /* ctx: struct answer */

struct page {
    bool done, more;
    int result;
    size_t n;
    struct {
        uint64_t id;
        char device[64], key[64], source[64];
        int64_t captured_us, received_us;
        uint32_t width, height;
        uint64_t bytes, sound_bytes;
        uint8_t sha256[32];
        bool pinned;
        double latitude, longitude;
    } rows[STORE_MAX_PAGE];
};

void on_captures(void *ctx, int result, const struct capture_row *rows, size_t n,
    bool more); /* ctx: struct page */
/* The newest of all. */
void fixture_list(struct fixture *f, struct page *ret);
/* Of one file. */
struct opened {
    bool done;
    int result, fd;
    uint64_t bytes;
};
void on_opened(void *ctx, int result, int fd, uint64_t bytes, const struct capture_row *row);
struct opened fixture_open_file(struct fixture *f, uint64_t id, enum capture_file which);

/* --- disk ------------------------------------------------------------------------------------- */

/* How many files below the folder's `under` end in `suffix`. */
size_t fixture_count(const struct fixture *f, const char *under, const char *suffix);
/* Runs SQL on the database while the store is closed; returns the first column as an integer. */
int64_t fixture_sql(const struct fixture *f, const char *sql);
/* A path below the folder. */
const char *fixture_path(const struct fixture *f, const char *below, char path[static 256]);
bool fixture_exists(const struct fixture *f, const char *below);
