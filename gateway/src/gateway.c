#include "gateway.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/version.h"
#include "ble/ble.h"
#include "bus/bus.h"
#include "bus/last.h"
#include "config/config.h"
#include "config_watch.h"
#include "device/ble_finder.h"
#include "device/devices.h"
#include "device/drivers.h"
#include "device/found.h"
#include "device/host_ble.h"
#include "device/mdns_finder.h"
#include "http/api.h"
#include "loop/http_client.h"
#include "loop/loop.h"
#include "loop/resolver.h"
#include "loop/sd_notify.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "mdns/mdns.h"
#include "store/store.h"

/* Frames that nobody used lately give their memory back. */
#define TRIM_EVERY_US INT64_C(60000000)

struct gateway {
    char *config_file; /* NULL: none */
    struct config *config;
    struct loop *loop;
    struct signals *signals;
    struct sd_notify *notify;
    struct resolver *resolver;
    struct http_client *http;
    struct ble *ble;
    struct ble_finder *ble_finder;
    struct mdns *mdns;
    struct mdns_finder *mdns_finder;
    struct store *store;
    struct bus *bus;
    struct last *last;
    struct frame_pool *pool;
    struct devices *devices;
    struct drivers *drivers;
    struct found *found;
    struct auth *auth;
    struct api api;
    struct config_watch *config_watch;
    struct stat config_stat; /* before it was read at the start */
    struct timer trim;
};

static void print_problems(const struct config_problems *p)
{
    struct buf b = BUF_INIT(1u << 20);

    if (p->n > 0 && config_problems_print(p, &b) == 0 && buf_text(&b))
        fputs(buf_text(&b), stderr);
    buf_fini(&b);
}

static void configure_log(const struct config *c)
{
    enum log_level level = LOG_LEVEL_INFO;
    enum log_format format = LOG_LOGFMT;

    log_level_parse(c->log.level, &level);
    log_format_parse(c->log.format, &format);
    log_set(level, format);
}

static struct store_config store_config_of(const struct config *c)
{
    return (struct store_config){.path = c->store.path,
        .max_bytes = c->store.max_bytes,
        .max_percent = c->store.max_percent,
        .max_days = c->store.max_days,
        .events_max_days = c->store.events_max_days,
        .events_max = (uint64_t)c->store.events_max,
        .min_free_bytes = c->store.min_free_bytes};
}

static struct ble_config ble_config_of(const struct config *c)
{
    return (struct ble_config){.enabled = c->ble.enabled,
        .bus = c->ble.bus,
        .adapters = (const char *const *)c->ble.adapters,
        .scan = c->ble.scan,
        .scan_us = (int64_t)(c->ble.scan_seconds * US_PER_S),
        .scan_every_us = (int64_t)(c->ble.scan_every_seconds * US_PER_S)};
}

/* --- reload ----------------------------------------------------------------------------------- */

static void told_change(void *ctx, const char *key, bool live)
{
    if (live)
        log_info("configuration changed", F_STR("key", key));
    else
        log_warning(
            "this change of the configuration takes effect at the next start", F_STR("key", key));
}

/* What ran before goes on, and people are told. */
static void refuse(struct gateway *g, const char *why)
{
    char text[2 * ERROR_TEXT_MAX];
    struct wr_json j = wr_json_into(text, sizeof text);

    log_error("the configuration is not taken: what ran before goes on",
        F_STR("file", g->config_file), F_STR("why", why));
    wr_json_object(&j);
    wr_json_key(&j, "why");
    wr_json_string(&j, why);
    wr_json_end(&j);
    bus_publish(g->bus, "", "config.refused", wr_json_text(&j));
}

static void log_problems(const struct config_problems *p)
{
    for (size_t i = 0; i < p->n; i++)
        log_warning(p->items[i].warning ? "configuration" : "configuration not taken",
            F_STR("file", p->file), F_INT("line", p->items[i].line), F_STR("key", p->items[i].key),
            F_STR("problem", p->items[i].text));
}

static const struct config_problem *first_error(const struct config_problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (!p->items[i].warning)
            return &p->items[i];
    }
    return NULL;
}

/* The file as it is now, where it can be taken. */
static struct config *read_again(struct gateway *g, struct error *e)
{
    _cleanup_(config_freep) struct config *now = NULL;
    struct config_problems problems;
    const struct config_problem *p;
    int r = config_load(g->config_file, &now, &problems);

    log_problems(&problems);
    p = first_error(&problems);
    if (r < 0)
        error_set(e, r, "line %u: %s%s%s", p ? p->line : 0, p ? p->key : "",
            p && *p->key ? ": " : "", p ? p->text : error_name(r));
    config_problems_fini(&problems);
    if (r == 0 && now->blank && !g->config->blank)
        r = error_set(e, -EINVAL,
            "the file is empty, or has comments only, and had content before; write \"devices: "
            "{}\" "
            "if all is to be removed");
    return r < 0 || auth_configure(g->auth, now, e) < 0 ? NULL : steal(now);
}

static void reload(struct gateway *g)
{
    struct error e = ERROR_NULL;
    struct config *now = read_again(g, &e);
    struct ble_config bc;
    struct store_config sc;

    if (!now) {
        refuse(g, error_text(&e));
        return;
    }
    sd_notify_reloading(g->notify);
    config_each_change(g->config, now, told_change, NULL);
    configure_log(now);
    sc = store_config_of(now);
    store_configure(g->store, &sc);
    bc = ble_config_of(now);
    if (ble_configure(g->ble, &bc) < 0)
        log_error("the Bluetooth options are not applied: no memory");
    ble_finder_adopt(g->ble_finder, now->ble.adopt);
    devices_configure(g->devices, now);
    g->api.config = now;
    config_free(g->config);
    g->config = now;
    sd_notify_ready(g->notify);
}

static void config_changed(void *ctx)
{
    reload(ctx);
}

static void on_signal(void *ctx, int number)
{
    struct gateway *g = ctx;

    if (number == SIGHUP && g->config_file) {
        config_watch_taken(g->config_watch);
        reload(g);
        return;
    }
    if (number == SIGHUP)
        return;
    log_info("stopping", F_STR("signal", number == SIGINT ? "SIGINT" : "SIGTERM"));
    sd_notify_stopping(g->notify);
    loop_stop(g->loop);
}

static void trim_due(struct timer *t)
{
    frame_pool_trim(container_of(t, struct gateway, trim)->pool);
    memory_give_back();
}

/* --- building --------------------------------------------------------------------------------- */

static int start_loop(struct gateway *g, struct error *e)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    int r;

    if ((r = loop_new(&g->loop)) < 0 ||
        (r = signals_new(g->loop, numbers, N_ELEMENTS(numbers), on_signal, g, &g->signals)) < 0 ||
        (r = sd_notify_new(g->loop, &g->notify)) < 0 ||
        (r = resolver_new(g->loop, &g->resolver)) < 0 ||
        (r = http_client_new(g->loop, g->resolver, &g->http)) < 0)
        return error_set(e, r, "the event loop cannot be set up: %s", error_name(r));
    timer_init(&g->trim, g->loop, trim_due);
    timer_every(&g->trim, TRIM_EVERY_US);
    return 0;
}

static int start_bus(struct gateway *g, struct error *e)
{
    struct store_config sc = store_config_of(g->config);
    int r = store_open(g->loop, &sc, &g->store, e);

    if (r < 0)
        return r;
    if ((r = frame_pool_new(&g->pool)) < 0 ||
        (r = bus_new(g->loop, store_next_event_id(g->store), &g->bus)) < 0 ||
        (r = last_new(g->bus, &g->last)) < 0)
        return error_set(e, r, "no memory");
    store_attach(g->store, g->bus);
    return 0;
}

static void on_seen(void *ctx, const struct wr_found *seen)
{
    ble_finder_seen(((struct gateway *)ctx)->ble_finder, seen);
}

static void on_ble_ready(void *ctx)
{
    devices_ble_ready(((struct gateway *)ctx)->devices);
}

/* Opens nothing yet. */
static int start_ble(struct gateway *g, struct error *e)
{
    static const struct ble_events events = {.seen = on_seen, .ready = on_ble_ready};
    struct ble_config bc = ble_config_of(g->config);
    int r = ble_new(g->loop, &bc, &events, g, &g->ble);

    return r < 0 ? error_set(e, r, "Bluetooth cannot be set up: %s", error_name(r)) : 0;
}

static void on_announced(void *ctx, const struct wr_found *seen)
{
    mdns_finder_seen(((struct gateway *)ctx)->mdns_finder, seen);
}

static void on_lost(void *ctx, const struct wr_found *seen)
{
    mdns_finder_lost(((struct gateway *)ctx)->mdns_finder, seen);
}

/* Opens nothing yet. */
static int start_mdns(struct gateway *g, struct error *e)
{
    static const struct mdns_events events = {.seen = on_announced, .lost = on_lost};
    struct mdns_config mc = {.enabled = g->config->mdns.enabled, .bus = g->config->mdns.bus};
    int r = mdns_new(g->loop, &mc, &events, g, &g->mdns);

    return r < 0 ? error_set(e, r, "mDNS cannot be set up: %s", error_name(r)) : 0;
}

static int start_devices(struct gateway *g, struct error *e)
{
    struct devices_env env = {.loop = g->loop,
        .bus = g->bus,
        .last = g->last,
        .pool = g->pool,
        .store = g->store,
        .resolver = g->resolver,
        .http = g->http,
        .ble = g->ble};
    int r;

    if ((r = devices_new(&env, &g->devices)) < 0)
        return error_set(e, r, "no memory");
    devices_configure(g->devices, g->config);
    devices_load(g->devices);
    if ((r = drivers_new(g->loop, g->bus, g->devices, g->config->plugins.folder, &g->drivers)) <
            0 ||
        (r = found_new(g->loop, g->bus, g->devices, g->drivers, &g->found)) < 0 ||
        (r = ble_finder_new(g->bus, g->ble, g->drivers, g->found, &g->ble_finder)) < 0 ||
        (r = mdns_finder_new(g->bus, g->mdns, g->drivers, g->found, &g->mdns_finder)) < 0)
        return error_set(e, r, "the drivers cannot be set up: %s", error_name(r));
    ble_finder_adopt(g->ble_finder, g->config->ble.adopt);
    return 0;
}

static int random_id(char out[33])
{
    uint8_t bytes[16];

    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return -EIO;
    text_hex(bytes, sizeof bytes, out);
    return 0;
}

static int start_http(struct gateway *g, struct error *e)
{
    char address[64];
    uint16_t port;
    int r;

    g->api = (struct api){.loop = g->loop,
        .bus = g->bus,
        .last = g->last,
        .pool = g->pool,
        .store = g->store,
        .devices = g->devices,
        .drivers = g->drivers,
        .found = g->found,
        .ble = g->ble,
        .mdns = g->mdns,
        .config = g->config,
        .auth = g->auth,
        .started_us = loop_now_us(g->loop)};
    if ((r = random_id(g->api.boot_id)) < 0)
        return error_set(e, r, "no random numbers");
    if ((r = config_split_listen(g->config->http.listen, address, sizeof address, &port)) < 0)
        return error_set(
            e, r, "http.listen: expected address:port, got \"%s\"", g->config->http.listen);
    if ((r = auth_check_listen(g->auth, address, e)) < 0)
        return r;
    if (g->config->http.allow_unauthenticated)
        log_warning("http.allow_unauthenticated is set: whoever reaches this address may see and "
                    "steer everything",
            F_STR("listen", g->config->http.listen));
    return api_listen(&g->api, address, port, (unsigned)g->config->http.max_connections, e);
}

static int watch_config(struct gateway *g, struct error *e)
{
    int r = g->config_file ? config_watch_new(g->loop, g->config_file, &g->config_stat,
                                 config_changed, g, &g->config_watch)
                           : 0;

    return r < 0
        ? error_set(e, r, "the folder of %s cannot be watched: %s", g->config_file, error_name(r))
        : 0;
}

static int start_config(struct gateway *g, const char *file, struct error *e)
{
    struct config_problems problems;
    int r;

    /* Before it is read: a change from now on is seen as one. */
    if (file && stat(file, &g->config_stat) < 0)
        g->config_stat = (struct stat){0};
    r = config_load(file, &g->config, &problems);
    print_problems(&problems);
    config_problems_fini(&problems);
    if (r < 0)
        return error_set(e, r, "the configuration has errors");
    g->config_file = file ? strdup(file) : NULL;
    configure_log(g->config);
    return auth_new(g->config, &g->auth, e);
}

int gateway_start(const char *config_file, struct gateway **ret, struct error *e)
{
    struct gateway *g = calloc(1, sizeof *g);
    int r;

    if (!g)
        return error_set(e, -ENOMEM, "no memory");
    if ((r = start_config(g, config_file, e)) < 0 || (r = start_loop(g, e)) < 0 ||
        (r = start_bus(g, e)) < 0 || (r = start_ble(g, e)) < 0 || (r = start_mdns(g, e)) < 0 ||
        (r = start_devices(g, e)) < 0 || (r = start_http(g, e)) < 0 ||
        (r = watch_config(g, e)) < 0) {
        gateway_stop(g);
        return r;
    }
    log_info("warren is ready", F_STR("version", WARREN_VERSION),
        F_STR("listen", g->config->http.listen), F_INT("port", http_server_port(g->api.server)),
        F_STR("data", g->config->store.path));
    sd_notify_status(g->notify, "Listening on %s", g->config->http.listen);
    sd_notify_ready(g->notify);
    *ret = g;
    return 0;
}

int gateway_run(struct gateway *g)
{
    return loop_run(g->loop);
}

struct gateway *gateway_stop(struct gateway *g)
{
    if (!g)
        return NULL;
    config_watch_free(g->config_watch);
    api_close(&g->api);
    g->ble_finder = ble_finder_free(g->ble_finder);
    g->mdns_finder = mdns_finder_free(g->mdns_finder);
    mdns_free(g->mdns);
    found_free(g->found);
    if (g->devices)
        devices_set_drivers(g->devices, NULL);
    devices_free(g->devices);
    ble_leave(g->ble);
    ble_free(g->ble);
    drivers_free(g->drivers);
    if (g->store)
        store_attach(g->store, NULL);
    store_close(g->store);
    last_free(g->last);
    bus_free(g->bus);
    frame_pool_free(g->pool);
    http_client_free(g->http);
    resolver_free(g->resolver);
    sd_notify_free(g->notify);
    signals_free(g->signals);
    if (g->loop)
        timer_stop(&g->trim);
    loop_free(g->loop);
    auth_free(g->auth);
    config_free(g->config);
    free(g->config_file);
    free(g);
    return NULL;
}
