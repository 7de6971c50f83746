/* batch_old.c - the cameras of this kind that are out there, as a host sees them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "batch_old_private.h"
#include "loop/loop.h"
#include "still.h"

/* Percent at which the first generation begins a batch; no CONFIG can set that again. */
#define THRESHOLD_PERMILLE 50

static const char *const services[] = {BATCH_SERVICE_UUID};
#define COMMAND_ROW                                                                                \
    {                                                                                              \
        0, BATCH_COMMAND_UUID, GATT_WRITE | GATT_WRITE_COMMAND                                     \
    }
static const struct gatt_char v0_chars[] = {
    {0, BATCH_STATUS_UUID, GATT_NOTIFY}, {0, BATCH_DATA_UUID, GATT_NOTIFY}, COMMAND_ROW};
static const struct gatt_char batch_chars[OLD_N_CHARS] = {
    {0, BATCH_STATUS_UUID, GATT_READ | GATT_NOTIFY}, {0, BATCH_DATA_UUID, GATT_READ | GATT_NOTIFY},
    COMMAND_ROW, {0, BATCH_CONFIG_UUID, GATT_WRITE}};
/* And of the last batch cameras. */
static const struct gatt_char low_power_chars[OLD_N_CHARS] = {
    {0, BATCH_STATUS_UUID, GATT_READ | GATT_NOTIFY}, {0, BATCH_DATA_UUID, GATT_READ | GATT_NOTIFY},
    COMMAND_ROW, {0, BATCH_CONFIG_UUID, GATT_WRITE | GATT_WRITE_COMMAND}};

/* --- the host --------------------------------------------------------------------------------- */

static void on_connected(void *ctx, unsigned mtu)
{
    struct batch_old *c = ctx;

    c->connected = true;
    if (c->options->one_connection)
        gatt_advertise(&c->app, false);
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct batch_old *c = ctx;

    c->connected = false;
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    const struct batch_old *c = ctx;
    size_t n = chr == OLD_CHAR_STATUS ? MIN(c->n_status, cap) : 0;

    memcpy(out, c->status, n);
    return (int)n;
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    const struct batch_old *c = ctx;

    if (c->options->common.verbose)
        log_info(on ? "subscribed" : "unsubscribed", F_STR("camera", c->name),
            F_STR("what", chr == OLD_CHAR_STATUS ? "STATUS" : "DATA"));
}

static void on_command(struct batch_old *c, uint8_t byte)
{
    const char text[] = {(char)byte, '\0'};

    if (c->options->common.verbose)
        log_info("command", F_STR("camera", c->name), F_STR("text", text));
    switch (byte) {
    case BATCH_ACKNOWLEDGE:
        c->acknowledged = c->dialect != BATCH_DIALECT_V0;
        break;
    case BATCH_NEXT:
        c->next = true;
        break;
    case BATCH_READY:
        c->ready = true;
        break;
    case BATCH_TRIGGER:
        c->triggered = true;
        break;
    }
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct batch_old *c = ctx;

    if (chr == OLD_CHAR_COMMAND && n > 0)
        on_command(c, bytes[0]);
    if (chr == OLD_CHAR_CONFIG && n <= sizeof c->config) {
        memcpy(c->config, bytes, n);
        c->n_config = n;
        if (c->dialect == BATCH_DIALECT_BATCH)
            old_apply_config(c);
    }
    return 0;
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written};

/* --- life ------------------------------------------------------------------------------------- */

static void set_up(struct batch_old *c, const char *name)
{
    const struct batch_options *o = c->options;

    snprintf(c->name, sizeof c->name, "%s", name);
    c->app = (struct gatt_app){.name = c->name,
        .services = services,
        .n_services = 1,
        .chars = o->dialect == BATCH_DIALECT_V0             ? v0_chars
            : o->dialect == BATCH_DIALECT_BATCH && !o->late ? batch_chars
                                                            : low_power_chars,
        .n_chars = o->dialect == BATCH_DIALECT_V0 ? N_ELEMENTS(v0_chars) : OLD_N_CHARS,
        .calls = &calls,
        .ctx = c};
    c->dialect = o->dialect;
    c->interval_us = o->interval_ms * US_PER_MS;
    c->threshold_permille = o->threshold_permille ? o->threshold_permille : THRESHOLD_PERMILLE;
    c->left = o->count;
    timer_init(&c->timer, c->loop, old_step);
}

int batch_old_new(struct loop *l, const struct batch_options *o, const char *name,
    struct batch_old **ret, struct error *e)
{
    static const struct still_events events = {.taken = old_taken};
    struct batch_old *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->loop = l;
    c->options = o;
    r = still_new(l, o->pictures, o->width, o->height, o->quality, &events, c, &c->still, e);
    if (r < 0) {
        free(c);
        return r;
    }
    set_up(c, name);
    *ret = c;
    return 0;
}

struct gatt_app *batch_old_app(struct batch_old *c)
{
    return &c->app;
}

void batch_old_start(struct batch_old *c)
{
    gatt_advertise(&c->app, c->dialect != BATCH_DIALECT_LOW_POWER);
    old_sleep(c);
}

struct batch_old *batch_old_free(struct batch_old *c)
{
    if (!c)
        return NULL;
    timer_stop(&c->timer);
    still_free(c->still);
    old_forget(c);
    free(c);
    return NULL;
}
