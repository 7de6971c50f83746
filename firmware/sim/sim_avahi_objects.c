/* sim_avahi_objects.c - what clients have asked for. Signals go to the client alone, as Avahi sends them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_avahi_private.h"

#define BROWSER SIM_AVAHI ".ServiceBrowser"
#define RESOLVER SIM_AVAHI ".ServiceResolver"
#define LOCAL 8u
#define MULTICAST 4u

/* --- signals ----------------------------------------------------------------------------------- */

static sd_bus_message *new_signal(
    struct sim_avahi *a, const struct sim_avahi_object *o, const char *member)
{
    sd_bus_message *m = NULL;
    int r = sd_bus_message_new_signal(
        dbus_bus(a->dbus), &m, o->path, o->kind == SIM_BROWSER ? BROWSER : RESOLVER, member);

    if (r >= 0)
        r = sd_bus_message_set_destination(m, o->client);
    return r >= 0 ? m : sd_bus_message_unref(m);
}

static void send_consume(struct sim_avahi *a, sd_bus_message *m)
{
    if (m)
        sd_bus_send(dbus_bus(a->dbus), m, NULL);
    sd_bus_message_unref(m);
}

static uint32_t flags_of(const struct sim_thing *t)
{
    return MULTICAST | (t->is.local ? LOCAL : 0);
}

static void send_item(struct sim_avahi *a, const struct sim_avahi_object *o,
    const struct sim_thing *t, const char *member)
{
    sd_bus_message *m = new_signal(a, o, member);

    if (m)
        sd_bus_message_append(m, "iisssu", t->is.interface, t->is.protocol, t->is.name, t->is.type,
            "local", flags_of(t));
    send_consume(a, m);
}

static void send_failure(struct sim_avahi *a, const struct sim_avahi_object *o)
{
    sd_bus_message *m = new_signal(a, o, "Failure");

    if (m)
        sd_bus_message_append(m, "s", SIM_AVAHI ".TimeoutError");
    send_consume(a, m);
}

static void append_txt(sd_bus_message *m, const struct sim_service *s)
{
    sd_bus_message_open_container(m, 'a', "ay");
    for (size_t i = 0; i < SIM_AVAHI_MAX_TXT && s->txt[i]; i++)
        sd_bus_message_append_array(m, 'y', s->txt[i], strlen(s->txt[i]));
    sd_bus_message_close_container(m);
}

static void send_found(
    struct sim_avahi *a, const struct sim_avahi_object *o, const struct sim_thing *t)
{
    const struct sim_service *s = &t->is;
    sd_bus_message *m;

    if (!s->address) {
        send_failure(a, o);
        return;
    }
    if (!(m = new_signal(a, o, "Found")))
        return;
    sd_bus_message_append(m, "iissssisq", s->interface, s->protocol, s->name, s->type, "local",
        s->host, strchr(s->address, ':') ? 1 : 0, s->address, s->port);
    append_txt(m, s);
    sd_bus_message_append(m, "u", flags_of(t));
    send_consume(a, m);
}

/* --- who hears what ---------------------------------------------------------------------------- */

static bool is_about(const struct sim_avahi_object *o, const struct sim_thing *t)
{
    return strcmp(o->type, t->is.type) == 0 &&
        (o->kind == SIM_BROWSER || strcmp(o->name, t->is.name) == 0) &&
        (o->interface < 0 || o->interface == t->is.interface) &&
        (o->protocol < 0 || o->protocol == t->is.protocol);
}

void sim_avahi_tell_item(struct sim_avahi *a, const struct sim_thing *t, const char *member)
{
    struct sim_avahi_object *o;

    list_for_each (o, &a->objects, link) {
        if (a->dbus && o->kind == SIM_BROWSER && is_about(o, t))
            send_item(a, o, t, member);
    }
}

void sim_avahi_tell_found(struct sim_avahi *a, const struct sim_thing *t)
{
    struct sim_avahi_object *o;

    list_for_each (o, &a->objects, link) {
        if (a->dbus && o->kind == SIM_RESOLVER && is_about(o, t))
            send_found(a, o, t);
    }
}

/* A browser hears of all that is there; a resolver of one, or that nobody answers. */
static void tell_first(struct sim_avahi *a, const struct sim_avahi_object *o)
{
    const struct sim_thing *t;
    bool any = false;

    if (o->kind == SIM_GROUP)
        return;
    list_for_each (t, &a->things, link) {
        if (!is_about(o, t))
            continue;
        any = true;
        if (o->kind == SIM_BROWSER)
            send_item(a, o, t, "ItemNew");
        else
            send_found(a, o, t);
    }
    if (!any && o->kind == SIM_RESOLVER)
        send_failure(a, o);
    if (o->kind == SIM_BROWSER)
        send_consume(a, new_signal(a, o, "AllForNow"));
}

/* --- objects ----------------------------------------------------------------------------------- */

static void drop(struct sim_avahi *a, struct sim_avahi_object *o)
{
    list_remove(&o->link);
    if (o->kind == SIM_GROUP)
        sim_avahi_group_drop(a, o);
    free(o);
}

void sim_avahi_forget(struct sim_avahi *a, const char *client)
{
    struct sim_avahi_object *o, *next;

    list_for_each_safe (o, next, &a->objects, link) {
        if (!client || strcmp(o->client, client) == 0)
            drop(a, o);
    }
}

static struct sim_avahi_object *make(
    struct sim_avahi *a, sd_bus_message *call, enum sim_avahi_kind kind)
{
    static const char *const names[] = {[SIM_BROWSER] = "ServiceBrowser",
        [SIM_RESOLVER] = "ServiceResolver",
        [SIM_GROUP] = "EntryGroup"};
    struct sim_avahi_object *o = calloc(1, sizeof *o);

    if (!o)
        return NULL;
    o->kind = kind;
    snprintf(o->client, sizeof o->client, "%s", sd_bus_message_get_sender(call));
    snprintf(o->path, sizeof o->path, "/Client1/%s%u", names[kind], ++a->n_made);
    list_append(&a->objects, &o->link);
    return o;
}

static int answer(struct sim_avahi *a, sd_bus_message *call, const struct sim_avahi_object *o)
{
    int r;

    if (a->faults.early)
        tell_first(a, o);
    r = sd_bus_reply_method_return(call, "o", o->path);
    if (!a->faults.early)
        tell_first(a, o);
    return r < 0 ? r : 1;
}

static int new_object(struct sim_avahi *a, sd_bus_message *call, enum sim_avahi_kind kind,
    int interface, int protocol, const char *name, const char *type)
{
    struct sim_avahi_object *o;

    if (a->faults.mute)
        return 1;
    if (a->faults.refuse)
        return sd_bus_reply_method_errorf(
            call, SIM_AVAHI ".TooManyObjectsError", "Too many objects");
    if (!(o = make(a, call, kind)))
        return -ENOMEM;
    o->interface = interface;
    o->protocol = protocol;
    snprintf(o->name, sizeof o->name, "%s", name);
    snprintf(o->type, sizeof o->type, "%s", type);
    return answer(a, call, o);
}

static int on_browser_new(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *type, *domain;
    int interface, protocol;
    uint32_t flags;
    int r = sd_bus_message_read(m, "iissu", &interface, &protocol, &type, &domain, &flags);

    return r < 0 ? r : new_object(ctx, m, SIM_BROWSER, interface, protocol, "", type);
}

static int on_resolver_new(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *name, *type, *domain;
    int interface, protocol, of_address;
    uint32_t flags;
    int r = sd_bus_message_read(
        m, "iisssiu", &interface, &protocol, &name, &type, &domain, &of_address, &flags);

    return r < 0 ? r : new_object(ctx, m, SIM_RESOLVER, interface, protocol, name, type);
}

static int on_group_new(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    return new_object(ctx, m, SIM_GROUP, -1, -1, "", "");
}

/* Only who has made it may use it. */
static struct sim_avahi_object *find_object(const struct sim_avahi *a, sd_bus_message *m)
{
    struct sim_avahi_object *o;

    list_for_each (o, &a->objects, link) {
        if (strcmp(o->path, sd_bus_message_get_path(m)) == 0 &&
            strcmp(o->client, sd_bus_message_get_sender(m)) == 0)
            return o;
    }
    return NULL;
}

static int on_object(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct sim_avahi *a = ctx;
    struct sim_avahi_object *o = find_object(a, m);

    if (!o)
        return sd_bus_reply_method_errorf(m, SIM_AVAHI ".AccessDeniedError", "Access denied");
    if (sd_bus_message_is_method_call(m, NULL, "Free")) {
        drop(a, o);
        return sd_bus_reply_method_return(m, "");
    }
    return o->kind == SIM_GROUP ? sim_avahi_group_call(a, o, m) : 0;
}

static const sd_bus_vtable server[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("ServiceBrowserNew", "iissu", "o", on_browser_new, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD(
        "ServiceResolverNew", "iisssiu", "o", on_resolver_new, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("EntryGroupNew", "", "o", on_group_new, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

int sim_avahi_serve(struct sim_avahi *a)
{
    int r = sd_bus_add_object_vtable(dbus_bus(a->dbus), NULL, "/", SIM_AVAHI ".Server", server, a);

    return r < 0 ? r : sd_bus_add_fallback(dbus_bus(a->dbus), NULL, "/Client1", on_object, a);
}
