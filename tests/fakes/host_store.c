/* host_store.c - a device's small memory. It outlives the device, as on a disk. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host_private.h"

static struct fake_entry *find(const struct fake_device *d, const char *key)
{
    for (size_t i = 0; i < d->entries.n; i++) {
        struct fake_entry *e = d->entries.items[i];

        if (e->key && strcmp(e->key, key) == 0)
            return e;
    }
    return NULL;
}

static size_t n_entries(const struct fake_device *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->entries.n; i++)
        n += ((struct fake_entry *)d->entries.items[i])->key != NULL;
    return n;
}

static void set(struct fake_device *d, const char *key, const void *bytes, size_t n)
{
    struct fake_entry *e = find(d, key);

    if (!e && !bytes)
        return;
    if (!e) {
        e = fake_array_add(&d->entries, sizeof *e);
        e->key = fake_strdup(key);
    }
    free(e->bytes);
    e->bytes = bytes ? fake_memdup(bytes, n) : NULL;
    e->n = n;
    if (!bytes) {
        free(e->key);
        e->key = NULL;
    }
}

static const void *get(const struct fake_device *d, const char *key, size_t *ret_n)
{
    struct fake_entry *e = find(d, key);

    if (!e)
        return NULL;
    if (ret_n)
        *ret_n = e->n;
    return e->bytes;
}

static const void *store_get(struct wr_dev *dev, const char *key, size_t *ret_n)
{
    return get(fake_device_of(dev, "store.get"), key, ret_n);
}

struct put {
    struct fake_device *d;
    wr_store_fn done;
    void *ctx;
};

static void put_done(struct fake_host *h, struct fake_task *t)
{
    struct put p = *(struct put *)t->bytes;

    fake_handle_drop(h, t->handle);
    fake_enter(p.d, "store.put done");
    p.done(&p.d->pub, p.ctx, t->result);
    fake_leave(p.d);
}

static int store_put(
    struct wr_dev *dev, const char *key, const void *bytes, size_t n, wr_store_fn done, void *ctx)
{
    struct fake_device *d = fake_device_of(dev, "store.put");
    struct put p = {d, done, ctx};
    wr_handle handle;
    struct fake_task *t;

    if (!key || !*key || strlen(key) > WR_NAME_MAX)
        return -EINVAL;
    if (n > WR_STORE_MAX_VALUE_BYTES ||
        (bytes && !find(d, key) && n_entries(d) >= WR_STORE_MAX_KEYS))
        return -ENOSPC;
    if (d->host->store_result == 0)
        set(d, key, bytes, n);
    if (!done)
        return 0;
    handle = fake_handle_add(d, FAKE_OP, NULL);
    if (!handle)
        return -EAGAIN;
    t = fake_task_add(d->host, 0, handle, put_done, NULL);
    t->result = d->host->store_result;
    fake_task_bytes(t, &p, sizeof p);
    return 0;
}

const struct wr_store fake_store_table = {sizeof(struct wr_store), store_get, store_put};

void fake_store_set(struct wr_dev *dev, const char *key, const void *bytes, size_t n)
{
    set(fake_device_peek(dev), key, bytes, n);
}

const void *fake_store_get(const struct wr_dev *dev, const char *key, size_t *ret_n)
{
    return get(fake_device_peek(dev), key, ret_n);
}

void fake_host_store_result(struct fake_host *h, int result)
{
    h->store_result = result;
}
