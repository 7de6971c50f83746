/* sim_announce.h - a virtual device announces itself in the network, as its board does by mDNS: by the avahi-daemon on a D-Bus.
 *
 *     sim_announce_new(loop, "system", &what, &a, &e);
 *     sim_announce_port(a, 8090);    it is there, as soon and as long as avahi-daemon is
 *     sim_announce_port(a, 0);       and not any more
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct loop;
struct sim_announce;

#define SIM_ANNOUNCE_MAX_TXT 4

/* Texts are the caller's, as long as it is announced. */
struct sim_announcement {
    const char *name, *type; /* "_http._tcp" */
    const char *address;     /* where it listens; of one of loopback only this machine is told */
    const char *txt[SIM_ANNOUNCE_MAX_TXT]; /* "key=value", up to the first NULL */
};

/* `bus`: "system", or an address: "unix:path=…" */
int sim_announce_new(struct loop *l, const char *bus, const struct sim_announcement *what,
    struct sim_announce **ret, struct error *e);
/* port 0: not there. NULL-safe. */
void sim_announce_port(struct sim_announce *a, uint16_t port);
/* NULL-safe; returns NULL. */
struct sim_announce *sim_announce_free(struct sim_announce *a);
