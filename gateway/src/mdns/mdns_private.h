/* mdns_private.h - one service inside this folder.
 *
 *     mdns.c     its life, what is looked for, what is wrong
 *     avahi.c    browsers and resolvers: what is in Avahi for us, made into what should be
 *     object.c   one of these
 *     mirror.c   what they have told; message.c, rank.c
 */
#pragma once

#include "base/list.h"
#include "dbus/dbus_peer.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "mdns/mdns.h"
#include "mdns/mirror.h"

/* --- object.c --------------------------------------------------------------------------------- */

#define AVAHI "org.freedesktop.Avahi"
/* "/Client4294967295/ServiceResolver4294967295" */
#define AVAHI_PATH_BYTES 64

/* A browser or a resolver that Avahi has for us, or is being asked for. */
struct avahi_object {
    struct list link; /* in mdns->objects */
    struct mdns *mdns;
    sd_bus_slot *call;           /* that makes it; NULL: was answered */
    char path[AVAHI_PATH_BYTES]; /* "": not known yet */
    const char *interface;
    void *owner; /* NULL: nobody wants it any more, and it is freed as soon as it is there */
    /* It could not be made, or has failed; it is gone when this is called. */
    void (*failed)(struct mdns *m, void *owner, const char *error);
};

/* Calls `make` (takes the message over), whose reply is the object's path. NULL: it cannot be asked for. */
struct avahi_object *avahi_object_new_consume(struct mdns *m, sd_bus_message *make,
    const char *interface, void *owner,
    void (*failed)(struct mdns *m, void *owner, const char *error));
static inline bool avahi_object_is_there(const struct avahi_object *o)
{
    return o && o->path[0];
}
/* Its owner does not want it any more. NULL-safe; returns NULL. */
struct avahi_object *avahi_object_leave(struct avahi_object *o);
/* Of a signal: Failure ends it. */
void avahi_object_failed(struct mdns *m, sd_bus_message *signal);
/* avahi-daemon is gone, and all of them with it; nobody is told. */
void avahi_objects_forget(struct mdns *m);

/* --- mdns.c ----------------------------------------------------------------------------------- */

struct mdns_browser {
    char type[MDNS_TYPE_BYTES];
    struct avahi_object *object; /* NULL: not there */
    int64_t retry_us;            /* not before */
    struct error refused; /* what Avahi said when it did not make it; as long as it is not there */
};

struct mdns {
    struct loop *loop;
    struct mdns_config config; /* bus is ours */
    const struct mdns_events *events;
    void *ctx;
    struct dbus_peer avahi;
    struct mdns_mirror mirror;
    struct list objects;
    struct mdns_browser browsers[MDNS_MAX_TYPES];
    size_t n_browsers;
    struct deferred pump;
    struct timer tell, say;
    char why[ERROR_TEXT_MAX];
    struct mdns_stats stats;
};

void mdns_poke(struct mdns *m);

/* --- avahi.c ---------------------------------------------------------------------------------- */

extern const struct dbus_peer_events mdns_avahi_events;
extern const struct mdns_mirror_events mdns_mirror_to_mdns;
extern const char *const mdns_matches[];
/* What is wanted and not there is asked for, where its time has come. */
void mdns_ask(struct mdns *m);
