/* avahi.c - browsers for the types that are wanted, and a resolver for each view of what they tell.
 *
 * A resolver stays as long as its view does: Avahi then tells of another address or TXT by itself, and
 * keeps what it knows fresh.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mdns/mdns_private.h"

#define BROWSER AVAHI ".ServiceBrowser"
#define RESOLVER AVAHI ".ServiceResolver"

/* All interfaces, all protocols (avahi-common/address.h). */
#define IF_UNSPEC (-1)
#define PROTO_UNSPEC (-1)

const char *const mdns_matches[] = {
    "type='signal',sender='" AVAHI "',interface='" BROWSER "'",
    "type='signal',sender='" AVAHI "',interface='" RESOLVER "'",
    NULL,
};

static int64_t retry_at(const struct mdns *m)
{
    return loop_now_us(m->loop) + m->config.times.retry_us;
}

/* --- browsers ---------------------------------------------------------------------------------- */

static void browser_failed(struct mdns *m, void *owner, const char *error)
{
    struct mdns_browser *b = owner;

    b->object = NULL;
    b->retry_us = retry_at(m);
    error_set(&b->refused, -EIO, "%s", error);
    mdns_poke(m);
}

static int new_browser(struct mdns *m, const struct mdns_browser *b, sd_bus_message **ret)
{
    int r = dbus_peer_new_call(&m->avahi, "/", AVAHI ".Server", "ServiceBrowserNew", ret);

    return r < 0 ? r
                 : sd_bus_message_append(*ret, "iissu", IF_UNSPEC, PROTO_UNSPEC, b->type, "", 0u);
}

static void ask_browser(struct mdns *m, struct mdns_browser *b)
{
    sd_bus_message *call = NULL;

    if (b->object || loop_now_us(m->loop) < b->retry_us)
        return;
    b->retry_us = retry_at(m);
    if (new_browser(m, b, &call) < 0) {
        sd_bus_message_unref(call);
        return;
    }
    b->object = avahi_object_new_consume(m, call, BROWSER, b, browser_failed);
}

/* --- resolvers --------------------------------------------------------------------------------- */

static void resolver_failed(struct mdns *m, void *owner, const char *error)
{
    struct mdns_view *v = owner;

    v->resolver = NULL;
    v->retry_us = retry_at(m);
    mdns_mirror_unresolve(&m->mirror, v);
}

/* The address is to be of the family by which it was heard. */
static int new_resolver(struct mdns *m, const struct mdns_view *v, sd_bus_message **ret)
{
    const struct mdns_service *s = v->service;
    int r = dbus_peer_new_call(&m->avahi, "/", AVAHI ".Server", "ServiceResolverNew", ret);

    return r < 0 ? r
                 : sd_bus_message_append(*ret, "iisssiu", v->interface, v->protocol, s->name,
                       s->type, s->domain, v->protocol, 0u);
}

static void ask_resolver(struct mdns *m, struct mdns_view *v)
{
    sd_bus_message *call = NULL;

    if (v->resolver || loop_now_us(m->loop) < v->retry_us)
        return;
    v->retry_us = retry_at(m);
    if (new_resolver(m, v, &call) < 0)
        sd_bus_message_unref(call);
    else
        v->resolver = avahi_object_new_consume(m, call, RESOLVER, v, resolver_failed);
}

void mdns_ask(struct mdns *m)
{
    struct mdns_service *s;
    struct mdns_view *v;

    if (!dbus_peer_is_there(&m->avahi))
        return;
    for (size_t i = 0; i < m->n_browsers; i++)
        ask_browser(m, &m->browsers[i]);
    list_for_each (s, &m->mirror.services, link) {
        list_for_each (v, &s->views, link)
            ask_resolver(m, v);
    }
}

/* --- what the mirror tells --------------------------------------------------------------------- */

static bool is_wanted(void *ctx, const char *type)
{
    const struct mdns *m = ctx;

    for (size_t i = 0; i < m->n_browsers; i++) {
        if (strcmp(m->browsers[i].type, type) == 0)
            return true;
    }
    return false;
}

static void view_added(void *ctx, struct mdns_view *v)
{
    ask_resolver(ctx, v);
}

static void view_gone(void *ctx, struct mdns_view *v)
{
    v->resolver = avahi_object_leave(v->resolver);
}

static void seen(void *ctx, const struct wr_found *seen)
{
    struct mdns *m = ctx;

    m->stats.n_sightings++;
    if (m->events->seen)
        m->events->seen(m->ctx, seen);
}

static void lost(void *ctx, const struct wr_found *seen)
{
    struct mdns *m = ctx;

    if (m->events->lost)
        m->events->lost(m->ctx, seen);
}

const struct mdns_mirror_events mdns_mirror_to_mdns = {.wanted = is_wanted,
    .view_added = view_added,
    .view_gone = view_gone,
    .seen = seen,
    .lost = lost};

/* --- avahi-daemon ------------------------------------------------------------------------------ */

static void came(void *ctx)
{
    struct mdns *m = ctx;

    for (size_t i = 0; i < m->n_browsers; i++)
        m->browsers[i].retry_us = 0;
    mdns_ask(m);
}

/* What it had made is gone with it, and what it told is not known any more. */
static void gone(void *ctx, enum dbus_peer_end how)
{
    struct mdns *m = ctx;
    struct mdns_service *s;
    struct mdns_view *v;

    avahi_objects_forget(m);
    for (size_t i = 0; i < m->n_browsers; i++) {
        m->browsers[i].object = NULL;
        m->browsers[i].refused = ERROR_NULL;
    }
    list_for_each (s, &m->mirror.services, link) {
        list_for_each (v, &s->views, link)
            v->resolver = NULL;
    }
    mdns_mirror_clear(&m->mirror);
}

static void on_signal(void *ctx, sd_bus_message *signal)
{
    const char *member = sd_bus_message_get_member(signal);
    struct mdns *m = ctx;
    int r = 0;

    if (!member)
        return;
    if (strcmp(member, "ItemNew") == 0)
        r = mdns_mirror_take_new(&m->mirror, signal);
    else if (strcmp(member, "ItemRemove") == 0)
        r = mdns_mirror_take_removed(&m->mirror, signal);
    else if (strcmp(member, "Found") == 0)
        r = mdns_mirror_take_found(&m->mirror, signal);
    else if (strcmp(member, "Failure") == 0)
        avahi_object_failed(m, signal);
    m->stats.n_senseless += r < 0;
    m->stats.n_left_out = m->mirror.n_left_out;
}

static void changed(void *ctx)
{
    mdns_poke(ctx);
}

const struct dbus_peer_events mdns_avahi_events = {
    .came = came, .gone = gone, .signal = on_signal, .changed = changed};
