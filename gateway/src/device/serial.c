/* serial.c - who is who, whatever address it has: serial numbers and hardware addresses that drivers have read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device/device.h"

/* In the store: space "serials", "<driver>/<serial>" → the device's id. */
#define SERIALS "serials"
#define SERIAL_KEY_BYTES (WR_NAME_MAX * 2 + 2)

/* NULL: it is no serial number. */
static const char *serial_key(const char *driver, const char *serial, char out[SERIAL_KEY_BYTES])
{
    if (!serial || !*serial || strlen(serial) > WR_NAME_MAX)
        return NULL;
    snprintf(out, SERIAL_KEY_BYTES, "%s/%s", driver, serial);
    return out;
}

/* One that was removed has it no more. */
struct device *devices_by_serial(const struct devices *all, const char *driver, const char *serial)
{
    char key[SERIAL_KEY_BYTES], id[WR_NAME_MAX + 1];
    const char *owner;
    size_t n = 0;

    if (!serial_key(driver, serial, key))
        return NULL;
    owner = store_get(all->env.store, SERIALS, key, &n);
    if (!owner || n > WR_NAME_MAX)
        return NULL;
    snprintf(id, sizeof id, "%.*s", (int)n, owner);
    return devices_find(all, id);
}

struct others {
    const char *id, *key;
    char other[SERIAL_KEY_BYTES];
};

static int is_other(void *ctx, const char *key, const void *bytes, size_t n)
{
    struct others *o = ctx;

    if (n != strlen(o->id) || memcmp(bytes, o->id, n) != 0 || strcmp(key, o->key) == 0)
        return 0;
    snprintf(o->other, sizeof o->other, "%s", key);
    return 1;
}

/* At another address there is another thing: what this device was before, it is not any more. */
static void forget_others(struct device *d, const char *key)
{
    struct others o = {.id = d->id, .key = key};

    while (store_each(d->all->env.store, SERIALS, is_other, &o) != 0) {
        if (store_put(d->all->env.store, SERIALS, o.other, NULL, 0, NULL, NULL) < 0)
            return;
    }
}

int device_identify(struct device *d, const char *serial)
{
    char key[SERIAL_KEY_BYTES];
    struct device *owner;

    if (!serial_key(d->driver_name, serial, key))
        return -EINVAL;
    owner = devices_by_serial(d->all, d->driver_name, serial);
    if (owner && owner != d)
        return -EEXIST;
    snprintf(d->serial, sizeof d->serial, "%s", serial);
    if (owner)
        return 0;
    forget_others(d, key);
    return store_put(d->all->env.store, SERIALS, key, d->id, strlen(d->id), NULL, NULL);
}
