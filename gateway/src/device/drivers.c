#include "device/drivers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "bus/frame.h"
#include "device/device.h"
#include "loop/watch_dir.h"

struct folder {
    struct drivers *drivers;
    char *path;
    struct watch_dir *watch;
    bool told; /* that it cannot be read */
};

/* One file of a folder, as it was when it was last looked at. */
struct plugin {
    struct list link;
    const struct folder *folder;
    char file[256]; /* name in the folder */
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec mtime;
    struct driver *driver; /* NULL: refused */
    /* of the refusal, also of a replacement that was refused while the old one stays */
    char why[ERROR_TEXT_MAX];
    /* refused because another file has its name: loaded when that one goes */
    bool shadowed;
    /* refused because somebody else could change it, or its folder: mending that touches no file */
    bool distrusted;
    bool seen; /* in the scan that is going on */
};

struct drivers {
    struct bus *bus;
    struct devices *devices;
    struct folder folders[DRIVERS_MAX_FOLDERS];
    size_t n_folders, n_plugins;
    bool lost; /* in the scan that is going on, a driver whose file went */
    struct list plugins;
};

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

static void publish(struct drivers *d, const char *type, const struct plugin *p)
{
    char text[ERROR_TEXT_MAX * 6 + 1024];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "file");
    wr_json_string(&j, p->file);
    wr_json_key(&j, "name");
    wr_json_string(&j, p->driver ? p->driver->name : NULL);
    wr_json_key(&j, "version");
    wr_json_string(&j, p->driver ? p->driver->table->version : NULL);
    if (p->why[0]) {
        wr_json_key(&j, "why");
        wr_json_string(&j, p->why);
    }
    wr_json_end(&j);
    bus_publish(d->bus, "", type, wr_json_text(&j));
}

static void refuse(struct drivers *d, struct plugin *p, const struct error *e)
{
    bool again = p->distrusted && strcmp(p->why, error_text(e)) == 0;

    p->distrusted = e->code == -EPERM || e->code == -EACCES;
    if (again)
        return;
    snprintf(p->why, sizeof p->why, "%s", error_text(e));
    log_warning(p->driver ? "a new version of a driver is refused, the old one stays"
                          : "a driver is refused",
        F_STR("file", p->file), F_STR("why", p->why));
    publish(d, "plugin.refused", p);
}

static void unload(struct drivers *d, struct plugin *p, const char *why)
{
    struct driver *old = steal(p->driver);

    devices_driver_removed(d->devices, old, why);
    driver_unload(old);
    /* What its pictures took; the next code's are of sizes of their own. */
    frame_pool_trim(d->devices->env.pool);
    memory_give_back();
}

/* The new code is in memory and checked before the old one goes, so that a bad file costs
 * nothing. */
static void load(struct drivers *d, struct plugin *p)
{
    char path[4096];
    struct error e = ERROR_NULL;
    struct driver *driver = NULL, *other;

    p->shadowed = false;
    snprintf(path, sizeof path, "%s/%s", p->folder->path, p->file);
    if (driver_load(path, host_services(), &driver, &e) < 0) {
        refuse(d, p, &e);
        return;
    }
    other = drivers_find(d, driver->name);
    if (other && other != p->driver) {
        p->shadowed = true;
        error_set(
            &e, -EEXIST, "a driver named \"%s\" is loaded from another file already", driver->name);
        refuse(d, p, &e);
        driver_unload(driver);
        return;
    }
    if (p->driver)
        unload(d, p, "");
    p->driver = driver;
    p->distrusted = false;
    p->why[0] = '\0';
    log_info("driver loaded", F_STR("driver", driver->name),
        F_STR("version", driver->table->version), F_STR("file", p->file));
    publish(d, "plugin.loaded", p);
    devices_driver_added(d->devices, driver);
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

/* Its code goes; who waited for that is loaded at the end of the scan. */
static void lose(struct drivers *d, struct plugin *p)
{
    log_info("driver removed", F_STR("driver", p->driver->name), F_STR("file", p->file));
    unload(d, p, "the driver's file was removed");
    publish(d, "plugin.removed", p);
    d->lost = true;
}

/* A link that leads nowhere; a person put it there and wants to know why nothing happens. */
static void refuse_link(struct drivers *d, struct plugin *p, DIR *dir, int why)
{
    char target[256] = "";
    struct error e = ERROR_NULL;

    if (readlinkat(dirfd(dir), p->file, target, sizeof target - 1) <= 0)
        error_set(&e, why, "it cannot be looked at: %s", error_name(why));
    else if (why == -ENOENT || why == -ENOTDIR)
        error_set(&e, why, "it is a link to %.180s, which is not there", target);
    else if (why == -ELOOP)
        error_set(&e, why, "it is a link to %.180s, which leads back to itself", target);
    else
        error_set(&e, why, "it is a link to %.180s, which cannot be looked at: %s", target,
            error_name(why));
    if (p->driver)
        lose(d, p);
    p->shadowed = false;
    refuse(d, p, &e);
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
        refuse_link(d, p, dir, r);
    else
        load(d, p);
}

static void load_shadowed(struct drivers *d)
{
    struct plugin *p;

    list_for_each (p, &d->plugins, link) {
        if (p->shadowed)
            load(d, p);
    }
}

static void forget_unseen(struct drivers *d, const struct folder *folder)
{
    struct plugin *p, *next;

    list_for_each_safe (p, next, &d->plugins, link) {
        if (p->seen || p->folder != folder)
            continue;
        if (p->driver)
            lose(d, p);
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
