#include "config_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch_dir.h"

struct config_watch {
    struct loop *loop;
    char *path;
    void (*changed)(void *ctx);
    void *ctx;
    struct watch_dir *folder;
    struct stat taken, seen;
    int64_t seen_us; /* since when it is as in `seen` */
    bool writing;    /* a piece was written, and the file was not closed */
    struct timer settle;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
        a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* True: it is another file than the one that was taken; `seen` is what it is now. */
static bool look(struct config_watch *w)
{
    struct stat st;

    if (stat(w->path, &st) < 0 || is_same(&st, &w->taken)) {
        w->seen = w->taken;
        return false;
    }
    if (!is_same(&st, &w->seen)) {
        w->seen = st;
        w->seen_us = loop_now_us(w->loop);
    }
    return true;
}

static void settle(struct config_watch *w)
{
    int64_t quiet_us, need_us = w->writing ? CONFIG_WRITER_MAX_US : CONFIG_SETTLE_US;

    if (!look(w)) {
        timer_stop(&w->settle);
        return;
    }
    quiet_us = loop_now_us(w->loop) - w->seen_us;
    if (quiet_us < need_us) {
        timer_once(&w->settle, MIN(need_us - quiet_us, CONFIG_SETTLE_US));
        return;
    }
    timer_stop(&w->settle);
    w->taken = w->seen;
    w->changed(w->ctx);
}

static void settle_due(struct timer *t)
{
    settle(container_of(t, struct config_watch, settle));
}

static void folder_changed(void *ctx)
{
    settle(ctx);
}

static void written(void *ctx, const char *name, bool writing)
{
    struct config_watch *w = ctx;
    const char *slash = strrchr(w->path, '/');

    if (strcmp(name, slash ? slash + 1 : w->path) == 0)
        w->writing = writing;
}

/* The folder is watched, not the file: editors replace files. */
static int watch_folder(struct config_watch *w)
{
    _cleanup_(freep) char *folder = strdup(w->path);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    int r;

    if (!folder)
        return -ENOMEM;
    if (slash)
        slash[slash == folder] = '\0';
    r = watch_dir_new(w->loop, slash ? folder : ".", 0, 0, folder_changed, w, &w->folder);
    return r < 0 ? r : watch_dir_tell_writing(w->folder, written);
}

int config_watch_new(struct loop *l, const char *path, const struct stat *taken,
    void (*changed)(void *ctx), void *ctx, struct config_watch **ret)
{
    struct config_watch *w = calloc(1, sizeof *w);
    int r;

    if (!w)
        return -ENOMEM;
    *w = (struct config_watch){.loop = l,
        .path = strdup(path),
        .changed = changed,
        .ctx = ctx,
        .taken = *taken,
        .seen = *taken};
    timer_init(&w->settle, l, settle_due);
    r = w->path ? watch_folder(w) : -ENOMEM;
    if (r < 0) {
        config_watch_free(w);
        return r;
    }
    settle(w); /* it may have changed before it was watched */
    *ret = w;
    return 0;
}

void config_watch_taken(struct config_watch *w)
{
    if (w && look(w))
        w->taken = w->seen;
}

struct config_watch *config_watch_free(struct config_watch *w)
{
    if (!w)
        return NULL;
    timer_stop(&w->settle);
    watch_dir_free(w->folder);
    free(w->path);
    free(w);
    return NULL;
}
