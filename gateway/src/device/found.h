/* found.h - what was seen and nobody owns: kept while it is seen, asked about among the drivers,
 * adopted by a person.
 *
 * Scans (Bluetooth, mDNS) report here, each sighting anew. A thing that no driver recognises is not
 * kept.
 */
#pragma once

#include "device/devices.h"

/* A thing that was not seen for so long is gone. */
#define FOUND_TTL_US INT64_C(120000000)
/* A room full of advertising gadgets has fewer that a driver knows. */
#define FOUND_MAX 256
#define FOUND_MAX_PROPS 32

struct found;

int found_new(struct loop *l, struct bus *b, struct devices *devices, struct drivers *drivers,
    struct found **ret);
struct found *found_free(struct found *f);

/* A sighting: probes the drivers whose matches fit. 0: known and kept; -ENODEV: nobody's, or owned
 * already; -ENOSPC. Publishes device.found the first time. */
int found_report(struct found *f, const struct wr_found *seen);
/* Drivers came or went: everything is asked about anew at its next sighting, and what a driver
 * recognised that is gone is forgotten. */
void found_drivers_changed(struct found *f);

struct found_item {
    const char *id, *bus, *address, *name, *driver; /* id: made of bus and address */
    int64_t first_seen_us, last_seen_us;            /* UTC */
    const struct wr_prop *props;
    size_t n_props;
};
int found_each(
    const struct found *f, int (*fn)(void *ctx, const struct found_item *item), void *ctx);

/* Makes it a device that the database owns. name NULL: its own; options: JSON object laid over what
 * was seen (the driver's option "address" or "host" gets the address where it has one of that
 * name). -ENOENT, else as devices_add(). */
int found_adopt(struct found *f, const char *id, const char *name, const json_t *options,
    struct device **ret, struct error *e);
