/* ble.c - the service of ble.h without its links: its life, what makes what is into what should be, and
 * what people are told. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ble/ble_private.h"

/* What is wrong is logged when it has lasted for so long: at its start bluetoothd has no adapter yet. */
#define SAY_AFTER_US INT64_C(3000000)

void ble_poke(struct ble *b)
{
    loop_defer(b->loop, &b->pump);
}

void ble_drain(struct ble *b)
{
    struct ble_link *k;

    list_for_each (k, &b->links, link)
        link_io_drain(k);
}

bool ble_is_wanted(const struct ble *b)
{
    return b->config.enabled && (b->n_services > 0 || b->others || !list_empty(&b->links));
}

/* --- how it is ------------------------------------------------------------------------------------- */

/* People hear of what lasts. */
static void say_due(struct timer *t)
{
    struct ble *b = container_of(t, struct ble, say);

    if (*b->why && ble_is_wanted(b))
        log_info("Bluetooth cannot be used", F_STR("why", b->why));
}

static void look_at_state(struct ble *b)
{
    bool ready = ble_is_ready(b);
    char why[ERROR_TEXT_MAX];

    ble_say(b, why);
    if (strcmp(why, b->why) != 0)
        timer_once(&b->say, SAY_AFTER_US);
    memcpy(b->why, why, sizeof why);
    if (ready && !b->was_ready) {
        log_info("Bluetooth is ready", F_STR("adapter", ble_first_used(b, true)->name));
        if (b->events->ready)
            b->events->ready(b->ctx);
    }
    b->was_ready = ready;
}

static void ble_pump(struct deferred *d)
{
    struct ble *b = container_of(d, struct ble, pump);
    struct ble_adapter *a;

    links_reap(b);
    if (ble_is_wanted(b))
        dbus_peer_open(&b->bluez);
    links_pump(b);
    list_for_each (a, &b->adapters, link)
        adapter_pump(a);
    look_at_state(b);
}

/* --- configuration ----------------------------------------------------------------------------- */

int ble_configure(struct ble *b, const struct ble_config *c)
{
    struct ble_config now = {0};
    struct ble_config with = *c;
    int r;

    with.enabled = b->config.enabled;
    with.bus = b->config.bus;
    r = ble_config_copy(&with, &now);
    if (r < 0)
        return r;
    ble_config_fini(&b->config);
    b->config = now;
    b->bluez.config = ble_bluez_config(b);
    ble_poke(b);
    return 0;
}

int ble_look_for(struct ble *b, const char *const *services, size_t n_services, bool others)
{
    char **copy = NULL;
    int r = ble_strings_copy(services, n_services, &copy);

    if (r < 0)
        return r;
    ble_strings_free(b->services, b->n_services);
    b->services = copy;
    b->n_services = n_services;
    b->others = others;
    ble_poke(b);
    return 0;
}

/* --- life -------------------------------------------------------------------------------------- */

int ble_new(struct loop *l, const struct ble_config *c, const struct ble_events *events, void *ctx,
    struct ble **ret)
{
    static const struct ble_events none = {0};
    struct ble *b = calloc(1, sizeof *b);
    int r;

    if (!b)
        return -ENOMEM;
    b->loop = l;
    b->events = events ? events : &none;
    b->ctx = ctx;
    r = ble_config_copy(c, &b->config);
    if (r < 0) {
        free(b);
        return r;
    }
    ble_bluez_init(b);
    mirror_init(&b->mirror, &ble_mirror_events, b);
    list_init(&b->adapters);
    list_init(&b->links);
    deferred_init(&b->pump, ble_pump);
    timer_init(&b->say, l, say_due);
    look_at_state(b);
    *ret = b;
    return 0;
}

struct ble *ble_free(struct ble *b)
{
    if (!b)
        return NULL;
    ble_bluez_close(b);
    links_free(b);
    mirror_fini(&b->mirror);
    timer_stop(&b->say);
    deferred_cancel(&b->pump);
    ble_strings_free(b->services, b->n_services);
    ble_config_fini(&b->config);
    free(b);
    return NULL;
}

const char *ble_why(const struct ble *b)
{
    return b->why;
}

const struct ble_stats *ble_stats(const struct ble *b)
{
    return &b->stats;
}
