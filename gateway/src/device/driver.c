#include "device/driver.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int driver_owner_check(const struct stat *st, const char *what, struct error *e)
{
    bool private_group = st->st_gid == getegid() && st->st_gid == st->st_uid;

    if (st->st_uid != 0 && st->st_uid != geteuid())
        return error_set(e, -EPERM,
            "%s belongs to user %u: drivers must belong to root or to the user that the gateway "
            "runs as (%u)",
            what, st->st_uid, geteuid());
    if (st->st_mode & S_IWOTH)
        return error_set(e, -EPERM,
            "%s is writable by everybody (mode %04o): remove that with chmod o-w", what,
            st->st_mode & 07777);
    /* Where every user has a group of his own (umask 002), writable by the group means writable by
     * the user. */
    if ((st->st_mode & S_IWGRP) && !private_group)
        return error_set(e, -EPERM,
            "%s is writable by its group (mode %04o): remove that with chmod g-w", what,
            st->st_mode & 07777);
    return 0;
}

static int check_folder(const char *path, struct error *e)
{
    _cleanup_(freep) char *folder = strdup(path);
    struct stat st;
    char *slash;

    if (!folder)
        return error_set(e, -ENOMEM, "no memory");
    slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    if (stat(slash ? folder : ".", &st) < 0)
        return error_set(e, -errno, "the folder cannot be looked at: %s", error_name(-errno));
    return driver_owner_check(&st, "the folder", e);
}

/* Copies the file into a memfd that nobody can change any more. */
static int seal_copy(const char *path, int *ret_memfd, size_t *ret_n, struct error *e)
{
    _cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), memfd = -1;
    struct stat st;
    size_t n = 0;
    int r;

    if (fd < 0)
        return error_set(e, -errno, "the file cannot be opened: %s", error_name(-errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return error_set(e, -EINVAL, "it is not a regular file");
    if ((r = driver_owner_check(&st, "the file", e)) < 0)
        return r;
    memfd = memfd_create("warren-driver", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memfd < 0)
        return error_set(e, -errno, "no memory file: %s", error_name(-errno));
    for (;;) {
        char piece[65536];
        ssize_t k = read(fd, piece, sizeof piece);

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0 || (k > 0 && write(memfd, piece, (size_t)k) != k))
            return error_set(e, -EIO, "the file cannot be read: %s", error_name(-errno));
        if (k == 0)
            break;
        n += (size_t)k;
        if (n > DRIVER_MAX_FILE_BYTES)
            return error_set(
                e, -EFBIG, "the file is larger than %u MiB", DRIVER_MAX_FILE_BYTES >> 20);
    }
    if (fcntl(memfd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return error_set(e, -errno, "the copy cannot be sealed: %s", error_name(-errno));
    *ret_memfd = memfd;
    *ret_n = n;
    memfd = -1;
    return 0;
}

static int check_copy(int memfd, size_t n, uint64_t available, struct error *e)
{
    struct driver_head head;
    void *image;
    int r;

    if (n == 0)
        return error_set(e, -ENOEXEC, "the file is empty");
    image = mmap(NULL, n, PROT_READ, MAP_PRIVATE, memfd, 0);
    if (image == MAP_FAILED)
        return error_set(e, -errno, "no memory");
    r = driver_image_check(image, n, &head, e);
    munmap(image, n);
    if (r < 0)
        return r;
    if (head.needs & ~available)
        return error_set(e, -ENOTSUP, "the driver needs what this gateway does not have:%s%s%s%s%s",
            head.needs & ~available & WR_NEEDS_BLE ? " Bluetooth" : "",
            head.needs & ~available & WR_NEEDS_TCP ? " TCP" : "",
            head.needs & ~available & WR_NEEDS_HTTP ? " HTTP" : "",
            head.needs & ~available & WR_NEEDS_STORE ? " a store" : "",
            head.needs & ~available &
                    ~(uint64_t)(WR_NEEDS_BLE | WR_NEEDS_TCP | WR_NEEDS_HTTP | WR_NEEDS_STORE)
                ? " a newer service"
                : "");
    return 0;
}

int driver_load(const char *path, uint64_t available, struct driver **ret, struct error *e)
{
    _cleanup_(driver_unloadp) struct driver *d = calloc(1, sizeof *d);
    char name[64];
    size_t n = 0;
    int r;

    if (!d)
        return error_set(e, -ENOMEM, "no memory");
    d->memfd = -1;
    if ((r = check_folder(path, e)) < 0 || (r = seal_copy(path, &d->memfd, &n, e)) < 0 ||
        (r = check_copy(d->memfd, n, available, e)) < 0)
        return r;
    snprintf(name, sizeof name, "/proc/self/fd/%d", d->memfd);
    d->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!d->handle)
        return error_set(e, -ENOEXEC, "the file cannot be loaded: %s", dlerror());
    d->table = dlsym(d->handle, "warren_driver");
    if (!d->table)
        return error_set(e, -ENOEXEC, "the file exports no `warren_driver`");
    if ((r = driver_table_check(d->table, e)) < 0)
        return r;
    snprintf(d->name, sizeof d->name, "%s", d->table->name);
    *ret = steal(d);
    return 0;
}

struct driver *driver_unload(struct driver *d)
{
    if (!d)
        return NULL;
    if (d->handle)
        dlclose(d->handle);
    if (d->memfd >= 0)
        close(d->memfd);
    free(d);
    return NULL;
}
