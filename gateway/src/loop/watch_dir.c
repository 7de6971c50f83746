#include "loop/watch_dir.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch_fd.h"

#define INTERESTING                                                                                \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF |       \
        IN_MOVE_SELF)
/* Some events at a time; what is left is read in the next turn. */
#define READ_BYTES 4096

struct watch_dir {
    struct loop *loop;
    char *path;
    int64_t settle_us;
    void (*changed)(void *ctx);
    void (*writing)(void *ctx, const char *name, bool writing); /* NULL: nobody asks */
    void *ctx;
    int fd, wd; /* -1: no inotify; not watched (not there, or moved away) */
    struct watch_fd *watch;
    struct timer settle, rescan;
};

/* For the same folder this gives the same number again; for another of that name the old one is let
 * go. */
static int watch_dir_look(struct watch_dir *w)
{
    int wd;

    if (w->fd < 0)
        return -ENOSYS;
    wd = inotify_add_watch(w->fd, w->path, INTERESTING | IN_ONLYDIR | (w->writing ? IN_MODIFY : 0));
    if (wd < 0)
        return -errno;
    if (w->wd >= 0 && w->wd != wd)
        inotify_rm_watch(w->fd, w->wd);
    w->wd = wd;
    return 0;
}

static void watch_dir_rescan(struct timer *t)
{
    struct watch_dir *w = container_of(t, struct watch_dir, rescan);

    watch_dir_look(w);
    w->changed(w->ctx);
}

/* A folder that was deleted or moved away may be there again under the same name. */
static void watch_dir_settled(struct timer *t)
{
    struct watch_dir *w = container_of(t, struct watch_dir, settle);

    if (w->wd < 0)
        watch_dir_look(w);
    w->changed(w->ctx);
}

/* A link is whole when it is made; a file will be closed. */
static bool is_link(const struct watch_dir *w, const struct inotify_event *e)
{
    char path[PATH_MAX];
    struct stat st;

    return snprintf(path, sizeof path, "%s/%s", w->path, e->name) < (int)sizeof path &&
        lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static void watch_dir_event(struct watch_dir *w, const struct inotify_event *e)
{
    if ((e->mask & IN_Q_OVERFLOW) == 0 && e->wd != w->wd)
        return; /* of a folder that was let go */
    if (w->writing && e->len > 0 && !(e->mask & IN_CREATE))
        w->writing(w->ctx, e->name, e->mask & IN_MODIFY);
    if ((e->mask & IN_MODIFY) || ((e->mask & IN_CREATE) && !is_link(w, e)))
        return;
    if (e->mask & IN_MOVE_SELF)
        inotify_rm_watch(w->fd, w->wd);
    if (e->mask & (IN_MOVE_SELF | IN_IGNORED))
        w->wd = -1;
    timer_once(&w->settle, w->settle_us);
}

static void watch_dir_readable(void *ctx, unsigned events)
{
    struct watch_dir *w = ctx;
    _Alignas(struct inotify_event) char bytes[READ_BYTES];
    ssize_t n = read(w->fd, bytes, sizeof bytes);

    for (char *p = bytes; p < bytes + n;) {
        const struct inotify_event *e = (const struct inotify_event *)p;

        watch_dir_event(w, e);
        p += sizeof *e + e->len;
    }
}

static int watch_dir_open(struct watch_dir *w)
{
    int r;

    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0)
        return -errno;
    r = watch_fd_new(w->loop, w->fd, watch_dir_readable, w, &w->watch);
    if (r < 0)
        return r;
    return watch_fd_set(w->watch, FD_READABLE);
}

int watch_dir_new(struct loop *l, const char *path, int64_t settle_us, int64_t rescan_us,
    void (*changed)(void *ctx), void *ctx, struct watch_dir **ret)
{
    struct watch_dir *w = calloc(1, sizeof *w);
    int r;

    if (!w || !(w->path = strdup(path))) {
        free(w);
        return -ENOMEM;
    }
    w->loop = l;
    w->settle_us = settle_us;
    w->changed = changed;
    w->ctx = ctx;
    w->fd = w->wd = -1;
    timer_init(&w->settle, l, watch_dir_settled);
    timer_init(&w->rescan, l, watch_dir_rescan);
    r = watch_dir_open(w);
    if (r == 0)
        r = watch_dir_look(w);
    if (rescan_us > 0)
        r = timer_every(&w->rescan, rescan_us);
    if (r < 0) {
        watch_dir_free(w);
        return r;
    }
    *ret = w;
    return 0;
}

int watch_dir_tell_writing(
    struct watch_dir *w, void (*writing)(void *ctx, const char *name, bool writing))
{
    w->writing = writing;
    return watch_dir_look(w);
}

struct watch_dir *watch_dir_free(struct watch_dir *w)
{
    if (!w)
        return NULL;
    timer_stop(&w->settle);
    timer_stop(&w->rescan);
    watch_fd_free(w->watch);
    if (w->fd >= 0)
        close(w->fd);
    free(w->path);
    free(w);
    return NULL;
}
