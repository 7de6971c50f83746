#include "ble/mirror.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const INTERFACES[MIRROR_KINDS] = {
    [MIRROR_ADAPTER] = "org.bluez.Adapter1",
    [MIRROR_DEVICE] = "org.bluez.Device1",
    [MIRROR_SERVICE] = "org.bluez.GattService1",
    [MIRROR_CHAR] = "org.bluez.GattCharacteristic1",
};

/* --- objects ----------------------------------------------------------------------------------- */

static struct list *bucket_of(const struct mirror *m, const char *path)
{
    uint32_t h = 2166136261u;

    for (const char *p = path; *p; p++)
        h = (h ^ (uint8_t)*p) * 16777619u;
    return (struct list *)&m->buckets[h % MIRROR_BUCKETS];
}

static struct mirror_object *find_any(const struct mirror *m, const char *path)
{
    struct list *bucket = bucket_of(m, path);
    struct mirror_object *o;

    list_for_each (o, bucket, bucket) {
        if (strcmp(o->path, path) == 0)
            return o;
    }
    return NULL;
}

struct mirror_object *mirror_find(const struct mirror *m, enum mirror_kind kind, const char *path)
{
    struct mirror_object *o = find_any(m, path);

    return o && o->kind == kind ? o : NULL;
}

bool mirror_is_below(const char *path, const char *parent)
{
    size_t n = strlen(parent);

    return strncmp(path, parent, n) == 0 && path[n] == '/';
}

struct mirror_object *mirror_parent(const struct mirror *m, const struct mirror_object *o)
{
    char path[MIRROR_PATH_BYTES];
    const char *slash = strrchr(o->path, '/');

    if (o->kind == MIRROR_ADAPTER || !slash)
        return NULL;
    memcpy(path, o->path, (size_t)(slash - o->path));
    path[slash - o->path] = '\0';
    return mirror_find(m, o->kind - 1, path);
}

static struct mirror_object *add(struct mirror *m, enum mirror_kind kind, const char *path)
{
    struct mirror_object *o;

    if (m->n >= MIRROR_MAX_OBJECTS || strlen(path) >= MIRROR_PATH_BYTES) {
        m->n_left_out++;
        return NULL;
    }
    o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->kind = kind;
    strcpy(o->path, path);
    list_append(bucket_of(m, path), &o->bucket);
    list_append(&m->kinds[kind], &o->of_kind);
    m->n++;
    return o;
}

static void drop(struct mirror *m, struct mirror_object *o)
{
    list_remove(&o->bucket);
    list_remove(&o->of_kind);
    m->n--;
    if (o->kind == MIRROR_DEVICE) {
        props_fini(&o->device.services);
        props_fini(&o->device.manufacturer);
        props_fini(&o->device.service_data);
    }
    free(o);
}

static void leave(struct mirror *m, struct mirror_object *o)
{
    if (m->events->gone)
        m->events->gone(m->ctx, o);
    drop(m, o);
}

/* --- life -------------------------------------------------------------------------------------- */

void mirror_init(struct mirror *m, const struct mirror_events *events, void *ctx)
{
    *m = (struct mirror){.events = events, .ctx = ctx};
    for (size_t i = 0; i < MIRROR_BUCKETS; i++)
        list_init(&m->buckets[i]);
    for (size_t i = 0; i < MIRROR_KINDS; i++)
        list_init(&m->kinds[i]);
}

void mirror_fini(struct mirror *m)
{
    for (size_t i = 0; i < MIRROR_KINDS; i++) {
        while (!list_empty(&m->kinds[i]))
            drop(m, list_first(&m->kinds[i], struct mirror_object, of_kind));
    }
}

/* Children first, so that who hears of one still finds its parents. */
static void leave_all_but(struct mirror *m, uint64_t sweep)
{
    for (size_t i = MIRROR_KINDS; i-- > 0;) {
        struct mirror_object *o, *next;

        list_for_each_safe (o, next, &m->kinds[i], of_kind) {
            if (o->sweep != sweep)
                leave(m, o);
        }
    }
}

void mirror_clear(struct mirror *m)
{
    leave_all_but(m, ++m->sweep);
}

/* --- messages ---------------------------------------------------------------------------------- */

static int kind_of(const char *interface)
{
    for (int i = 0; i < MIRROR_KINDS; i++) {
        if (strcmp(INTERFACES[i], interface) == 0)
            return i;
    }
    return -1;
}

/* One interface of an object, with all of its properties. */
static int take_interface(
    struct mirror *m, sd_bus_message *msg, const char *path, const char *interface)
{
    int kind = kind_of(interface), r;
    struct mirror_object *o = kind >= 0 ? find_any(m, path) : NULL;
    unsigned what = 0;

    if (kind >= 0 && !o) {
        o = add(m, (enum mirror_kind)kind, path);
        what = MIRROR_ADDED;
    }
    if (!o || (int)o->kind != kind)
        return sd_bus_message_skip(msg, "a{sv}");
    o->sweep = m->sweep;
    r = mirror_read_props(m, msg, o, &what);
    if (what && m->events->news)
        m->events->news(m->ctx, o, what);
    return r;
}

/* a{sa{sv}} */
static int take_interfaces(struct mirror *m, sd_bus_message *msg, const char *path)
{
    int r = sd_bus_message_enter_container(msg, 'a', "{sa{sv}}");
    const char *interface;

    if (r < 0)
        return r;
    while ((r = sd_bus_message_enter_container(msg, 'e', "sa{sv}")) > 0) {
        if ((r = sd_bus_message_read_basic(msg, 's', &interface)) < 0 ||
            (r = take_interface(m, msg, path, interface)) < 0 ||
            (r = sd_bus_message_exit_container(msg)) < 0)
            return r;
    }
    return r < 0 ? r : sd_bus_message_exit_container(msg);
}

int mirror_take_objects(struct mirror *m, sd_bus_message *reply)
{
    int r = sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}");
    const char *path;

    if (r < 0)
        return r;
    m->sweep++;
    m->n_left_out = 0;
    while ((r = sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}")) > 0) {
        if ((r = sd_bus_message_read_basic(reply, 'o', &path)) < 0 ||
            (r = take_interfaces(m, reply, path)) < 0 ||
            (r = sd_bus_message_exit_container(reply)) < 0)
            return r;
    }
    if (r < 0)
        return r;
    leave_all_but(m, m->sweep);
    return 0;
}

/* Devices come to be when they are seen. */
int mirror_take_added(struct mirror *m, sd_bus_message *signal)
{
    struct mirror_object *device;
    const char *path;
    int r = sd_bus_message_read_basic(signal, 'o', &path);

    if (r < 0)
        return r;
    r = take_interfaces(m, signal, path);
    device = mirror_find(m, MIRROR_DEVICE, path);
    if (device && device->device.seen_us == 0) {
        device->device.seen_us = m->now_us;
        if (m->events->news)
            m->events->news(m->ctx, device, MIRROR_SEEN);
    }
    return r;
}

int mirror_take_removed(struct mirror *m, sd_bus_message *signal)
{
    const char *path, *interface;
    int r = sd_bus_message_read_basic(signal, 'o', &path);
    struct mirror_object *o;

    if (r < 0 || (r = sd_bus_message_enter_container(signal, 'a', "s")) < 0)
        return r;
    while ((r = sd_bus_message_read_basic(signal, 's', &interface)) > 0) {
        o = find_any(m, path);
        if (o && (int)o->kind == kind_of(interface))
            leave(m, o);
    }
    return r < 0 ? r : sd_bus_message_exit_container(signal);
}

int mirror_take_changed(struct mirror *m, sd_bus_message *signal)
{
    const char *path = sd_bus_message_get_path(signal), *interface;
    int r = sd_bus_message_read_basic(signal, 's', &interface);
    struct mirror_object *o = r > 0 && path ? find_any(m, path) : NULL;
    unsigned what = 0;

    if (r < 0 || !o || (int)o->kind != kind_of(interface))
        return r;
    r = mirror_read_props(m, signal, o, &what);
    if (r >= 0)
        r = mirror_read_gone(signal, o, &what);
    if (what && m->events->news)
        m->events->news(m->ctx, o, what);
    return r;
}
