/* dbus_peer.h - one program on a D-Bus, by its well-known name: found again whenever it, or the bus,
 * comes back.
 *
 *     no bus ─ opened again, with back-off ─▶ bus ─ who owns the name? ─▶ came()
 *        ▲                                     │  NameOwnerChanged ▲  │
 *        └─────────── it closed ───────────────┘        gone() ─── └──┘
 *
 * It is asked by its unique name, so that no call of ours starts it, or reaches another that has taken
 * its name meanwhile; and its signals are told only when they are its own: anybody may send one.
 */
#pragma once

#include "base/error.h"
#include "dbus/dbus.h"
#include "loop/timer.h"

enum dbus_peer_end { DBUS_PEER_ENDED, DBUS_PEER_REPLACED, DBUS_PEER_WITHOUT_BUS };

/* None comes from within a call made here. */
struct dbus_peer_events {
    void (*came)(void *ctx);
    /* The connection is still there, but for DBUS_PEER_WITHOUT_BUS. */
    void (*gone)(void *ctx, enum dbus_peer_end how);
    void (*signal)(void *ctx, sd_bus_message *m);
    /* Whether the bus, or who has the name, is there or known is another than before: came() and gone() included, and after them. NULL. */
    void (*changed)(void *ctx);
};

/* Valid as long as the peer is. */
struct dbus_peer_config {
    const char *bus;            /* "system", or an address: "unix:path=…" */
    const char *name;           /* "org.freedesktop.Avahi" */
    const char *const *matches; /* rules for its signals, NULL-terminated */
    int64_t call_us,
        reopen_us; /* for the daemon's answer; before the first new try, doubled to a minute */
};

/* Embedded in its owner. */
struct dbus_peer {
    struct loop *loop;
    struct dbus_peer_config config;
    const struct dbus_peer_events *events;
    void *ctx;
    struct dbus *dbus; /* NULL: not open */
    struct error no_bus;
    struct timer reopen;
    unsigned n_reopens;
    sd_bus_slot *asking;
    char owner[64]; /* unique name; "": nobody */
    bool wanted, asked;
};

void dbus_peer_init(struct dbus_peer *p, struct loop *l, const struct dbus_peer_config *c,
    const struct dbus_peer_events *events, void *ctx);
/* No events come any more; slots of calls are their owners'. Safe to repeat; it may be opened again. */
void dbus_peer_close(struct dbus_peer *p);
/* Safe to repeat. */
void dbus_peer_open(struct dbus_peer *p);
static inline bool dbus_peer_is_there(const struct dbus_peer *p)
{
    return p->owner[0] != '\0';
}
/* The answer of the bus is there: it has an owner, or nobody has the name. */
static inline bool dbus_peer_is_known(const struct dbus_peer *p)
{
    return p->asked;
}
/* A call of it, for arguments and sd_bus_call_async(dbus_bus(p->dbus), …). -ENOTCONN: it is not there. */
int dbus_peer_new_call(struct dbus_peer *p, const char *path, const char *interface,
    const char *member, sd_bus_message **ret);
