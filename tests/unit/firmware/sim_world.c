#include "sim_world.h"

#include <criterion/criterion.h>
#include <string.h>

struct sim_world w;

static const char *const services[] = {SERVICE};
static const struct gatt_char chars[] = {
    {0, "beb5483e-36e1-4688-b7f5-ea07361b26a8", GATT_READ | GATT_NOTIFY},
    {0, "a244c201-1fb5-459e-8fcc-c5c9c331914b", GATT_WRITE | GATT_WRITE_COMMAND},
    {0, "a31a6820-8437-4f55-8898-5226c04a29a3", GATT_WRITE},
};

static void on_connected(void *ctx, unsigned mtu)
{
    w.seen.n_connected++;
    w.seen.mtu = mtu;
}

static void on_disconnected(void *ctx, bool by_host)
{
    w.seen.n_disconnected++;
    w.seen.by_host = by_host;
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    cr_expect_eq(chr, STATUS);
    on ? w.seen.n_subscribed++ : w.seen.n_unsubscribed++;
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    memcpy(out, "COUNT:7", 7);
    return 7;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    w.seen.n_written++;
    w.seen.last_chr = chr;
    w.seen.last_n = n;
    w.seen.last_response = with_response;
    return w.seen.write_result;
}

static void on_room(void *ctx)
{
    w.seen.n_room++;
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written,
    .room = on_room};

static void add(void)
{
    struct sim_faults f;

    sim_faults_init(&f);
    f.name_ms = 0;
    f.connect_ms = f.resolve_ms = f.disconnect_ms = 1;
    w.app = (struct gatt_app){"T-Camera-BLE-Batch", services, 1, chars, 3, &calls, NULL};
    cr_assert_eq(sim_bluez_add(w.z, 0, "00:AA:01:00:00:23", &w.app, &f, &w.device), 0);
    w.faults = sim_device_faults(w.device);
    gatt_advertise(&w.app, true);
}

void sim_world_open(void)
{
    struct error e = ERROR_NULL;

    w = (struct sim_world){0};
    cr_assert_eq(loop_new(&w.loop), 0);
    cr_assert_eq(private_bus_new(NULL, &w.bus, &e), 0, "%s", e.text);
    client_open(&w.client, w.loop, private_bus_address(w.bus));
    cr_assert_eq(
        sim_bluez_new(w.loop, private_bus_address(w.bus), 1, 42, &w.z, &e), 0, "%s", e.text);
    add();
    WAIT_UNTIL(w.loop, client_has(&w.client, HCI0));
}

void sim_world_close(void)
{
    client_close(&w.client);
    w.z = sim_bluez_free(w.z);
    w.bus = private_bus_free(w.bus);
    cr_assert_null(loop_free(w.loop));
}

void discover(void)
{
    cr_assert_str_empty(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL));
    WAIT_UNTIL(w.loop, client_has(&w.client, DEV));
    cr_assert_str_empty(client_call(&w.client, HCI0, ADAPTER, "StopDiscovery", NULL));
}

void link_up(void)
{
    discover();
    cr_assert_str_empty(client_call(&w.client, DEV, DEVICE, "Connect", NULL));
    WAIT_UNTIL(w.loop, client_has(&w.client, CONFIG_PATH));
    WAIT_UNTIL(w.loop, client_logged(&w.client, DEV ":ServicesResolved"));
}
