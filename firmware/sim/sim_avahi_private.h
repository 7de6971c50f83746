/* sim_avahi_private.h - between the files of the pretended Avahi.
 *
 *     sim_avahi.c          its life on the bus, and the things
 *     sim_avahi_objects.c  browsers and resolvers of its clients
 *     sim_avahi_group.c    what clients announce
 */
#pragma once

#include "base/list.h"
#include "dbus/dbus.h"
#include "sim_avahi.h"

#define SIM_AVAHI "org.freedesktop.Avahi"

struct sim_thing {
    struct list link;
    struct sim_service is; /* texts are ours */
};

enum sim_avahi_kind { SIM_BROWSER, SIM_RESOLVER, SIM_GROUP };

struct sim_avahi_object {
    struct list link;
    enum sim_avahi_kind kind;
    char client[64], path[64];
    int interface, protocol; /* -1: any */
    char name[256], type[64];
    struct sim_thing *added, *shown; /* a group's: before Commit, ours; after it */
};

struct sim_avahi {
    struct loop *loop;
    char *address;
    struct dbus *dbus; /* NULL: stopped */
    bool ready;
    struct list things, objects;
    unsigned n_made;
    struct sim_avahi_faults faults;
};

/* Serves what it has. */
int sim_avahi_serve(struct sim_avahi *a);
/* Tells who looks for it: it came, went, or is as it is now. */
void sim_avahi_tell_item(struct sim_avahi *a, const struct sim_thing *t, const char *member);
void sim_avahi_tell_found(struct sim_avahi *a, const struct sim_thing *t);
/* client NULL: all of them. */
void sim_avahi_forget(struct sim_avahi *a, const char *client);

/* --- things ------------------------------------------------------------------------------------ */

/* NULL: no memory. */
struct sim_thing *sim_avahi_thing_new(const struct sim_service *s);
void sim_avahi_thing_free(struct sim_thing *t);
/* Of one name, type, interface and protocol. */
bool sim_avahi_is_same(const struct sim_service *a, const struct sim_service *b);
/* The same as `s` in that; NULL. */
struct sim_thing *sim_avahi_find(const struct sim_avahi *a, const struct sim_service *s);
/* It is there from now on; returns it. */
struct sim_thing *sim_avahi_show_consume(struct sim_avahi *a, struct sim_thing *t);
/* It says goodbye, and is freed. */
void sim_avahi_hide(struct sim_avahi *a, struct sim_thing *t);

/* --- groups ------------------------------------------------------------------------------------ */

/* Answers. */
int sim_avahi_group_call(struct sim_avahi *a, struct sim_avahi_object *o, sd_bus_message *m);
void sim_avahi_group_drop(struct sim_avahi *a, struct sim_avahi_object *o);
