#include "world.h"

#include <stdio.h>
#include <string.h>

struct world w;

static void where(const struct wr_found *s, char out[64])
{
    const char *port = "";

    cr_expect_str_eq(s->bus, "mdns");
    for (size_t i = 0; i < s->n_props; i++) {
        if (strcmp(s->props[i].key, "port") == 0)
            port = s->props[i].value;
    }
    snprintf(out, 64, "%s:%s", s->address, port);
}

static void seen(void *ctx, const struct wr_found *s)
{
    w.n_seen++;
    where(s, w.seen);
    snprintf(w.name, sizeof w.name, "%s", s->name);
    cr_assert_leq(s->n_props, N_ELEMENTS(w.props));
    w.n_props = s->n_props;
    for (size_t i = 0; i < s->n_props; i++) {
        snprintf(w.props[i].key, sizeof w.props[i].key, "%s", s->props[i].key);
        snprintf(w.props[i].value, sizeof w.props[i].value, "%s", s->props[i].value);
    }
}

static void lost(void *ctx, const struct wr_found *s)
{
    w.n_lost++;
    where(s, w.lost);
}

const char *world_prop(const char *key)
{
    for (size_t i = 0; i < w.n_props; i++) {
        if (strcmp(w.props[i].key, key) == 0)
            return w.props[i].value;
    }
    return "none";
}

void world_look_for_http(void)
{
    static const char *const http[] = {HTTP};

    mdns_look_for(w.mdns, http, 1);
}

void world_camera(const char *name, const char *address, uint16_t port)
{
    const struct sim_service s = {.interface = 2,
        .name = name,
        .type = HTTP,
        .host = "porch.local",
        .address = address,
        .port = port,
        .txt = {"kind=camera", "ID=0A"}};

    cr_assert_eq(sim_avahi_put(w.avahi, &s), 0);
}

void world_open(void)
{
    static const struct mdns_events events = {.seen = seen, .lost = lost};
    struct error e = ERROR_NULL;
    struct mdns_config c = {.enabled = true,
        .times = {.call_us = 2000000, .reopen_us = 20000, .tell_us = 200000, .retry_us = 100000}};

    memset(&w, 0, sizeof w);
    cr_assert_eq(loop_new(&w.loop), 0);
    cr_assert_eq(private_bus_new(NULL, &w.bus, &e), 0, "%s", e.text);
    cr_assert_eq(sim_avahi_new(w.loop, private_bus_address(w.bus), &w.avahi, &e), 0, "%s", e.text);
    WAIT_UNTIL(w.loop, sim_avahi_ready(w.avahi));
    c.bus = private_bus_address(w.bus);
    cr_assert_eq(mdns_new(w.loop, &c, &events, NULL, &w.mdns), 0);
}

void world_close(void)
{
    w.mdns = mdns_free(w.mdns);
    w.avahi = sim_avahi_free(w.avahi);
    w.bus = private_bus_free(w.bus);
    cr_assert_null(loop_free(w.loop));
}
