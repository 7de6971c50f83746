#include "dbus/dbus_peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* As long as somebody who has started the other program may wait for us. */
#define REOPEN_MAX_US INT64_C(60000000)

/* The daemon itself; its own name is nobody else's. */
#define BUS_DAEMON "org.freedesktop.DBus"
#define RULE_BYTES 192

static void reopen_later(struct dbus_peer *p)
{
    int64_t us = p->config.reopen_us;

    for (unsigned i = 0; i < p->n_reopens && us < REOPEN_MAX_US; i++)
        us *= 2;
    p->n_reopens++;
    timer_once(&p->reopen, MIN(us, REOPEN_MAX_US));
}

static void tell_changed(struct dbus_peer *p)
{
    if (p->events->changed)
        p->events->changed(p->ctx);
}

/* --- who has the name ------------------------------------------------------------------------- */

static void set_owner(struct dbus_peer *p, const char *owner)
{
    bool was = p->owner[0] != '\0';

    p->asked = true;
    p->n_reopens = 0;
    if (strcmp(p->owner, owner) == 0) {
        tell_changed(p);
        return;
    }
    snprintf(p->owner, sizeof p->owner, "%s", owner);
    if (was)
        p->events->gone(p->ctx, *owner ? DBUS_PEER_REPLACED : DBUS_PEER_ENDED);
    if (p->owner[0]) /* it was not closed in that */
        p->events->came(p->ctx);
    tell_changed(p);
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    const char *name, *old, *now, *sender = sd_bus_message_get_sender(m);
    struct dbus_peer *p = userdata;

    if (sender && strcmp(sender, BUS_DAEMON) == 0 &&
        sd_bus_message_read(m, "sss", &name, &old, &now) >= 0 && strcmp(name, p->config.name) == 0)
        set_owner(p, now);
    return 0;
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    struct dbus_peer *p = userdata;
    const char *owner = "";

    p->asking = sd_bus_slot_unref(p->asking);
    if (sd_bus_message_get_errno(m) == ETIMEDOUT) {
        reopen_later(p);
        return 0;
    }
    if (!sd_bus_message_is_method_error(m, NULL))
        sd_bus_message_read(m, "s", &owner);
    set_owner(p, owner);
    return 0;
}

static void ask_owner(struct dbus_peer *p)
{
    sd_bus_message *m = NULL;
    int r = sd_bus_message_new_method_call(dbus_bus(p->dbus), &m, BUS_DAEMON,
        "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner");

    if (r >= 0)
        r = sd_bus_message_append(m, "s", p->config.name);
    if (r >= 0)
        r = sd_bus_call_async(
            dbus_bus(p->dbus), &p->asking, m, on_owner, p, (uint64_t)p->config.call_us);
    sd_bus_message_unref(m);
    if (r < 0)
        reopen_later(p);
}

static int on_signal(sd_bus_message *m, void *userdata, sd_bus_error *ret_error)
{
    struct dbus_peer *p = userdata;
    const char *sender = sd_bus_message_get_sender(m);

    if (sender && strcmp(sender, p->owner) == 0)
        p->events->signal(p->ctx, m);
    return 0;
}

/* --- the bus ---------------------------------------------------------------------------------- */

static void forget_bus(struct dbus_peer *p)
{
    p->asked = false;
    p->owner[0] = '\0';
    p->asking = sd_bus_slot_unref(p->asking);
    p->dbus = dbus_free(p->dbus);
}

static void on_ready(void *ctx, struct dbus *d)
{
    struct dbus_peer *p = ctx;

    p->no_bus = ERROR_NULL;
}

static void on_closed(void *ctx, struct dbus *d, int why)
{
    struct dbus_peer *p = ctx;
    bool was = p->owner[0] != '\0';

    error_set(&p->no_bus, why, "%s", error_name(why));
    forget_bus(p);
    reopen_later(p);
    if (was)
        p->events->gone(p->ctx, DBUS_PEER_WITHOUT_BUS);
    tell_changed(p);
}

static const struct dbus_events dbus_events = {.ready = on_ready, .closed = on_closed};

static int add_matches(struct dbus_peer *p)
{
    char rule[RULE_BYTES];
    int r;

    snprintf(rule, sizeof rule,
        "type='signal',sender='" BUS_DAEMON
        "',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='%s'",
        p->config.name);
    r = sd_bus_add_match_async(dbus_bus(p->dbus), NULL, rule, on_owner_changed, NULL, p);
    for (const char *const *m = p->config.matches; *m && r >= 0; m++)
        r = sd_bus_add_match_async(dbus_bus(p->dbus), NULL, *m, on_signal, NULL, p);
    return r;
}

static void open_bus(struct dbus_peer *p)
{
    const char *address = strcmp(p->config.bus, "system") == 0 ? NULL : p->config.bus;
    int r = dbus_open(p->loop, address, &dbus_events, p, &p->dbus, &p->no_bus);

    if (r >= 0 && (r = add_matches(p)) < 0) {
        error_set(&p->no_bus, r, "%s", error_name(r));
        forget_bus(p);
    }
    if (r < 0)
        reopen_later(p);
    else
        ask_owner(p);
}

static void reopen_due(struct timer *t)
{
    struct dbus_peer *p = container_of(t, struct dbus_peer, reopen);

    if (!p->dbus)
        open_bus(p);
    else
        ask_owner(p);
    tell_changed(p);
}

/* --- life ------------------------------------------------------------------------------------- */

void dbus_peer_init(struct dbus_peer *p, struct loop *l, const struct dbus_peer_config *c,
    const struct dbus_peer_events *events, void *ctx)
{
    *p = (struct dbus_peer){.loop = l, .config = *c, .events = events, .ctx = ctx};
    timer_init(&p->reopen, l, reopen_due);
}

/* On a later turn, as all that follows from it. */
void dbus_peer_open(struct dbus_peer *p)
{
    if (!p->wanted)
        timer_once(&p->reopen, 0);
    p->wanted = true;
}

void dbus_peer_close(struct dbus_peer *p)
{
    p->wanted = false;
    timer_stop(&p->reopen);
    forget_bus(p);
    p->no_bus = ERROR_NULL;
    p->n_reopens = 0;
}

int dbus_peer_new_call(struct dbus_peer *p, const char *path, const char *interface,
    const char *member, sd_bus_message **ret)
{
    if (!p->dbus || !p->owner[0])
        return -ENOTCONN;
    return sd_bus_message_new_method_call(
        dbus_bus(p->dbus), ret, p->owner, path, interface, member);
}
