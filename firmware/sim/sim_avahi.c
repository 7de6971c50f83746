#include "sim_avahi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sim_avahi_private.h"

/* --- things ------------------------------------------------------------------------------------ */

void sim_avahi_thing_free(struct sim_thing *t)
{
    if (!t)
        return;
    free((char *)t->is.name);
    free((char *)t->is.type);
    free((char *)t->is.host);
    free((char *)t->is.address);
    for (size_t i = 0; i < SIM_AVAHI_MAX_TXT; i++)
        free((char *)t->is.txt[i]);
    free(t);
}

static bool copy_text(const char *from, const char **to)
{
    *to = from ? strdup(from) : NULL;
    return !from || *to;
}

struct sim_thing *sim_avahi_thing_new(const struct sim_service *s)
{
    struct sim_thing *t = calloc(1, sizeof *t);
    bool whole;

    if (!t)
        return NULL;
    t->is.interface = s->interface;
    t->is.protocol = s->protocol;
    t->is.port = s->port;
    t->is.local = s->local;
    whole = copy_text(s->name, &t->is.name) && copy_text(s->type, &t->is.type) &&
        copy_text(s->host ? s->host : "host.local", &t->is.host) &&
        copy_text(s->address, &t->is.address);
    for (size_t i = 0; i < SIM_AVAHI_MAX_TXT && s->txt[i] && whole; i++)
        whole = copy_text(s->txt[i], &t->is.txt[i]);
    if (whole)
        return t;
    sim_avahi_thing_free(t);
    return NULL;
}

bool sim_avahi_is_same(const struct sim_service *a, const struct sim_service *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->type, b->type) == 0 &&
        a->interface == b->interface && a->protocol == b->protocol;
}

struct sim_thing *sim_avahi_find(const struct sim_avahi *a, const struct sim_service *s)
{
    struct sim_thing *t;

    list_for_each (t, &a->things, link) {
        if (sim_avahi_is_same(&t->is, s))
            return t;
    }
    return NULL;
}

struct sim_thing *sim_avahi_show_consume(struct sim_avahi *a, struct sim_thing *t)
{
    list_append(&a->things, &t->link);
    sim_avahi_tell_item(a, t, "ItemNew");
    return t;
}

void sim_avahi_hide(struct sim_avahi *a, struct sim_thing *t)
{
    list_remove(&t->link);
    sim_avahi_tell_item(a, t, "ItemRemove");
    sim_avahi_thing_free(t);
}

int sim_avahi_put(struct sim_avahi *a, const struct sim_service *s)
{
    struct sim_thing *t = sim_avahi_thing_new(s), *old = sim_avahi_find(a, s), was;

    if (!t)
        return -ENOMEM;
    if (!old) {
        sim_avahi_show_consume(a, t);
        return 0;
    }
    was = *old; /* a client's group may have the pointer */
    old->is = t->is;
    t->is = was.is;
    sim_avahi_thing_free(t);
    sim_avahi_tell_found(a, old);
    return 0;
}

void sim_avahi_drop(struct sim_avahi *a, const char *name)
{
    struct sim_thing *t, *next;

    list_for_each_safe (t, next, &a->things, link) {
        if (strcmp(t->is.name, name) == 0)
            sim_avahi_hide(a, t);
    }
}

/* --- on the bus -------------------------------------------------------------------------------- */

static int on_name(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct sim_avahi *a = ctx;
    uint32_t result = 0;

    if (sd_bus_message_is_method_error(m, NULL))
        log_error(SIM_AVAHI " cannot be had", F_STR("error", sd_bus_message_get_error(m)->message));
    else if (sd_bus_message_read(m, "u", &result) > 0 && result == 1)
        a->ready = true;
    return 0;
}

/* A client is gone, and what it had with it. */
static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *name, *old, *now;

    if (sd_bus_message_read(m, "sss", &name, &old, &now) > 0 && name[0] == ':' && !*now)
        sim_avahi_forget(ctx, name);
    return 0;
}

static void on_closed(void *ctx, struct dbus *bus, int why)
{
    log_warning("the D-Bus of the pretended Avahi is gone", F_ERRNO(why));
    sim_avahi_stop(ctx);
}

static const struct dbus_events events = {.closed = on_closed};

static int serve(struct sim_avahi *a)
{
    int r = sim_avahi_serve(a);

    if (r >= 0)
        r = sd_bus_match_signal_async(dbus_bus(a->dbus), NULL, "org.freedesktop.DBus",
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", on_owner, NULL, a);
    if (r >= 0)
        r = sd_bus_request_name_async(
            dbus_bus(a->dbus), NULL, SIM_AVAHI, SD_BUS_NAME_REPLACE_EXISTING, on_name, a);
    return r;
}

int sim_avahi_start(struct sim_avahi *a, struct error *e)
{
    int r = a->dbus ? 0 : dbus_open(a->loop, a->address, &events, a, &a->dbus, e);

    if (r < 0 || a->ready)
        return r;
    r = serve(a);
    if (r >= 0)
        return 0;
    a->dbus = dbus_free(a->dbus);
    return error_set(e, r, SIM_AVAHI " cannot be served: %s", error_name(r));
}

void sim_avahi_stop(struct sim_avahi *a)
{
    a->dbus = dbus_free(a->dbus);
    a->ready = false;
    sim_avahi_forget(a, NULL);
}

/* --- life -------------------------------------------------------------------------------------- */

int sim_avahi_new(struct loop *l, const char *address, struct sim_avahi **ret, struct error *e)
{
    struct sim_avahi *a = calloc(1, sizeof *a);
    int r;

    if (!a || !(a->address = strdup(address))) {
        free(a);
        return error_set(e, -ENOMEM, "no memory");
    }
    a->loop = l;
    list_init(&a->things);
    list_init(&a->objects);
    r = sim_avahi_start(a, e);
    if (r < 0)
        sim_avahi_free(a);
    else
        *ret = a;
    return r;
}

struct sim_avahi *sim_avahi_free(struct sim_avahi *a)
{
    if (!a)
        return NULL;
    sim_avahi_stop(a);
    while (!list_empty(&a->things)) {
        struct sim_thing *t = list_first(&a->things, struct sim_thing, link);

        list_remove(&t->link);
        sim_avahi_thing_free(t);
    }
    free(a->address);
    free(a);
    return NULL;
}

bool sim_avahi_ready(const struct sim_avahi *a)
{
    return a->ready;
}

struct sim_avahi_faults *sim_avahi_faults(struct sim_avahi *a)
{
    return &a->faults;
}

static size_t count(const struct sim_avahi *a, enum sim_avahi_kind kind)
{
    const struct sim_avahi_object *o;
    size_t n = 0;

    list_for_each (o, &a->objects, link)
        n += o->kind == kind;
    return n;
}

size_t sim_avahi_n_browsers(const struct sim_avahi *a)
{
    return count(a, SIM_BROWSER);
}

size_t sim_avahi_n_resolvers(const struct sim_avahi *a)
{
    return count(a, SIM_RESOLVER);
}
