/* object.c - what Avahi makes for a client lives until it is freed, or its client leaves the bus. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <warren/text.h>

#include "mdns/mdns_private.h"

static void drop(struct avahi_object *o)
{
    o->call = sd_bus_slot_unref(o->call);
    list_remove(&o->link);
    free(o);
}

/* Nobody waits for the answer. */
static void free_there(struct avahi_object *o)
{
    sd_bus_message *m = NULL;

    if (dbus_peer_new_call(&o->mdns->avahi, o->path, o->interface, "Free", &m) >= 0 &&
        sd_bus_message_set_expect_reply(m, 0) >= 0)
        sd_bus_send(dbus_bus(o->mdns->avahi.dbus), m, NULL);
    sd_bus_message_unref(m);
}

static void fail(struct avahi_object *o, const char *error)
{
    struct avahi_object was = *o;
    char text[ERROR_TEXT_MAX];

    wr_text_clean(error, strlen(error), text, sizeof text);
    drop(o);
    was.mdns->stats.n_failures++;
    if (was.owner)
        was.failed(was.mdns, was.owner, text);
}

static int on_made(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error)
{
    struct avahi_object *o = userdata;
    const sd_bus_error *error = sd_bus_message_get_error(reply);
    const char *path = "";

    o->call = sd_bus_slot_unref(o->call);
    if (error) {
        fail(o, error->message ? error->message : error->name);
        return 0;
    }
    if (sd_bus_message_read(reply, "o", &path) <= 0 || strlen(path) >= sizeof o->path) {
        fail(o, "it did not tell where it is");
        return 0;
    }
    snprintf(o->path, sizeof o->path, "%s", path);
    mdns_poke(o->mdns);
    if (!o->owner)
        avahi_object_leave(o);
    return 0;
}

struct avahi_object *avahi_object_new_consume(struct mdns *m, sd_bus_message *make,
    const char *interface, void *owner,
    void (*failed)(struct mdns *m, void *owner, const char *error))
{
    struct avahi_object *o = calloc(1, sizeof *o);
    int r = o ? 0 : -ENOMEM;

    if (o) {
        *o = (struct avahi_object){
            .mdns = m, .interface = interface, .owner = owner, .failed = failed};
        list_append(&m->objects, &o->link);
        r = sd_bus_call_async(
            dbus_bus(m->avahi.dbus), &o->call, make, on_made, o, (uint64_t)m->config.times.call_us);
    }
    sd_bus_message_unref(make);
    if (r < 0 && o)
        drop(o);
    return r < 0 ? NULL : o;
}

/* One that is being made has no path yet: it is left when it has. */
struct avahi_object *avahi_object_leave(struct avahi_object *o)
{
    if (!o)
        return NULL;
    o->owner = NULL;
    if (o->call)
        return NULL;
    free_there(o);
    drop(o);
    return NULL;
}

void avahi_object_failed(struct mdns *m, sd_bus_message *signal)
{
    const char *path = sd_bus_message_get_path(signal), *error = "";
    struct avahi_object *o, *next;

    sd_bus_message_read(signal, "s", &error);
    list_for_each_safe (o, next, &m->objects, link) {
        if (!path || strcmp(o->path, path) != 0)
            continue;
        free_there(o);
        fail(o, error);
        return;
    }
}

void avahi_objects_forget(struct mdns *m)
{
    while (!list_empty(&m->objects))
        drop(list_first(&m->objects, struct avahi_object, link));
}
