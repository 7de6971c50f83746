/* file_store.c - see file_store.h. */
#include "file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"

struct new_file {
    int folder, fd;
    char *path; /* of the folder, absolute */
    char name[128], temporary[160];
};

static void new_file_free(struct new_file *f)
{
    closep(&f->fd);
    closep(&f->folder);
    free(f->path);
    free(f);
}

/* Every part of the path that is not there. */
static int make_folders(const char *path)
{
    char part[PATH_MAX];

    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return -ENAMETOOLONG;
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return -errno;
        *p = '/';
    }
    return mkdir(part, 0777) < 0 && errno != EEXIST ? -errno : 0;
}

/* Several threads may be at files of the same name. What a crash left behind is stepped over. */
static int open_temporary(struct new_file *f)
{
    for (int i = 0; i < FILE_STORE_MAX_SAME; i++) {
        snprintf(f->temporary, sizeof f->temporary, ".%s.%d.%d.tmp", f->name, (int)getpid(), i);
        f->fd = openat(f->folder, f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (f->fd >= 0 || errno != EEXIST)
            break;
    }
    return f->fd < 0 ? -errno : 0;
}

static int open_in(struct new_file *f, const char *folder)
{
    int r = make_folders(folder);

    if (r < 0)
        return r;
    f->path = realpath(folder, NULL);
    if (!f->path)
        return -errno;
    f->folder = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->folder < 0)
        return -errno;
    return open_temporary(f);
}

int new_file_open(const char *folder, const char *name, struct new_file **ret)
{
    struct new_file *f = calloc(1, sizeof *f);
    int r;

    if (!f)
        return -ENOMEM;
    f->folder = f->fd = -1;
    snprintf(f->name, sizeof f->name, "%s", name);
    r = open_in(f, folder);
    if (r < 0) {
        new_file_free(f);
        return r;
    }
    *ret = f;
    return 0;
}

int new_file_write(struct new_file *f, const void *bytes, size_t n)
{
    for (const char *p = bytes; n > 0;) {
        ssize_t k = write(f->fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -errno;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

/* link() and not rename(): it does not take a name that is there. */
static int put_in_place(struct new_file *f, char *ret_name, size_t cap)
{
    const char *dot = strrchr(f->name, '.');
    int base = (int)(dot ? (size_t)(dot - f->name) : strlen(f->name));

    for (int i = 1; i <= FILE_STORE_MAX_SAME; i++) {
        if (i == 1)
            snprintf(ret_name, cap, "%s", f->name);
        else
            snprintf(ret_name, cap, "%.*s_%d%s", base, f->name, i, dot ? dot : "");
        if (linkat(f->folder, f->temporary, f->folder, ret_name, 0) == 0)
            return 0;
        if (errno == EPERM || errno == ENOTSUP) /* a file system without links (FAT) */
            return faccessat(f->folder, ret_name, F_OK, 0) == 0              ? -EEXIST
                : renameat(f->folder, f->temporary, f->folder, ret_name) < 0 ? -errno
                                                                             : 0;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

static int commit(struct new_file *f, char *ret_path, size_t cap)
{
    char name[160];
    int r;

    if (fsync(f->fd) < 0)
        return -errno;
    r = put_in_place(f, name, sizeof name);
    if (r < 0)
        return r;
    (void)unlinkat(f->folder, f->temporary, 0);
    if (fsync(f->folder) < 0)
        return -errno;
    return snprintf(ret_path, cap, "%s/%s", f->path, name) < (int)cap ? 0 : -ENAMETOOLONG;
}

int new_file_commit(struct new_file *f, char *ret_path, size_t cap)
{
    int r = commit(f, ret_path, cap);

    if (r < 0)
        (void)unlinkat(f->folder, f->temporary, 0);
    new_file_free(f);
    return r;
}

void new_file_discard(struct new_file *f)
{
    (void)unlinkat(f->folder, f->temporary, 0);
    new_file_free(f);
}

/* --- one text in the place of another --------------------------------------------------------- */

static int write_synced(const char *path, const char *text, size_t n)
{
    _cleanup_(closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0)
        return -errno;
    while (n > 0) {
        ssize_t k = write(fd, text, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -errno;
        text += k;
        n -= (size_t)k;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

static int sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');

    snprintf(
        folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    _cleanup_(closep) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int file_replace(const char *path, const char *text, size_t n)
{
    char temporary[PATH_MAX], before[PATH_MAX];
    int r;

    if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary ||
        snprintf(before, sizeof before, "%s.bak", path) >= (int)sizeof before)
        return -ENAMETOOLONG;
    r = write_synced(temporary, text, n);
    if (r >= 0) {
        (void)unlink(before);
        (void)link(path, before); /* there may be none yet */
        r = rename(temporary, path) < 0 ? -errno : sync_folder_of(path);
    }
    if (r < 0)
        (void)unlink(temporary);
    return r;
}
