#include "sim_announce.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dbus/dbus_peer.h"

#define AVAHI "org.freedesktop.Avahi"
#define GROUP AVAHI ".EntryGroup"
/* enum AvahiEntryGroupState */
#define GROUP_COLLISION 3
/* Somebody has every name that we try: there is something wrong, and no end to it. */
#define NAMES_MAX 16
#define CALL_US (10 * US_PER_S)

struct sim_announce {
    struct sim_announcement what;
    char *bus;
    uint16_t port;
    struct dbus_peer avahi;
    sd_bus_slot *making;
    char path[64]; /* of our group; "": there is none */
    unsigned n_names;
};

/* --- what is announced ------------------------------------------------------------------------- */

static sd_bus_message *new_call(struct sim_announce *a, const char *member)
{
    sd_bus_message *m = NULL;

    return dbus_peer_new_call(&a->avahi, a->path, GROUP, member, &m) < 0 ? NULL : m;
}

static int on_added(sd_bus_message *m, void *userdata, sd_bus_error *e);
static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *e);

static void send_consume(
    struct sim_announce *a, sd_bus_message *m, sd_bus_message_handler_t answered)
{
    if (m)
        sd_bus_call_async(dbus_bus(a->avahi.dbus), NULL, m, answered, a, CALL_US);
    sd_bus_message_unref(m);
}

/* As Avahi calls the second of a name. */
static const char *name_of(const struct sim_announce *a, char out[128])
{
    snprintf(out, 128, a->n_names > 1 ? "%.100s #%u" : "%.100s", a->what.name, a->n_names);
    return out;
}

static void add_service(struct sim_announce *a)
{
    bool is_loopback = strncmp(a->what.address, "127.", 4) == 0;
    int interface = is_loopback ? (int)if_nametoindex("lo") : -1;
    sd_bus_message *m = new_call(a, "AddService");
    char name[128];

    if (!m)
        return;
    sd_bus_message_append(m, "iiussssq", interface, is_loopback ? 0 : -1, 0u, name_of(a, name),
        a->what.type, "", "", a->port);
    sd_bus_message_open_container(m, 'a', "ay");
    for (size_t i = 0; i < SIM_ANNOUNCE_MAX_TXT && a->what.txt[i]; i++)
        sd_bus_message_append_array(m, 'y', a->what.txt[i], strlen(a->what.txt[i]));
    sd_bus_message_close_container(m);
    send_consume(a, m, on_added);
}

static void use_next_name(struct sim_announce *a)
{
    char name[128];

    if (a->n_names >= NAMES_MAX)
        return;
    a->n_names++;
    log_info("somebody else has that name", F_STR("now", name_of(a, name)));
    send_consume(a, new_call(a, "Reset"), on_answer);
    add_service(a);
}

/* --- the group --------------------------------------------------------------------------------- */

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
    const sd_bus_error *error = sd_bus_message_get_error(m);
    struct sim_announce *a = userdata;

    if (error && a->path[0])
        log_warning("it cannot be announced", F_STR("why", error->message));
    return 0;
}

/* A name that is taken on this machine is told at once, one in the network later. */
static int on_added(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
    struct sim_announce *a = userdata;

    if (!a->path[0])
        return 0;
    if (sd_bus_message_is_method_error(m, AVAHI ".CollisionError"))
        use_next_name(a);
    else if (!sd_bus_message_is_method_error(m, NULL))
        send_consume(a, new_call(a, "Commit"), on_answer);
    else
        on_answer(m, userdata, e);
    return 0;
}

static int on_group(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
    struct sim_announce *a = userdata;
    const char *path = "";

    a->making = sd_bus_slot_unref(a->making);
    if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "o", &path) <= 0) {
        log_warning("avahi-daemon announces nothing for us");
        return 0;
    }
    snprintf(a->path, sizeof a->path, "%s", path);
    add_service(a);
    return 0;
}

static void make_group(struct sim_announce *a)
{
    sd_bus_message *m = NULL;

    if (a->port == 0 || a->path[0] || a->making)
        return;
    a->n_names = 1;
    if (dbus_peer_new_call(&a->avahi, "/", AVAHI ".Server", "EntryGroupNew", &m) >= 0)
        sd_bus_call_async(dbus_bus(a->avahi.dbus), &a->making, m, on_group, a, CALL_US);
    sd_bus_message_unref(m);
}

static void forget_group(struct sim_announce *a)
{
    a->making = sd_bus_slot_unref(a->making);
    a->path[0] = '\0';
}

/* --- avahi-daemon ------------------------------------------------------------------------------ */

static void came(void *ctx)
{
    make_group(ctx);
}

static void gone(void *ctx, enum dbus_peer_end how)
{
    forget_group(ctx);
}

static void on_signal(void *ctx, sd_bus_message *m)
{
    struct sim_announce *a = ctx;
    const char *path = sd_bus_message_get_path(m), *why;
    int state = 0;

    if (a->path[0] && path && strcmp(path, a->path) == 0 &&
        sd_bus_message_is_signal(m, GROUP, "StateChanged") > 0 &&
        sd_bus_message_read(m, "is", &state, &why) > 0 && state == GROUP_COLLISION)
        use_next_name(a);
}

/* --- life -------------------------------------------------------------------------------------- */

int sim_announce_new(struct loop *l, const char *bus, const struct sim_announcement *what,
    struct sim_announce **ret, struct error *e)
{
    static const char *const matches[] = {
        "type='signal',sender='" AVAHI "',interface='" GROUP "'", NULL};
    static const struct dbus_peer_events events = {.came = came, .gone = gone, .signal = on_signal};
    struct sim_announce *a = calloc(1, sizeof *a);
    struct dbus_peer_config c = {
        .name = AVAHI, .matches = matches, .call_us = CALL_US, .reopen_us = US_PER_S};

    if (!a || !(a->bus = strdup(bus))) {
        free(a);
        return error_set(e, -ENOMEM, "no memory");
    }
    a->what = *what;
    c.bus = a->bus;
    dbus_peer_init(&a->avahi, l, &c, &events, a);
    dbus_peer_open(&a->avahi);
    *ret = a;
    return 0;
}

void sim_announce_port(struct sim_announce *a, uint16_t port)
{
    if (!a || a->port == port)
        return;
    if (a->path[0])
        send_consume(a, new_call(a, "Free"), on_answer);
    forget_group(a);
    a->port = port;
    make_group(a);
}

struct sim_announce *sim_announce_free(struct sim_announce *a)
{
    if (!a)
        return NULL;
    forget_group(a);
    dbus_peer_close(&a->avahi);
    free(a->bus);
    free(a);
    return NULL;
}
