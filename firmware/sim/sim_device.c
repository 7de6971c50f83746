/* sim_device.c - org.bluez.Device1: heard, connected, its objects appearing one by one. */
#include "base/clock.h"
#include "loop/loop.h"
#include "sim_private.h"

/* BlueZ's TemporaryTimeout. */
#define FORGET_US (30 * US_PER_S)
/* After which BlueZ gives up a device that is not there. */
#define CONNECT_GIVES_UP_US (40 * US_PER_S)

/* --- heard ------------------------------------------------------------------------------------ */

/* First without the name: the scan response comes later. */
void sim_device_report(struct sim_device *d)
{
    int64_t now_us = loop_now_us(d->object.z->loop);

    timer_stop(&d->forget);
    d->rssi = d->rssi_base + (int)sim_random(d, 7) - 3;
    if (!d->object.shown) {
        d->first_report_us = now_us;
        d->known_name = d->faults.name_ms == 0;
        sim_object_show(&d->object);
        return;
    }
    if (!d->known_name && now_us - d->first_report_us >= d->faults.name_ms * US_PER_MS) {
        d->known_name = true;
        sim_object_changed(&d->object, "Name", "Alias", "RSSI", NULL);
    } else {
        sim_object_changed(&d->object, "RSSI", NULL);
    }
}

/* Nobody looks for it and nobody uses it. */
static void forget_later(struct sim_device *d)
{
    if (d->object.shown && d->state == SIM_IDLE && !d->adapter->scanning)
        (void)timer_once(&d->forget, FORGET_US);
}

void sim_device_scan_ended(struct sim_device *d)
{
    if (d->rssi != 0) {
        d->rssi = 0;
        sim_object_changed(&d->object, "RSSI", NULL);
    }
    forget_later(d);
}

static void hide_services(struct sim_device *d)
{
    for (unsigned i = 0; i < d->app->n_chars; i++)
        sim_object_hide(&d->chars[i].object);
    for (unsigned i = 0; i < d->app->n_services; i++)
        sim_object_hide(&d->services[i].object);
    d->n_objects = 0;
}

void sim_device_forget(struct sim_device *d)
{
    timer_stop(&d->forget);
    hide_services(d);
    sim_object_hide(&d->object);
    d->known_name = false;
    d->rssi = 0;
}

static void forget_now(struct timer *t)
{
    sim_device_forget(container_of(t, struct sim_device, forget));
}

/* --- connected -------------------------------------------------------------------------------- */

static void answer(struct sim_device *d, const char *error, const char *text)
{
    sd_bus_message *m = d->asked;

    if (!m)
        return;
    d->asked = NULL;
    if (d->object.z->dbus) {
        (void)dbus_bus(d->object.z->dbus); /* so that it goes out */
        (void)(error ? sim_refuse(m, error, text) : sd_bus_reply_method_return(m, ""));
    }
    sd_bus_message_unref(m);
}

/* Services in order, each followed by its characteristics. */
static struct sim_object *object_at(struct sim_device *d, unsigned at)
{
    for (unsigned s = 0; s < d->app->n_services; s++) {
        if (at-- == 0)
            return &d->services[s].object;
        for (unsigned c = 0; c < d->app->n_chars; c++)
            if (d->app->chars[c].service == s && at-- == 0)
                return &d->chars[c].object;
    }
    return NULL;
}

static void resolve_tick(struct timer *t)
{
    struct sim_device *d = container_of(t, struct sim_device, resolve);
    unsigned n = d->app->n_services + d->app->n_chars;
    unsigned early = n - MIN(n, d->faults.late_objects);

    if (d->n_objects >= early && !d->resolved) {
        d->resolved = true;
        sim_object_changed(&d->object, "UUIDs", "ServicesResolved", NULL);
    } else if (d->n_objects < n) {
        sim_object_show(object_at(d, d->n_objects++));
    }
    if (d->n_objects < n || !d->resolved)
        (void)timer_once(&d->resolve, d->faults.resolve_ms * US_PER_MS);
}

static void connected(struct sim_device *d)
{
    d->state = SIM_CONNECTED;
    d->mtu = d->faults.mtu;
    d->n_sent = 0;
    timer_stop(&d->forget);
    if (d->app->calls->connected)
        d->app->calls->connected(d->app->ctx, d->mtu);
    sim_object_changed(&d->object, "Connected", NULL);
    answer(d, NULL, NULL);
    (void)timer_once(&d->resolve, d->faults.resolve_ms * US_PER_MS);
}

/* Also of what was only about to be a link. The client may have asked for it. */
void sim_device_cut(struct sim_device *d)
{
    enum sim_state was = d->state;

    timer_stop(&d->step);
    timer_stop(&d->resolve);
    timer_stop(&d->cut);
    d->state = SIM_IDLE;
    if (was == SIM_CONNECTED || was == SIM_LEAVING) {
        sim_air_clear(d);
        for (unsigned i = 0; i < d->app->n_chars; i++)
            sim_char_release(&d->chars[i]);
        d->resolved = false;
        if (!d->faults.keep_objects)
            hide_services(d);
        sim_object_changed(&d->object, "ServicesResolved", "Connected", NULL);
    }
    if (was == SIM_LEAVING)
        answer(d, NULL, NULL);
    else
        answer(d, "Failed", "le-connection-abort-by-remote");
    if ((was == SIM_CONNECTED || was == SIM_LEAVING) && d->app->calls->disconnected)
        d->app->calls->disconnected(d->app->ctx, was == SIM_LEAVING);
    forget_later(d);
}

static void step_over(struct timer *t)
{
    struct sim_device *d = container_of(t, struct sim_device, step);

    if (d->state == SIM_CONNECTING && d->advertising) {
        connected(d);
    } else if (d->state == SIM_CONNECTING) {
        d->state = SIM_IDLE;
        answer(d, "Failed", "le-connection-abort-by-local");
        forget_later(d);
    } else if (d->state == SIM_LEAVING) {
        sim_device_cut(d);
    }
}

static void cut_over(struct timer *t)
{
    sim_device_cut(container_of(t, struct sim_device, cut));
}

/* BlueZ waits for a device that is not there until it gives up. */
void sim_device_changed_air(struct sim_device *d)
{
    if (d->state == SIM_CONNECTING)
        (void)timer_once(
            &d->step, d->advertising ? d->faults.connect_ms * US_PER_MS : CONNECT_GIVES_UP_US);
}

/* --- methods ---------------------------------------------------------------------------------- */

static void count_connect(struct sim_device *d)
{
    struct sim_bluez_stats *stats = &d->object.z->stats;
    struct sim_device *x;
    unsigned n = 0;

    stats->connects++;
    stats->connects_while_scanning += d->adapter->scanning;
    list_for_each (x, &d->adapter->devices, link)
        n += x->state == SIM_CONNECTING;
    stats->most_connects_at_once = MAX(stats->most_connects_at_once, n);
}

static int device_connect(struct sim_object *o, sd_bus_message *m)
{
    struct sim_device *d = sim_device_of(o);

    if (!d->adapter->powered)
        return sim_refuse(m, "NotReady", "Resource Not Ready");
    if (d->state == SIM_CONNECTED)
        return sd_bus_reply_method_return(m, "");
    if (d->state != SIM_IDLE)
        return sim_refuse(m, "InProgress", "Operation already in progress");
    d->asked = sd_bus_message_ref(m);
    d->state = SIM_CONNECTING;
    timer_stop(&d->forget);
    count_connect(d);
    sim_device_changed_air(d);
    return 0;
}

static int device_disconnect(struct sim_object *o, sd_bus_message *m)
{
    struct sim_device *d = sim_device_of(o);

    if (d->state == SIM_CONNECTING) {
        sim_device_cut(d);
        return sd_bus_reply_method_return(m, "");
    }
    if (d->state == SIM_IDLE)
        return sim_refuse(m, "NotConnected", "Not Connected");
    if (d->state == SIM_LEAVING)
        return sim_refuse(m, "InProgress", "Operation already in progress");
    d->state = SIM_LEAVING;
    d->asked = sd_bus_message_ref(m);
    return timer_once(&d->step, d->faults.disconnect_ms * US_PER_MS);
}

static const struct sim_method device_methods[] = {
    {"Connect", "", device_connect},
    {"Disconnect", "", device_disconnect},
    {NULL},
};

const struct sim_interface sim_device_interface = {
    "org.bluez.Device1", sim_device_properties, device_methods};

void sim_device_init_timers(struct sim_device *d)
{
    struct loop *l = d->object.z->loop;

    timer_init(&d->forget, l, forget_now);
    timer_init(&d->step, l, step_over);
    timer_init(&d->resolve, l, resolve_tick);
    timer_init(&d->cut, l, cut_over);
}
