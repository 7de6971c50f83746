/* dbus.h - one connection to a D-Bus, by sd-bus, on the loop.
 *
 *     dbus_open(l, NULL, &events, ctx, &d, &e);       the system's bus
 *     sd_bus_match_signal_async(dbus_bus(d), …);      any call of sd-bus's that does not wait
 *     sd_bus_call_method_async(dbus_bus(d), …);
 *     d = dbus_free(d);
 *
 * sd-bus tells what it waits for (a descriptor's events, and the moment at which a call without an
 * answer times out) and expects to be asked again after whatever is done with it: with the
 * descriptor alone an unanswered call never times out. So the way to the sd_bus is dbus_bus(), which
 * notes that it has to be asked on the next turn. Do not keep what it returns.
 *
 * Replies, signals and methods come on later turns, as calls of the slots' functions; the
 * connection may be freed in them. Nothing waits: use the _async calls, sd_bus_send, sd_bus_emit_….
 */
#pragma once

#include <systemd/sd-bus.h>

#include "base/error.h"
#include "base/util.h"

struct loop;
struct dbus;

struct dbus_events {
    /* The bus is reached and has given us a name. */
    void (*ready)(void *ctx, struct dbus *d);
    /* It went away, or was never reached: slots hear "disconnected" for their open calls first.
     * Free it now or later; it does nothing any more. */
    void (*closed)(void *ctx, struct dbus *d, int why);
};

/* Messages handled before others on the loop have their turn. */
#define DBUS_MESSAGES_AT_ONCE 64

/* `address`: as "unix:path=/run/x"; NULL: the system's bus (which DBUS_SYSTEM_BUS_ADDRESS may
 * name). Negative and a sentence when it is known at once that there is none; else one of the events
 * (never from within this call). What is called before `ready` waits and is sent then. Both events
 * may be NULL. */
int dbus_open(struct loop *l, const char *address, const struct dbus_events *events, void *ctx,
    struct dbus **ret, struct error *e);
/* Sends what is waiting as far as the socket takes it, and closes. Slots that are not floating are
 * their owners'; unref them before or after. NULL-safe; returns NULL. */
struct dbus *dbus_free(struct dbus *d);
DEFINE_CLEANUP(struct dbus *, dbus_free)
/* Waits until `name` has answered, and so has seen all that was sent to it before: 0; -ETIMEDOUT after `limit_us`, or another
 * error. The only call that waits: for the end of a program. */
int dbus_wait(struct dbus *d, const char *name, int64_t limit_us);

/* For one call of sd-bus's. Never NULL; calls fail with -ENOTCONN after `closed`. */
sd_bus *dbus_bus(struct dbus *d);
