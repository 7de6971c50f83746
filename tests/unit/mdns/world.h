/* world.h - the service on a pretended Avahi, with a dbus-daemon of its own; what it tells is kept. */
#pragma once

#include "firmware/sim/private_bus.h"
#include "firmware/sim/sim_avahi.h"
#include "loop/wait.h"
#include "mdns/mdns.h"

#define HTTP "_http._tcp"

struct world {
    struct loop *loop;
    struct private_bus *bus;
    struct sim_avahi *avahi;
    struct mdns *mdns;
    unsigned n_seen, n_lost;
    char seen[64], lost[64]; /* "address:port" of the last */
    char name[128];
    struct {
        char key[64], value[300];
    } props[64];
    size_t n_props;
};

extern struct world w;

/* With short times, and nothing that is there. */
void world_open(void);
void world_close(void);
/* Of what was seen last; "none". */
const char *world_prop(const char *key);
void world_look_for_http(void);
/* A camera at an address, on the first interface. */
void world_camera(const char *name, const char *address, uint16_t port);
