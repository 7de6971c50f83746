/* found_private.h - between the files of what was found.
 *
 *     found.c        the list: what comes into it, is told, expires
 *     found_thing.c  one thing that was seen
 *     found_ask.c    whose it is, among the drivers
 *     found_owner.c  whose it is, among the devices
 *     found_adopt.c  how it becomes a device
 */
#pragma once

#include "base/props.h"
#include "device/device.h"
#include "device/drivers.h"
#include "device/found.h"
#include "loop/timer.h"

struct found_thing {
    struct list link;
    char id[WR_NAME_MAX + 1], bus[16], address[128], name[DEVICE_NAME_BYTES],
        driver[WR_NAME_MAX + 1];
    struct props props;
    bool ask;   /* drivers came or went since it was asked about */
    bool shown; /* it was told, by device.found, and is in the list */
    int64_t first_seen_us, last_seen_us;
    int64_t expires_us; /* monotonic */
};

struct found {
    struct loop *loop;
    struct bus *bus;
    struct devices *devices;
    struct drivers *drivers;
    struct bus_listener ear;
    struct list items;
    struct timer expiry;
    int64_t complain_us; /* not before */
};

/* --- found.c ---------------------------------------------------------------------------------- */

/* It leaves the list, and that is told. */
void found_gone(struct found *f, struct found_thing *i);

/* --- found_thing.c ---------------------------------------------------------------------------- */

struct found_thing *found_find(const struct found *f, const char *id);
struct found_thing *found_find_seen(const struct found *f, const struct wr_found *seen);
/* What is known now takes the place of what was; a packet without a name takes none away. -ENOMEM */
int found_take(struct found *f, struct found_thing *i, const struct wr_found *seen);
/* A new one. -ENOSPC, -ENOMEM */
int found_add(struct found *f, const struct wr_found *seen, struct found_thing **ret);
/* As it was seen last; valid as long as it is. */
struct wr_found found_thing_seen(const struct found_thing *i);
/* Nothing is told. */
void found_drop(struct found_thing *i);
/* What is seen so has, or had, that id. Of `seen` bus, address and port count. */
bool found_has_id(const struct wr_found *seen, const char *id);

/* --- found_ask.c ------------------------------------------------------------------------------ */

/* The driver that takes it; NULL: none. */
const char *found_ask(struct found *f, const struct wr_found *seen);

/* --- found_owner.c ---------------------------------------------------------------------------- */

/* The device that it is, by the driver that takes it (NULL: none). Also one that its driver has
 * rejected; NULL: nobody. */
struct device *found_owner(const struct found *f, const struct wr_found *seen, const char *driver);
/* One of that driver's that would take any; NULL: none. */
struct device *found_seeker(const struct found *f, const struct wr_found *seen, const char *driver);
/* Which was adopted under that id, or could have been, and at what address; NULL: none. */
struct device *found_adopted(const struct found *f, const char *id, const char **ret_address);
