/* link.c - a link's life, from the moment at which its device was seen until it is open.
 *
 *     WAITING ─ seen, its adapter quiet ─▶ CONNECTING ─ Connect ─▶ RESOLVING ─ all objects ─▶ OPEN
 *        ▲  └─ connected already ─▶ CLEARING ┘  │ failed, at most BLE_MAX_ATTEMPTS times        │
 *        └──────────────────────────────────────┘                          closed, or lost ─▶ LEAVING ─▶ GONE
 *
 * BlueZ sets ServicesResolved before it tells of the objects. So when it is set, all objects are asked
 * for once more, and are complete when no more have come for a moment. Where it never is, the moment
 * is a longer one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ble/ble_private.h"

#define LOOK_AGAIN_US INT64_C(5000)

void link_set_state(struct ble_link *k, enum link_state state)
{
    k->state = state;
    ble_poke(k->ble);
}

bool link_is_on(const struct ble_link *k, const struct ble_adapter *a)
{
    return k->path[0] && mirror_is_below(k->path, a->path);
}

struct mirror_device *link_device(const struct ble_link *k)
{
    struct mirror_object *o = mirror_find(&k->ble->mirror, MIRROR_DEVICE, k->path);

    return o ? &o->device : NULL;
}

/* --- open -------------------------------------------------------------------------------------- */

static void call_connect(struct ble_link *k);

static bool try_open(struct ble_link *k)
{
    size_t n = link_io_open(k);
    struct wr_ble_char *rows;

    if (n == 0)
        return false;
    rows = calloc(n, sizeof *rows);
    if (!rows) {
        link_end(k, -ENOMEM, "no memory");
        return true;
    }
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct wr_ble_char){
            .service = k->chars[i].service, .uuid = k->chars[i].uuid, .props = k->chars[i].props};
    timer_stop(&k->limit);
    timer_stop(&k->settle);
    k->ble->stats.n_connects++;
    link_set_state(k, LINK_OPEN);
    if (k->events->opened)
        k->events->opened(k->ctx, k, rows, n, k->stats.mtu);
    free(rows);
    return true;
}

static void wait_for_more(struct ble_link *k)
{
    const struct ble_times *t = &k->ble->config.times;

    k->looked_again = false;
    timer_once(&k->settle, k->all_listed ? t->quiet_us : t->settle_us);
}

/* Timers go before sockets: where the loop was late, what they bring is looked at first. */
static bool is_sure(struct ble_link *k)
{
    if (k->looked_again)
        return true;
    k->looked_again = true;
    timer_once(&k->settle, LOOK_AGAIN_US);
    return false;
}

void link_settled(struct timer *t)
{
    struct ble_link *k = container_of(t, struct ble_link, settle);

    if (k->lost)
        link_end_lost(k);
    else if (k->state == LINK_CLEARING)
        call_connect(k);
    else if (k->state == LINK_OPEN)
        link_end(k, -EPIPE, "bluetoothd ended the notifications");
    else if (k->state == LINK_RESOLVING && is_sure(k) && !try_open(k))
        wait_for_more(k);
}

void links_gatt_added(struct ble *b, const char *path)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link) {
        if (k->state == LINK_RESOLVING && !k->lost && mirror_is_below(path, k->path))
            wait_for_more(k);
    }
}

void links_listed(struct ble *b)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link) {
        const struct mirror_device *d = link_device(k);

        if (k->state != LINK_RESOLVING || k->lost || !k->list_asked || !d || !d->is_resolved)
            continue;
        k->all_listed = true;
        wait_for_more(k);
    }
}

static void ask_all(struct ble_link *k)
{
    if (k->list_asked)
        return;
    k->list_asked = true;
    ble_list(k->ble);
}

static void resolve(struct ble_link *k)
{
    const struct mirror_device *d = link_device(k);

    ble_call_cancel(&k->call);
    k->list_asked = k->all_listed = false;
    link_set_state(k, LINK_RESOLVING);
    wait_for_more(k);
    if (d && d->is_resolved)
        ask_all(k);
}

/* --- connecting -------------------------------------------------------------------------------- */

static void on_connected(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble_link *k = container_of(c, struct ble_link, call);
    char text[ERROR_TEXT_MAX];

    if (result == 0 || result == -EALREADY) {
        resolve(k);
        return;
    }
    snprintf(text, sizeof text, "the device does not take the connection: %.180s", error);
    link_connect_failed(k, result, text);
}

static void call_connect(struct ble_link *k)
{
    int r = ble_call_start(k->ble, &k->call, k->path, "Device1", "Connect",
        2 * k->ble->config.times.connect_us, on_connected); /* our limit comes first */

    link_set_state(k, LINK_CONNECTING);
    if (r < 0)
        link_end(k, r, error_name(r));
}

/* What somebody else connected, or we in an earlier life, is in a state that nobody knows. */
static void on_cleared(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble_link *k = container_of(c, struct ble_link, call);
    const struct mirror_device *d = link_device(k);

    if (result == 0 && d && !d->is_connected) {
        link_wait_again(k);
    } else if (result == 0 && d) {
        timer_once(&k->settle, k->ble->config.times.settle_us); /* the news of it is on its way */
    } else {
        call_connect(k);
    }
}

void link_begin(struct ble_link *k, const struct mirror_object *o)
{
    const struct ble_adapter *a = adapter_of(k->ble, o->path);

    snprintf(k->path, sizeof k->path, "%s", o->path);
    snprintf(k->stats.address, sizeof k->stats.address, "%s", o->device.address);
    snprintf(k->stats.adapter, sizeof k->stats.adapter, "%s", a ? a->name : "");
    k->stats.has_rssi = o->device.rssi_dbm != 0; /* it vanishes with the scan */
    k->stats.rssi_dbm = o->device.rssi_dbm;
    k->lost = false;
    timer_once(&k->limit, k->ble->config.times.connect_us);
    if (o->device.is_connected &&
        ble_call_start(k->ble, &k->call, k->path, "Device1", "Disconnect",
            k->ble->config.times.disconnect_us, on_cleared) == 0)
        link_set_state(k, LINK_CLEARING);
    else
        call_connect(k);
    if (k->events && k->events->connecting) /* it is not over already */
        k->events->connecting(k->ctx, k, k->stats.address);
}

static const char *what_was_missing(const struct ble_link *k, char text[ERROR_TEXT_MAX])
{
    const char *why = ble_why(k->ble);
    const char *whom = k->address ? k->address : k->name ? k->name : k->service;

    if (k->state == LINK_CONNECTING || k->state == LINK_CLEARING)
        return "the device was seen, but did not take the connection in time";
    if (k->state == LINK_RESOLVING)
        return "the device is connected, but did not tell its services in time";
    if (*why)
        return why;
    snprintf(text, ERROR_TEXT_MAX, "%.120s was not seen within %lld s", whom,
        (long long)(k->wait_us / 1000000));
    return text;
}

void link_limit_due(struct timer *t)
{
    struct ble_link *k = container_of(t, struct ble_link, limit);
    char text[ERROR_TEXT_MAX];
    bool down = k->state == LINK_WAITING && !ble_is_ready(k->ble);

    if (link_is_over(k))
        link_left(t);
    else
        link_end(k, down ? -ENODEV : -ETIMEDOUT, what_was_missing(k, text));
}

/* --- the mirror's news ------------------------------------------------------------------------- */

static void link_news(struct ble_link *k, const struct mirror_device *d)
{
    if (k->state == LINK_CONNECTING && d->is_connected && d->is_resolved)
        resolve(k);
    else if (k->state == LINK_RESOLVING && d->is_resolved)
        ask_all(k);
    else if (k->state == LINK_CLEARING && !d->is_connected && !ble_call_is_open(&k->call))
        on_cleared(&k->call, 0, NULL, "");
    if ((k->state == LINK_RESOLVING || k->state == LINK_OPEN) && !d->is_connected)
        link_lose(k);
    if (d->has_rssi) {
        k->stats.has_rssi = true;
        k->stats.rssi_dbm = d->rssi_dbm;
    }
}

void links_device_news(struct ble *b, const struct mirror_object *device)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link) {
        if (strcmp(k->path, device->path) == 0)
            link_news(k, &device->device);
    }
}

/* Its device, or one of its characteristics: the services changed under it, and it begins anew. */
void links_gone(struct ble *b, const struct mirror_object *o)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link) {
        if (!k->path[0] || k->state < LINK_CLEARING || k->state > LINK_OPEN)
            continue;
        if (strcmp(k->path, o->path) == 0 || mirror_is_below(k->path, o->path) ||
            (k->state == LINK_OPEN && o->kind == MIRROR_CHAR && mirror_is_below(o->path, k->path)))
            link_lose(k);
    }
}
