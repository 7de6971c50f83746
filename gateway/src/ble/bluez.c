/* bluez.c - the bus, bluetoothd, and what it has: the service of ble.h without its links.
 *
 *     no bus ─ reopen, with back-off ─▶ bus ─ who owns org.bluez? ─▶ bluetoothd ─ GetManagedObjects ─▶ listed
 *        ▲                               │ NameOwnerChanged ▲  │
 *        └────────── it closed ──────────┘                  └──┘
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ble/ble_private.h"

#define REOPEN_MAX_US INT64_C(60000000)
/* A sighting is passed on at most so often; it comes up to ten times a second. */
#define TELL_EVERY_US INT64_C(500000)

/* What is wrong is logged when it has lasted for so long: at its start bluetoothd has no adapter yet. */
#define SAY_AFTER_US INT64_C(3000000)

#define MATCH_OWNER                                                                                \
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"                \
    "member='NameOwnerChanged',arg0='" BLUEZ "'"
#define MATCH_OBJECTS                                                                              \
    "type='signal',sender='" BLUEZ "',interface='org.freedesktop.DBus.ObjectManager'"
#define MATCH_PROPERTIES                                                                           \
    "type='signal',sender='" BLUEZ "',interface='org.freedesktop.DBus.Properties',"                \
    "member='PropertiesChanged'"

void ble_poke(struct ble *b)
{
    loop_defer(b->loop, &b->pump);
}

void ble_drain(struct ble *b)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link)
        link_io_drain(k);
}

/* --- the mirror's news ------------------------------------------------------------------------- */

static void add_props(struct wr_prop *rows, size_t *n, size_t max, const struct mirror_props *p)
{
    for (size_t i = 0; i < p->n && *n < max; i++)
        rows[(*n)++] = p->rows[i];
}

static void add_prop(struct wr_prop *rows, size_t *n, const char *key, const char *value)
{
    rows[(*n)++] = (struct wr_prop){.key = key, .value = value};
}

/* As struct wr_found in warren/driver.h lists it. */
static void tell_seen(struct ble *b, struct mirror_object *o)
{
    struct wr_prop rows[4 + MIRROR_MAX_SERVICES + 2 * MIRROR_MAX_DATA];
    const struct mirror_device *d = &o->device;
    struct ble_adapter *a = adapter_of(b, o->path);
    struct wr_found seen = {
        .size = sizeof seen, .bus = "ble", .address = d->address, .name = d->name, .props = rows};
    char rssi[8], power[8];

    snprintf(rssi, sizeof rssi, "%d", d->rssi_dbm);
    snprintf(power, sizeof power, "%d", d->tx_power_dbm);
    add_prop(rows, &seen.n_props, "address_type", d->is_random ? "random" : "public");
    add_prop(rows, &seen.n_props, "adapter", a ? a->name : "");
    if (d->has_rssi)
        add_prop(rows, &seen.n_props, "rssi_dbm", rssi);
    if (d->has_tx_power)
        add_prop(rows, &seen.n_props, "tx_power_dbm", power);
    add_props(rows, &seen.n_props, N_ELEMENTS(rows), &d->services);
    add_props(rows, &seen.n_props, N_ELEMENTS(rows), &d->manufacturer);
    add_props(rows, &seen.n_props, N_ELEMENTS(rows), &d->service_data);
    o->device.told_us = b->mirror.now_us;
    b->stats.n_sightings++;
    b->events->seen(b->ctx, &seen);
}

/* Also where the scan answered before the name came. */
static void device_news(struct ble *b, struct mirror_object *o, unsigned what)
{
    struct mirror_device *d = &o->device;
    bool is_new = what & (MIRROR_SEEN | MIRROR_WORDS) && (d->has_rssi || what & MIRROR_SEEN);
    bool is_due =
        what & MIRROR_WORDS || d->told_us == 0 || b->mirror.now_us - d->told_us >= TELL_EVERY_US;

    if (is_new && is_due && *d->address && b->events->seen && b->config.scan)
        tell_seen(b, o);
    links_device_news(b, o);
    ble_poke(b);
}

static void on_news(void *ctx, struct mirror_object *o, unsigned what)
{
    struct ble *b = ctx;

    if (o->kind == MIRROR_ADAPTER)
        adapter_take(b, o);
    else if (o->kind == MIRROR_DEVICE)
        device_news(b, o, what);
    else if (what & MIRROR_ADDED)
        links_gatt_added(b, o->path);
}

static void on_gone(void *ctx, struct mirror_object *o)
{
    struct ble *b = ctx;

    if (o->kind == MIRROR_ADAPTER)
        adapter_forget(b, o->path);
    links_gone(b, o);
    ble_poke(b);
}

static void on_value(void *ctx, struct mirror_object *o, const uint8_t *bytes, size_t n)
{
    link_io_value(ctx, o->path, bytes, n);
}

static const struct mirror_events mirror_events = {
    .news = on_news, .gone = on_gone, .value = on_value};

/* Whatever is tried again: the bus, who is bluetoothd, its objects. */
static void reopen_later(struct ble *b)
{
    int64_t us = b->config.times.reopen_us;

    for (unsigned i = 0; i < b->n_reopens && us < REOPEN_MAX_US; i++)
        us *= 2;
    b->n_reopens++;
    timer_once(&b->reopen, MIN(us, REOPEN_MAX_US));
}

/* --- bluetoothd -------------------------------------------------------------------------------- */

static void on_list(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble *b = container_of(c, struct ble, list_call);

    b->mirror.now_us = loop_now_us(b->loop);
    if (result == 0)
        result = mirror_take_objects(&b->mirror, reply);
    if (result < 0) {
        error_set(&b->no_list, result, "%s", *error ? error : error_name(result));
        reopen_later(b);
    } else {
        b->no_list = ERROR_NULL;
        b->n_reopens = 0;
        b->listed = true;
    }
    if (b->list_again)
        ble_list(b);
    else if (result == 0)
        links_listed(b);
    ble_poke(b);
}

void ble_list(struct ble *b)
{
    b->list_again = ble_call_is_open(&b->list_call);
    if (!b->owner[0] || b->list_again)
        return;
    if (ble_call_start(b, &b->list_call, "/", "org.freedesktop.DBus.ObjectManager",
            "GetManagedObjects", b->config.times.call_us, on_list) < 0)
        reopen_later(b);
}

static void set_owner(struct ble *b, const char *owner)
{
    b->asked = true;
    if (strcmp(b->owner, owner) == 0)
        return;
    ble_call_cancel(&b->list_call);
    if (b->owner[0]) {
        links_fail(b, -ENODEV,
            *owner ? "bluetoothd was started anew" : "bluetoothd ended; the link with it");
        mirror_clear(&b->mirror);
    }
    snprintf(b->owner, sizeof b->owner, "%s", owner);
    b->listed = false;
    b->no_list = ERROR_NULL;
    ble_list(b);
    ble_poke(b);
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    const char *name, *old, *now;
    struct ble *b = userdata;

    ble_drain(b);
    if (sd_bus_message_read(m, "sss", &name, &old, &now) >= 0 && strcmp(name, BLUEZ) == 0)
        set_owner(b, now);
    return 0;
}

static void on_owner(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble *b = container_of(c, struct ble, owner_call);
    const char *owner = "";

    if (result == 0)
        sd_bus_message_read(reply, "s", &owner);
    if (result == -ETIMEDOUT)
        reopen_later(b);
    set_owner(b, owner);
    ble_poke(b);
}

static void ask_owner(struct ble *b)
{
    sd_bus_message *m = NULL;
    int r = sd_bus_message_new_method_call(dbus_bus(b->dbus), &m, "org.freedesktop.DBus",
        "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner");

    if (r >= 0)
        r = sd_bus_message_append(m, "s", BLUEZ);
    if (r < 0)
        sd_bus_message_unref(m);
    else
        r = ble_call_consume(b, &b->owner_call, m, b->config.times.call_us, on_owner);
    if (r < 0)
        reopen_later(b);
}

/* Anybody may send us a signal that looks like one of bluetoothd's. */
static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    struct ble *b = userdata;
    const char *sender = sd_bus_message_get_sender(m), *member = sd_bus_message_get_member(m);

    if (!sender || !member || strcmp(sender, b->owner) != 0)
        return 0;
    ble_drain(b);
    b->mirror.now_us = loop_now_us(b->loop);
    if (strcmp(member, "PropertiesChanged") == 0)
        mirror_take_changed(&b->mirror, m);
    else if (strcmp(member, "InterfacesAdded") == 0)
        mirror_take_added(&b->mirror, m);
    else if (strcmp(member, "InterfacesRemoved") == 0)
        mirror_take_removed(&b->mirror, m);
    return 0;
}

/* --- the bus ----------------------------------------------------------------------------------- */

bool ble_is_wanted(const struct ble *b)
{
    return b->config.enabled && (b->n_services > 0 || b->others || !list_empty(&b->links));
}

static void close_bus(struct ble *b)
{
    b->asked = false;
    b->owner[0] = '\0';
    ble_call_cancel(&b->owner_call);
    ble_call_cancel(&b->list_call);
    mirror_clear(&b->mirror);
    b->listed = false;
    b->dbus = dbus_free(b->dbus);
}

static void on_ready(void *ctx, struct dbus *d)
{
    struct ble *b = ctx;

    b->no_dbus = ERROR_NULL;
}

static void on_closed(void *ctx, struct dbus *d, int why)
{
    struct ble *b = ctx;

    error_set(&b->no_dbus, why, "%s", error_name(why));
    ble_drain(b);
    links_fail(b, -ENODEV, "the D-Bus ended; the link with it");
    close_bus(b);
    reopen_later(b);
    ble_poke(b);
}

static const struct dbus_events dbus_events = {.ready = on_ready, .closed = on_closed};

static int add_matches(struct ble *b)
{
    int r = sd_bus_add_match_async(dbus_bus(b->dbus), NULL, MATCH_OWNER, on_owner_changed, NULL, b);

    if (r >= 0)
        r = sd_bus_add_match_async(dbus_bus(b->dbus), NULL, MATCH_OBJECTS, on_signal, NULL, b);
    if (r >= 0)
        r = sd_bus_add_match_async(dbus_bus(b->dbus), NULL, MATCH_PROPERTIES, on_signal, NULL, b);
    return r;
}

static void open_bus(struct ble *b)
{
    const char *address = strcmp(b->config.bus, "system") == 0 ? NULL : b->config.bus;
    int r = dbus_open(b->loop, address, &dbus_events, b, &b->dbus, &b->no_dbus);

    if (r >= 0 && (r = add_matches(b)) < 0) {
        error_set(&b->no_dbus, r, "%s", error_name(r));
        close_bus(b);
    }
    if (r < 0)
        reopen_later(b);
    else
        ask_owner(b);
}

static void reopen_due(struct timer *t)
{
    struct ble *b = container_of(t, struct ble, reopen);

    if (!b->dbus)
        ble_poke(b);
    else if (!b->owner[0])
        ask_owner(b);
    else if (!b->listed)
        ble_list(b);
}

/* --- how it is ------------------------------------------------------------------------------------- */

/* People hear of what lasts. */
static void say_due(struct timer *t)
{
    struct ble *b = container_of(t, struct ble, say);

    if (*b->why && ble_is_wanted(b))
        log_info("Bluetooth cannot be used", F_STR("why", b->why));
}

static void look_at_state(struct ble *b)
{
    bool ready = ble_is_ready(b);
    char why[ERROR_TEXT_MAX];

    ble_say(b, why);
    if (strcmp(why, b->why) != 0)
        timer_once(&b->say, SAY_AFTER_US);
    memcpy(b->why, why, sizeof why);
    if (ready && !b->was_ready) {
        log_info("Bluetooth is ready", F_STR("adapter", ble_first_used(b, true)->name));
        if (b->events->ready)
            b->events->ready(b->ctx);
    }
    b->was_ready = ready;
}

static void ble_pump(struct deferred *d)
{
    struct ble *b = container_of(d, struct ble, pump);
    struct ble_adapter *a;

    links_reap(b);
    if (ble_is_wanted(b) && !b->dbus && !timer_armed(&b->reopen))
        open_bus(b);
    links_pump(b);
    list_for_each (a, &b->adapters, link)
        adapter_pump(a);
    look_at_state(b);
}

/* --- configuration ----------------------------------------------------------------------------- */

int ble_configure(struct ble *b, const struct ble_config *c)
{
    struct ble_config now = {0};
    struct ble_config with = *c;
    int r;

    with.enabled = b->config.enabled;
    with.bus = b->config.bus;
    r = ble_config_copy(&with, &now);
    if (r < 0)
        return r;
    ble_config_fini(&b->config);
    b->config = now;
    ble_poke(b);
    return 0;
}

int ble_look_for(struct ble *b, const char *const *services, size_t n_services, bool others)
{
    char **copy = NULL;
    int r = ble_strings_copy(services, n_services, &copy);

    if (r < 0)
        return r;
    ble_strings_free(b->services, b->n_services);
    b->services = copy;
    b->n_services = n_services;
    b->others = others;
    ble_poke(b);
    return 0;
}

/* --- life -------------------------------------------------------------------------------------- */

int ble_new(struct loop *l, const struct ble_config *c, const struct ble_events *events, void *ctx,
    struct ble **ret)
{
    static const struct ble_events none = {0};
    struct ble *b = calloc(1, sizeof *b);
    int r;

    if (!b)
        return -ENOMEM;
    b->loop = l;
    b->events = events ? events : &none;
    b->ctx = ctx;
    r = ble_config_copy(c, &b->config);
    if (r < 0) {
        free(b);
        return r;
    }
    mirror_init(&b->mirror, &mirror_events, b);
    list_init(&b->adapters);
    list_init(&b->links);
    deferred_init(&b->pump, ble_pump);
    timer_init(&b->reopen, l, reopen_due);
    timer_init(&b->say, l, say_due);
    look_at_state(b);
    *ret = b;
    return 0;
}

struct ble *ble_free(struct ble *b)
{
    if (!b)
        return NULL;
    close_bus(b);
    links_free(b);
    mirror_fini(&b->mirror);
    timer_stop(&b->reopen);
    timer_stop(&b->say);
    deferred_cancel(&b->pump);
    ble_strings_free(b->services, b->n_services);
    ble_config_fini(&b->config);
    free(b);
    return NULL;
}

const char *ble_why(const struct ble *b)
{
    return b->why;
}

const struct ble_stats *ble_stats(const struct ble *b)
{
    return &b->stats;
}
