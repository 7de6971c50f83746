#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/files_private.h"

/* --- opening ---------------------------------------------------------------------------------- */

/* mkdir -p: a data folder may be named that has no parent yet. */
static int make_folders(const char *path)
{
    _cleanup_(freep) char *copy = strdup(path);

    if (!copy)
        return -ENOMEM;
    for (char *slash = copy; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        if (mkdir(copy, PARENT_MODE) < 0 && errno != EEXIST)
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

/* --- days ------------------------------------------------------------------------------------- */

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

bool files_is_gone(int dir)
{
    struct stat st;

    return fstat(dir, &st) == 0 && st.st_nlink == 0;
}

/* `captures` was removed while we have it open, as who empties a disk does: another one takes its
 * place under the same number, which the reader's thread knows as well. */
static int renew_captures(const struct files *f)
{
    _cleanup_(closep) int fd = open_folder(f->root, "captures");

    if (fd < 0)
        return space_errno(fd);
    if (dup3(fd, f->captures, O_CLOEXEC) < 0)
        return -errno;
    log_warning("the folder of the captures was gone; there is a new one");
    return f->ops->fsync(f->ops->ctx, f->root);
}

int files_open_day(const struct files *f, const char *device, int64_t day, bool make, int *ret)
{
    char path[DAY_PATH_BYTES];
    int fd = open_beneath(f->captures, day_path(device, day, path), O_RDONLY | O_DIRECTORY);

    if (fd == -ENOENT && make) {
        int r = files_is_gone(f->captures) ? renew_captures(f) : 0;

        if (r == 0)
            r = make_day(f, device, day);
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
