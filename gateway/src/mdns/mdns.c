#include "mdns/mdns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "mdns/mdns_private.h"

/* What is wrong is logged when it has lasted for so long: at a machine's start avahi-daemon may come after us. */
#define SAY_AFTER_US INT64_C(3000000)

static bool is_wanted(const struct mdns *m)
{
    return m->config.enabled && m->n_browsers > 0;
}

/* --- how it is -------------------------------------------------------------------------------- */

static const struct error *first_refused(const struct mdns *m)
{
    static const struct error none = {0};

    for (size_t i = 0; i < m->n_browsers; i++) {
        const struct mdns_browser *b = &m->browsers[i];

        if (b->refused.code && !avahi_object_is_there(b->object))
            return &b->refused;
    }
    return &none;
}

static void say_why(const struct mdns *m, char out[ERROR_TEXT_MAX])
{
    const struct error *refused = first_refused(m);

    *out = '\0';
    if (!m->config.enabled)
        snprintf(out, ERROR_TEXT_MAX, "mDNS is turned off by mdns.enabled");
    else if (!is_wanted(m))
        snprintf(out, ERROR_TEXT_MAX, "no driver that is loaded looks for devices by mDNS");
    else if (m->avahi.no_bus.code)
        snprintf(out, ERROR_TEXT_MAX, "there is no D-Bus to reach avahi-daemon by: %.160s",
            error_text(&m->avahi.no_bus));
    else if (!dbus_peer_is_known(&m->avahi))
        snprintf(out, ERROR_TEXT_MAX, "avahi-daemon is being asked");
    else if (!dbus_peer_is_there(&m->avahi))
        snprintf(out, ERROR_TEXT_MAX,
            "avahi-daemon does not run: systemctl enable --now avahi-daemon (package "
            "avahi-daemon)");
    else if (refused->code)
        snprintf(out, ERROR_TEXT_MAX, "avahi-daemon does not look for devices: %.160s",
            error_text(refused));
}

/* People hear of what lasts. */
static void say_due(struct timer *t)
{
    struct mdns *m = container_of(t, struct mdns, say);

    if (*m->why && is_wanted(m))
        log_info("devices are not found by mDNS", F_STR("why", m->why));
}

static void look_at_state(struct mdns *m)
{
    char why[ERROR_TEXT_MAX];

    say_why(m, why);
    if (strcmp(why, m->why) == 0)
        return;
    memcpy(m->why, why, sizeof why);
    timer_once(&m->say, SAY_AFTER_US);
    if (mdns_is_ready(m))
        log_info("devices are looked for by mDNS", F_INT("types", (int64_t)m->n_browsers));
}

static void start(struct mdns *m)
{
    dbus_peer_open(&m->avahi);
    if (!timer_armed(&m->tell))
        timer_every(&m->tell, m->config.times.tell_us);
}

/* What Avahi has for us ends with our connection. */
static void stop(struct mdns *m)
{
    mdns_avahi_events.gone(m, DBUS_PEER_WITHOUT_BUS);
    dbus_peer_close(&m->avahi);
    timer_stop(&m->tell);
}

/* The one place that makes what is into what should be. */
static void pump(struct deferred *d)
{
    struct mdns *m = container_of(d, struct mdns, pump);

    if (!is_wanted(m))
        stop(m);
    else
        start(m);
    mdns_ask(m);
    look_at_state(m);
}

void mdns_poke(struct mdns *m)
{
    loop_defer(m->loop, &m->pump);
}

/* A browser tells of each thing once, and what came when there was no room for it was left out: now there is, so another is to tell
 * of all. */
static void look_for_left_out(struct mdns *m)
{
    if (!m->mirror.has_left_out || m->mirror.n_views >= MDNS_MAX_VIEWS)
        return;
    m->mirror.has_left_out = false;
    for (size_t i = 0; i < m->n_browsers; i++) {
        m->browsers[i].object = avahi_object_leave(m->browsers[i].object);
        m->browsers[i].retry_us = 0;
    }
}

/* Who keeps what is seen forgets what is not told for a while. */
static void tell_due(struct timer *t)
{
    struct mdns *m = container_of(t, struct mdns, tell);

    look_for_left_out(m);
    mdns_ask(m);
    mdns_mirror_tell(&m->mirror);
}

/* --- what is looked for ----------------------------------------------------------------------- */

static bool has_type(const char *const *types, size_t n, const char *type)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    return false;
}

static void drop_browsers(struct mdns *m, const char *const *types, size_t n)
{
    struct mdns_browser kept[MDNS_MAX_TYPES];
    size_t n_kept = 0;

    for (size_t i = 0; i < m->n_browsers; i++) {
        if (has_type(types, n, m->browsers[i].type))
            kept[n_kept++] = m->browsers[i];
        else
            avahi_object_leave(m->browsers[i].object);
    }
    memcpy(m->browsers, kept, n_kept * sizeof *kept);
    m->n_browsers = n_kept;
    for (size_t i = 0; i < n_kept; i++) {
        if (kept[i].object)
            kept[i].object->owner = &m->browsers[i];
    }
}

void mdns_look_for(struct mdns *m, const char *const *types, size_t n)
{
    drop_browsers(m, types, n);
    for (size_t i = 0; i < n && m->n_browsers < MDNS_MAX_TYPES; i++) {
        struct mdns_browser *b = &m->browsers[m->n_browsers];

        if (strlen(types[i]) >= sizeof b->type || mdns_mirror_to_mdns.wanted(m, types[i]))
            continue;
        *b = (struct mdns_browser){0};
        strcpy(b->type, types[i]);
        m->n_browsers++;
    }
    mdns_mirror_weed(&m->mirror);
    mdns_poke(m);
}

/* --- life ------------------------------------------------------------------------------------- */

static int64_t or_default(int64_t us, int64_t def)
{
    return us > 0 ? us : def;
}

static int copy_config(const struct mdns_config *c, struct mdns_config *ret)
{
    char *bus = strdup(c->bus);

    if (!bus)
        return -ENOMEM;
    *ret = (struct mdns_config){.enabled = c->enabled,
        .bus = bus,
        .times = {.call_us = or_default(c->times.call_us, 10000000),
            .reopen_us = or_default(c->times.reopen_us, 1000000),
            .tell_us = or_default(c->times.tell_us, 10000000),
            .retry_us = or_default(c->times.retry_us, 60000000)}};
    return 0;
}

static void init(struct mdns *m)
{
    const struct dbus_peer_config peer = {.bus = m->config.bus,
        .name = AVAHI,
        .matches = mdns_matches,
        .call_us = m->config.times.call_us,
        .reopen_us = m->config.times.reopen_us};

    dbus_peer_init(&m->avahi, m->loop, &peer, &mdns_avahi_events, m);
    mdns_mirror_init(&m->mirror, &mdns_mirror_to_mdns, m);
    list_init(&m->objects);
    deferred_init(&m->pump, pump);
    timer_init(&m->tell, m->loop, tell_due);
    timer_init(&m->say, m->loop, say_due);
    look_at_state(m);
}

int mdns_new(struct loop *l, const struct mdns_config *c, const struct mdns_events *events,
    void *ctx, struct mdns **ret)
{
    static const struct mdns_events none = {0};
    struct mdns *m = calloc(1, sizeof *m);
    int r = m ? copy_config(c, &m->config) : -ENOMEM;

    if (r < 0) {
        free(m);
        return r;
    }
    m->loop = l;
    m->events = events ? events : &none;
    m->ctx = ctx;
    init(m);
    *ret = m;
    return 0;
}

struct mdns *mdns_free(struct mdns *m)
{
    if (!m)
        return NULL;
    stop(m);
    timer_stop(&m->say);
    deferred_cancel(&m->pump);
    free((char *)m->config.bus);
    free(m);
    return NULL;
}

const char *mdns_why(const struct mdns *m)
{
    return m->why;
}

bool mdns_is_ready(const struct mdns *m)
{
    return !*m->why;
}

size_t mdns_n_services(const struct mdns *m)
{
    return m->mirror.n_services;
}

const struct mdns_stats *mdns_stats(const struct mdns *m)
{
    return &m->stats;
}
