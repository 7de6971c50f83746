/* device.c - a device's life: it is made, its driver starts and stops, and is tried again after a pause. */
#include "device/device.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/memory.h"

void driver_enter(struct device *d)
{
    assert(d->all->n_driver_frames == 0);
    d->all->n_driver_frames++;
}

void driver_leave(struct device *d)
{
    d->all->n_driver_frames--;
}

static int64_t retry_after(unsigned n_failures)
{
    int64_t us = RETRY_FIRST_US;
    uint32_t r = 0;

    for (unsigned i = 1; i < n_failures && us < RETRY_MAX_US; i++)
        us *= 2;
    us = MIN(us, RETRY_MAX_US);
    if (getrandom(&r, sizeof r, GRND_NONBLOCK) != sizeof r)
        r = (uint32_t)clock_mono_us();
    return us / 2 + (int64_t)(r % (uint32_t)(us / 2));
}

static void go_offline(struct device *d, const char *why)
{
    if (d->state == DEVICE_ONLINE &&
        loop_now_us(d->all->env.loop) - d->online_since_us >= RETRY_FORGIVEN_US)
        d->n_failures = 0;
    d->n_failures++;
    d->stats.n_reconnects++;
    device_set_state(d, DEVICE_OFFLINE, why);
}

void device_online(struct device *d, bool up, const char *why)
{
    d->last_seen_us = up ? loop_wall_us(d->all->env.loop) : d->last_seen_us;
    if (up) {
        if (d->state != DEVICE_ONLINE)
            d->online_since_us = loop_now_us(d->all->env.loop);
        device_set_state(d, DEVICE_ONLINE, NULL);
        settings_resend(d);
    } else if (d->pub.parent) {
        device_set_state(d, DEVICE_OFFLINE, why);
    } else if (!d->restart) {
        d->restart = true;
        go_offline(d, why && *why ? why : "the connection ended");
    }
    device_poke(d);
}

void device_away(struct device *d, const char *why)
{
    if (d->restart)
        return;
    if (d->state == DEVICE_OFFLINE) {
        device_status(d, why);
        return;
    }
    d->stats.n_reconnects++;
    device_set_state(d, DEVICE_OFFLINE, why);
}

/* --- start and stop --------------------------------------------------------------------------- */

static bool should_run(const struct device *d)
{
    return d->enabled && d->driver && !d->misfit && !d->pub.parent && !d->removing;
}

/* Drivers keep passwords in it, and not all of them wipe them. */
static void state_free(struct device *d)
{
    memory_wipe_free(d->pub.state, d->kind->state_size);
    d->pub.state = NULL;
}

static void device_start(struct device *d)
{
    int r;

    d->pub.state = calloc(1, MAX(d->kind->state_size, 1));
    if (!d->pub.state) {
        go_offline(d, "no memory");
        timer_once(&d->retry, retry_after(d->n_failures));
        return;
    }
    if (d->state != DEVICE_OFFLINE)
        device_set_state(d, DEVICE_STARTING, NULL);
    clock_map_init(&d->clock, WR_CLOCK_NONE);
    d->running = true;
    d->restart = false;
    d->told_watch = false;
    driver_enter(d);
    r = d->driver->table->start(&d->pub);
    driver_leave(d);
    if (r == 0 || d->restart || d->misfit)
        return;
    /* start() failed, so stop() is not owed; what it has begun is ours to end. */
    d->running = false;
    overlay_match_clear(&d->overlays);
    scope_clear(&d->scope);
    frame_quota_reclaim(d->all->env.pool, &d->quota);
    state_free(d);
    go_offline(d, error_name(r));
    timer_once(&d->retry, retry_after(d->n_failures));
}

void device_halt(struct device *d, const char *why)
{
    struct device *child;

    timer_stop(&d->retry);
    if (!d->running)
        return;
    if (!d->pub.parent && d->driver->table->stop) {
        driver_enter(d);
        d->driver->table->stop(&d->pub);
        driver_leave(d);
    }
    list_for_each (child, &d->children, sibling)
        child_end(child, why);
    d->running = false;
    d->restart = false;
    commands_cancel(d, -ECANCELED);
    motion_end(d);
    overlay_match_clear(&d->overlays);
    scope_clear(&d->scope);
    frame_quota_reclaim(d->all->env.pool, &d->quota);
    state_free(d);
}

static void tell_watch(struct device *d)
{
    if (d->looked == d->told_watch)
        return;
    d->told_watch = d->looked;
    if (!d->driver->table->watch)
        return;
    driver_enter(d);
    d->driver->table->watch(&d->pub, d->looked);
    driver_leave(d);
}

/* For those behind it: what it said last was about a link that worked. */
static void halt_unwanted(struct device *d)
{
    char why[DEVICE_NAME_BYTES + 32];

    snprintf(why, sizeof why, "%s is switched off", d->name);
    device_halt(d, d->restart || d->enabled ? d->why : why);
}

/* The one place that makes what is into what should be. */
static void device_pump(struct deferred *pump)
{
    struct device *d = container_of(pump, struct device, pump);

    if (d->removing) {
        device_free(d);
        return;
    }
    if (d->running && !d->pub.parent && (d->restart || !should_run(d))) {
        bool retry = d->restart && should_run(d);

        halt_unwanted(d);
        if (retry) {
            timer_once(&d->retry, retry_after(d->n_failures));
            return;
        }
    }
    if (!d->pub.parent && !d->enabled)
        device_set_state(d, DEVICE_DISABLED, NULL);
    if (!d->running && should_run(d) && !timer_armed(&d->retry))
        device_start(d);
    if (d->running && !d->pub.parent && !d->restart)
        tell_watch(d);
    if (d->running && d->state == DEVICE_ONLINE && !d->restart)
        settings_send(d);
    if (d->running && !d->restart)
        commands_run(d);
}

static void retry_due(struct timer *t)
{
    device_poke(container_of(t, struct device, retry));
}

void device_poke(struct device *d)
{
    loop_defer(d->all->env.loop, &d->pump);
}

/* Where it is told to be there is no reason to wait for the end of its pause. Not by an advertisement:
 * these come twice a second. */
static void end_pause(struct device *d, const struct wr_found *found)
{
    if (!timer_armed(&d->retry) || !should_run(d) || strcmp(found->bus, "mdns") != 0)
        return;
    timer_stop(&d->retry);
    device_start(d);
    device_poke(d);
}

void device_seen(struct device *d, const struct wr_found *found)
{
    const struct wr_driver *t = d->driver ? d->driver->table : NULL;

    if (d->pub.parent || !t || !WR_HAS(t, seen) || !t->seen)
        return;
    end_pause(d, found);
    if (!d->running || d->restart)
        return;
    driver_enter(d);
    t->seen(&d->pub, found);
    driver_leave(d);
}

/* --- who looks -------------------------------------------------------------------------------- */

static void linger_over(struct timer *t)
{
    struct device *d = container_of(t, struct device, linger);

    d->looked = false;
    device_poke(d);
}

void device_look(struct device *d)
{
    timer_stop(&d->linger);
    if (d->n_lookers++ == 0 && !d->looked) {
        d->looked = true;
        device_poke(d);
    }
}

void device_unlook(struct device *d)
{
    if (d->n_lookers > 0 && --d->n_lookers == 0)
        timer_once(&d->linger, DEVICE_LINGER_US);
}

/* --- life ------------------------------------------------------------------------------------- */

int device_new(struct devices *all, const char *id, const char *name, enum device_owner owner,
    struct device **ret)
{
    struct device *d;

    if (all->n >= DEVICES_MAX && !child_forget_one(all, NULL))
        return -ENOSPC;
    d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->all = all;
    d->owner = owner;
    d->enabled = true;
    d->flow = CONFIG_FLOW_DEVICE;
    d->quota.max = FRAME_QUOTA;
    d->state = DEVICE_STARTING;
    snprintf(d->id, sizeof d->id, "%s", id);
    snprintf(d->name, sizeof d->name, "%s", name && *name ? name : id);
    d->pub = (struct wr_dev){
        .host = &host_table, .id = d->id, .kind = d->kind_name, .key = d->child_key};
    list_init(&d->children);
    list_init(&d->sibling);
    list_init(&d->calls);
    list_init(&d->frame_waiters);
    overlay_match_init(&d->overlays, all->env.loop, device_overlay_timeout);
    motion_init(d);
    inflow_init(&d->inflow, all->env.loop);
    scope_init(&d->scope, &all->generation);
    deferred_init(&d->pump, device_pump);
    timer_init(&d->retry, all->env.loop, retry_due);
    timer_init(&d->linger, all->env.loop, linger_over);
    timer_init(&d->attributes_timer, all->env.loop, host_attributes_due);
    timer_init(&d->left_out_timer, all->env.loop, device_left_out_due);
    list_append(&all->list, &d->link);
    all->n++;
    *ret = d;
    return 0;
}

void device_free(struct device *d)
{
    struct device *child, *next;

    device_halt(d, d->removing ? "the device was removed" : "the gateway ended");
    list_for_each_safe (child, next, &d->children, sibling)
        device_free(child);
    commands_cancel(d, -ECANCELED);
    device_unbind(d);
    scope_fini(&d->scope);
    deferred_cancel(&d->pump);
    timer_stop(&d->retry);
    timer_stop(&d->linger);
    timer_stop(&d->attributes_timer);
    timer_stop(&d->left_out_timer);
    timer_stop(&d->motion.silence);
    inflow_fini(&d->inflow);
    if (d->channel)
        last_forget(d->all->env.last, d->channel);
    frame_quota_release(d->all->env.pool, &d->quota);
    list_remove(&d->sibling);
    list_remove(&d->link);
    d->all->n--;
    json_decref(d->given_options);
    config_device_free(d->given);
    free(d->given_file);
    free(d);
}
