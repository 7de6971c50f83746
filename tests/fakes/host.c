/* host.c - the life of the fake host and its devices, and what is checked at the end. */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "device/driver.h"
#include "fakes/host_private.h"

#define MAX_LOG_BYTES (4u << 20)
#define MAX_PROPS 32

void fake_fail(const char *format, ...)
{
    va_list args;

    fputs("fake host: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

void fake_trace(const char *format, ...)
{
    const char *on = getenv("FAKE_HOST_TRACE");
    va_list args;

    if (!on || !*on)
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void fake_check_size(uint32_t size, size_t least, const char *what)
{
    if (size < least)
        fake_fail("%s: .size is %u, expected sizeof of the struct (%zu)", what, size, least);
}

/* --- devices ---------------------------------------------------------------------------------- */

struct fake_device *fake_device_peek(const struct wr_dev *dev)
{
    return (struct fake_device *)dev;
}

static bool is_device(const struct fake_host *h, const struct wr_dev *dev)
{
    for (size_t i = 0; i < h->devices.n; i++) {
        if (h->devices.items[i] == (const void *)dev)
            return true;
    }
    return false;
}

struct fake_device *fake_device_of(struct wr_dev *dev, const char *function)
{
    struct fake_device *d = fake_device_peek(dev);

    if (!dev || !is_device(d->host, dev))
        fake_fail("%s: that is no device", function);
    if (!d->running)
        fake_fail("%s: the device \"%s\" is not running", function, d->id);
    if (!d->host->inside)
        fake_fail("%s: called while nobody called the driver", function);
    fake_trace("    %s(%s)", function, d->id);
    return d;
}

struct fake_device *fake_device_new(struct fake_host *h, const struct wr_kind *kind)
{
    struct fake_device *d = fake_array_add(&h->devices, sizeof *d);

    d->host = h;
    d->kind = kind;
    d->pub = (struct wr_dev){.host = &h->table, .id = d->id, .kind = kind->name, .key = d->key};
    d->pub.options = h->option_view;
    d->n_settings = kind->settings ? param_count(kind->settings) : 0;
    d->settings = calloc(MAX(d->n_settings, 1), sizeof *d->settings);
    for (size_t i = 0; d->settings && i < d->n_settings; i++)
        d->settings[i].applied = FAKE_PENDING;
    return d;
}

static void cancel_handle(struct fake_handle *x)
{
    switch (x->kind) {
    case FAKE_TCP:
        fake_tcp_cancel(x->object);
        break;
    case FAKE_HTTP:
        fake_http_cancel(x->object);
        break;
    case FAKE_BLE:
        fake_ble_cancel(x->object);
        break;
    case FAKE_CAPTURE:
        fake_capture_cancel(x->object);
        break;
    case FAKE_CALL:
        fake_call_finish(x->object, -ECANCELED, "the device was stopped");
        return;
    case FAKE_TIMER:
    case FAKE_OP:
        break;
    }
    fake_handle_drop(x->owner->host, x->id);
}

int fake_host_cancel(struct wr_dev *dev, wr_handle handle)
{
    struct fake_device *d = fake_device_of(dev, "cancel");
    struct fake_handle *x = fake_handle_find(d->host, handle);

    if (!x || x->owner != d)
        return -ESTALE;
    if (x->kind == FAKE_CALL || x->kind == FAKE_CAPTURE || x->kind == FAKE_OP)
        fake_fail("cancel(%s): that handle is none of a timer, a connection or a request", d->id);
    cancel_handle(x);
    return 0;
}

void fake_device_clear(struct fake_device *d, const char *why)
{
    struct fake_host *h = d->host;

    for (size_t i = 0; i < h->n_handles;) {
        if (h->handles[i]->owner == d) {
            cancel_handle(h->handles[i]);
            i = 0; /* the order has changed */
        } else {
            i++;
        }
    }
    fake_frames_release(d);
    if (d->pub.state)
        memset(d->pub.state, 0xDD, d->kind->state_size); /* who still looks there shall see it */
    free(d->pub.state);
    d->pub.state = NULL;
    d->running = d->online = d->restart = false;
    if (why)
        snprintf(d->why, sizeof d->why, "%s", why);
}

static struct fake_device *main_device(struct fake_host *h)
{
    return h->devices.items[0];
}

/* --- calls into the driver -------------------------------------------------------------------- */

void fake_enter(struct fake_device *d, const char *call)
{
    if (d->host->inside)
        fake_fail("%s would be called from inside of %s", call, d->host->inside);
    fake_trace("%.3f %s(%s)", (double)(d->host->now_us - FAKE_NOW_US) / 1e6, call, d->id);
    d->host->inside = call;
}

void fake_leave(struct fake_device *d)
{
    d->host->inside = NULL;
}

static void tell_watch(struct fake_host *h, struct fake_task *t)
{
    struct fake_device *d = main_device(h);

    if (!d->running || d->restart || h->wanted == h->told_watch)
        return;
    h->told_watch = h->wanted;
    if (!h->driver->watch)
        return;
    fake_enter(d, "watch");
    h->driver->watch(&d->pub, h->wanted);
    fake_leave(d);
}

void fake_host_watch(struct fake_host *h, bool wanted)
{
    h->wanted = wanted;
    fake_task_add(h, 0, 0, tell_watch, NULL);
}

/* --- start, stop, start again ----------------------------------------------------------------- */

static void do_start(struct fake_host *h, struct fake_task *t);

static void retry_later(struct fake_host *h, const char *why)
{
    int64_t us = FAKE_RETRY_FIRST_US;

    for (unsigned i = 0; i < h->n_failures && us < FAKE_RETRY_MAX_US; i++)
        us *= 2;
    h->n_failures++;
    h->retrying = true;
    snprintf(main_device(h)->why, sizeof main_device(h)->why, "%s", why);
    fake_task_add(h, MIN(us, FAKE_RETRY_MAX_US), 0, do_start, NULL);
}

static void check_left(struct fake_host *h, struct fake_device *d)
{
    size_t n_handles = 0, n_frames = fake_n_held_frames(h);

    for (size_t i = 0; i < h->n_handles; i++)
        n_handles += h->handles[i]->owner == d && h->handles[i]->kind != FAKE_CALL &&
            h->handles[i]->kind != FAKE_CAPTURE;
    if (n_handles > FAKE_MAX_LEFT_HANDLES)
        fake_fail("the driver left %zu handles open at its end: it forgets some", n_handles);
    if (n_frames > 1 && !(h->tolerated & FAKE_SLIP_FRAMES))
        fake_fail(
            "the driver holds %zu frames at its end: publish, capture or drop each", n_frames);
}

/* stop(), then the end of all that the device and its children hold. */
static void halt(struct fake_host *h, const char *why)
{
    struct fake_device *d = main_device(h);

    if (!d->running)
        return;
    if (h->driver->stop) {
        fake_enter(d, "stop");
        h->driver->stop(&d->pub);
        fake_leave(d);
    }
    check_left(h, d);
    for (size_t i = h->devices.n; i-- > 1;)
        fake_device_clear(h->devices.items[i], why);
    fake_device_clear(d, why);
}

static void do_start(struct fake_host *h, struct fake_task *t)
{
    struct fake_device *d = main_device(h);
    int r;

    if (d->running || d->rejected)
        return;
    h->retrying = false;
    h->told_watch = false;
    h->n_starts++;
    d->pub.state = calloc(1, MAX(d->kind->state_size, 1));
    if (!d->pub.state)
        fake_fail("no memory");
    d->running = true;
    d->clock = WR_CLOCK_NONE;
    fake_enter(d, "start");
    r = h->driver->start(&d->pub);
    fake_leave(d);
    if (r > 0)
        fake_fail("start() returned %d, expected 0 or a negative errno", r);
    if (r < 0) {
        fake_device_clear(d, NULL);
        retry_later(h, error_name(r));
    }
    fake_task_add(h, 0, 0, tell_watch, NULL);
}

static void do_restart(struct fake_host *h, struct fake_task *t)
{
    struct fake_device *d = main_device(h);
    char why[sizeof d->why];

    if (!d->restart)
        return;
    snprintf(why, sizeof why, "%s", d->why);
    halt(h, why);
    if (!d->rejected)
        retry_later(h, why);
}

void fake_poke_restart(struct fake_host *h)
{
    fake_task_add(h, 0, 0, do_restart, NULL);
}

static void check_required(const struct fake_host *h)
{
    for (size_t i = 0; i < h->n_options; i++) {
        if ((h->driver->options[i].flags & WR_REQUIRED) && h->options[i].v.type == 0)
            fake_fail("the option \"%s\" is required", h->driver->options[i].key);
    }
}

void fake_host_start(struct fake_host *h)
{
    check_required(h);
    for (size_t i = 0; i < h->n_options; i++)
        h->option_view[i] = h->options[i].v;
    fake_task_add(h, 0, 0, do_start, NULL);
    fake_host_turn(h);
}

void fake_host_stop(struct fake_host *h)
{
    halt(h, "stopped");
}

void fake_host_turn(struct fake_host *h)
{
    fake_tasks_run(h, h->now_us);
}

void fake_host_advance(struct fake_host *h, int64_t us)
{
    fake_tasks_run(h, h->now_us + us);
}

/* --- new and free ----------------------------------------------------------------------------- */

static void check_driver(const struct wr_driver *driver)
{
    struct error e = ERROR_NULL;

    if (driver->abi != WR_ABI || driver->size != sizeof *driver)
        fake_fail("the driver's .abi or .size is not right");
    if (driver_table_check(driver, &e) < 0)
        fake_fail("%s", e.text);
}

static void make_options(struct fake_host *h)
{
    h->n_options = h->driver->options ? param_count(h->driver->options) : 0;
    h->options = calloc(MAX(h->n_options, 1), sizeof *h->options);
    h->option_view = calloc(MAX(h->n_options, 1), sizeof *h->option_view);
    if (!h->options || !h->option_view)
        fake_fail("no memory");
    for (size_t i = 0; i < h->n_options; i++)
        param_default(&h->driver->options[i], &h->options[i]);
}

struct fake_host *fake_host_new(const struct wr_driver *driver)
{
    struct fake_host *h = calloc(1, sizeof *h);
    struct fake_device *d;

    if (!h)
        fake_fail("no memory");
    check_driver(driver);
    h->table = fake_host_table;
    h->driver = driver;
    h->now_us = FAKE_NOW_US;
    h->captures_take_us = -1;
    h->last_handle = UINT64_C(1) << 40; /* who keeps one in an int loses it */
    h->log = BUF_INIT(MAX_LOG_BYTES);
    list_init(&h->tasks);
    list_init(&h->held);
    make_options(h);
    d = fake_device_new(h, &driver->kinds[0]);
    snprintf(d->id, sizeof d->id, "%s-1", driver->kinds[0].name);
    return h;
}

void fake_host_option(struct fake_host *h, const char *key, const char *text)
{
    struct param_value v = {0};
    struct error e = ERROR_NULL;
    unsigned i;

    if (!h->driver->options || !param_find(h->driver->options, key, &i))
        fake_fail("the driver has no option \"%s\"", key);
    if (param_from_text(&h->driver->options[i], text, &v, &e) < 0)
        fake_fail("option \"%s\": %s", key, e.text);
    param_value_fini(&h->options[i]);
    h->options[i] = v;
}

void fake_host_tolerate(struct fake_host *h, unsigned slips)
{
    h->tolerated |= slips;
}

static void event_fini(void *item)
{
    struct fake_recorded_event *e = item;

    free(e->type);
    free(e->json);
}

static void reported_fini(void *item)
{
    free(((struct fake_reported *)item)->text);
}

static void entry_fini(void *item)
{
    free(((struct fake_entry *)item)->key);
    free(((struct fake_entry *)item)->bytes);
}

static void device_fini(void *item)
{
    struct fake_device *d = item;

    for (size_t i = 0; i < d->n_settings; i++)
        param_value_fini(&d->settings[i].desired);
    free(d->settings);
    free(d->identity);
    fake_array_fini(&d->reported, reported_fini);
    fake_array_fini(&d->events, event_fini);
    fake_array_fini(&d->frames, fake_picture_fini);
    fake_array_fini(&d->overlays, fake_overlay_fini);
    fake_array_fini(&d->entries, entry_fini);
}

static void call_fini(void *item)
{
    free(((struct fake_call *)item)->json);
}

struct fake_host *fake_host_free(struct fake_host *h)
{
    if (!h)
        return NULL;
    halt(h, "stopped");
    if (h->n_unanswered > 0 && !(h->tolerated & FAKE_SLIP_UNANSWERED))
        fake_fail("%u commands were never answered", h->n_unanswered);
    fake_tasks_fini(h);
    fake_array_fini(&h->devices, device_fini);
    fake_array_fini(&h->captures, fake_capture_fini);
    fake_array_fini(&h->calls, call_fini);
    fake_array_fini(&h->tcps, fake_tcp_fini);
    fake_array_fini(&h->https, fake_http_fini);
    fake_array_fini(&h->bles, fake_ble_fini);
    for (size_t i = 0; i < h->n_options; i++)
        param_value_fini(&h->options[i]);
    free(h->options);
    free(h->option_view);
    free(h->handles);
    free(h->taken_identity);
    buf_fini(&h->log);
    free(h);
    return NULL;
}

/* --- what a test asks ------------------------------------------------------------------------- */

const struct wr_driver *fake_driver_load(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct wr_driver *driver = handle ? dlsym(handle, "warren_driver") : NULL;

    if (!driver)
        fake_fail("%s: %s", path, dlerror());
    return driver;
}

/* Its properties are the arguments: key, value, …, NULL. */
static struct wr_found take_found(const char *bus, const char *address, const char *name,
    struct wr_prop props[MAX_PROPS], va_list args)
{
    struct wr_found found = {
        .size = sizeof found, .bus = bus, .address = address, .name = name, .props = props};
    const char *key;

    while ((key = va_arg(args, const char *)) && found.n_props < MAX_PROPS)
        props[found.n_props++] = (struct wr_prop){key, va_arg(args, const char *)};
    return found;
}

int fake_probe(
    const struct wr_driver *driver, const char *bus, const char *address, const char *name, ...)
{
    struct wr_prop props[MAX_PROPS];
    struct wr_found found;
    va_list args;

    va_start(args, name);
    found = take_found(bus, address, name, props, args);
    va_end(args);
    return driver->probe ? driver->probe(&found) : 0;
}

void fake_seen(struct fake_host *h, const char *bus, const char *address, const char *name, ...)
{
    struct fake_device *d = main_device(h);
    struct wr_prop props[MAX_PROPS];
    struct wr_found found;
    va_list args;

    va_start(args, name);
    found = take_found(bus, address, name, props, args);
    va_end(args);
    if (!WR_HAS(h->driver, seen) || !h->driver->seen)
        return;
    fake_enter(d, "seen");
    h->driver->seen(&d->pub, &found);
    fake_leave(d);
}

struct wr_dev *fake_dev(struct fake_host *h)
{
    return &main_device(h)->pub;
}

struct wr_dev *fake_child(struct fake_host *h, const char *key)
{
    for (size_t i = 1; i < h->devices.n; i++) {
        struct fake_device *d = h->devices.items[i];

        if (strcmp(d->key, key) == 0)
            return &d->pub;
    }
    return NULL;
}

const char *fake_child_name(struct fake_host *h, const char *key)
{
    const struct wr_dev *c = fake_child(h, key);

    return c ? fake_device_peek(c)->name : "";
}

size_t fake_n_children(const struct fake_host *h)
{
    return h->devices.n - 1;
}

bool fake_online(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->online;
}

const char *fake_why(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->why;
}

bool fake_rejected(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->rejected;
}

const char *fake_identity(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->identity;
}

enum wr_clock fake_clock(const struct wr_dev *dev)
{
    return fake_device_peek(dev)->clock;
}

void fake_host_identity_taken(struct fake_host *h, const char *serial)
{
    free(h->taken_identity);
    h->taken_identity = fake_strdup(serial);
}

int64_t fake_now_us(const struct fake_host *h)
{
    return h->now_us;
}

int64_t fake_wall_us(const struct fake_host *h)
{
    return FAKE_WALL_US + h->now_us - FAKE_NOW_US;
}

const char *fake_log(const struct fake_host *h)
{
    const char *text = buf_text((struct buf *)&h->log);

    return text ? text : "";
}

unsigned fake_n_starts(const struct fake_host *h)
{
    return h->n_starts;
}

size_t fake_n_handles(const struct fake_host *h)
{
    return h->n_handles;
}
