/* ble_news.c - what the mirror tells: to scanners, adapters and links. */
#include <stdio.h>

#include "ble/ble_private.h"

/* A sighting is passed on at most so often; it comes up to ten times a second. */
#define TELL_EVERY_US INT64_C(500000)

static void add_props(struct wr_prop *rows, size_t *n, size_t max, const struct props *p)
{
    for (size_t i = 0; i < p->n && *n < max; i++)
        rows[(*n)++] = p->rows[i];
}

static void add_prop(struct wr_prop *rows, size_t *n, const char *key, const char *value)
{
    rows[(*n)++] = (struct wr_prop){.key = key, .value = value};
}

/* As struct wr_found in warren/driver.h lists it. */
static void tell_seen(struct ble *b, struct mirror_object *o)
{
    struct wr_prop rows[4 + MIRROR_MAX_SERVICES + 2 * MIRROR_MAX_DATA];
    const struct mirror_device *d = &o->device;
    struct ble_adapter *a = adapter_of(b, o->path);
    struct wr_found seen = {
        .size = sizeof seen, .bus = "ble", .address = d->address, .name = d->name, .props = rows};
    char rssi[8], power[8];

    snprintf(rssi, sizeof rssi, "%d", d->rssi_dbm);
    snprintf(power, sizeof power, "%d", d->tx_power_dbm);
    add_prop(rows, &seen.n_props, "address_type", d->is_random ? "random" : "public");
    add_prop(rows, &seen.n_props, "adapter", a ? a->name : "");
    if (d->has_rssi)
        add_prop(rows, &seen.n_props, "rssi_dbm", rssi);
    if (d->has_tx_power)
        add_prop(rows, &seen.n_props, "tx_power_dbm", power);
    add_props(rows, &seen.n_props, N_ELEMENTS(rows), &d->services);
    add_props(rows, &seen.n_props, N_ELEMENTS(rows), &d->manufacturer);
    add_props(rows, &seen.n_props, N_ELEMENTS(rows), &d->service_data);
    o->device.told_us = b->mirror.now_us;
    b->stats.n_sightings++;
    b->events->seen(b->ctx, &seen);
}

/* Also where the scan answered before the name came. */
static void device_news(struct ble *b, struct mirror_object *o, unsigned what)
{
    struct mirror_device *d = &o->device;
    bool is_new = what & (MIRROR_SEEN | MIRROR_WORDS) && (d->has_rssi || what & MIRROR_SEEN);
    bool is_due =
        what & MIRROR_WORDS || d->told_us == 0 || b->mirror.now_us - d->told_us >= TELL_EVERY_US;

    if (is_new && is_due && *d->address && b->events->seen && b->config.scan)
        tell_seen(b, o);
    links_device_news(b, o);
    ble_poke(b);
}

static void on_news(void *ctx, struct mirror_object *o, unsigned what)
{
    struct ble *b = ctx;

    if (o->kind == MIRROR_ADAPTER)
        adapter_take(b, o);
    else if (o->kind == MIRROR_DEVICE)
        device_news(b, o, what);
    else if (what & MIRROR_ADDED)
        links_gatt_added(b, o->path);
}

static void on_gone(void *ctx, struct mirror_object *o)
{
    struct ble *b = ctx;

    if (o->kind == MIRROR_ADAPTER)
        adapter_forget(b, o->path);
    links_gone(b, o);
    ble_poke(b);
}

static void on_value(void *ctx, struct mirror_object *o, const uint8_t *bytes, size_t n)
{
    link_io_value(ctx, o->path, bytes, n);
}

const struct mirror_events ble_mirror_events = {
    .news = on_news, .gone = on_gone, .value = on_value};
