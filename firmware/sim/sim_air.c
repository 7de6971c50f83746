/* sim_air.c - notifications between the camera's stack and the client: a queue with a ceiling, the
 * connection's intervals, and what gets lost. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "sim_private.h"
#include "splitmix.h"

uint32_t sim_random(struct sim_device *d, uint32_t below)
{
    return (uint32_t)(splitmix(&d->random) % below);
}

/* When the first in the queue may go. */
static void arm(struct sim_device *d)
{
    int64_t now_us = loop_now_us(d->object.z->loop), due_us = d->queue[d->queue_head].due_us;

    if (timer_armed(&d->air))
        return; /* an interval is running, or an earlier one is due */
    (void)timer_once(&d->air, d->faults.interval_us > 0 ? d->faults.interval_us : due_us - now_us);
}

/* The link may break by it. */
static void send_first(struct sim_device *d)
{
    struct sim_packet p = d->queue[d->queue_head];
    struct sim_bluez_stats *stats = &d->object.z->stats;

    d->queue_head = (d->queue_head + 1) % d->queue_cap;
    d->queue_n--;
    d->n_sent++;
    if (d->faults.loss_percent > 0 && sim_random(d, 100) < d->faults.loss_percent)
        stats->lost++;
    else
        sim_char_deliver(&d->chars[p.chr], p.bytes, p.n);
    if (d->faults.disconnect_after > 0 && d->n_sent >= d->faults.disconnect_after &&
        (d->faults.disconnects == 0 || d->n_breaks < d->faults.disconnects)) {
        d->n_breaks++;
        sim_device_cut(d);
    }
}

static void air_tick(struct timer *t)
{
    struct sim_device *d = container_of(t, struct sim_device, air);
    int64_t now_us = loop_now_us(d->object.z->loop);
    unsigned most = d->faults.interval_us > 0 ? d->faults.packets : d->queue_cap;

    while (most-- > 0 && d->queue_n > 0 && d->queue[d->queue_head].due_us <= now_us)
        send_first(d);
    if (d->wants_room && d->queue_n < d->queue_cap) {
        d->wants_room = false;
        if (d->app->calls->room)
            d->app->calls->room(d->app->ctx);
    }
    if (d->queue_n > 0)
        arm(d);
}

void sim_air_init(struct sim_device *d)
{
    timer_init(&d->air, d->object.z->loop, air_tick);
}

void sim_air_clear(struct sim_device *d)
{
    timer_stop(&d->air);
    d->queue_n = 0;
    d->wants_room = false;
}

/* --- as the program sees it ------------------------------------------------------------------- */

static int notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n)
{
    struct sim_device *d = a->shown_by;
    struct sim_packet *p;

    if (d->state != SIM_CONNECTED || chr >= a->n_chars || !sim_char_wanted(&d->chars[chr]))
        return -ENOTCONN;
    if (d->queue_n == d->queue_cap) {
        d->wants_room = true;
        return -EAGAIN;
    }
    p = &d->queue[(d->queue_head + d->queue_n++) % d->queue_cap];
    p->due_us = loop_now_us(d->object.z->loop) + d->faults.delay_ms * US_PER_MS;
    p->chr = (uint8_t)chr;
    p->n = (uint16_t)MIN(MIN(n, (size_t)d->mtu - 3), sizeof p->bytes);
    memcpy(p->bytes, bytes, p->n);
    arm(d);
    return 0;
}

static void advertise(struct gatt_app *a, bool on)
{
    struct sim_device *d = a->shown_by;

    if (d->advertising == on)
        return;
    d->advertising = on;
    sim_device_changed_air(d);
}

static void disconnect(struct gatt_app *a)
{
    struct sim_device *d = a->shown_by;

    if (sim_device_connected(d))
        (void)timer_once(&d->cut, 0);
}

const struct gatt_stack sim_stack = {
    .notify = notify, .advertise = advertise, .disconnect = disconnect};
