/* found_adopt.c - what was found becomes a device: with what was seen as its options. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "device/found_private.h"

/* The port that was announced. NULL: none, or no number. */
static json_t *port_of(const struct found_thing *i)
{
    const char *text = props_find(i->props.rows, i->props.n, "port");
    int64_t port;

    return text && text_to_int(text, &port) == 0 ? json_integer(port) : NULL;
}

/* A driver that is found in two ways has an option for each: Bluetooth addresses go where one is asked for. */
static bool takes_address(
    const struct found_thing *i, const struct wr_param *rows, const struct wr_param *p)
{
    if (strcmp(i->bus, "ble") == 0 && device_ble_address_key(rows))
        return p->flags & WR_BLE_ADDRESS;
    return !(p->flags & WR_BLE_ADDRESS) &&
        (strcmp(p->key, "address") == 0 || strcmp(p->key, "host") == 0);
}

/* What was seen, below what was given. */
static json_t *options_of(
    const struct found_thing *i, const struct wr_param *rows, const json_t *given)
{
    json_t *options = given ? json_deep_copy(given) : json_object();

    for (const struct wr_param *p = rows; p && p->key; p++) {
        if (json_object_get(options, p->key))
            continue;
        if (takes_address(i, rows, p))
            json_object_set_new(options, p->key, json_string(i->address));
        else if (strcmp(p->key, "port") == 0 && p->type == WR_INT)
            json_object_set_new(options, p->key, port_of(i)); /* NULL adds nothing */
    }
    return options;
}

static int is_device_already(struct error *e, const struct device *d, const char *address)
{
    return error_set(e, -EEXIST, "%.60s is the device \"%s\" already", address, d->id);
}

/* Nothing of that id is in the list: of what was adopted there is more to be said. */
static int is_missing(const struct found *f, const char *id, struct error *e)
{
    const char *address;
    const struct device *d = found_adopted(f, id, &address);

    return d ? is_device_already(e, d, address)
             : error_set(e, -ENOENT, "nothing like \"%.60s\" was seen lately", id);
}

int found_adopt(struct found *f, const char *id, const char *name, const json_t *options,
    struct device **ret, struct error *e)
{
    struct found_thing *i = found_find(f, id);
    struct driver *driver = i ? drivers_find(f->drivers, i->driver) : NULL;
    struct wr_found seen;
    struct device *old;
    json_t *all;
    int r;

    if (!i || !driver)
        return is_missing(f, id, e);
    seen = found_thing_seen(i);
    old = found_owner(f, &seen, i->driver);
    if (old && !(old->rejected && old->owner == DEVICE_OF_DATABASE))
        return is_device_already(e, old, i->address);
    all = options_of(i, driver->table->options, options);
    r = old ? devices_check_options(f->devices, old, driver, all, e) : 0;
    if (r == 0 && old)
        r = devices_remove(f->devices, old, e);
    if (r == 0)
        r = devices_add(f->devices, NULL, name ? name : i->name, i->driver, all, ret, e);
    json_decref(all);
    if (r == 0)
        found_gone(f, i);
    return r;
}
