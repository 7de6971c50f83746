/* link.c - a link's life.
 *
 *     WAITING ─ seen, its adapter quiet ─▶ CONNECTING ─ Connect ─▶ RESOLVING ─ all objects ─▶ OPEN
 *        ▲  └─ connected already ─▶ CLEARING ┘  │ failed, at most BLE_MAX_ATTEMPTS times        │
 *        └──────────────────────────────────────┘                          closed, or lost ─▶ LEAVING ─▶ GONE
 *
 * BlueZ sets ServicesResolved before it tells of the objects. So when it is set, all objects are asked
 * for once more, and are complete when no more have come for a moment. Where it never is, the moment
 * is a longer one.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ble/ble_private.h"

#define CONNECT_TIMEOUT_MS 30000
#define LOOK_AGAIN_US INT64_C(5000)

static void set_state(struct ble_link *k, enum link_state state)
{
    k->state = state;
    ble_poke(k->ble);
}

bool link_is_on(const struct ble_link *k, const struct ble_adapter *a)
{
    return k->path[0] && mirror_is_below(k->path, a->path);
}

static struct mirror_device *device_of_link(const struct ble_link *k)
{
    struct mirror_object *o = mirror_find(&k->ble->mirror, MIRROR_DEVICE, k->path);

    return o ? &o->device : NULL;
}

bool link_is_over(const struct ble_link *k)
{
    return k->state >= LINK_LEAVING;
}

/* --- the end ----------------------------------------------------------------------------------- */

static void on_left(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    set_state(container_of(c, struct ble_link, call), LINK_GONE);
}

static void leave_due(struct timer *t)
{
    struct ble_link *k = container_of(t, struct ble_link, limit);

    ble_call_cancel(&k->call);
    set_state(k, LINK_GONE);
}

/* Nobody's from now on. Disconnect also ends a Connect that is on its way. */
static void leave(struct ble_link *k)
{
    const struct mirror_device *d = device_of_link(k);
    bool begun = k->state >= LINK_CLEARING && k->state <= LINK_RESOLVING;
    bool connected = k->state == LINK_OPEN && d && d->is_connected;

    link_io_close(k);
    timer_stop(&k->settle);
    timer_stop(&k->limit);
    ble_call_cancel(&k->call);
    if ((begun || connected) && d && !k->ble->failing &&
        ble_call_start(k->ble, &k->call, k->path, "Device1", "Disconnect",
            k->ble->config.times.disconnect_us, on_left) == 0) {
        timer_init(&k->limit, k->ble->loop, leave_due);
        timer_once(&k->limit, k->ble->config.times.disconnect_us);
        set_state(k, LINK_LEAVING);
        return;
    }
    set_state(k, LINK_GONE);
}

void link_end(struct ble_link *k, int why, const char *error)
{
    const struct ble_link_events *events = k->events;
    char text[ERROR_TEXT_MAX];

    snprintf(text, sizeof text, "%s", error); /* it may be of what ends now */
    k->ble->stats.n_links_lost += k->state == LINK_OPEN;
    k->ble->stats.n_connect_failures += k->state != LINK_OPEN;
    leave(k);
    k->events = NULL;
    events->closed(k->ctx, k, why, text);
}

void ble_close(struct ble_link *k)
{
    if (!k)
        return;
    k->events = NULL;
    leave(k);
}

static void link_free(struct ble_link *k)
{
    link_io_close(k);
    ble_call_cancel(&k->call);
    timer_stop(&k->limit);
    timer_stop(&k->settle);
    deferred_cancel(&k->answer);
    list_remove(&k->link);
    free(k->address);
    free(k->name);
    free(k->service);
    free(k->chars);
    free(k);
}

void links_reap(struct ble *b)
{
    struct ble_link *k, *next;

    list_for_each_safe (k, next, &b->links, link) {
        if (k->state == LINK_GONE)
            link_free(k);
    }
}

/* Those that only wait go on waiting. */
void links_fail(struct ble *b, int why, const char *error)
{
    struct ble_link *k;

    b->failing = true;
    list_for_each (k, &b->links, link) {
        if (k->state == LINK_LEAVING)
            leave_due(&k->limit);
        else if (k->state >= LINK_CLEARING && k->state <= LINK_OPEN)
            link_end(k, why, error);
    }
    b->failing = false;
}

void links_free(struct ble *b)
{
    struct ble_link *k, *next;

    list_for_each_safe (k, next, &b->links, link) {
        assert(link_is_over(k));
        link_free(k);
    }
}

/* --- lost -------------------------------------------------------------------------------------- */

/* What is behind it, an adapter without power most often, is told a moment later. */
static void lose(struct ble_link *k)
{
    if (k->lost)
        return;
    k->lost = true;
    timer_once(&k->settle, k->ble->config.times.quiet_us);
}

static void wait_again(struct ble_link *k)
{
    ble_call_cancel(&k->call);
    timer_stop(&k->settle);
    timer_once(&k->limit, k->wait_us);
    k->seen_after_us = loop_now_us(k->ble->loop);
    k->path[0] = '\0';
    k->lost = false;
    set_state(k, LINK_WAITING);
}

/* The first try often fails on a busy radio: back to the queue, until it is seen once more. */
static void connect_failed(struct ble_link *k, int r, const char *error)
{
    if (r == -ETIMEDOUT || r == -EACCES || ++k->n_attempts >= BLE_MAX_ATTEMPTS) {
        link_end(k, r, error);
        return;
    }
    k->ble->stats.n_connect_failures++;
    k->stats.n_retries++;
    wait_again(k);
}

static const char *lost_why(const struct ble_link *k, char text[ERROR_TEXT_MAX], int *ret_r)
{
    const struct ble_adapter *a = adapter_of(k->ble, k->path);
    const struct mirror_device *d = device_of_link(k);

    *ret_r = a && adapter_is_ready(a) ? -ECONNRESET : -ENODEV;
    if (a && adapter_is_ready(a) && d && d->is_connected)
        return "the device's services changed under the connection";
    if (a && adapter_is_ready(a))
        return "the connection ended: the device left it, or is out of reach";
    snprintf(text, ERROR_TEXT_MAX, "the Bluetooth adapter %s %s", k->stats.adapter,
        !a                ? "is gone"
            : !a->powered ? "was turned off"
                          : "is not among ble.adapters any more");
    return text;
}

/* There is still somebody to say Disconnect to, and a Connect on its way has to be ended by it. */
static bool is_left_out(const struct ble_link *k)
{
    const struct ble_adapter *a = adapter_of(k->ble, k->path);

    return a && a->powered && !adapter_is_used(a);
}

void link_end_lost(struct ble_link *k)
{
    char text[ERROR_TEXT_MAX];
    int r;
    const char *why = lost_why(k, text, &r);

    link_io_drain(k);
    if (k->state == LINK_OPEN || is_left_out(k))
        link_end(k, r, why);
    else if (k->state >= LINK_CLEARING && k->state <= LINK_RESOLVING)
        connect_failed(k, r, why);
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
    set_state(k, LINK_OPEN);
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

static void settled(struct timer *t)
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
        const struct mirror_device *d = device_of_link(k);

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
    const struct mirror_device *d = device_of_link(k);

    ble_call_cancel(&k->call);
    k->list_asked = k->all_listed = false;
    set_state(k, LINK_RESOLVING);
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
    connect_failed(k, result, text);
}

static void call_connect(struct ble_link *k)
{
    int r = ble_call_start(k->ble, &k->call, k->path, "Device1", "Connect",
        2 * k->ble->config.times.connect_us, on_connected); /* our limit comes first */

    set_state(k, LINK_CONNECTING);
    if (r < 0)
        link_end(k, r, error_name(r));
}

/* What somebody else connected, or we in an earlier life, is in a state that nobody knows. */
static void on_cleared(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble_link *k = container_of(c, struct ble_link, call);
    const struct mirror_device *d = device_of_link(k);

    if (result == 0 && d && !d->is_connected) {
        wait_again(k);
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
        set_state(k, LINK_CLEARING);
    else
        call_connect(k);
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

static void limit_due(struct timer *t)
{
    struct ble_link *k = container_of(t, struct ble_link, limit);
    char text[ERROR_TEXT_MAX];
    bool down = k->state == LINK_WAITING && !ble_is_ready(k->ble);

    if (link_is_over(k))
        leave_due(t);
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
        lose(k);
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
            lose(k);
    }
}

/* --- life -------------------------------------------------------------------------------------- */

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
        n += k->state < LINK_LEAVING;
    if (!b->config.enabled)
        return error_set(e, -EOPNOTSUPP, "Bluetooth is turned off by ble.enabled");
    if (n >= BLE_MAX_LINKS)
        return error_set(e, -ENOSPC, "there are %u Bluetooth links already", BLE_MAX_LINKS);
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
    timer_init(&k->limit, b->loop, limit_due);
    timer_init(&k->settle, b->loop, settled);
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
