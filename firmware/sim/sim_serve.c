/* sim_serve.c - calls that come from the bus: to whom, and whether at all (the faults). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sim_private.h"

int sim_refuse(sd_bus_message *m, const char *name, const char *text)
{
    char error[96];

    snprintf(error, sizeof error, "org.bluez.Error.%s", name);
    return sd_bus_reply_method_errorf(m, error, "%s", text);
}

static int no_such(sd_bus_message *m, const char *what)
{
    char error[96];

    snprintf(error, sizeof error, "org.freedesktop.DBus.Error.Unknown%s", what);
    return sd_bus_reply_method_errorf(m, error,
        "%s \"%s\" with signature \"%s\" on \"%s\" is not there", sd_bus_message_get_interface(m),
        sd_bus_message_get_member(m), sd_bus_message_get_signature(m, true),
        sd_bus_message_get_path(m));
}

/* --- standard interfaces ---------------------------------------------------------------------- */

static int append_managed(sd_bus_message *reply, struct sim_bluez *z)
{
    struct sim_object *o;
    int r = sd_bus_message_open_container(reply, 'a', "{oa{sa{sv}}}");

    list_for_each (o, &z->shown, link) {
        if (r >= 0)
            r = sd_bus_message_open_container(reply, 'e', "oa{sa{sv}}");
        if (r >= 0)
            r = sd_bus_message_append(reply, "o", o->path);
        if (r >= 0)
            r = sim_append_interfaces(reply, o);
        if (r >= 0)
            r = sd_bus_message_close_container(reply);
    }
    return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_managed(struct sim_bluez *z, sd_bus_message *m)
{
    sd_bus_message *reply = NULL;
    int r = sd_bus_message_new_method_return(m, &reply);

    if (r >= 0)
        r = append_managed(reply, z);
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return r;
}

static int get_property(struct sim_object *o, sd_bus_message *m, const char *name)
{
    const struct sim_property *p = sim_property_of(o, name);
    sd_bus_message *reply = NULL;
    int r;

    if (!p)
        return sd_bus_reply_method_errorf(
            m, "org.freedesktop.DBus.Error.InvalidArgs", "No such property '%s'", name);
    r = sd_bus_message_new_method_return(m, &reply);
    if (r >= 0)
        r = sim_append_property(reply, o, p);
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return r;
}

static int get_all(struct sim_object *o, sd_bus_message *m)
{
    sd_bus_message *reply = NULL;
    int r = sd_bus_message_new_method_return(m, &reply);

    if (r >= 0)
        r = sim_append_properties(reply, o);
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return r;
}

static int set_property(struct sim_object *o, sd_bus_message *m, const char *name)
{
    const struct sim_property *p = sim_property_of(o, name);

    if (!p || !p->set)
        return sd_bus_reply_method_errorf(m, "org.freedesktop.DBus.Error.PropertyReadOnly",
            "Property '%s' is not writable", name);
    if (sd_bus_message_enter_container(m, 'v', p->type) <= 0)
        return sd_bus_reply_method_errorf(
            m, "org.freedesktop.DBus.Error.InvalidArgs", "Property '%s' is a %s", name, p->type);
    return p->set(o, m);
}

static int properties(struct sim_object *o, sd_bus_message *m)
{
    const char *interface = "", *name = "";

    if (sd_bus_message_is_method_call(m, NULL, "GetAll"))
        return sd_bus_message_has_signature(m, "s") ? get_all(o, m) : no_such(m, "Method");
    if (sd_bus_message_read(m, "ss", &interface, &name) <= 0)
        return no_such(m, "Method");
    if (strcmp(interface, sim_interface_of(o)->name) != 0)
        return sd_bus_reply_method_errorf(
            m, "org.freedesktop.DBus.Error.InvalidArgs", "No such interface '%s'", interface);
    if (sd_bus_message_is_method_call(m, NULL, "Get"))
        return get_property(o, m, name);
    return sd_bus_message_is_method_call(m, NULL, "Set") ? set_property(o, m, name)
                                                         : no_such(m, "Method");
}

/* --- methods ---------------------------------------------------------------------------------- */

/* The program behind an object; NULL: an adapter. */
static struct sim_device *device_of(struct sim_object *o)
{
    switch (o->kind) {
    case SIM_DEVICE:
        return container_of(o, struct sim_device, object);
    case SIM_SERVICE:
        return container_of(o, struct sim_service, object)->device;
    case SIM_CHAR:
        return container_of(o, struct sim_char, object)->device;
    case SIM_ADAPTER:
        break;
    }
    return NULL;
}

/* Counts down where it is limited. */
static bool strikes(const char *method, const char *member, uint32_t *n)
{
    if (!*method || strcmp(method, member) != 0 || *n == UINT32_MAX)
        return false;
    if (*n > 0 && --*n == 0)
        *n = UINT32_MAX; /* this was the last */
    return true;
}

static int call_method(struct sim_object *o, sd_bus_message *m)
{
    const struct sim_interface *i = sim_interface_of(o);
    const char *member = sd_bus_message_get_member(m);

    if (!sd_bus_message_is_method_call(m, i->name, NULL))
        return no_such(m, "Interface");
    for (const struct sim_method *x = i->methods; x->name; x++)
        if (strcmp(x->name, member) == 0 && sd_bus_message_has_signature(m, x->in))
            return x->call(o, m);
    return no_such(m, "Method");
}

static int dispatch(struct sim_bluez *z, sd_bus_message *m)
{
    const char *member = sd_bus_message_get_member(m);
    struct sim_object *o = sim_object_find(z, sd_bus_message_get_path(m));
    struct sim_device *d = o ? device_of(o) : NULL;

    if (!o)
        return no_such(m, "Object");
    if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", NULL))
        return properties(o, m);
    if (d && strikes(d->faults.hang, member, &d->faults.hangs))
        return 0;
    if (d && strikes(d->faults.refuse, member, &d->faults.refuses))
        return sim_refuse(m, d->faults.refusal, "As it was told to");
    return call_method(o, m);
}

/* --- delay ------------------------------------------------------------------------------------ */

struct delayed {
    struct list link;
    struct sim_bluez *z;
    struct timer timer;
    sd_bus_message *m;
};

static void delayed_free(struct delayed *x)
{
    timer_stop(&x->timer);
    list_remove(&x->link);
    x->z->n_delayed--;
    sd_bus_message_unref(x->m);
    free(x);
}

static void delay_over(struct timer *t)
{
    struct delayed *x = container_of(t, struct delayed, timer);

    (void)dbus_bus(x->z->dbus); /* what is answered now goes out on this turn */
    (void)dispatch(x->z, x->m);
    delayed_free(x);
}

static int delay(struct sim_bluez *z, sd_bus_message *m, uint32_t ms)
{
    struct delayed *x = z->n_delayed < SIM_DELAYED_MAX ? calloc(1, sizeof *x) : NULL;

    if (!x)
        return sim_refuse(m, "Failed", "Too much waits");
    x->z = z;
    x->m = sd_bus_message_ref(m);
    timer_init(&x->timer, z->loop, delay_over);
    list_append(&z->delayed, &x->link);
    z->n_delayed++;
    return timer_once(&x->timer, ms * US_PER_MS);
}

void sim_forget_delayed(struct sim_bluez *z)
{
    struct delayed *x, *next;

    list_for_each_safe (x, next, &z->delayed, link)
        delayed_free(x);
}

/* --- the way in ------------------------------------------------------------------------------- */

/* Handled in any case: what is not answered here is not to be answered by sd-bus. */
int sim_serve(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    struct sim_bluez *z = ctx;
    struct sim_object *o = sim_object_find(z, sd_bus_message_get_path(m));
    struct sim_device *d = o ? device_of(o) : NULL;
    int r;

    if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Introspectable", NULL))
        return 0; /* sd-bus's own */
    if (sd_bus_message_is_method_call(
            m, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects") &&
        strcmp(sd_bus_message_get_path(m), "/") == 0)
        r = get_managed(z, m);
    else if (d && d->faults.delay_ms > 0)
        r = delay(z, m, d->faults.delay_ms);
    else
        r = dispatch(z, m);
    return r < 0 ? r : 1;
}
