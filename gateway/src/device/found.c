#include "device/found.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <warren/text.h>

#include "base/log.h"
#include "base/text.h"
#include "device/device.h"
#include "device/drivers.h"
#include "loop/timer.h"

/* Drivers' errors in probe() are told at most so often: a scan sees a thing ten times a second. */
#define COMPLAIN_EVERY_US INT64_C(10000000)

struct item {
    struct list link;
    char id[WR_NAME_MAX + 1], bus[16], address[128], name[DEVICE_NAME_BYTES],
        driver[WR_NAME_MAX + 1];
    struct wr_prop *props;
    size_t n_props;
    bool ask;   /* drivers came or went since it was asked about */
    bool shown; /* it was told, by device.found, and is in the list */
    int64_t first_seen_us, last_seen_us;
    int64_t expires_us; /* monotonic */
};

struct found {
    struct loop *loop;
    struct bus *bus;
    struct devices *devices;
    struct drivers *drivers;
    struct bus_listener ear;
    struct list items;
    size_t n;
    struct timer expiry;
    int64_t complain_us; /* not before */
};

static void props_free(struct wr_prop *props, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        free((char *)props[k].key);
        free((char *)props[k].value);
    }
    free(props);
}

struct owner {
    const char *address;
    struct device *device;
};

static int is_owner(void *ctx, struct device *d)
{
    struct owner *o = ctx;

    if (strcasecmp(device_address(d), o->address) != 0)
        return 0;
    o->device = d;
    return !d->rejected; /* another may be at that address, and be welcome there */
}

/* NULL: nobody. */
static struct device *owner_of(const struct found *f, const char *address)
{
    struct owner o = {.address = address};

    devices_each(f->devices, is_owner, &o);
    return o.device;
}

static bool is_owned(const struct found *f, const char *address)
{
    const struct device *d = owner_of(f, address);

    return d && !d->rejected;
}

/* Of use only to who is there now, and a room of beacons would fill the history: transient. */
static void publish(struct found *f, const struct item *i, const char *type)
{
    char text[1024];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    wr_json_key(&j, "id");
    wr_json_string(&j, i->id);
    wr_json_key(&j, "name");
    wr_json_string(&j, i->name);
    wr_json_key(&j, "driver");
    wr_json_string(&j, i->driver);
    wr_json_end(&j);
    bus_publish_transient(f->bus, "", type, wr_json_text(&j));
}

static void item_free(struct found *f, struct item *i)
{
    props_free(i->props, i->n_props);
    list_remove(&i->link);
    f->n--;
    free(i);
}

/* It leaves the list before that is told: who hears of it may read the list. */
static void item_gone(struct found *f, struct item *i)
{
    list_remove(&i->link);
    if (i->shown)
        publish(f, i, "found.removed");
    item_free(f, i);
}

static void expire(struct timer *t)
{
    struct found *f = container_of(t, struct found, expiry);
    struct item *i, *next;

    list_for_each_safe (i, next, &f->items, link) {
        if (i->expires_us <= loop_now_us(f->loop))
            item_gone(f, i);
    }
}

/* In the list is what nobody owns. A device that comes, goes or is rejected changes that. */
static void tell(struct found *f, struct item *i)
{
    bool shown = !is_owned(f, i->address);

    if (shown == i->shown)
        return;
    i->shown = shown;
    publish(f, i, shown ? "device.found" : "found.removed");
}

static void drivers_changed(struct found *f)
{
    struct item *i, *next;

    list_for_each_safe (i, next, &f->items, link) {
        i->ask = true;
        if (!drivers_find(f->drivers, i->driver))
            item_gone(f, i);
    }
}

static void heard(struct bus_listener *l, struct event *e)
{
    struct found *f = container_of(l, struct found, ear);
    struct item *i;

    if (strcmp(e->type, "plugin.loaded") == 0 || strcmp(e->type, "plugin.removed") == 0)
        drivers_changed(f);
    if (strncmp(e->type, "device.", 7) != 0 || e->transient)
        return;
    list_for_each (i, &f->items, link)
        tell(f, i);
}

int found_new(struct loop *l, struct bus *b, struct devices *devices, struct drivers *drivers,
    struct found **ret)
{
    struct found *f = calloc(1, sizeof *f);
    int r;

    if (!f)
        return -ENOMEM;
    *f = (struct found){.loop = l, .bus = b, .devices = devices, .drivers = drivers};
    list_init(&f->items);
    timer_init(&f->expiry, l, expire);
    r = timer_every(&f->expiry, FOUND_TTL_US / 4);
    if (r < 0) {
        free(f);
        return r;
    }
    f->ear = (struct bus_listener){.event = heard};
    bus_listen(b, &f->ear);
    *ret = f;
    return 0;
}

struct found *found_free(struct found *f)
{
    if (!f)
        return NULL;
    bus_unlisten(&f->ear);
    while (!list_empty(&f->items))
        item_free(f, list_first(&f->items, struct item, link));
    timer_stop(&f->expiry);
    free(f);
    return NULL;
}

/* --- whose is it? ----------------------------------------------------------------------------- */

static bool match_fits(const struct wr_match *m, const struct wr_found *seen)
{
    if (strcmp(m->bus, seen->bus) != 0)
        return false;
    if (strcmp(m->key, "name") == 0)
        return text_match(m->pattern, seen->name);
    for (size_t i = 0; i < seen->n_props; i++) {
        if (strcmp(seen->props[i].key, m->key) == 0 && text_match(m->pattern, seen->props[i].value))
            return true;
    }
    return false;
}

/* probe() is pure, needs no device and is called from the loop's own turn. */
static int ask(struct driver *driver, const struct wr_found *seen)
{
    for (const struct wr_match *m = driver->table->matches; m && m->bus; m++) {
        if (match_fits(m, seen))
            return driver->table->probe ? driver->table->probe(seen) : 0;
    }
    return -ENODEV;
}

struct asking {
    struct found *found;
    const struct wr_found *seen;
    const char *driver;
};

static void complain(struct found *f, const char *driver, const struct wr_found *seen, int r)
{
    if (loop_now_us(f->loop) < f->complain_us)
        return;
    f->complain_us = loop_now_us(f->loop) + COMPLAIN_EVERY_US;
    log_warning("a driver cannot say whether what was seen is its own", F_STR("driver", driver),
        F_STR("address", seen->address), F_ERRNO(r));
}

static int ask_one(void *ctx, const struct driver_status *s)
{
    struct asking *a = ctx;
    struct driver *driver = s->loaded ? drivers_find(a->found->drivers, s->name) : NULL;
    int r;

    if (!driver || device_was_rejected(a->found->devices->env.store, driver, a->seen->address))
        return 0;
    r = ask(driver, a->seen);
    if (r == 0)
        a->driver = s->name;
    else if (r != -ENODEV)
        complain(a->found, s->name, a->seen, r);
    return r != -ENODEV;
}

/* --- what is kept ----------------------------------------------------------------------------- */

static struct item *find_id(const struct found *f, const char *id)
{
    struct item *i;

    list_for_each (i, &f->items, link) {
        if (strcmp(i->id, id) == 0)
            return i;
    }
    return NULL;
}

static struct item *find_seen(const struct found *f, const struct wr_found *seen)
{
    struct item *i;

    list_for_each (i, &f->items, link) {
        if (strcmp(i->bus, seen->bus) == 0 && strcasecmp(i->address, seen->address) == 0)
            return i;
    }
    return NULL;
}

static uint32_t fnv1a(const char *s)
{
    uint32_t h = 2166136261u;

    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 16777619u;
    return h;
}

/* Of bus and address; where that is too long, or another's already, a part of it and its hash: the
 * same thing gets the same id again. */
static void make_id(const struct found *f, const struct wr_found *seen, char id[WR_NAME_MAX + 1])
{
    char text[160], slug[WR_NAME_MAX + 1];

    snprintf(text, sizeof text, "%s-%s", seen->bus, seen->address);
    text_slug(text, id, WR_NAME_MAX + 1);
    if (strlen(text) <= WR_NAME_MAX && !find_id(f, id))
        return;
    text_slug(text, slug, WR_NAME_MAX - 8);
    snprintf(id, WR_NAME_MAX + 1, "%.54s-%08x", slug, fnv1a(text));
}

static struct wr_prop *copy_props(const struct wr_found *seen, size_t n)
{
    struct wr_prop *props = calloc(MAX(n, 1), sizeof *props);

    for (size_t k = 0; props && k < n; k++) {
        props[k].key = strdup(seen->props[k].key);
        props[k].value = strdup(seen->props[k].value);
        if (!props[k].key || !props[k].value) {
            props_free(props, k + 1);
            return NULL;
        }
    }
    return props;
}

/* What is known now takes the place of what was; a packet without a name takes none away. */
static int take_sighting(struct found *f, struct item *i, const struct wr_found *seen)
{
    size_t n = MIN(seen->n_props, (size_t)FOUND_MAX_PROPS);
    struct wr_prop *props = copy_props(seen, n);

    if (!props)
        return -ENOMEM;
    props_free(i->props, i->n_props);
    i->props = props;
    i->n_props = n;
    if (*seen->name)
        wr_text_clean(seen->name, strlen(seen->name), i->name, sizeof i->name);
    i->last_seen_us = loop_wall_us(f->loop);
    i->expires_us = loop_now_us(f->loop) + FOUND_TTL_US;
    return 0;
}

static int add_item(struct found *f, const struct wr_found *seen, struct item **ret)
{
    struct item *i;
    int r;

    if (f->n >= FOUND_MAX)
        return -ENOSPC;
    i = calloc(1, sizeof *i);
    if (!i)
        return -ENOMEM;
    make_id(f, seen, i->id);
    list_append(&f->items, &i->link);
    f->n++;
    snprintf(i->bus, sizeof i->bus, "%s", seen->bus);
    snprintf(i->address, sizeof i->address, "%s", seen->address);
    i->first_seen_us = loop_wall_us(f->loop);
    r = take_sighting(f, i, seen);
    if (r < 0)
        item_free(f, i);
    else
        *ret = i;
    return r;
}

static bool is_sound(const struct wr_found *seen)
{
    const struct item *i = NULL;

    return *seen->address && strlen(seen->address) < sizeof i->address && *seen->bus &&
        strlen(seen->bus) < sizeof i->bus;
}

int found_report(struct found *f, const struct wr_found *seen)
{
    struct asking asking = {.found = f, .seen = seen};
    struct item *i;
    int r;

    if (!is_sound(seen))
        return -EINVAL;
    i = find_seen(f, seen);
    if (!is_owned(f, seen->address) && i && !i->ask)
        return take_sighting(f, i, seen);
    if (!is_owned(f, seen->address))
        drivers_each(f->drivers, ask_one, &asking);
    if (!asking.driver) {
        if (i)
            item_gone(f, i);
        return -ENODEV;
    }
    r = i ? take_sighting(f, i, seen) : add_item(f, seen, &i);
    if (r < 0)
        return r;
    i->ask = false;
    if (strcmp(i->driver, asking.driver) != 0) {
        snprintf(i->driver, sizeof i->driver, "%s", asking.driver);
        i->shown = false; /* told anew, under its other driver */
    }
    tell(f, i);
    return 0;
}

int found_each(
    const struct found *f, int (*fn)(void *ctx, const struct found_item *item), void *ctx)
{
    struct item *i;

    list_for_each (i, &f->items, link) {
        struct found_item item = {.id = i->id,
            .bus = i->bus,
            .address = i->address,
            .name = i->name,
            .driver = i->driver,
            .first_seen_us = i->first_seen_us,
            .last_seen_us = i->last_seen_us,
            .props = i->props,
            .n_props = i->n_props};
        int r = is_owned(f, i->address) ? 0 : fn(ctx, &item);

        if (r != 0)
            return r;
    }
    return 0;
}

/* The port that was announced. NULL: none, or no number. */
static json_t *port_of(const struct item *i)
{
    int64_t port;

    for (size_t k = 0; k < i->n_props; k++) {
        if (strcmp(i->props[k].key, "port") == 0 && text_to_int(i->props[k].value, &port) == 0)
            return json_integer(port);
    }
    return NULL;
}

/* What was seen, below what was given. */
static json_t *options_of(const struct item *i, const struct wr_param *rows, const json_t *given)
{
    json_t *options = given ? json_deep_copy(given) : json_object();

    for (const struct wr_param *p = rows; p && p->key; p++) {
        if (json_object_get(options, p->key))
            continue;
        if (strcmp(p->key, "address") == 0 || strcmp(p->key, "host") == 0)
            json_object_set_new(options, p->key, json_string(i->address));
        else if (strcmp(p->key, "port") == 0 && p->type == WR_INT)
            json_object_set_new(options, p->key, port_of(i)); /* NULL adds nothing */
    }
    return options;
}

int found_adopt(struct found *f, const char *id, const char *name, const json_t *options,
    struct device **ret, struct error *e)
{
    struct item *i = find_id(f, id);
    struct driver *driver = i ? drivers_find(f->drivers, i->driver) : NULL;
    struct device *old;
    json_t *all;
    int r;

    if (!i || !driver)
        return error_set(e, -ENOENT, "nothing like \"%.60s\" was seen lately", id);
    old = owner_of(f, i->address);
    if (old && !(old->rejected && old->owner == DEVICE_OF_DATABASE))
        return error_set(e, -EEXIST, "%.60s is the device \"%s\" already", i->address, old->id);
    all = options_of(i, driver->table->options, options);
    r = old ? devices_check_options(driver, all, e) : 0;
    if (r == 0 && old)
        r = devices_remove(f->devices, old, e);
    if (r == 0)
        r = devices_add(f->devices, NULL, name ? name : i->name, i->driver, all, ret, e);
    json_decref(all);
    if (r == 0)
        item_gone(f, i);
    return r;
}
