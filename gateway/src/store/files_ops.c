/* files_ops.c - the system's functions, and what files.c and pictures.c share. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store/files_private.h"

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

int space_errno(int r)
{
    return r == -EDQUOT || r == -EFBIG ? -ENOSPC : r;
}

/* Kernels and sandboxes without openat2 get the next best: our names hold neither ".." nor an
 * absolute path, so only a link that somebody put there could lead astray, and the last component
 * is checked. */
int open_beneath(int dir, const char *path, int flags)
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

const char *day_path(const char *device, int64_t day, char path[static DAY_PATH_BYTES])
{
    char text[DAY_TEXT_BYTES];

    snprintf(path, DAY_PATH_BYTES, "%s/%s", device, day_text(day, text));
    return path;
}
