#include "device/found.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device/found_private.h"

static bool is_device(const struct device *d)
{
    return d && !d->rejected;
}

static bool is_owned(const struct found *f, const struct found_thing *i)
{
    struct wr_found seen = found_thing_seen(i);

    return is_device(found_owner(f, &seen, i->driver));
}

/* Of use only to who is there now, and a room of beacons would fill the history: transient. */
static void publish(struct found *f, const struct found_thing *i, const char *type)
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

/* It leaves the list before that is told: who hears of it may read the list. */
void found_gone(struct found *f, struct found_thing *i)
{
    list_remove(&i->link);
    if (i->shown)
        publish(f, i, "found.removed");
    found_drop(i);
}

static void expire(struct timer *t)
{
    struct found *f = container_of(t, struct found, expiry);
    struct found_thing *i, *next;

    list_for_each_safe (i, next, &f->items, link) {
        if (i->expires_us <= loop_now_us(f->loop))
            found_gone(f, i);
    }
}

/* In the list is what nobody owns. A device that comes, goes or is rejected changes that. */
static void tell(struct found *f, struct found_thing *i)
{
    bool shown = !is_owned(f, i);

    if (shown == i->shown)
        return;
    i->shown = shown;
    publish(f, i, shown ? "device.found" : "found.removed");
}

static void drivers_changed(struct found *f)
{
    struct found_thing *i, *next;

    list_for_each_safe (i, next, &f->items, link) {
        i->ask = true;
        if (!drivers_find(f->drivers, i->driver))
            found_gone(f, i);
    }
}

static void heard(struct bus_listener *l, struct event *e)
{
    struct found *f = container_of(l, struct found, ear);
    struct found_thing *i;

    if (drivers_have_changed(e))
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
        found_drop(list_first(&f->items, struct found_thing, link));
    timer_stop(&f->expiry);
    free(f);
    return NULL;
}

/* --- a sighting -------------------------------------------------------------------------------- */

static bool is_sound(const struct wr_found *seen)
{
    const struct found_thing *i = NULL;

    return *seen->address && strlen(seen->address) < sizeof i->address && *seen->bus &&
        strlen(seen->bus) < sizeof i->bus;
}

/* Its device hears of it. True: it has one. */
static bool tell_device(struct found *f, const struct wr_found *seen, const char *driver)
{
    struct device *owner = found_owner(f, seen, driver);
    struct device *d = is_device(owner) ? owner : driver ? found_seeker(f, seen, driver) : NULL;

    if (d && driver && strcmp(d->driver_name, driver) == 0)
        device_seen(d, seen);
    return is_device(owner);
}

static int keep(
    struct found *f, struct found_thing *i, const struct wr_found *seen, const char *driver)
{
    int r = i ? found_take(f, i, seen) : found_add(f, seen, &i);

    if (r < 0)
        return r;
    i->ask = false;
    if (strcmp(i->driver, driver) != 0) {
        snprintf(i->driver, sizeof i->driver, "%s", driver);
        i->shown = false; /* told anew, under its other driver */
    }
    tell(f, i);
    return 0;
}

int found_report(struct found *f, const struct wr_found *seen)
{
    struct found_thing *i;
    const char *driver;

    if (!is_sound(seen))
        return -EINVAL;
    i = found_find_seen(f, seen);
    driver = i && !i->ask ? i->driver : found_ask(f, seen);
    if (!tell_device(f, seen, driver) && driver)
        return keep(f, i, seen, driver);
    if (i)
        found_gone(f, i);
    return -ENODEV;
}

void found_lost(struct found *f, const struct wr_found *seen)
{
    struct found_thing *i = found_find_seen(f, seen);

    if (i)
        found_gone(f, i);
}

int found_each(
    const struct found *f, int (*fn)(void *ctx, const struct found_item *item), void *ctx)
{
    struct found_thing *i;

    list_for_each (i, &f->items, link) {
        struct found_item item = {.id = i->id,
            .bus = i->bus,
            .address = i->address,
            .name = i->name,
            .driver = i->driver,
            .first_seen_us = i->first_seen_us,
            .last_seen_us = i->last_seen_us,
            .props = i->props.rows,
            .n_props = i->props.n};
        int r = is_owned(f, i) ? 0 : fn(ctx, &item);

        if (r != 0)
            return r;
    }
    return 0;
}
