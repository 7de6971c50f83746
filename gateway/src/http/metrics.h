/* metrics.h - the text of GET /metrics, between its files.
 *
 *     metrics.c          all of it
 *     metrics_devices.c  of each device
 *     metrics_nearby.c   by what devices are found
 */
#pragma once

#include "base/buf.h"

struct ble;
struct devices;
struct mdns;

/* What comes before the samples of one name. */
static inline void metrics_family(
    struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* One that has no labels. */
static inline void metrics_single(
    struct buf *b, const char *name, const char *type, const char *help, double v)
{
    metrics_family(b, name, type, help);
    buf_printf(b, "%s %.17g\n", name, v);
}

/* --- metrics_devices.c ------------------------------------------------------------------------- */

/* `now_us`: UTC. */
void metrics_devices(struct buf *b, struct devices *devices, int64_t now_us);

/* --- metrics_nearby.c -------------------------------------------------------------------------- */

void metrics_ble(struct buf *b, const struct ble *ble);
void metrics_mdns(struct buf *b, const struct mdns *m);
