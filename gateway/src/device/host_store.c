/* host_store.c - a driver's small memory, in the store's space "device/<id>". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <warren/store.h>

#include "device/device.h"

static void space_of(const struct device *d, char *out, size_t cap)
{
    snprintf(out, cap, "device/%s", d->id);
}

/* A put on its way; the device may be gone when it is answered. */
struct host_put {
    struct device *device; /* NULL: cancelled */
    wr_store_fn fn;
    void *ctx;
    wr_handle handle;
};

static void host_put_cancel(void *object)
{
    struct host_put *p = object;

    p->device = NULL;
}

static const struct scope_kind put_kind = {"put", host_put_cancel};

static void host_put_done(void *ctx, int result)
{
    _cleanup_(freep) struct host_put *p = ctx;
    struct device *d = p->device;

    if (!d)
        return;
    scope_take(&d->scope, p->handle, &put_kind);
    driver_enter(d);
    p->fn(&d->pub, p->ctx, result);
    driver_leave(d);
}

static const void *host_store_get(struct wr_dev *dev, const char *key, size_t *ret_n)
{
    struct device *d = device_of(dev);
    char space[WR_NAME_MAX + 16];

    space_of(d, space, sizeof space);
    return key ? store_get(d->all->env.store, space, key, ret_n) : NULL;
}

static int host_store_put(
    struct wr_dev *dev, const char *key, const void *bytes, size_t n, wr_store_fn fn, void *ctx)
{
    struct device *d = device_of(dev);
    struct store *s = d->all->env.store;
    char space[WR_NAME_MAX + 16];
    struct host_put *p;
    int r;

    if (!d->running)
        return -ESTALE;
    if (!key || !*key || strlen(key) > WR_NAME_MAX)
        return -EINVAL;
    space_of(d, space, sizeof space);
    if (bytes &&
        (n > WR_STORE_MAX_VALUE_BYTES ||
            (!store_get(s, space, key, NULL) && store_count(s, space) >= WR_STORE_MAX_KEYS)))
        return -ENOSPC;
    if (!fn)
        return store_put(s, space, key, bytes, n, NULL, NULL);
    p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    *p = (struct host_put){.device = d, .fn = fn, .ctx = ctx};
    p->handle = scope_add(&d->scope, &put_kind, p);
    r = p->handle ? store_put(s, space, key, bytes, n, host_put_done, p) : -EAGAIN;
    if (r < 0) {
        if (p->handle)
            scope_take(&d->scope, p->handle, &put_kind);
        free(p);
    }
    return r;
}

const struct wr_store host_store = {
    .size = sizeof(struct wr_store), .get = host_store_get, .put = host_store_put};
