/* gatt_app.h - a Bluetooth LE peripheral as its program sees it: services, characteristics, what
 * happens to them, and notifications. The same program is shown by a pretended BlueZ (sim_bluez.h) or
 * by a real one (real_bluez.h).
 *
 * Its functions are called on the loop. They may call gatt_notify(), gatt_advertise() and
 * gatt_disconnect() at any time, and are never called from within these.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most that a characteristic can hold (Core 5.3, Vol 3, Part F, 3.2.9). */
#define GATT_VALUE_MAX 512
#define GATT_MTU_MIN 23
#define GATT_MTU_MAX 517
/* Of one peripheral; more than any that we play. */
#define GATT_CHARS_MAX 16
#define GATT_SERVICES_MAX 4

enum gatt_props {
    GATT_READ = 1u << 0,
    GATT_WRITE = 1u << 1,
    GATT_WRITE_COMMAND = 1u << 2,
    GATT_NOTIFY = 1u << 3,
    /* Writes only over an encrypted link, which a real BlueZ sees to; a pretended one knows of none. */
    GATT_ENCRYPTED = 1u << 4,
};

struct gatt_char {
    unsigned service; /* index into the services */
    const char *uuid; /* in full, lower case */
    unsigned props;   /* enum gatt_props */
};

/* `chr`: index of a characteristic. Each may be NULL. */
struct gatt_calls {
    /* A real BlueZ tells neither of these by itself: there, the first use of a characteristic is a
     * connection, and the MTU is what it says then. */
    void (*connected)(void *ctx, unsigned mtu);
    /* by_host: it left of its own will; else, or where that is not known, the link was lost. */
    void (*disconnected)(void *ctx, bool by_host);
    void (*subscribed)(void *ctx, unsigned chr, bool on);
    /* Up to `cap` bytes; returns how many, or negative: the read is refused. */
    int (*read)(void *ctx, unsigned chr, uint8_t *out, size_t cap);
    /* Negative: refused (which only who wants a response hears of). */
    int (*written)(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response);
    /* After gatt_notify() gave -EAGAIN: there is room again. */
    void (*room)(void *ctx);
};

struct gatt_app;

/* Who shows it. */
struct gatt_stack {
    int (*notify)(struct gatt_app *a, unsigned chr, const void *bytes, size_t n);
    void (*advertise)(struct gatt_app *a, bool on);
    void (*disconnect)(struct gatt_app *a);
};

/* Filled in by its owner but for the last two, and alive until who shows it is freed. */
struct gatt_app {
    const char *name;            /* in the scan response */
    const char *const *services; /* UUIDs; the first is advertised */
    unsigned n_services;
    const struct gatt_char *chars;
    unsigned n_chars;
    const struct gatt_calls *calls;
    void *ctx;

    const struct gatt_stack *stack;
    void *shown_by;
};

/* -EAGAIN: the queue is full, calls->room will come; -ENOTCONN: nobody has subscribed. What is
 * longer than the MTU carries is cut, as stacks do. */
int gatt_notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n);
/* Off at the beginning. While somebody is connected nothing is advertised in any case. */
void gatt_advertise(struct gatt_app *a, bool on);
/* Who is connected, if anybody, is left; disconnected() comes on a later turn. */
void gatt_disconnect(struct gatt_app *a);

/* For who shows it: tells the application, where it wants to know. */
void gatt_subscribed(const struct gatt_app *a, unsigned chr, bool on);
