/* found_owner.c - is what was seen a device already? By the serial number that it tells, wherever it
 * is; else by its address. */
#include <string.h>

#include "device/found_private.h"

/* By the convention of struct wr_found. NULL: it tells none. */
static const char *serial_of(const struct wr_found *seen)
{
    const char *serial = props_find(seen->props, seen->n_props, "txt.id");

    return strcmp(seen->bus, "mdns") == 0 && serial && *serial ? serial : NULL;
}

struct search {
    const struct wr_found *seen;
    const char *serial, *port, *host; /* NULL: not told */
    const char *driver;
    struct device *device;
};

static bool is_another(const struct search *s, const struct device *d)
{
    return s->serial && d->serial[0] && strcmp(d->serial, s->serial) != 0;
}

static int is_owner(void *ctx, struct device *d)
{
    struct search *s = ctx;

    if (is_another(s, d) ||
        (!device_is_at(d, s->seen->address, s->port) &&
            !(s->host && device_is_at(d, s->host, s->port))))
        return 0;
    s->device = d;
    return !d->rejected; /* another may be at that address, and be welcome there */
}

static struct search search_for(const struct wr_found *seen, const char *driver)
{
    return (struct search){.seen = seen,
        .serial = serial_of(seen),
        .port = props_find(seen->props, seen->n_props, "port"),
        .host = props_find(seen->props, seen->n_props, "host"),
        .driver = driver};
}

struct device *found_owner(const struct found *f, const struct wr_found *seen, const char *driver)
{
    struct search s = search_for(seen, driver);

    if (driver && s.serial)
        s.device = devices_by_serial(f->devices, driver, s.serial);
    if (!s.device || s.device->rejected)
        devices_each(f->devices, is_owner, &s);
    return s.device;
}

/* Its options leave open which one it is, and it has not found one. */
static int is_open(void *ctx, struct device *d)
{
    struct search *s = ctx;

    if (d->pub.parent || d->serial[0] || d->state == DEVICE_ONLINE || *device_address(d) ||
        strcmp(d->driver_name, s->driver) != 0)
        return 0;
    s->device = d;
    return d->running;
}

struct device *found_seeker(const struct found *f, const struct wr_found *seen, const char *driver)
{
    struct search s = search_for(seen, driver);

    devices_each(f->devices, is_open, &s);
    return s.device;
}
