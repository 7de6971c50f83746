/* drivers_private.h - between drivers.c, which looks into folders, and drivers_load.c, which takes what is
 * there. */
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include "device/device.h"
#include "device/drivers.h"
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

/* --- drivers_load.c --------------------------------------------------------------------------- */

/* Its file is new or another one. */
void plugin_load(struct drivers *d, struct plugin *p);
/* Its code goes; who waited for that is loaded at the end of the scan. */
void plugin_lose(struct drivers *d, struct plugin *p);
/* A link that leads nowhere; a person put it there and wants to know why nothing happens. */
void plugin_refuse_link(struct drivers *d, struct plugin *p, DIR *dir, int why);
