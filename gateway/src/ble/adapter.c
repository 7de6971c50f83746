/* adapter.c - one adapter: when it scans.
 *
 * A scan takes the radio from links and from connects, and costs a device's battery nothing but its
 * neighbours' patience: it is on for a window, then rests. While a device is waited for it rests for
 * a moment only; while a link is being made it does not run at all.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ble/ble_private.h"

/* A scan that could not be begun is tried again then. */
#define RETRY_US INT64_C(10000000)
#define WAITING_SCAN_US INT64_C(10000000)

/* --- who is there ------------------------------------------------------------------------------ */

struct ble_adapter *adapter_find(const struct ble *b, const char *path)
{
    struct ble_adapter *a;

    list_for_each (a, &b->adapters, link) {
        if (strcmp(a->path, path) == 0)
            return a;
    }
    return NULL;
}

struct ble_adapter *adapter_of(const struct ble *b, const char *device_path)
{
    struct ble_adapter *a;

    list_for_each (a, &b->adapters, link) {
        if (mirror_is_below(device_path, a->path))
            return a;
    }
    return NULL;
}

bool adapter_is_used(const struct ble_adapter *a)
{
    const char *const *names = a->ble->config.adapters;

    for (size_t i = 0; names && names[i]; i++) {
        if (strcmp(names[i], a->name) == 0 || strcasecmp(names[i], a->address) == 0)
            return true;
    }
    return !names || !names[0];
}

bool adapter_is_ready(const struct ble_adapter *a)
{
    return a->powered && adapter_is_used(a);
}

bool adapter_is_connecting(const struct ble_adapter *a)
{
    const struct ble_link *k;

    list_for_each (k, &a->ble->links, link) {
        if (link_is_on(k, a) && k->state >= LINK_CLEARING && k->state <= LINK_RESOLVING)
            return true;
    }
    return false;
}

size_t adapter_n_links(const struct ble_adapter *a)
{
    const struct ble_link *k;
    size_t n = 0;

    list_for_each (k, &a->ble->links, link)
        n += link_is_on(k, a) && k->state >= LINK_CLEARING && k->state <= LINK_OPEN;
    return n;
}

/* --- scanning ---------------------------------------------------------------------------------- */

static void scan_over(struct ble_adapter *a)
{
    ble_call_cancel(&a->call);
    a->scan = SCAN_OFF;
    a->scan_ended_us = loop_now_us(a->ble->loop);
    if (a->ble->mirror.n_left_out > 0)
        ble_list(a->ble); /* there may be room now */
    ble_poke(a->ble);
}

static void scan_failed(struct ble_adapter *a, int r, const char *error)
{
    error_set(&a->no_scan, r, "%s", error && *error ? error : error_name(r));
    scan_over(a);
}

static void on_stopped(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    scan_over(container_of(c, struct ble_adapter, call));
}

static void scan_stop(struct ble_adapter *a)
{
    ble_call_cancel(&a->call);
    a->scan = SCAN_STOPPING;
    if (ble_call_start(a->ble, &a->call, a->path, "Adapter1", "StopDiscovery",
            a->ble->config.times.call_us, on_stopped) < 0)
        scan_over(a);
}

/* In progress is a scan that we have begun already, or whatever the controller does just now, as right after the start of
 * bluetoothd: then there is none. */
static void on_started(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble_adapter *a = container_of(c, struct ble_adapter, call);

    if (result == -EBUSY && !a->discovering) {
        scan_over(a);
        return;
    }
    if (result < 0 && result != -EBUSY) {
        scan_failed(a, result, error);
        return;
    }
    a->no_scan = ERROR_NULL;
    a->scan = SCAN_ON;
    a->ble->stats.n_scans++;
    ble_poke(a->ble);
}

static void on_filtered(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct ble_adapter *a = container_of(c, struct ble_adapter, call);
    int r = result;

    if (r == 0)
        r = ble_call_start(a->ble, &a->call, a->path, "Adapter1", "StartDiscovery",
            a->ble->config.times.call_us, on_started);
    if (r < 0)
        scan_failed(a, r, error);
}

static bool is_waited_for(const struct ble *b)
{
    const struct ble_link *k;

    list_for_each (k, &b->links, link) {
        if (k->state == LINK_WAITING)
            return true;
    }
    return false;
}

/* Services that all who look have named; a device that is waited for may not say its own. */
static int append_services(const struct ble *b, sd_bus_message *m)
{
    int r;

    if (b->others || b->n_services == 0 || is_waited_for(b))
        return 0;
    if ((r = sd_bus_message_open_container(m, 'e', "sv")) < 0 ||
        (r = sd_bus_message_append(m, "s", "UUIDs")) < 0 ||
        (r = sd_bus_message_open_container(m, 'v', "as")) < 0 ||
        (r = sd_bus_message_append_strv(m, b->services)) < 0 ||
        (r = sd_bus_message_close_container(m)) < 0)
        return r;
    return sd_bus_message_close_container(m);
}

static int append_filter(const struct ble *b, sd_bus_message *m)
{
    int r = sd_bus_message_open_container(m, 'a', "{sv}");

    if (r < 0 || (r = sd_bus_message_append(m, "{sv}", "Transport", "s", "le")) < 0 ||
        (r = sd_bus_message_append(m, "{sv}", "DuplicateData", "b", 0)) < 0 ||
        (r = append_services(b, m)) < 0)
        return r;
    return sd_bus_message_close_container(m);
}

static void scan_start(struct ble_adapter *a, int64_t window_us)
{
    sd_bus_message *m = NULL;
    int r = ble_call_new(a->ble, a->path, "Adapter1", "SetDiscoveryFilter", &m);

    a->has_scanned = true;
    a->scan = SCAN_STARTING;
    a->scan_until_us = loop_now_us(a->ble->loop) + window_us;
    if (r >= 0)
        r = append_filter(a->ble, m);
    if (r < 0)
        sd_bus_message_unref(m);
    else
        r = ble_call_consume(a->ble, &a->call, m, a->ble->config.times.call_us, on_filtered);
    if (r < 0)
        scan_failed(a, r, NULL);
}

bool adapter_quiet(struct ble_adapter *a)
{
    if (a->scan == SCAN_ON)
        scan_stop(a);
    return a->scan == SCAN_OFF;
}

/* How long it scans and rests; false: nothing is looked for. */
static bool scan_plan(const struct ble_adapter *a, int64_t *ret_window_us, int64_t *ret_rest_us)
{
    const struct ble *b = a->ble;
    bool busy = adapter_n_links(a) > 0;

    if (is_waited_for(b)) {
        *ret_window_us = MIN(WAITING_SCAN_US, b->config.scan_us);
        *ret_rest_us = b->config.times.pause_us;
        return true;
    }
    *ret_window_us = busy ? MIN(BLE_BUSY_SCAN_US, b->config.scan_us) : b->config.scan_us;
    *ret_rest_us = MAX(b->config.scan_every_us, busy ? BLE_BUSY_SCAN_EVERY_US : 0) - *ret_window_us;
    return b->config.scan && (b->n_services > 0 || b->others);
}

static void wake_at(struct ble_adapter *a, int64_t at_us)
{
    timer_once(&a->duty, at_us - loop_now_us(a->ble->loop));
}

void adapter_pump(struct ble_adapter *a)
{
    int64_t now = loop_now_us(a->ble->loop), window_us, rest_us, next;
    bool wanted = scan_plan(a, &window_us, &rest_us) && adapter_is_ready(a);

    if (a->no_scan.code)
        rest_us = MAX(rest_us, RETRY_US);
    next = a->has_scanned ? a->scan_ended_us + rest_us : now;
    timer_stop(&a->duty);
    if (a->scan == SCAN_ON && (!wanted || now >= a->scan_until_us))
        scan_stop(a);
    else if (a->scan == SCAN_ON)
        wake_at(a, a->scan_until_us);
    else if (a->scan != SCAN_OFF || !wanted || adapter_is_connecting(a))
        return; /* the end of that wakes us */
    else if (now >= next)
        scan_start(a, window_us);
    else
        wake_at(a, next);
}

static void duty_due(struct timer *t)
{
    ble_poke(container_of(t, struct ble_adapter, duty)->ble);
}

/* --- coming and going -------------------------------------------------------------------------- */

static struct ble_adapter *adapter_new(struct ble *b, const char *path)
{
    struct ble_adapter *a = calloc(1, sizeof *a);
    const char *slash = strrchr(path, '/');

    if (!a)
        return NULL;
    a->ble = b;
    snprintf(a->path, sizeof a->path, "%s", path);
    snprintf(a->name, sizeof a->name, "%.15s", slash ? slash + 1 : path);
    timer_init(&a->duty, b->loop, duty_due);
    list_append(&b->adapters, &a->link);
    return a;
}

void adapter_take(struct ble *b, const struct mirror_object *o)
{
    struct ble_adapter *a = adapter_find(b, o->path);

    if (!a)
        a = adapter_new(b, o->path);
    if (!a)
        return;
    memcpy(a->address, o->adapter.address, sizeof a->address);
    a->powered = o->adapter.powered;
    if (a->scan != SCAN_OFF && !a->powered)
        scan_over(a);
    if (a->scan == SCAN_ON && a->discovering && !o->adapter.discovering)
        scan_over(a); /* somebody else ended it */
    a->discovering = o->adapter.discovering;
    ble_poke(b);
}

void adapter_forget(struct ble *b, const char *path)
{
    struct ble_adapter *a = adapter_find(b, path);

    if (!a)
        return;
    ble_call_cancel(&a->call);
    timer_stop(&a->duty);
    list_remove(&a->link);
    free(a);
}

void ble_each_adapter(
    const struct ble *b, void (*fn)(void *ctx, const struct ble_adapter_info *a), void *ctx)
{
    const struct ble_adapter *a;

    list_for_each (a, &b->adapters, link) {
        struct ble_adapter_info info = {.name = a->name,
            .address = a->address,
            .powered = a->powered,
            .used = adapter_is_used(a),
            .scanning = a->scan == SCAN_ON,
            .n_links = adapter_n_links(a)};

        fn(ctx, &info);
    }
}
