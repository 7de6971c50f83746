/* link_new.c - a link is asked for, and asked how it does. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ble/ble_private.h"

#define CONNECT_TIMEOUT_MS 30000

static int copy_target(struct ble_link *k, const struct wr_ble_target *t)
{
    uint32_t ms = t->connect_timeout_ms ? t->connect_timeout_ms : CONNECT_TIMEOUT_MS;

    k->wait_us = (int64_t)ms * 1000;
    k->address = t->address ? strdup(t->address) : NULL;
    k->name = t->name ? strdup(t->name) : NULL;
    k->service = t->service ? strdup(t->service) : NULL;
    return (t->address && !k->address) || (t->name && !k->name) || (t->service && !k->service)
        ? -ENOMEM
        : 0;
}

static int check_target(const struct ble *b, const struct wr_ble_target *t, struct error *e)
{
    const struct ble_link *k;
    char address[BLE_ADDRESS_BYTES];
    size_t n = 0;

    list_for_each (k, &b->links, link)
        n += k->state == LINK_WAITING;
    if (!b->config.enabled)
        return error_set(e, -EOPNOTSUPP, "Bluetooth is turned off by ble.enabled");
    if (n >= BLE_MAX_WAITING)
        return error_set(
            e, -ENOSPC, "%u devices wait for a Bluetooth link already", BLE_MAX_WAITING);
    if (!t->address && !t->name && !t->service)
        return error_set(e, -EINVAL, "address, name or service must say whom to connect to");
    if (t->address && !ble_address(t->address, address))
        return error_set(
            e, -EINVAL, "\"%.60s\" is no address: expected AA:BB:CC:DD:EE:FF", t->address);
    return 0;
}

int ble_connect(struct ble *b, const struct wr_ble_target *target,
    const struct ble_link_events *events, void *ctx, struct ble_link **ret, struct error *e)
{
    int r = check_target(b, target, e);
    struct ble_link *k = r < 0 ? NULL : calloc(1, sizeof *k);

    if (r < 0)
        return r;
    if (!k)
        return error_set(e, -ENOMEM, "no memory");
    k->ble = b;
    k->events = events;
    k->ctx = ctx;
    link_io_init(k);
    timer_init(&k->limit, b->loop, link_limit_due);
    timer_init(&k->settle, b->loop, link_settled);
    list_append(&b->links, &k->link);
    r = copy_target(k, target);
    if (r == 0)
        r = timer_once(&k->limit, k->wait_us);
    if (r < 0) {
        link_free(k);
        return error_set(e, r, "no memory");
    }
    ble_poke(b);
    *ret = k;
    return 0;
}

void ble_link_stats(const struct ble_link *k, struct ble_link_stats *ret)
{
    int64_t us = loop_now_us(k->ble->loop) - k->rate_since_us;

    *ret = k->stats;
    /* The first second is not over yet, or nothing came to close the last one. */
    if (k->rate_since_us && us > (ret->bytes_per_s ? 2000000 : 100000))
        ret->bytes_per_s = k->rate_bytes * 1000000 / (uint64_t)us;
}

size_t ble_n_open_links(const struct ble *b)
{
    const struct ble_link *k;
    size_t n = 0;

    list_for_each (k, &b->links, link)
        n += k->state == LINK_OPEN;
    return n;
}
