/* sim_avahi.h - an Avahi that is pretended: org.freedesktop.Avahi on any D-Bus, with things that announce
 * themselves in networks that are not there. For clients it looks as avahi-daemon 0.8 does.
 *
 *     private_bus_new(NULL, &bus, &e);
 *     sim_avahi_new(loop, private_bus_address(bus), &a, &e);
 *     sim_avahi_put(a, &(struct sim_service){.name = "Porch", .type = "_http._tcp", .address = "192.0.2.1", .port = 80});
 *     sim_avahi_drop(a, "Porch");
 *     sim_avahi_stop(a);          avahi-daemon has died
 *     sim_avahi_start(a, &e);     and is back, with the same things
 *     a = sim_avahi_free(a);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct sim_avahi;

#define SIM_AVAHI_MAX_TXT 32

/* What is seen on one interface, by one protocol. Texts are copied. */
struct sim_service {
    int interface, protocol; /* protocol 0: IPv4, 1: IPv6 */
    const char *name, *type; /* "_http._tcp" */
    const char *host;        /* NULL: "host.local" */
    const char *address;     /* NULL: it does not answer, and the resolver fails */
    uint16_t port;
    const char *txt[SIM_AVAHI_MAX_TXT]; /* up to the first NULL */
    bool local;                         /* of the machine that Avahi runs on */
};

/* How it is, until that is changed. */
struct sim_avahi_faults {
    bool early;  /* the first signals of an object come before the reply that tells its path */
    bool refuse; /* it makes no more objects */
    bool mute;   /* it does not answer at all */
};

/* `address` of the bus. The name comes on a later turn. */
int sim_avahi_new(struct loop *l, const char *address, struct sim_avahi **ret, struct error *e);
/* NULL-safe; returns NULL. */
struct sim_avahi *sim_avahi_free(struct sim_avahi *a);
/* The name is ours. */
bool sim_avahi_ready(const struct sim_avahi *a);
/* Off the bus without a word, and on it again. Both safe to repeat. */
void sim_avahi_stop(struct sim_avahi *a);
int sim_avahi_start(struct sim_avahi *a, struct error *e);

/* It is there; or is another now, where one of this name, type, interface and protocol is there. -ENOMEM */
int sim_avahi_put(struct sim_avahi *a, const struct sim_service *s);
/* All of that name say goodbye. */
void sim_avahi_drop(struct sim_avahi *a, const char *name);
struct sim_avahi_faults *sim_avahi_faults(struct sim_avahi *a);
/* What it has for its clients now. */
size_t sim_avahi_n_browsers(const struct sim_avahi *a);
size_t sim_avahi_n_resolvers(const struct sim_avahi *a);
