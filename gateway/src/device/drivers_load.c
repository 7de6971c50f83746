/* drivers_load.c - the code of one file comes, is refused, or goes, and that is told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "bus/frame.h"
#include "device/drivers_private.h"

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

/* The new code is in memory and checked before the old one goes, so that a bad file costs nothing. */
void plugin_load(struct drivers *d, struct plugin *p)
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

void plugin_lose(struct drivers *d, struct plugin *p)
{
    log_info("driver removed", F_STR("driver", p->driver->name), F_STR("file", p->file));
    unload(d, p, "the driver's file was removed");
    publish(d, "plugin.removed", p);
    d->lost = true;
}

void plugin_refuse_link(struct drivers *d, struct plugin *p, DIR *dir, int why)
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
        plugin_lose(d, p);
    p->shadowed = false;
    refuse(d, p, &e);
}
