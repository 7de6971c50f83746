/* found.h - what was seen and nobody owns: kept while it is seen, asked about among the drivers,
 * adopted by a person.
 *
 *     scanner ── found_report() ──▶ whose is it? ── kept, device.found ──▶ GET /found
 *                  each sighting      matches, probe()                     POST …/adopt ─▶ device
 *
 * What comes into that list is told by device.found, what leaves it (adopted, not seen any more, its
 * driver or address taken) by found.removed: both {"id", "name", "driver"}, and transient.
 *
 * What is a device already is told to that device's driver (seen(), driver.h), so that it can follow a
 * device to another address.
 *
 * A scanner (Bluetooth, mDNS) is made with this object, reports each sighting anew, with all that is
 * known of the thing by then (a name may come in a later packet than the services), as
 * struct wr_found in warren/driver.h lists it, and keeps nothing itself. What no driver recognises
 * is not kept. Of several drivers the one that was loaded first counts.
 */
#pragma once

#include "device/devices.h"

/* A thing that was not seen for so long is gone. */
#define FOUND_TTL_US INT64_C(120000000)
/* Kept of one bus, whatever the others bring: a room full of advertising gadgets has fewer that a driver knows. */
#define FOUND_MAX_PER_BUS 128
#define FOUND_MAX_PROPS 32

struct found;

int found_new(struct loop *l, struct bus *b, struct devices *devices, struct drivers *drivers,
    struct found **ret);
struct found *found_free(struct found *f);

/* A sighting; `seen` is copied. 0: known and kept, with name and properties as they are now;
 * -ENODEV: nobody's, or owned already; -EINVAL: no address, or too long a one; -ENOSPC:
 * FOUND_MAX_PER_BUS are kept of its bus. Publishes device.found the first time, and when it becomes
 * another driver's. From the loop's own turn: it calls probe().
 *
 * When drivers come or go, everything is asked about anew at its next sighting, and what only a
 * driver that is gone had recognised is forgotten. A driver that has rejected a thing after
 * connecting is not asked about it again, until it is there in another version. */
int found_report(struct found *f, const struct wr_found *seen);

/* Who says so knows that it is gone: it leaves the list at once. Of `seen` bus, address and port count. */
void found_lost(struct found *f, const struct wr_found *seen);

struct found_item {
    const char *id, *bus, *address, *name, *driver; /* id: made of bus and address */
    int64_t first_seen_us, last_seen_us;            /* UTC */
    const struct wr_prop *props;
    size_t n_props;
};
int found_each(
    const struct found *f, int (*fn)(void *ctx, const struct found_item *item), void *ctx);

/* Makes it a device that the database owns. name NULL: its own; options: JSON object laid over what
 * was seen (what was seen by Bluetooth: the driver's option with WR_BLE_ADDRESS gets the address;
 * else "address" or "host" where it has one of that name, and its integer "port" the port that was
 * announced). A device of the database whose driver has rejected it makes way. -EEXIST: a device
 * has that address, also where nothing was seen there lately; -ENOENT: not seen lately; else as
 * devices_add(). */
int found_adopt(struct found *f, const char *id, const char *name, const json_t *options,
    struct device **ret, struct error *e);
