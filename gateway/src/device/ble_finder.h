/* ble_finder.h - what the loaded drivers look for on the air, and what is seen of it.
 *
 *     plugin.loaded, plugin.removed ─▶ matches of bus "ble" ─▶ ble_look_for()
 *     ble_events.seen ─▶ ble_finder_seen() ─▶ found_report() ─▶ GET /found, or adopted at once
 */
#pragma once

#include "ble/ble.h"
#include "device/found.h"

struct ble_finder;

/* All outlive it. Looks at the drivers at once. */
int ble_finder_new(struct bus *bus, struct ble *ble, struct drivers *drivers, struct found *found,
    struct ble_finder **ret);
/* NULL-safe; returns NULL. */
struct ble_finder *ble_finder_free(struct ble_finder *f);
/* What a driver recognises becomes a device by itself. Live. */
void ble_finder_adopt(struct ble_finder *f, bool adopt);
/* A sighting. NULL-safe. */
void ble_finder_seen(struct ble_finder *f, const struct wr_found *seen);
