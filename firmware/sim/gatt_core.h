/* gatt_core.h - a peripheral whose program is a core of the firmware: what happens over Bluetooth is told to it with the time of its
 * clock, it is stepped when it wants to be, and what is read is what it set last.
 *
 *     stack ── gatt_calls ──▶ gatt_core ── gatt_core_calls ──▶ core
 *           ◀──── reads ────           ◀── gatt_core_set ─────
 */
#pragma once

#include "gatt_app.h"
#include "loop/timer.h"

/* What the core is told. */
struct gatt_core_calls {
    /* When to be stepped at the latest. */
    int64_t (*next_us)(void *ctx);
    void (*step)(void *ctx, int64_t now_us);
    /* As in gatt_calls. */
    void (*connected)(void *ctx, int64_t now_us, unsigned mtu);
    void (*disconnected)(void *ctx, int64_t now_us, bool by_host);
    void (*subscribed)(void *ctx, int64_t now_us, unsigned chr, bool on);
    int (*written)(void *ctx, int64_t now_us, unsigned chr, const uint8_t *bytes, size_t n);
    void (*room)(void *ctx, int64_t now_us); /* NULL: it tries again by itself */
};

struct gatt_core {
    struct gatt_app app; /* of it: name, services, characteristics */
    const struct gatt_core_calls *calls;
    void *ctx;
    int64_t began_us; /* of the loop's clock, where the core's begins */

    struct timer step;
    struct {
        size_t n;
        uint8_t bytes[GATT_VALUE_MAX];
    } values[GATT_CHARS_MAX];
};

/* What stands first is set by the owner. Must not move. */
void gatt_core_init(struct gatt_core *g, struct loop *l);
void gatt_core_fini(struct gatt_core *g);
int64_t gatt_core_now_us(const struct gatt_core *g);
/* Something else was told to the core: when it wants to be stepped may be another time now. */
void gatt_core_told(struct gatt_core *g);
/* What a characteristic reads as from now on; what is too long is cut. */
void gatt_core_set(struct gatt_core *g, unsigned chr, const void *bytes, size_t n);
