/* mirror.h - what Avahi says is there, as we last heard of it.
 *
 *     service  "Porch", _http._tcp, local     a thing
 *       view   eth0, IPv4                     how it is to be seen there: host, address, port, TXT
 *       view   eth0, IPv6
 *
 * A thing is told by its best view, and once. Which one a message is about stands in it (interface,
 * protocol, name, type, domain), not in the object that sent it: so it does not matter whether Avahi's
 * first signals or its reply with that object's path come first.
 *
 * The mirror sends nothing and knows no time: it is the pure step from messages to sightings. Messages
 * tell what anybody on the network says: what is of another type than it should be is left out, and
 * there is a ceiling for everything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warren/driver.h>

#include "base/list.h"
#include "base/props.h"
#include "dbus/dbus.h"

/* A house has dozens of things; a machine with many networks sees each in several views. Each is an object of ours in Avahi, which
 * gives 1024 to a client. */
#define MDNS_MAX_VIEWS 512
/* DNS: a label has 63 bytes, a name 255; Avahi writes some of them as four ("\032"). */
#define MDNS_LABEL_BYTES 256
#define MDNS_NAME_BYTES 1024
#define MDNS_TYPE_BYTES 64
#define MDNS_ADDRESS_BYTES 46 /* INET6_ADDRSTRLEN */
/* With type, host and port no more than FOUND_MAX_PROPS; cameras have about five. */
#define MDNS_MAX_TXT 28
#define MDNS_TXT_BYTES 256 /* one string of a TXT record, with a NUL */

struct mdns_service {
    struct list link;
    struct list views;
    char name[MDNS_LABEL_BYTES], type[MDNS_TYPE_BYTES], domain[MDNS_NAME_BYTES];
    char told_address[MDNS_ADDRESS_BYTES]; /* "": it was not */
    uint16_t told_port;
};

struct mdns_view {
    struct list link;
    struct mdns_service *service;
    int interface, protocol; /* as Avahi counts them */
    bool local;              /* it is this very machine's */
    bool resolved;           /* the rest is known */
    char host[MDNS_NAME_BYTES], address[MDNS_ADDRESS_BYTES];
    uint16_t port;
    struct props txt;
    void *resolver;   /* the owner's */
    int64_t retry_us; /* the owner's: not before */
};

/* Not to change the mirror within these. */
struct mdns_mirror_events {
    /* Is this type of interest? */
    bool (*wanted)(void *ctx, const char *type);
    void (*view_added)(void *ctx, struct mdns_view *v);
    /* It is still there, and gone when this returns. */
    void (*view_gone)(void *ctx, struct mdns_view *v);
    /* A thing as it is now: it came, or is another than it was. */
    void (*seen)(void *ctx, const struct wr_found *seen);
    /* What was seen at this address and port is not there any more. */
    void (*lost)(void *ctx, const struct wr_found *seen);
};

struct mdns_mirror {
    const struct mdns_mirror_events *events;
    void *ctx;
    struct list services;
    size_t n_views, n_services;
    uint64_t n_left_out; /* views that came when it was full, ever */
    bool
        has_left_out; /* … since the owner looked last, who is told of them only when he asks for all anew */
};

void mdns_mirror_init(struct mdns_mirror *m, const struct mdns_mirror_events *events, void *ctx);
/* All are gone. */
void mdns_mirror_clear(struct mdns_mirror *m);
/* Those whose type is not wanted any more are gone. */
void mdns_mirror_weed(struct mdns_mirror *m);
/* Tells each thing that is known once more. */
void mdns_mirror_tell(struct mdns_mirror *m);
/* What was resolved is not known any more; it stays told as long as another view is there. */
void mdns_mirror_unresolve(struct mdns_mirror *m, struct mdns_view *v);

/* Messages: ItemNew and ItemRemove of a ServiceBrowser, Found of a ServiceResolver. A negative result:
 * it is not what its name says, and changed nothing. */
int mdns_mirror_take_new(struct mdns_mirror *m, sd_bus_message *signal);
int mdns_mirror_take_removed(struct mdns_mirror *m, sd_bus_message *signal);
int mdns_mirror_take_found(struct mdns_mirror *m, sd_bus_message *signal);

/* --- message.c: the bodies, for mirror.c ------------------------------------------------------- */

/* Texts are the message's. */
struct mdns_item {
    int interface, protocol;
    const char *name, *type, *domain;
    uint32_t flags;
};
struct mdns_answer {
    struct mdns_item item;
    const char *host, *address;
    uint16_t port;
    struct props txt; /* the reader's to props_fini() */
};

/* enum AvahiLookupResultFlags: the service is of this machine. */
#define MDNS_FLAG_LOCAL 8u

/* -EBADMSG: its body is another one, or a name longer than names are. */
int mdns_read_item(sd_bus_message *m, struct mdns_item *ret);
int mdns_read_answer(sd_bus_message *m, struct mdns_answer *ret);

/* --- rank.c ------------------------------------------------------------------------------------ */

/* How well something can be reached there: 0 is best. Negative: not at all, by us: no address, one of
 * many, or one that counts on one interface only (link-local IPv6); or one of loopback that another
 * machine tells. */
int mdns_rank(const char *address, bool local);
