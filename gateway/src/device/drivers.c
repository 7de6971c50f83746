/* drivers.c - the folders of drivers: what is in them, in which order, and what has changed. */
#include "device/drivers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "device/drivers_private.h"

struct driver *drivers_find(const struct drivers *d, const char *name)
{
    struct plugin *p;

    list_for_each (p, &d->plugins, link) {
        if (p->driver && strcmp(p->driver->name, name) == 0)
            return p->driver;
    }
    return NULL;
}

int drivers_each(
    const struct drivers *d, int (*fn)(void *ctx, const struct driver_status *s), void *ctx)
{
    struct plugin *p;

    list_for_each (p, &d->plugins, link) {
        struct driver_status s = {.file = p->file,
            .loaded = p->driver != NULL,
            .why = p->why,
            .name = p->driver ? p->driver->name : "",
            .version = p->driver ? p->driver->table->version : "",
            .summary = p->driver ? p->driver->table->summary : "",
            .options = p->driver ? p->driver->table->options : NULL};
        int r = fn(ctx, &s);

        if (r != 0)
            return r;
    }
    return 0;
}

int drivers_each_loaded(
    const struct drivers *d, int (*fn)(void *ctx, struct driver *driver), void *ctx)
{
    struct plugin *p;

    list_for_each (p, &d->plugins, link) {
        int r = p->driver ? fn(ctx, p->driver) : 0;

        if (r != 0)
            return r;
    }
    return 0;
}

bool drivers_have_changed(const struct event *e)
{
    return strcmp(e->type, "plugin.loaded") == 0 || strcmp(e->type, "plugin.removed") == 0;
}

static bool is_plugin_name(const char *name)
{
    size_t n = strlen(name);

    return name[0] != '.' && n > 3 && n < sizeof((struct plugin *)0)->file &&
        strcmp(name + n - 3, ".so") == 0;
}

static struct plugin *find_plugin(struct drivers *d, const struct folder *folder, const char *file)
{
    struct plugin *p;

    list_for_each (p, &d->plugins, link) {
        if (p->folder == folder && strcmp(p->file, file) == 0)
            return p;
    }
    return NULL;
}

static bool changed(const struct plugin *p, const struct stat *st)
{
    return p->dev != st->st_dev || p->ino != st->st_ino || p->size != st->st_size ||
        p->mtime.tv_sec != st->st_mtim.tv_sec || p->mtime.tv_nsec != st->st_mtim.tv_nsec;
}

static struct plugin *add_plugin(struct drivers *d, const struct folder *folder, const char *file)
{
    struct plugin *p;

    if (d->n_plugins >= DRIVERS_MAX) {
        log_warning(
            "too many drivers in the folder", F_STR("file", file), F_INT("limit", DRIVERS_MAX));
        return NULL;
    }
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    d->n_plugins++;
    p->folder = folder;
    snprintf(p->file, sizeof p->file, "%s", file);
    list_append(&d->plugins, &p->link);
    return p;
}

static void look_at(struct drivers *d, const struct folder *folder, DIR *dir, const char *file)
{
    struct plugin *p = find_plugin(d, folder, file);
    struct stat st;
    int r = fstatat(dirfd(dir), file, &st, 0) < 0 ? -errno : 0;

    if (r < 0 && fstatat(dirfd(dir), file, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    if (!p && !(p = add_plugin(d, folder, file)))
        return;
    p->seen = true;
    if (!changed(p, &st) && !p->distrusted)
        return;
    p->dev = st.st_dev;
    p->ino = st.st_ino;
    p->size = st.st_size;
    p->mtime = st.st_mtim;
    if (r < 0)
        plugin_refuse_link(d, p, dir, r);
    else
        plugin_load(d, p);
}

static void load_shadowed(struct drivers *d)
{
    struct plugin *p;

    list_for_each (p, &d->plugins, link) {
        if (p->shadowed)
            plugin_load(d, p);
    }
}

static void forget_unseen(struct drivers *d, const struct folder *folder)
{
    struct plugin *p, *next;

    list_for_each_safe (p, next, &d->plugins, link) {
        if (p->seen || p->folder != folder)
            continue;
        if (p->driver)
            plugin_lose(d, p);
        list_remove(&p->link);
        free(p);
        d->n_plugins--;
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In order of names, so that two files of one driver end the same way every time. */
static void scan(void *ctx)
{
    struct folder *f = ctx;
    struct drivers *d = f->drivers;
    char *names[DRIVERS_MAX * 2];
    size_t n = 0;
    DIR *dir = opendir(f->path);
    struct plugin *p;
    struct dirent *entry;

    if (!dir) {
        if (!f->told)
            log_warning(
                "the folder of drivers cannot be read", F_STR("folder", f->path), F_ERRNO(-errno));
        f->told = true;
        return;
    }
    f->told = false;
    while ((entry = readdir(dir)) && n < N_ELEMENTS(names)) {
        if (is_plugin_name(entry->d_name) && (names[n] = strdup(entry->d_name)))
            n++;
    }
    qsort(names, n, sizeof *names, by_name);
    list_for_each (p, &d->plugins, link)
        p->seen = false;
    d->lost = false;
    for (size_t i = 0; i < n; i++) {
        look_at(d, f, dir, names[i]);
        free(names[i]);
    }
    closedir(dir);
    forget_unseen(d, f);
    if (d->lost)
        load_shadowed(d);
}

/* The next of "one:two"; NULL: no more. */
static const char *next_folder(const char **rest, size_t *ret_n)
{
    const char *begin = *rest + strspn(*rest, ":");

    *ret_n = strcspn(begin, ":");
    *rest = begin + *ret_n;
    return *ret_n > 0 ? begin : NULL;
}

static int add_folder(struct drivers *d, struct loop *l, const char *path, size_t n)
{
    struct folder *f = &d->folders[d->n_folders];
    int r;

    if (d->n_folders == DRIVERS_MAX_FOLDERS)
        return -E2BIG;
    f->drivers = d;
    f->path = strndup(path, n);
    r = f->path
        ? watch_dir_new(l, f->path, DRIVERS_SETTLE_US, DRIVERS_RESCAN_US, scan, f, &f->watch)
        : -ENOMEM;
    if (r < 0)
        free(f->path);
    else
        d->n_folders++;
    return r;
}

int drivers_new(struct loop *l, struct bus *b, struct devices *devices, const char *folders,
    struct drivers **ret)
{
    struct drivers *d = calloc(1, sizeof *d);
    const char *path;
    size_t n;
    int r = 0;

    if (!d)
        return -ENOMEM;
    d->bus = b;
    d->devices = devices;
    list_init(&d->plugins);
    while (r == 0 && (path = next_folder(&folders, &n)))
        r = add_folder(d, l, path, n);
    if (r < 0) {
        drivers_free(d);
        return r;
    }
    for (size_t i = 0; i < d->n_folders; i++)
        scan(&d->folders[i]);
    devices_set_drivers(devices, d);
    *ret = d;
    return 0;
}

struct drivers *drivers_free(struct drivers *d)
{
    struct plugin *p, *next;

    if (!d)
        return NULL;
    for (size_t i = 0; i < d->n_folders; i++) {
        watch_dir_free(d->folders[i].watch);
        free(d->folders[i].path);
    }
    list_for_each_safe (p, next, &d->plugins, link) {
        driver_unload(p->driver);
        list_remove(&p->link);
        free(p);
    }
    free(d);
    return NULL;
}

bool drivers_path(const char *folders, const char *name, char *out, size_t cap)
{
    const char *path;
    size_t n;

    while ((path = next_folder(&folders, &n))) {
        if (snprintf(out, cap, "%.*s/%s.so", (int)n, path, name) < (int)cap &&
            access(out, F_OK) == 0)
            return true;
    }
    return false;
}
