/* link_end.c - how a link ends: its owner does not want it any more, it is lost, or a try to connect has
 * failed and is repeated. Nobody's any more, it goes on until the device is disconnected. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ble/ble_private.h"

bool link_is_over(const struct ble_link *k)
{
    return k->state >= LINK_LEAVING;
}

static void on_left(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    link_set_state(container_of(c, struct ble_link, call), LINK_GONE);
}

void link_left(struct timer *t)
{
    struct ble_link *k = container_of(t, struct ble_link, limit);

    ble_call_cancel(&k->call);
    link_set_state(k, LINK_GONE);
}

/* Nobody's from now on. Disconnect also ends a Connect that is on its way. */
static void leave(struct ble_link *k)
{
    const struct mirror_device *d = link_device(k);
    bool begun = k->state >= LINK_CLEARING && k->state <= LINK_RESOLVING;
    bool connected = k->state == LINK_OPEN && d && d->is_connected;

    link_io_close(k);
    timer_stop(&k->settle);
    timer_stop(&k->limit);
    ble_call_cancel(&k->call);
    if ((begun || connected) && d && !k->ble->failing &&
        ble_call_start(k->ble, &k->call, k->path, "Device1", "Disconnect",
            k->ble->config.times.disconnect_us, on_left) == 0) {
        timer_init(&k->limit, k->ble->loop, link_left);
        timer_once(&k->limit, k->ble->config.times.disconnect_us);
        link_set_state(k, LINK_LEAVING);
        return;
    }
    link_set_state(k, LINK_GONE);
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

void link_free(struct ble_link *k)
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

void links_fail(struct ble *b, int why, const char *error)
{
    struct ble_link *k;

    b->failing = true;
    list_for_each (k, &b->links, link) {
        if (k->state == LINK_LEAVING)
            link_left(&k->limit);
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

void link_lose(struct ble_link *k)
{
    if (k->lost)
        return;
    k->lost = true;
    timer_once(&k->settle, k->ble->config.times.quiet_us);
}

void link_wait_again(struct ble_link *k)
{
    ble_call_cancel(&k->call);
    timer_stop(&k->settle);
    timer_once(&k->limit, k->wait_us);
    k->seen_after_us = loop_now_us(k->ble->loop);
    k->path[0] = '\0';
    k->lost = false;
    link_set_state(k, LINK_WAITING);
}

/* The first try often fails on a busy radio: back to the queue, until it is seen once more. */
void link_connect_failed(struct ble_link *k, int r, const char *error)
{
    if (r == -ETIMEDOUT || r == -EACCES || ++k->n_attempts >= BLE_MAX_ATTEMPTS) {
        link_end(k, r, error);
        return;
    }
    k->ble->stats.n_connect_failures++;
    k->stats.n_retries++;
    link_wait_again(k);
}

static const char *lost_why(const struct ble_link *k, char text[ERROR_TEXT_MAX], int *ret_r)
{
    const struct ble_adapter *a = adapter_of(k->ble, k->path);
    const struct mirror_device *d = link_device(k);

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
        link_connect_failed(k, r, why);
}
