/* files.h - the pictures and sounds as files: where they lie, how they get there whole, and how they
 * are opened.
 *
 *     DATA/captures/<device>/<YYYY-MM-DD>/<id>.jpg      being written: .<id>.tmp
 *                                         <id>.wav
 *     DATA/thumbs/<id / 1000>/<id>.jpg
 *
 * Names are made of checked device ids, days and numbers only, and nothing below DATA/captures is
 * followed through a symbolic link; DATA, captures and thumbs themselves may be links, to a larger
 * disk.
 *
 * All that changes the disk goes through a table of functions, so that tests can make the nth of
 * them fail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define DAY_TEXT_BYTES 11 /* 2026-01-02 and a NUL */
#define DAY_US (INT64_C(86400) * 1000000)

/* Like the system calls of these names, but with -errno for -1. */
struct files_ops {
    void *ctx;
    int (*create)(void *ctx, int dir, const char *name); /* for writing, emptied */
    ssize_t (*write)(void *ctx, int fd, const void *bytes, size_t n);
    int (*fsync)(void *ctx, int fd);
    int (*syncfs)(void *ctx, int fd);
    int (*rename)(void *ctx, int dir, const char *from, const char *to);
    int (*unlink)(void *ctx, int dir, const char *name);
    int (*mkdir)(void *ctx, int dir, const char *name);
    const char *vfs; /* SQLite's part of the disk; NULL: the system's */
};

extern const struct files_ops files_ops_system;

struct files {
    const struct files_ops *ops;
    int root, captures, thumbs; /* folders; root carries the lock */
};

#define FILES_NULL ((struct files){.root = -1, .captures = -1, .thumbs = -1})

/* Makes what is missing, and locks the folder: -EBUSY and a sentence when another process has it.
 */
int files_open(struct files *f, const char *path, const struct files_ops *ops, struct error *e);
void files_close(struct files *f);

/* The UTC day of a time, and its name. */
int64_t day_of(int64_t us);
const char *day_text(int64_t day, char text[static DAY_TEXT_BYTES]);
/* -EINVAL */
int day_parse(const char *text, int64_t *ret);

/* The folder of a day; with `make` it is made, durably, when missing, and so is `captures`. -ENOENT. */
int files_open_day(const struct files *f, const char *device, int64_t day, bool make, int *ret);
/* Removes the day's folder when it is empty, and the device's when that was all. Returns whether
 * the day's is gone. */
bool files_drop_day(const struct files *f, const char *device, int64_t day);

enum files_kind { FILES_IMAGE, FILES_SOUND };

/* Writes <id>.jpg or <id>.wav, dated mtime_us, into a day's folder. With `sync` it is durable
 * afterwards; else the caller syncs the file system. Nothing is left of it on failure. */
int files_put(const struct files *f, int dir, enum files_kind kind, uint64_t id, const void *bytes,
    size_t n, int64_t mtime_us, bool sync);
/* ret_bytes may be NULL. */
bool files_has(
    const struct files *f, int dir, enum files_kind kind, uint64_t id, uint64_t *ret_bytes);
/* No error when it is not there. */
int files_remove(const struct files *f, int dir, enum files_kind kind, uint64_t id);
int files_remove_thumb(const struct files *f, uint64_t id);
/* All of the file system. */
int files_sync(const struct files *f);
/* A file of this size keeps room for what a full disk needs to become less full: SQLite cannot
 * remove rows without writing first. */
#define FILES_RESERVE_BYTES (1u << 20)
/* Makes it, if it is not there, or as much of it as there is room for. */
void files_keep_reserve(const struct files *f);
/* At most FILES_RESERVE_BYTES. */
size_t files_reserve_bytes(const struct files *f);
void files_drop_reserve(const struct files *f);
/* Whether `n` bytes can be written into a folder now: writes them and takes them back. */
int files_probe(const struct files *f, int dir, size_t n);
/* Whether somebody removed the folder that is open here. */
bool files_is_gone(int dir);

/* For reading. -ENOENT. */
int files_open_kept(const struct files *f, enum files_kind kind, const char *device, int64_t day,
    uint64_t id, int *ret, uint64_t *ret_bytes);
int files_open_thumb(const struct files *f, uint64_t id, int *ret, uint64_t *ret_bytes);
/* The file's whole content, malloc'ed. -EFBIG over max. */
int files_read(int fd, size_t max, uint8_t **ret, size_t *ret_n);

/* Keeps a thumbnail, opened for reading. Not synced: one that a power cut spoils is noticed and
 * made again. `thumbs` is files.thumbs or a duplicate of it. */
int files_put_thumb(int thumbs, uint64_t id, const void *bytes, size_t n, int *ret);
/* The number in "<id>.jpg" or "<id>.wav"; false: another name. */
bool files_parse_id(const char *name, enum files_kind kind, uint64_t *ret);
/* "….tmp" with a leading dot. */
bool files_is_tmp(const char *name);
