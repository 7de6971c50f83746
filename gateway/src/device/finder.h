/* finder.h - what the drivers that are loaded look for on one bus, asked for anew whenever one comes or goes.
 *
 *     plugin.loaded, plugin.removed ─▶ look() ─▶ finder_each_match() ─▶ what the scanner of that bus is told to look for
 *
 * Embedded in the finders of the buses.
 */
#pragma once

#include <warren/driver.h>

#include "bus/bus.h"

struct drivers;
struct finder;

typedef void (*finder_look_fn)(struct finder *f);

struct finder {
    const char *on; /* the bus of matches: "ble", "mdns" */
    const struct drivers *drivers;
    finder_look_fn look;
    struct bus_listener ear;
};

/* Looks at once. Bus, drivers and `on` outlive it. */
void finder_init(struct finder *f, struct bus *bus, const struct drivers *drivers, const char *on,
    finder_look_fn look);
void finder_fini(struct finder *f);
/* The drivers' matches of its bus, in the order of the drivers' loading. */
void finder_each_match(
    const struct finder *f, void (*fn)(void *ctx, const struct wr_match *match), void *ctx);
