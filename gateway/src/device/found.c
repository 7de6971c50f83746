#include "device/found.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "device/device.h"
#include "device/drivers.h"
#include "loop/timer.h"

struct item {
    struct list link;
    char id[WR_NAME_MAX + 1], bus[16], address[128], name[DEVICE_NAME_BYTES],
        driver[WR_NAME_MAX + 1];
    struct wr_prop *props;
    size_t n_props;
    int64_t first_seen_us, last_seen_us;
    int64_t expires_us; /* monotonic */
};

struct found {
    struct loop *loop;
    struct bus *bus;
    struct devices *devices;
    struct drivers *drivers;
    struct list items;
    size_t n;
    struct timer expiry;
};

static void item_free(struct found *f, struct item *i)
{
    for (size_t k = 0; k < i->n_props; k++) {
        free((char *)i->props[k].key);
        free((char *)i->props[k].value);
    }
    free(i->props);
    list_remove(&i->link);
    f->n--;
    free(i);
}

static void expire(struct timer *t)
{
    struct found *f = container_of(t, struct found, expiry);
    struct item *i, *next;

    list_for_each_safe (i, next, &f->items, link) {
        if (i->expires_us <= loop_now_us(f->loop))
            item_free(f, i);
    }
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
    *ret = f;
    return 0;
}

struct found *found_free(struct found *f)
{
    if (!f)
        return NULL;
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

static int ask_one(void *ctx, const struct driver_status *s)
{
    struct asking *a = ctx;
    int r = s->loaded ? ask(drivers_find(a->found->drivers, s->name), a->seen) : -ENODEV;

    if (r == 0)
        a->driver = s->name;
    return r == -ENODEV ? 0 : 1;
}

static int owned_by(void *ctx, struct device *d)
{
    const char *address = ctx;

    for (size_t i = 0; i < d->n_options; i++) {
        const char *key = d->driver->table->options[i].key;

        if (d->options[i].text && (strcmp(key, "address") == 0 || strcmp(key, "host") == 0) &&
            strcmp(d->options[i].text, address) == 0)
            return 1;
    }
    return 0;
}

static struct item *find_item(const struct found *f, const char *id)
{
    struct item *i;

    list_for_each (i, &f->items, link) {
        if (strcmp(i->id, id) == 0)
            return i;
    }
    return NULL;
}

static bool copy_props(struct item *i, const struct wr_found *seen)
{
    size_t n = MIN(seen->n_props, (size_t)FOUND_MAX_PROPS);

    i->props = calloc(MAX(n, 1), sizeof *i->props);
    for (; i->props && i->n_props < n; i->n_props++) {
        struct wr_prop *p = &i->props[i->n_props];

        p->key = strdup(seen->props[i->n_props].key);
        p->value = strdup(seen->props[i->n_props].value);
        if (!p->key || !p->value) {
            i->n_props++;
            return false;
        }
    }
    return i->props;
}

static void publish_found(struct found *f, const struct item *i)
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
    bus_publish(f->bus, "", "device.found", wr_json_text(&j));
}

static int add_item(
    struct found *f, const char *id, const struct wr_found *seen, const char *driver)
{
    struct item *i;

    if (f->n >= FOUND_MAX)
        return -ENOSPC;
    i = calloc(1, sizeof *i);
    if (!i)
        return -ENOMEM;
    list_append(&f->items, &i->link);
    f->n++;
    snprintf(i->id, sizeof i->id, "%s", id);
    snprintf(i->bus, sizeof i->bus, "%s", seen->bus);
    snprintf(i->address, sizeof i->address, "%s", seen->address);
    snprintf(i->name, sizeof i->name, "%s", seen->name);
    snprintf(i->driver, sizeof i->driver, "%s", driver);
    i->first_seen_us = i->last_seen_us = loop_wall_us(f->loop);
    i->expires_us = loop_now_us(f->loop) + FOUND_TTL_US;
    if (!copy_props(i, seen)) {
        item_free(f, i);
        return -ENOMEM;
    }
    publish_found(f, i);
    return 0;
}

int found_report(struct found *f, const struct wr_found *seen)
{
    struct asking asking = {.found = f, .seen = seen};
    char text[192], id[WR_NAME_MAX + 1];
    struct item *i;

    if (strlen(seen->address) >= sizeof i->address || strlen(seen->bus) >= sizeof i->bus)
        return -EINVAL;
    snprintf(text, sizeof text, "%s-%s", seen->bus, seen->address);
    text_slug(text, id, sizeof id);
    i = find_item(f, id);
    if (devices_each(f->devices, owned_by, (void *)seen->address) != 0) {
        if (i)
            item_free(f, i);
        return -ENODEV;
    }
    if (i) {
        i->last_seen_us = loop_wall_us(f->loop);
        i->expires_us = loop_now_us(f->loop) + FOUND_TTL_US;
        return 0;
    }
    drivers_each(f->drivers, ask_one, &asking);
    return asking.driver ? add_item(f, id, seen, asking.driver) : -ENODEV;
}

void found_drivers_changed(struct found *f)
{
    struct item *i, *next;

    list_for_each_safe (i, next, &f->items, link) {
        if (!drivers_find(f->drivers, i->driver))
            item_free(f, i);
    }
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
        int r = fn(ctx, &item);

        if (r != 0)
            return r;
    }
    return 0;
}

static json_t *options_of(const struct item *i, const struct wr_param *rows, const json_t *given)
{
    json_t *options = given ? json_deep_copy(given) : json_object();

    for (const struct wr_param *p = rows; p && p->key; p++) {
        if ((strcmp(p->key, "address") == 0 || strcmp(p->key, "host") == 0) &&
            !json_object_get(options, p->key))
            json_object_set_new(options, p->key, json_string(i->address));
    }
    return options;
}

int found_adopt(struct found *f, const char *id, const char *name, const json_t *options,
    struct device **ret, struct error *e)
{
    struct item *i = find_item(f, id);
    struct driver *driver = i ? drivers_find(f->drivers, i->driver) : NULL;
    json_t *all;
    int r;

    if (!i || !driver)
        return error_set(e, -ENOENT, "nothing like \"%.60s\" was seen lately", id);
    all = options_of(i, driver->table->options, options);
    r = devices_add(f->devices, NULL, name ? name : i->name, i->driver, all, ret, e);
    json_decref(all);
    if (r == 0)
        item_free(f, i);
    return r;
}
