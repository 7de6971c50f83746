/* sim_avahi_group.c - what clients announce: a group of one service. It is seen where it says, or on the second interface,
 * at this machine's loopback address. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_avahi_private.h"

#define GROUP_MAX_TXT_BYTES 256

/* Into memory that is the service's, up to what it can have. */
static int read_txt(sd_bus_message *m, struct sim_service *s)
{
    const void *bytes;
    size_t n, n_txt = 0;
    int r = sd_bus_message_enter_container(m, 'a', "ay");

    if (r < 0)
        return r;
    while ((r = sd_bus_message_read_array(m, 'y', &bytes, &n)) > 0) {
        if (n_txt < SIM_AVAHI_MAX_TXT && n < GROUP_MAX_TXT_BYTES)
            s->txt[n_txt++] = strndup(bytes, n);
    }
    return r;
}

static void free_txt(struct sim_service *s)
{
    for (size_t i = 0; i < SIM_AVAHI_MAX_TXT; i++)
        free((char *)s->txt[i]);
}

/* By another client, also before its Commit. */
static bool is_taken(const struct sim_avahi *a, const struct sim_service *s)
{
    const struct sim_avahi_object *o;

    list_for_each (o, &a->objects, link) {
        if (o->added && sim_avahi_is_same(&o->added->is, s))
            return true;
    }
    return sim_avahi_find(a, s);
}

static int add_service(struct sim_avahi *a, struct sim_avahi_object *o, sd_bus_message *m)
{
    struct sim_service s = {.address = "127.0.0.1", .local = true};
    const char *domain, *host;
    uint32_t flags;
    int r = sd_bus_message_read(m, "iiussssq", &s.interface, &s.protocol, &flags, &s.name, &s.type,
        &domain, &host, &s.port);

    if (r < 0 || (r = read_txt(m, &s)) < 0)
        return r;
    s.interface = s.interface < 0 ? 2 : s.interface;
    s.protocol = 0;
    if (is_taken(a, &s))
        r = sd_bus_reply_method_errorf(m, SIM_AVAHI ".CollisionError", "Local name collision");
    else
        o->added = sim_avahi_thing_new(&s), r = sd_bus_reply_method_return(m, "");
    free_txt(&s);
    return r;
}

/* It is not there any more. */
static void take_back(struct sim_avahi *a, struct sim_avahi_object *o)
{
    sim_avahi_thing_free(o->added);
    o->added = NULL;
    if (o->shown)
        sim_avahi_hide(a, o->shown);
    o->shown = NULL;
}

void sim_avahi_group_drop(struct sim_avahi *a, struct sim_avahi_object *o)
{
    take_back(a, o);
}

int sim_avahi_group_call(struct sim_avahi *a, struct sim_avahi_object *o, sd_bus_message *m)
{
    const char *member = sd_bus_message_get_member(m);

    if (strcmp(member, "AddService") == 0)
        return add_service(a, o, m);
    if (strcmp(member, "Reset") == 0)
        take_back(a, o);
    else if (strcmp(member, "Commit") == 0 && o->added)
        o->shown = sim_avahi_show_consume(a, o->added), o->added = NULL;
    else
        return sd_bus_reply_method_errorf(m, SIM_AVAHI ".IsEmptyError", "Is empty");
    return sd_bus_reply_method_return(m, "");
}
