#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/clock.h"
#include "base/util.h"

/* Folders are ours and our group's, pictures as well: DATA may hold what nobody else should see. */
#define FOLDER_MODE 0750
#define FILE_MODE 0640
/* .<20 digits>.tmp and a NUL. */
#define NAME_BYTES 32
#define PROBE_CHUNK_BYTES 65536

/* --- the system's functions ----------------------------------------------------------------------- */

static int os_create(void *ctx, int dir, const char *name)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);

    return fd < 0 ? -errno : fd;
}

static ssize_t os_write(void *ctx, int fd, const void *bytes, size_t n)
{
    ssize_t r = write(fd, bytes, n);

    return r < 0 ? -errno : r;
}

static int os_fsync(void *ctx, int fd)
{
    return fsync(fd) < 0 ? -errno : 0;
}

static int os_syncfs(void *ctx, int fd)
{
    return syncfs(fd) < 0 ? -errno : 0;
}

static int os_rename(void *ctx, int dir, const char *from, const char *to)
{
    return renameat(dir, from, dir, to) < 0 ? -errno : 0;
}

static int os_unlink(void *ctx, int dir, const char *name)
{
    return unlinkat(dir, name, 0) < 0 ? -errno : 0;
}

static int os_mkdir(void *ctx, int dir, const char *name)
{
    return mkdirat(dir, name, FOLDER_MODE) < 0 ? -errno : 0;
}

const struct files_ops files_ops_system = {
    .create = os_create,
    .write = os_write,
    .fsync = os_fsync,
    .syncfs = os_syncfs,
    .rename = os_rename,
    .unlink = os_unlink,
    .mkdir = os_mkdir,
};

/* Quota and file size limits are a full disk to us. */
static int space_errno(int r)
{
    return r == -EDQUOT || r == -EFBIG ? -ENOSPC : r;
}

/* --- opening -------------------------------------------------------------------------------------- */

/* Opens below `dir`, never out of it and through no link. Kernels and sandboxes without openat2 get the next best: our names hold neither
 * ".." nor an absolute path, so only a link that somebody put there could lead astray, and the last component is checked. */
static int open_beneath(int dir, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);

    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = openat(dir, path, flags | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? -errno : fd;
}

/* mkdir -p: a data folder may be named that has no parent yet. */
static int make_folders(const char *path)
{
    _cleanup_(freep) char *copy = strdup(path);

    if (!copy)
        return -ENOMEM;
    for (char *slash = copy; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        if (mkdir(copy, FOLDER_MODE) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return mkdir(path, FOLDER_MODE) < 0 && errno != EEXIST ? -errno : 0;
}

/* A folder of ours below DATA; a link there is the user's wish. */
static int open_folder(int root, const char *name)
{
    int fd;

    if (mkdirat(root, name, FOLDER_MODE) < 0 && errno != EEXIST)
        return -errno;
    fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int files_open_folders(struct files *f, const char *path)
{
    int r = make_folders(path);

    if (r < 0)
        return r;
    f->root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->root < 0)
        return -errno;
    f->captures = open_folder(f->root, "captures");
    if (f->captures < 0)
        return f->captures;
    f->thumbs = open_folder(f->root, "thumbs");
    if (f->thumbs < 0)
        return f->thumbs;
    return fsync(f->root) < 0 ? -errno : 0;
}

int files_open(struct files *f, const char *path, const struct files_ops *ops, struct error *e)
{
    int r;

    *f = FILES_NULL;
    f->ops = ops;
    r = files_open_folders(f, path);
    if (r < 0) {
        error_set(e, r, "cannot use the data folder %s: %s", path, error_name(r));
    } else if (flock(f->root, LOCK_EX | LOCK_NB) < 0) {
        r = errno == EWOULDBLOCK
            ? error_set(e, -EBUSY, "the data folder %s is in use by another Warren", path)
            : error_set(e, -errno, "cannot lock the data folder %s: %s", path, error_name(-errno));
    }
    if (r < 0)
        files_close(f);
    return r;
}

void files_close(struct files *f)
{
    closep(&f->thumbs);
    closep(&f->captures);
    closep(&f->root);
    *f = FILES_NULL;
}

/* --- days ----------------------------------------------------------------------------------------- */

int64_t day_of(int64_t us)
{
    return us / DAY_US - (us % DAY_US < 0);
}

const char *day_text(int64_t day, char text[static DAY_TEXT_BYTES])
{
    char whole[CLOCK_TEXT_BYTES];

    memcpy(text, clock_format(day * DAY_US, whole), DAY_TEXT_BYTES - 1);
    text[DAY_TEXT_BYTES - 1] = '\0';
    return text;
}

int day_parse(const char *text, int64_t *ret)
{
    char whole[CLOCK_TEXT_BYTES];
    int64_t us;

    if (strlen(text) != DAY_TEXT_BYTES - 1)
        return -EINVAL;
    snprintf(whole, sizeof whole, "%sT00:00:00Z", text);
    if (clock_parse(whole, &us) < 0)
        return -EINVAL;
    *ret = day_of(us);
    return 0;
}

#define DAY_PATH_BYTES (64 + 1 + DAY_TEXT_BYTES)

static const char *day_path(const char *device, int64_t day, char path[static DAY_PATH_BYTES])
{
    char text[DAY_TEXT_BYTES];

    snprintf(path, DAY_PATH_BYTES, "%s/%s", device, day_text(day, text));
    return path;
}

/* A folder that is durable: its name is synced where it stands. */
static int make_durable_folder(const struct files *f, int dir, const char *name)
{
    int r = f->ops->mkdir(f->ops->ctx, dir, name);

    if (r == -EEXIST)
        return 0;
    if (r == 0)
        r = f->ops->fsync(f->ops->ctx, dir);
    if (r < 0)
        unlinkat(dir, name, AT_REMOVEDIR); /* or it would count as durable the next time */
    return space_errno(r);
}

static int make_day(const struct files *f, const char *device, int64_t day)
{
    _cleanup_(closep) int dir = -1;
    char text[DAY_TEXT_BYTES];
    int r = make_durable_folder(f, f->captures, device);

    if (r < 0)
        return r;
    dir = open_beneath(f->captures, device, O_RDONLY | O_DIRECTORY);
    return dir < 0 ? dir : make_durable_folder(f, dir, day_text(day, text));
}

int files_open_day(const struct files *f, const char *device, int64_t day, bool make, int *ret)
{
    char path[DAY_PATH_BYTES];
    int fd = open_beneath(f->captures, day_path(device, day, path), O_RDONLY | O_DIRECTORY);

    if (fd == -ENOENT && make) {
        int r = make_day(f, device, day);
        if (r < 0)
            return r;
        fd = open_beneath(f->captures, path, O_RDONLY | O_DIRECTORY);
    }
    if (fd < 0)
        return fd;
    *ret = fd;
    return 0;
}

bool files_drop_day(const struct files *f, const char *device, int64_t day)
{
    char path[DAY_PATH_BYTES];

    if (unlinkat(f->captures, day_path(device, day, path), AT_REMOVEDIR) < 0)
        return errno == ENOENT;
    unlinkat(f->captures, device, AT_REMOVEDIR);
    return true;
}

/* --- pictures ------------------------------------------------------------------------------------- */

static const char *name_of(uint64_t id, char name[static NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%" PRIu64 ".jpg", id);
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

/* The file's date is the picture's: kept by backups, and what is left to go by should the database be lost. */
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

int files_put(const struct files *f, int dir, uint64_t id, const void *bytes, size_t n,
    int64_t mtime_us, bool sync)
{
    char tmp[NAME_BYTES], name[NAME_BYTES];
    int r = write_tmp(f, dir, tmp_of(id, tmp), bytes, n, mtime_us, sync);

    if (r == 0)
        r = space_errno(f->ops->rename(f->ops->ctx, dir, tmp, name_of(id, name)));
    if (r < 0) {
        f->ops->unlink(f->ops->ctx, dir, tmp);
        return r;
    }
    if (sync)
        r = space_errno(f->ops->fsync(f->ops->ctx, dir));
    if (r < 0)
        files_remove(f, dir, id);
    return r;
}

bool files_has(const struct files *f, int dir, uint64_t id)
{
    char name[NAME_BYTES];

    return faccessat(dir, name_of(id, name), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int files_remove(const struct files *f, int dir, uint64_t id)
{
    char name[NAME_BYTES];
    int r = f->ops->unlink(f->ops->ctx, dir, name_of(id, name));

    return r == -ENOENT ? 0 : r;
}

int files_sync(const struct files *f)
{
    return space_errno(f->ops->syncfs(f->ops->ctx, f->captures));
}

int files_probe(const struct files *f, size_t n)
{
    static const uint8_t zeros[PROBE_CHUNK_BYTES];
    static const char name[] = ".probe.tmp";
    _cleanup_(closep) int fd = f->ops->create(f->ops->ctx, f->captures, name);
    int r = 0;

    if (fd < 0)
        return space_errno(fd);
    for (size_t done = 0; done < n && r == 0; done += sizeof zeros)
        r = write_all(f, fd, zeros, MIN(sizeof zeros, n - done));
    if (r == 0)
        r = space_errno(f->ops->fsync(f->ops->ctx, fd));
    f->ops->unlink(f->ops->ctx, f->captures, name);
    return r;
}

#define RESERVE_NAME "reserve"

void files_keep_reserve(const struct files *f)
{
    _cleanup_(closep) int fd = -1;

    if (faccessat(f->root, RESERVE_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return;
    fd = openat(f->root, RESERVE_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd >= 0 && posix_fallocate(fd, 0, FILES_RESERVE_BYTES) != 0)
        unlinkat(f->root, RESERVE_NAME, 0);
}

void files_drop_reserve(const struct files *f)
{
    unlinkat(f->root, RESERVE_NAME, 0);
}

/* A regular file only: nothing else is a picture of ours. */
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

int files_open_image(const struct files *f, const char *device, int64_t day, uint64_t id, int *ret,
    uint64_t *ret_bytes)
{
    char folder[DAY_PATH_BYTES], name[NAME_BYTES], path[DAY_PATH_BYTES + NAME_BYTES];

    snprintf(path, sizeof path, "%s/%s", day_path(device, day, folder), name_of(id, name));
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

/* --- thumbnails ----------------------------------------------------------------------------------- */

static const char *shelf_of(uint64_t id, char name[static NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%" PRIu64, id / 1000);
    return name;
}

static const char *thumb_path(uint64_t id, char path[static 2 * NAME_BYTES])
{
    char shelf[NAME_BYTES], name[NAME_BYTES];

    snprintf(path, 2 * NAME_BYTES, "%s/%s", shelf_of(id, shelf), name_of(id, name));
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
    uint64_t bytes;
    int fd, r = open_regular(f->thumbs, thumb_path(id, path), &fd, &bytes);

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
    if (r == 0 && renameat(shelf, tmp, shelf, name_of(id, name)) < 0)
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

/* --- names ---------------------------------------------------------------------------------------- */

bool files_parse_id(const char *name, uint64_t *ret)
{
    uint64_t id = 0;
    const char *p = name;

    for (; *p >= '0' && *p <= '9' && p - name < 18; p++)
        id = id * 10 + (uint64_t)(*p - '0');
    if (p == name || *name == '0' || strcmp(p, ".jpg") != 0)
        return false;
    *ret = id;
    return true;
}

bool files_is_tmp(const char *name)
{
    size_t n = strlen(name);

    return name[0] == '.' && n > 4 && strcmp(name + n - 4, ".tmp") == 0;
}
