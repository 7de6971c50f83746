/* mdns.h - devices that announce themselves in the network (mDNS, DNS-SD), by way of Avahi.
 *
 *     drivers' matches ─▶ mdns_look_for() ─▶ a browser for each type ─▶ a resolver for each view ─▶ seen()
 *
 * D-Bus without a daemon, avahi-daemon that does not run or is started anew are states like others:
 * everything goes on when they are back. Nothing is opened before somebody wants it.
 *
 * No event comes from within a call made here, but for lost(): in mdns_look_for(), of what nobody wants any
 * more, and in mdns_free().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <warren/driver.h>

#include "base/error.h"

struct loop;
struct mdns;

/* Types that are looked for; drivers of a house want about three. */
#define MDNS_MAX_TYPES 16

struct mdns_config {
    bool enabled;
    const char *bus; /* "system", or an address: "unix:path=…" */
    /* How long we wait for what. 0: the default. */
    struct mdns_times {
        int64_t call_us;   /* an answer of avahi-daemon's: 10 s */
        int64_t reopen_us; /* first wait before the bus is tried again, doubled to a minute: 1 s */
        int64_t tell_us;   /* from one telling of all that is there to the next: 10 s */
        int64_t retry_us;  /* before what Avahi could not do is asked for again: 60 s */
    } times;
};

/* Any may be NULL. */
struct mdns_events {
    /* A sighting, of bus "mdns": when something came or is another than it was, and again every tell_us as
     * long as it is there. */
    void (*seen)(void *ctx, const struct wr_found *seen);
    /* It is not there any more: address and port count. */
    void (*lost)(void *ctx, const struct wr_found *seen);
};

/* The configuration is copied. Does nothing yet. */
int mdns_new(struct loop *l, const struct mdns_config *c, const struct mdns_events *events,
    void *ctx, struct mdns **ret);
/* NULL-safe; returns NULL. */
struct mdns *mdns_free(struct mdns *m);
/* What is of interest: "_http._tcp" and the like, copied; what is too long, or over MDNS_MAX_TYPES, is left out. With none the bus
 * is not even opened. */
void mdns_look_for(struct mdns *m, const char *const *types, size_t n);

/* "": all is well. Else one sentence: what is wrong, and what helps. */
const char *mdns_why(const struct mdns *m);
/* avahi-daemon is there, and looks. */
bool mdns_is_ready(const struct mdns *m);
/* Things that are there, whoever they belong to. */
size_t mdns_n_services(const struct mdns *m);

struct mdns_stats {
    uint64_t n_sightings; /* passed on to drivers */
    uint64_t n_failures;  /* what Avahi could not look for, or not resolve, or did not answer */
    uint64_t n_left_out;  /* views over MDNS_MAX_VIEWS */
    uint64_t n_senseless; /* messages that were not what their name says */
};
const struct mdns_stats *mdns_stats(const struct mdns *m);
