/* inflow.h - how much one device, with what is behind it, may hand to its driver: bytes, and pictures. A device is not
 * trusted: what it sends must not keep the gateway from all others.
 *
 *     socket ──▶ host_http, host_tcp ──▶ driver
 *       ▲                └─▶ inflow_took(): too much? ──▶ the connection is not read until its time has come
 *       └── full, which holds the sender back: nothing is lost
 *
 * Bluetooth is slower than any of this by itself.
 */
#pragma once

#include "base/allowance.h"
#include "base/list.h"
#include "loop/timer.h"

struct device;

/* Thirty pictures of 800 KiB in a second: a camera of 1600 x 1200 at its best quality has half of that. */
#define INFLOW_KIB_PER_S (24u << 10)
/* Of lines, which a driver looks at byte by byte, no device has so many to say: each counts as several. */
#define INFLOW_RAW_WEIGHT 4
/* Twice what any camera films. */
#define INFLOW_PICTURES_PER_S 120
/* What was stuck in a network for a second comes at once. */
#define INFLOW_BURST_KIB INFLOW_KIB_PER_S
#define INFLOW_BURST_PICTURES INFLOW_PICTURES_PER_S
/* One that goes on is told again after so long. */
#define INFLOW_TOLD_US (600 * US_PER_S)

/* Embedded in a device. */
struct inflow {
    struct allowance kib, pictures;
    struct list held; /* of struct inflow_tap, those that are not read now */
    struct timer go_on;
    int64_t told_us; /* by the loop's clock; 0: never */
};

/* One connection of a device; embedded in it. */
struct inflow_tap {
    struct list held;
    /* It may be read again. On the loop's own turn. */
    void (*go_on)(struct inflow_tap *t);
};

void inflow_init(struct inflow *f, struct loop *l);
void inflow_fini(struct inflow *f);

void inflow_tap_init(struct inflow_tap *t, void (*go_on)(struct inflow_tap *t));
/* The connection ends. Safe to repeat. */
void inflow_tap_fini(struct inflow_tap *t);
bool inflow_holds(const struct inflow_tap *t);

/* The driver was given so many bytes. True: the connection is not to be read until its go_on(). `t` NULL: it has ended meanwhile. */
bool inflow_took(struct device *d, struct inflow_tap *t, size_t n_bytes);
/* The driver was given, or asked for, room for a picture. */
void inflow_picture(struct device *d);
