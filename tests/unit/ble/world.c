#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct world w;

static const char *const services[] = {SERVICE};
static const struct gatt_char chars[N_CHARS] = {
    {0, STATUS, GATT_READ | GATT_NOTIFY},
    {0, COMMAND, GATT_WRITE | GATT_WRITE_COMMAND},
    {0, CONFIG, GATT_WRITE},
};

/* --- cameras ----------------------------------------------------------------------------------- */

static void on_connected(void *ctx, unsigned mtu)
{
    ((struct camera *)ctx)->n_connected++;
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct camera *c = ctx;

    c->n_disconnected++;
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    ((struct camera *)ctx)->n_subscribed += on;
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    memcpy(out, "COUNT:7", 7);
    return 7;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct camera *c = ctx;

    c->n_written++;
    c->n_with_response += with_response;
    c->last_n = n;
    memcpy(c->last, bytes, n);
    return 0;
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written};

struct camera *world_camera(unsigned adapter)
{
    struct camera *c = &w.cameras[w.n_cameras];
    struct sim_faults f;

    sim_faults_init(&f);
    f.name_ms = 0;
    f.connect_ms = f.resolve_ms = f.disconnect_ms = 1;
    snprintf(c->name, sizeof c->name, "T-Camera-BLE-%zu", w.n_cameras);
    snprintf(c->address, sizeof c->address, "00:AA:01:00:00:%02zX", 0x23 + w.n_cameras);
    c->app = (struct gatt_app){c->name, services, 1, chars, N_CHARS, &calls, c};
    cr_assert_eq(sim_bluez_add(w.z, adapter, c->address, &c->app, &f, &c->device), 0);
    c->faults = sim_device_faults(c->device);
    gatt_advertise(&c->app, true);
    w.n_cameras++;
    return c;
}

int camera_notify(struct camera *c, uint32_t number, size_t n)
{
    uint8_t bytes[GATT_VALUE_MAX] = {0};

    memcpy(bytes, &number, sizeof number);
    return gatt_notify(&c->app, 0, bytes, n);
}

void camera_send(struct camera *c, uint32_t number, size_t n)
{
    while (camera_notify(c, number, n) == -EAGAIN)
        wait_turn(w.loop);
}

/* --- links ------------------------------------------------------------------------------------- */

static void opened(
    void *ctx, struct ble_link *k, const struct wr_ble_char *rows, size_t n, unsigned mtu)
{
    struct link *l = ctx;

    l->n_opened++;
    l->n_chars = n;
    l->mtu = mtu;
}

static void notified(
    void *ctx, struct ble_link *k, const char *uuid, const uint8_t *bytes, size_t n)
{
    struct link *l = ctx;
    uint32_t number = 0;

    cr_expect_str_eq(uuid, STATUS);
    memcpy(&number, bytes, MIN(n, sizeof number));
    l->out_of_order |= number != l->next;
    l->next = number + 1;
    l->n_notified++;
    l->bytes += n;
    if (l->close_at_notification) {
        ble_close(l->k);
        l->k = NULL;
    }
}

static void answered(void *ctx, struct ble_link *k, wr_ble_done done, void *done_ctx, int result,
    const uint8_t *bytes, size_t n)
{
    done(NULL, done_ctx, result, bytes, n);
}

static void closed(void *ctx, struct ble_link *k, int why, const char *error)
{
    struct link *l = ctx;

    cr_expect_eq(l->k, k);
    l->k = NULL;
    l->n_closed++;
    l->why = why;
    snprintf(l->error, sizeof l->error, "%s", error);
}

static const struct ble_link_events link_events = {
    .opened = opened, .notified = notified, .answered = answered, .closed = closed};

void link_done(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct link *l = ctx;

    l->n_answers++;
    l->result = result;
    l->value_n = n;
    if (n > 0)
        memcpy(l->value, bytes, n);
}

void link_start(struct link *l, const struct camera *c, uint32_t timeout_ms)
{
    struct wr_ble_target target = {
        .size = sizeof target, .address = c->address, .connect_timeout_ms = timeout_ms};
    struct error e = ERROR_NULL;

    memset(l, 0, sizeof *l);
    cr_assert_eq(ble_connect(w.ble, &target, &link_events, l, &l->k, &e), 0, "%s", e.text);
}

void link_open(struct link *l, const struct camera *c)
{
    link_start(l, c, 0);
    WAIT_UNTIL(w.loop, l->n_opened == 1 || l->n_closed == 1);
    cr_assert_eq(l->n_opened, 1, "%s", l->error);
}

void link_subscribe(struct link *l)
{
    unsigned before = l->n_answers;

    cr_assert_eq(ble_subscribe(l->k, STATUS, link_done, l), 0);
    WAIT_UNTIL(w.loop, l->n_answers > before);
    cr_assert_eq(l->result, 0);
}

/* --- the world --------------------------------------------------------------------------------- */

static void seen(void *ctx, const struct wr_found *s)
{
    w.n_seen++;
    cr_expect_str_eq(s->bus, "ble");
    snprintf(w.seen_name, sizeof w.seen_name, "%s", s->name);
    snprintf(w.seen_address, sizeof w.seen_address, "%s", s->address);
    w.n_seen_props = MIN(s->n_props, N_ELEMENTS(w.seen_text));
    for (size_t i = 0; i < w.n_seen_props; i++)
        snprintf(
            w.seen_text[i], sizeof w.seen_text[i], "%s=%s", s->props[i].key, s->props[i].value);
}

static void ready(void *ctx)
{
    w.n_ready++;
}

static const struct ble_events events = {.seen = seen, .ready = ready};

struct ble_config world_config(void)
{
    return (struct ble_config){.enabled = true,
        .bus = w.bus ? private_bus_address(w.bus) : "",
        .scan = true,
        .scan_us = 500000,
        .scan_every_us = 600000,
        .times = {.call_us = 300000,
            .write_us = 900000,
            .acquire_us = 200000,
            .connect_us = 1000000,
            .disconnect_us = 300000,
            .settle_us = 300000,
            .quiet_us = 20000,
            .reopen_us = 20000,
            .pause_us = 20000}};
}

void world_open_with(unsigned n_adapters, const struct ble_config *given)
{
    struct error e = ERROR_NULL;
    struct ble_config c;

    memset(&w, 0, sizeof w);
    cr_assert_eq(loop_new(&w.loop), 0);
    cr_assert_eq(private_bus_new(NULL, &w.bus, &e), 0, "%s", e.text);
    cr_assert_eq(sim_bluez_new(w.loop, private_bus_address(w.bus), n_adapters, 42, &w.z, &e), 0,
        "%s", e.text);
    WAIT_UNTIL(w.loop, sim_bluez_ready(w.z));
    c = given ? *given : world_config();
    c.bus = given && given->bus ? given->bus : private_bus_address(w.bus);
    cr_assert_eq(ble_new(w.loop, &c, &events, NULL, &w.ble), 0);
}

void world_open(void)
{
    world_open_with(1, NULL);
}

void world_close(void)
{
    w.ble = ble_free(w.ble);
    w.z = sim_bluez_free(w.z);
    w.bus = private_bus_free(w.bus);
    cr_assert_null(loop_free(w.loop));
}
