/* rejected.c - which driver has said of which address, after connecting, that it is not his. */
#include <stdio.h>
#include <string.h>

#include "device/device.h"

/* In the store: space "rejected", "<driver>/<address>" → the driver's version. */
#define REJECTED "rejected"

static const char *rejected_key(const char *driver, const char *address, char out[256])
{
    snprintf(out, 256, "%s/%s", driver, address);
    for (char *c = out; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return out;
}

void device_remember_rejected(struct device *d)
{
    const char *address = device_address(d), *version = d->driver->table->version;
    char key[256];

    if (*address)
        store_put(d->all->env.store, REJECTED, rejected_key(d->driver_name, address, key), version,
            strlen(version), NULL, NULL);
}

bool device_was_rejected(const struct store *s, const struct driver *driver, const char *address)
{
    const char *version = driver->table->version, *of;
    char key[256];
    size_t n = 0;

    of = store_get(s, REJECTED, rejected_key(driver->name, address, key), &n);
    return of && n == strlen(version) && memcmp(of, version, n) == 0;
}
