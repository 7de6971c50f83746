/* pictures.c - files.h: pictures, sounds and thumbnails as files. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/files_private.h"

/* .<20 digits>.tmp and a NUL. */
#define NAME_BYTES 32
#define PROBE_CHUNK_BYTES 65536

/* --- pictures and sounds ---------------------------------------------------------------------- */

static const char *const endings[] = {[FILES_IMAGE] = ".jpg", [FILES_SOUND] = ".wav"};

static const char *name_of(enum files_kind kind, uint64_t id, char name[static NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%" PRIu64 "%s", id, endings[kind]);
    return name;
}

static const char *tmp_of(uint64_t id, char name[static NAME_BYTES])
{
    snprintf(name, NAME_BYTES, ".%" PRIu64 ".tmp", id);
    return name;
}

static int write_all(const struct files *f, int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = f->ops->write(f->ops->ctx, fd, bytes, n);

        if (k == -EINTR)
            continue;
        if (k <= 0)
            return k < 0 ? space_errno((int)k) : -EIO;
        bytes += k;
        n -= (size_t)k;
    }
    return 0;
}

/* The file's date is the capture's: kept by backups, and what is left to go by should the database
 * be lost. */
static int write_tmp(const struct files *f, int dir, const char *tmp, const void *bytes, size_t n,
    int64_t mtime_us, bool sync)
{
    _cleanup_(closep) int fd = f->ops->create(f->ops->ctx, dir, tmp);
    struct timespec t = {mtime_us / US_PER_S, mtime_us % US_PER_S * 1000};
    int r;

    if (fd < 0)
        return space_errno(fd);
    r = write_all(f, fd, bytes, n);
    if (r < 0)
        return r;
    futimens(fd, (struct timespec[]){t, t});
    return sync ? space_errno(f->ops->fsync(f->ops->ctx, fd)) : 0;
}

int files_put(const struct files *f, int dir, enum files_kind kind, uint64_t id, const void *bytes,
    size_t n, int64_t mtime_us, bool sync)
{
    char tmp[NAME_BYTES], name[NAME_BYTES];
    int r = write_tmp(f, dir, tmp_of(id, tmp), bytes, n, mtime_us, sync);

    if (r == 0)
        r = space_errno(f->ops->rename(f->ops->ctx, dir, tmp, name_of(kind, id, name)));
    if (r < 0) {
        f->ops->unlink(f->ops->ctx, dir, tmp);
        return r;
    }
    if (sync)
        r = space_errno(f->ops->fsync(f->ops->ctx, dir));
    if (r < 0)
        files_remove(f, dir, kind, id);
    return r;
}

bool files_has(
    const struct files *f, int dir, enum files_kind kind, uint64_t id, uint64_t *ret_bytes)
{
    char name[NAME_BYTES];
    struct stat st;

    if (fstatat(dir, name_of(kind, id, name), &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    if (ret_bytes)
        *ret_bytes = (uint64_t)st.st_size;
    return true;
}

int files_remove(const struct files *f, int dir, enum files_kind kind, uint64_t id)
{
    char name[NAME_BYTES];
    int r = f->ops->unlink(f->ops->ctx, dir, name_of(kind, id, name));

    return r == -ENOENT ? 0 : r;
}

int files_sync(const struct files *f)
{
    return space_errno(f->ops->syncfs(f->ops->ctx, f->captures));
}

int files_probe(const struct files *f, int dir, size_t n)
{
    static const uint8_t zeros[PROBE_CHUNK_BYTES];
    static const char name[] = ".probe.tmp";
    _cleanup_(closep) int fd = f->ops->create(f->ops->ctx, dir, name);
    int r = 0;

    if (fd < 0)
        return space_errno(fd);
    for (size_t done = 0; done < n && r == 0; done += sizeof zeros)
        r = write_all(f, fd, zeros, MIN(sizeof zeros, n - done));
    if (r == 0)
        r = space_errno(f->ops->fsync(f->ops->ctx, fd));
    f->ops->unlink(f->ops->ctx, dir, name);
    return r;
}

#define RESERVE_NAME "reserve"
/* Less does not hold the transaction that removes a row. */
#define RESERVE_LEAST_BYTES (64u << 10)

size_t files_reserve_bytes(const struct files *f)
{
    struct stat st;

    if (fstatat(f->root, RESERVE_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return MIN((size_t)st.st_size, FILES_RESERVE_BYTES);
}

void files_keep_reserve(const struct files *f)
{
    _cleanup_(closep) int fd = -1;
    size_t had = files_reserve_bytes(f);

    if (had == FILES_RESERVE_BYTES)
        return;
    fd = openat(f->root, RESERVE_NAME, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return;
    for (size_t n = FILES_RESERVE_BYTES; n > had && n >= RESERVE_LEAST_BYTES; n /= 2) {
        if (posix_fallocate(fd, 0, (off_t)n) == 0)
            return;
    }
    if (had == 0 || ftruncate(fd, (off_t)had) < 0)
        unlinkat(f->root, RESERVE_NAME, 0);
}

void files_drop_reserve(const struct files *f)
{
    unlinkat(f->root, RESERVE_NAME, 0);
}

/* A regular file only: nothing else is ours. */
static int open_regular(int dir, const char *path, int *ret, uint64_t *ret_bytes)
{
    _cleanup_(closep) int fd = open_beneath(dir, path, O_RDONLY | O_NONBLOCK);
    struct stat st;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENOENT;
    *ret = fd;
    *ret_bytes = (uint64_t)st.st_size;
    fd = -1;
    return 0;
}

int files_open_kept(const struct files *f, enum files_kind kind, const char *device, int64_t day,
    uint64_t id, int *ret, uint64_t *ret_bytes)
{
    char folder[DAY_PATH_BYTES], name[NAME_BYTES], path[DAY_PATH_BYTES + NAME_BYTES];

    snprintf(path, sizeof path, "%s/%s", day_path(device, day, folder), name_of(kind, id, name));
    return open_regular(f->captures, path, ret, ret_bytes);
}

int files_read(int fd, size_t max, uint8_t **ret, size_t *ret_n)
{
    _cleanup_(freep) uint8_t *bytes = NULL;
    size_t n, done = 0;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    n = (size_t)st.st_size;
    if (n > max)
        return -EFBIG;
    bytes = malloc(n + 1);
    if (!bytes)
        return -ENOMEM;
    while (done < n) {
        ssize_t k = pread(fd, bytes + done, n - done, (off_t)done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return k < 0 ? -errno : -EIO;
        done += (size_t)k;
    }
    *ret = steal(bytes);
    *ret_n = n;
    return 0;
}

/* --- thumbnails ------------------------------------------------------------------------------- */

static const char *shelf_of(uint64_t id, char name[static NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%" PRIu64, id / 1000);
    return name;
}

static const char *thumb_path(uint64_t id, char path[static 2 * NAME_BYTES])
{
    char shelf[NAME_BYTES], name[NAME_BYTES];

    snprintf(path, 2 * NAME_BYTES, "%s/%s", shelf_of(id, shelf), name_of(FILES_IMAGE, id, name));
    return path;
}

/* Whole, from the first marker to the last. */
static bool looks_whole(int fd, uint64_t n)
{
    uint8_t head[2], tail[2];

    return n > 4 && pread(fd, head, 2, 0) == 2 && pread(fd, tail, 2, (off_t)n - 2) == 2 &&
        head[0] == 0xff && head[1] == 0xd8 && tail[0] == 0xff && tail[1] == 0xd9;
}

int files_open_thumb(const struct files *f, uint64_t id, int *ret, uint64_t *ret_bytes)
{
    char path[2 * NAME_BYTES];
    uint64_t bytes = 0;
    int fd = -1, r = open_regular(f->thumbs, thumb_path(id, path), &fd, &bytes);

    if (r < 0)
        return r;
    if (!looks_whole(fd, bytes)) {
        close(fd);
        return -ENOENT;
    }
    *ret = fd;
    *ret_bytes = bytes;
    return 0;
}

int files_remove_thumb(const struct files *f, uint64_t id)
{
    char path[2 * NAME_BYTES];
    int r = f->ops->unlink(f->ops->ctx, f->thumbs, thumb_path(id, path));

    return r == -ENOENT ? 0 : r;
}

static int open_shelf(int thumbs, uint64_t id)
{
    char shelf[NAME_BYTES];
    int dir;

    if (mkdirat(thumbs, shelf_of(id, shelf), FOLDER_MODE) < 0 && errno != EEXIST)
        return -errno;
    dir = openat(thumbs, shelf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return dir < 0 ? -errno : dir;
}

int files_put_thumb(int thumbs, uint64_t id, const void *bytes, size_t n, int *ret)
{
    const struct files f = {.ops = &files_ops_system};
    _cleanup_(closep) int shelf = open_shelf(thumbs, id);
    char tmp[NAME_BYTES], name[NAME_BYTES];
    int r, fd;

    if (shelf < 0)
        return shelf;
    r = write_tmp(&f, shelf, tmp_of(id, tmp), bytes, n, clock_wall_us(), false);
    if (r == 0 && renameat(shelf, tmp, shelf, name_of(FILES_IMAGE, id, name)) < 0)
        r = -errno;
    if (r < 0) {
        unlinkat(shelf, tmp, 0);
        return r;
    }
    fd = openat(shelf, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret = fd;
    return 0;
}

/* --- names ------------------------------------------------------------------------------------ */

bool files_parse_id(const char *name, enum files_kind kind, uint64_t *ret)
{
    uint64_t id = 0;
    const char *p = name;

    for (; *p >= '0' && *p <= '9' && p - name < 18; p++)
        id = id * 10 + (uint64_t)(*p - '0');
    if (p == name || *name == '0' || strcmp(p, endings[kind]) != 0)
        return false;
    *ret = id;
    return true;
}

bool files_is_tmp(const char *name)
{
    size_t n = strlen(name);

    return name[0] == '.' && n > 4 && strcmp(name + n - 4, ".tmp") == 0;
}
