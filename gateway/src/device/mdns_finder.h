/* mdns_finder.h - what the loaded drivers look for in the network, and what announces itself there.
 *
 *     plugin.loaded, plugin.removed ─▶ matches of bus "mdns" ─▶ mdns_look_for()
 *     mdns_events.seen ─▶ mdns_finder_seen() ─▶ found_report() ─▶ GET /found, or its device's seen()
 */
#pragma once

#include "device/found.h"
#include "mdns/mdns.h"

/* Of a driver that names no type: cameras have a page, and announce it. */
#define MDNS_FINDER_TYPE "_http._tcp"

struct mdns_finder;

/* All outlive it. Looks at the drivers at once. */
int mdns_finder_new(struct bus *bus, struct mdns *mdns, struct drivers *drivers,
    struct found *found, struct mdns_finder **ret);
/* NULL-safe; returns NULL. */
struct mdns_finder *mdns_finder_free(struct mdns_finder *f);
/* A sighting, and its end. NULL-safe. */
void mdns_finder_seen(struct mdns_finder *f, const struct wr_found *seen);
void mdns_finder_lost(struct mdns_finder *f, const struct wr_found *seen);
