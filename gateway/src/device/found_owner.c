/* found_owner.c - is what was seen a device already? By the serial number that it tells, wherever it
 * is; else by its address. */
#include <inttypes.h>
#include <stdio.h>
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

/* --- by the id that it was offered under ------------------------------------------------------- */

struct adopted {
    const char *id, *address;
    struct device *device;
};

/* Whether the device, seen at that address, would have that id: which begins with the bus. */
static bool has_id(const struct device *d, const char *address, const char *id)
{
    char bus[16], port[24];
    struct wr_prop props[] = {{"port", port}};
    struct wr_found seen = {.size = sizeof seen,
        .bus = bus,
        .address = address,
        .name = "",
        .props = props,
        .n_props = 1};

    snprintf(bus, sizeof bus, "%.*s", (int)strcspn(id, "-"), id);
    snprintf(port, sizeof port, "%" PRId64, device_port(d));
    return *address && found_has_id(&seen, id);
}

static int was_adopted(void *ctx, struct device *d)
{
    struct adopted *a = ctx;
    const char *address;

    for (size_t i = 0; !d->rejected && (address = device_nth_address(d, i)); i++) {
        if (has_id(d, address, a->id)) {
            a->address = address;
            a->device = d;
            return 1;
        }
    }
    return 0;
}

struct device *found_adopted(const struct found *f, const char *id, const char **ret_address)
{
    struct adopted a = {.id = id};

    devices_each(f->devices, was_adopted, &a);
    if (a.device)
        *ret_address = a.address;
    return a.device;
}
