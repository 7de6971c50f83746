#include "world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "config/config.h"
#include "device/driver.h"
#include "files.h"
#include "loop/http_client.h"
#include "loop/resolver.h"

#define BEGIN_WALL_US INT64_C(1767225600000000)

struct world world;
struct toy toy;

/* --- the toy driver --------------------------------------------------------------------------- */

static void enter(void)
{
    toy.reentered |= toy.inside;
    toy.inside = true;
}

static int toy_start(struct wr_dev *dev)
{
    enter();
    toy.dev = dev;
    toy.started_us[toy.n_starts++ % N_ELEMENTS(toy.started_us)] = dev->host->now_us(dev);
    if (toy.in_start)
        toy.in_start(dev);
    if (toy.online_at_start && toy.start_result == 0)
        dev->host->online(dev, true, NULL);
    toy.inside = false;
    return toy.start_result;
}

static void toy_stop(struct wr_dev *dev)
{
    enter();
    toy.n_stops++;
    toy.dev = NULL;
    toy.inside = false;
}

static void toy_watch(struct wr_dev *dev, bool wanted)
{
    enter();
    toy.watched = wanted;
    toy.n_watches++;
    toy.inside = false;
}

static const struct wr_param settings[] = {
    {.key = "level", .type = WR_INT, .min = 0, .max = 100, .def = "50", .help = "A level"},
    {.key = "label", .type = WR_STRING, .help = "A text"},
    {.key = "password", .type = WR_STRING, .flags = WR_SECRET | WR_UNREADABLE, .help = "A secret"},
    {0},
};

static int toy_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    enter();
    toy.n_configures++;
    toy.configured_on = dev;
    toy.n_configured = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = toy.n_configured++;

        snprintf(toy.configured[k].key, sizeof toy.configured[k].key, "%s",
            settings[changed[i].index].key);
        toy.configured[k].value = changed[i].value;
        if (changed[i].value.type == WR_STRING)
            snprintf(
                toy.configured[k].text, sizeof toy.configured[k].text, "%s", changed[i].value.s);
        if (!toy.silent_apply)
            dev->host->applied(dev, toy.configured[k].key, toy.apply_result);
    }
    toy.inside = false;
    return 0;
}

static int toy_run(struct wr_dev *dev, const struct wr_call *call)
{
    enter();
    toy.n_runs++;
    toy.ran_on = dev;
    toy.call = call->id;
    for (size_t i = 0; i < call->n_args && i < N_ELEMENTS(toy.args); i++)
        toy.args[i] = call->args[i];
    if (call->n_args > 1 && call->args[1].type == WR_STRING)
        snprintf(toy.arg_text, sizeof toy.arg_text, "%s", call->args[1].s);
    if (toy.answer_at_once)
        dev->host->done(dev, call->id, 0, toy.answer);
    toy.inside = false;
    return toy.run_result;
}

static const struct wr_param options[] = {{.key = "host", .type = WR_STRING, .help = "Where"},
    {.key = "port", .type = WR_INT, .def = "80", .min = 1, .max = 65535, .help = "Port"},
    {.key = "address", .type = WR_STRING, .flags = WR_BLE_ADDRESS, .help = "By Bluetooth"},
    {.key = "token", .type = WR_STRING, .flags = WR_SECRET, .help = "What it asks for"}, {0}};
static const struct wr_param arguments[] = {
    {.key = "n", .type = WR_INT, .def = "3", .min = 0, .max = 9, .help = "How many"},
    {.key = "word", .type = WR_STRING, .flags = WR_REQUIRED, .help = "A word"},
    {0},
};
static const struct wr_command commands[] = {
    {.name = "say", .args = arguments, .help = "Says it", .timeout_ms = 2000},
    {.name = "alone", .help = "One at a time", .flags = WR_EXCLUSIVE},
    {0},
};
static const struct wr_attribute attributes[] = {
    {.key = "battery", .type = WR_INT, .unit = "%", .help = "Charge"},
    {.key = "firmware", .type = WR_STRING, .help = "Version"},
    {.key = "trouble", .type = WR_STRING, .help = "What does not work"}, {0}};
static const struct wr_topic topics[] = {{.type = "toy.said", .help = "It said something"},
    {.type = "toy.hums", .help = "It hums", .flags = WR_TOPIC_LIVE}, {0}};
static const struct wr_topic module_topics[] = {
    {.type = "module.pressed", .help = "Its button was pressed"}, {0}};
static const struct wr_kind kinds[] = {
    {.name = "toy-camera",
        .flags = WR_KIND_CAMERA,
        .settings = settings,
        .attributes = attributes,
        .commands = commands,
        .topics = topics,
        .state_size = 64},
    {.name = "toy-module",
        .settings = settings,
        .commands = commands,
        .topics = module_topics,
        .state_size = 16},
    {0},
};

static const struct wr_driver table = {
    .abi = WR_ABI,
    .size = sizeof table,
    .name = "toy",
    .version = "1",
    .summary = "A toy",
    .options = options,
    .kinds = kinds,
    .start = toy_start,
    .stop = toy_stop,
    .watch = toy_watch,
    .configure = toy_configure,
    .run = toy_run,
};
static const struct wr_match always[] = {{.bus = "auto"}, {0}};
static const struct wr_driver table_auto = {
    .abi = WR_ABI,
    .size = sizeof table,
    .name = "self",
    .version = "1",
    .summary = "Needs nothing",
    .matches = always,
    .kinds = kinds,
    .start = toy_start,
    .stop = toy_stop,
    .configure = toy_configure,
    .run = toy_run,
};

struct driver toy_driver = {.table = &table, .memfd = -1, .name = "toy"},
              toy_driver_2 = {.table = &table_auto, .memfd = -1, .name = "self"};

struct wr_frame *toy_frame(size_t n)
{
    struct wr_frame *f = toy.dev->host->frame_new(toy.dev, n);

    if (!f)
        return NULL;
    memset(f->data, 0x55, n);
    memcpy(f->data, "\xFF\xD8\xFF\xD9", MIN(n, (size_t)4));
    f->len = n;
    return f;
}

/* --- the world -------------------------------------------------------------------------------- */

static void heard(struct bus_listener *l, struct event *e)
{
    size_t i = world.n_events++ % EVENTS_MAX;

    snprintf(world.events[i].device, sizeof world.events[i].device, "%s", e->device);
    snprintf(world.events[i].type, sizeof world.events[i].type, "%s", e->type);
    snprintf(world.events[i].data, sizeof world.events[i].data, "%.*s", (int)e->data_len, e->data);
    world.events[i].transient = e->transient;
}

static void saw(struct bus_listener *l, struct frame *f)
{
    world.n_frames++;
    world.last_seq = f->pub.seq;
}

void world_open(const char *folder)
{
    struct loop *l;

    cr_assert_eq(loop_new_virtual(1000000, BEGIN_WALL_US, &l), 0);
    world_open_on(folder, l, NULL);
}

void world_open_on(const char *folder, struct loop *l, struct ble *ble)
{
    struct store_config sc = {0};
    struct error e = ERROR_NULL;
    struct devices_env env;

    memset(&world, 0, sizeof world);
    memset(&toy, 0, sizeof toy);
    toy.online_at_start = true;
    if (folder)
        snprintf(world.folder, sizeof world.folder, "%s", folder);
    else
        make_folder(world.folder);
    sc.path = world.folder;
    world.loop = l;
    cr_assert_eq(store_open(world.loop, &sc, &world.store, &e), 0, "%s", error_text(&e));
    cr_assert_eq(bus_new(world.loop, store_next_event_id(world.store), &world.bus), 0);
    store_attach(world.store, world.bus);
    cr_assert_eq(last_new(world.bus, &world.last), 0);
    cr_assert_eq(frame_pool_new(&world.pool), 0);
    cr_assert_eq(resolver_new(world.loop, &world.resolver), 0);
    cr_assert_eq(http_client_new(world.loop, world.resolver, &world.http), 0);
    env = (struct devices_env){.loop = world.loop,
        .bus = world.bus,
        .last = world.last,
        .pool = world.pool,
        .store = world.store,
        .resolver = world.resolver,
        .http = world.http,
        .ble = ble};
    cr_assert_eq(devices_new(&env, &world.devices), 0);
    world.ear = (struct bus_listener){.event = heard, .frame = saw};
    bus_listen(world.bus, &world.ear);
}

void world_leave(char out[64])
{
    cr_expect_not(toy.reentered, "the driver was called from within its own call");
    devices_free(world.devices);
    store_attach(world.store, NULL);
    store_close(world.store);
    bus_unlisten(&world.ear);
    last_free(world.last);
    bus_free(world.bus);
    frame_pool_free(world.pool);
    http_client_free(world.http);
    resolver_free(world.resolver);
    loop_free(world.loop);
    if (out)
        snprintf(out, 64, "%s", world.folder);
}

void world_close(void)
{
    world_leave(NULL);
    remove_folder(world.folder);
}

void world_pass(int64_t us)
{
    loop_advance(world.loop, us);
    loop_turn(world.loop);
}

void world_wait(const bool *flag)
{
    struct timespec piece = {.tv_nsec = 1000000};

    for (int i = 0; i < 5000 && !*flag; i++) {
        nanosleep(&piece, NULL);
        loop_turn(world.loop);
    }
    cr_assert(*flag, "nothing came within 5 s");
}

void world_configure(const char *yaml)
{
    struct config_problems problems;
    struct config *c = NULL;
    int r = config_parse("test.yaml", yaml, strlen(yaml), NULL, &c, &problems);

    cr_assert_eq(r, 0, "%s", problems.n > 0 ? problems.items[0].text : "?");
    config_problems_fini(&problems);
    devices_configure(world.devices, c);
    config_free(c);
}

struct device *world_toy(void)
{
    world_configure("devices:\n  toy:\n    driver: toy\n");
    devices_driver_added(world.devices, &toy_driver);
    world_pass(1);
    return devices_find(world.devices, "toy");
}

size_t world_events(const char *type, const char **ret_data)
{
    size_t n = 0;

    for (size_t i = 0; i < MIN(world.n_events, (size_t)EVENTS_MAX); i++) {
        if (strcmp(world.events[i].type, type) != 0)
            continue;
        n++;
        if (ret_data)
            *ret_data = world.events[i].data;
    }
    return n;
}

size_t world_kept(const char *type)
{
    size_t n = 0;

    for (size_t i = 0; i < MIN(world.n_events, (size_t)EVENTS_MAX); i++)
        n += !world.events[i].transient && strcmp(world.events[i].type, type) == 0;
    return n;
}
