/* Bluetooth as a driver has it: the toy driver, on a pretended BlueZ. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <warren/ble.h>

#include "ble/ble.h"
#include "device/host_ble.h"
#include "firmware/sim/private_bus.h"
#include "firmware/sim/sim_bluez.h"
#include "loop/wait.h"
#include "world.h"

#define SERVICE "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
#define STATUS "beb5483e-36e1-4688-b7f5-ea07361b26a8"
#define ADDRESS "00:AA:01:00:00:23"

static const char *const services[] = {SERVICE};
static const struct gatt_char chars[] = {{0, STATUS, GATT_READ | GATT_WRITE | GATT_NOTIFY}};
static const struct gatt_calls calls = {0};

static struct {
    struct loop *loop;
    struct private_bus *bus;
    struct sim_bluez *z;
    struct sim_device *device;
    struct gatt_app app;
    struct ble *ble;
    wr_handle handle;
    unsigned n_connecting, n_opened, n_closed, n_notified, n_done;
    int why, result;
    bool inside;
} b;

/* --- the driver's side ------------------------------------------------------------------------- */

static void enter(void)
{
    cr_expect_not(b.inside, "called from within its own call");
    b.inside = true;
}

static void connecting(struct wr_dev *dev, wr_handle h, void *ctx, const char *address)
{
    enter();
    cr_expect_eq(h, b.handle);
    cr_expect_str_eq(address, ADDRESS);
    b.n_connecting++;
    b.inside = false;
}

static void opened(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_ble_char *rows,
    size_t n, unsigned mtu)
{
    enter();
    cr_expect_gt(b.n_connecting, b.n_opened, "told before");
    cr_expect_eq(h, b.handle);
    cr_expect_eq(ctx, &b);
    cr_expect_eq(n, 1);
    cr_expect_str_eq(rows[0].uuid, STATUS);
    cr_expect_str_eq(rows[0].service, SERVICE);
    cr_expect_eq(mtu, 517);
    b.n_opened++;
    dev->host->online(dev, true, NULL);
    b.inside = false;
}

static void notified(
    struct wr_dev *dev, wr_handle h, void *ctx, const char *uuid, const uint8_t *bytes, size_t n)
{
    enter();
    b.n_notified++;
    b.inside = false;
}

static void closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    enter();
    b.n_closed++;
    b.why = why;
    dev->host->online(dev, false, error);
    b.inside = false;
}

static void done(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    enter();
    b.n_done++;
    b.result = result;
    b.inside = false;
}

static const struct wr_ble_events events = {.size = sizeof events,
    .opened = opened,
    .notified = notified,
    .closed = closed,
    .connecting = connecting};

static void connect_to_it(struct wr_dev *dev)
{
    struct wr_ble_target target = {.size = sizeof target, .address = ADDRESS};

    b.handle = dev->host->ble->connect(dev, &target, &events, &b);
    cr_expect_neq(b.handle, 0);
}

/* --- the world --------------------------------------------------------------------------------- */

static void on_ready(void *ctx)
{
    if (world.devices)
        devices_ble_ready(world.devices);
}

static void add_camera(void)
{
    struct sim_faults f;

    sim_faults_init(&f);
    f.name_ms = 0;
    f.connect_ms = f.resolve_ms = f.disconnect_ms = 1;
    b.app = (struct gatt_app){"Toy", services, 1, chars, 1, &calls, NULL};
    cr_assert_eq(sim_bluez_add(b.z, 0, ADDRESS, &b.app, &f, &b.device), 0);
    gatt_advertise(&b.app, true);
}

static void open_all(void)
{
    static const struct ble_events ble_events = {.ready = on_ready};
    struct error e = ERROR_NULL;
    struct ble_config c = {.enabled = true,
        .scan_us = 500000,
        .scan_every_us = 500000,
        .times = {.call_us = 500000, .quiet_us = 30000, .reopen_us = 20000, .pause_us = 20000}};

    memset(&b, 0, sizeof b);
    cr_assert_eq(loop_new(&b.loop), 0);
    cr_assert_eq(private_bus_new(NULL, &b.bus, &e), 0, "%s", e.text);
    cr_assert_eq(sim_bluez_new(b.loop, private_bus_address(b.bus), 1, 42, &b.z, &e), 0);
    WAIT_UNTIL(b.loop, sim_bluez_ready(b.z));
    c.bus = private_bus_address(b.bus);
    cr_assert_eq(ble_new(b.loop, &c, &ble_events, NULL, &b.ble), 0);
    add_camera();
    world_open_on(NULL, b.loop, b.ble);
    toy.online_at_start = false;
    toy.in_start = connect_to_it;
    world_configure("devices:\n  toy:\n    driver: toy\n");
    devices_driver_added(world.devices, &toy_driver);
}

static void close_all(void)
{
    world.devices = devices_free(world.devices);
    b.ble = ble_free(b.ble);
    b.z = sim_bluez_free(b.z);
    b.bus = private_bus_free(b.bus);
    world_close();
}

TestSuite(host_ble, .init = open_all, .fini = close_all, .timeout = 60);

static struct device *the_toy(void)
{
    return devices_find(world.devices, "toy");
}

static void enable(bool on)
{
    the_toy()->enabled = on;
    device_poke(the_toy());
}

/* --- tests ------------------------------------------------------------------------------------- */

Test(host_ble, a_driver_reads_writes_and_is_notified)
{
    const struct wr_ble *ble;

    WAIT_UNTIL(b.loop, b.n_opened == 1);
    ble = toy.dev->host->ble;
    cr_assert_eq(ble->write(toy.dev, b.handle, STATUS, WR_BLE_WRITE_BEST, "A", 1, done, NULL), 0);
    WAIT_UNTIL(b.loop, b.n_done == 1);
    cr_expect_eq(b.result, 0);
    cr_assert_eq(ble->subscribe(toy.dev, b.handle, STATUS, done, NULL), 0);
    WAIT_UNTIL(b.loop, b.n_done == 2);
    gatt_notify(&b.app, 0, "x", 1);
    WAIT_UNTIL(b.loop, b.n_notified == 1);
}

Test(host_ble, a_link_that_was_cancelled_is_stale)
{
    struct wr_ble_stats stats = {.size = sizeof stats};
    const struct wr_ble *ble;

    WAIT_UNTIL(b.loop, b.n_opened == 1);
    ble = toy.dev->host->ble;
    cr_assert_eq(ble->stats(toy.dev, b.handle, &stats), 0);
    cr_expect_eq(stats.mtu, 517);
    cr_expect_lt(stats.rssi_dbm, 0);
    cr_assert_eq(toy.dev->host->cancel(toy.dev, b.handle), 0);
    cr_expect_eq(ble->read(toy.dev, b.handle, STATUS, done, NULL), -ESTALE);
    cr_expect_eq(ble->subscribe(toy.dev, b.handle, STATUS, done, NULL), -ESTALE);
    cr_expect_eq(ble->stats(toy.dev, b.handle, &stats), -ESTALE);
    WAIT_UNTIL(b.loop, !sim_device_connected(b.device));
    cr_expect_eq(b.n_closed, 0);
}

Test(host_ble, a_device_has_one_link_at_a_time)
{
    struct wr_ble_target target = {.size = sizeof target, .address = ADDRESS};

    WAIT_UNTIL(b.loop, b.n_opened == 1);
    cr_expect_eq(toy.dev->host->ble->connect(toy.dev, &target, &events, &b), 0);
}

Test(host_ble, a_driver_that_is_stopped_while_it_connects_hears_nothing_more)
{
    sim_device_faults(b.device)->connect_ms = 300;
    WAIT_UNTIL(b.loop, sim_bluez_stats(b.z)->connects == 1);
    enable(false);
    for (int i = 0; i < 100; i++)
        wait_turn(b.loop);
    cr_expect_eq(toy.n_stops, 1);
    cr_expect_eq(b.n_opened + b.n_closed, 0);
    cr_expect_not(sim_device_connected(b.device));
    sim_device_faults(b.device)->connect_ms = 1;
    enable(true);
    WAIT_UNTIL(b.loop, b.n_opened == 1);
}

Test(host_ble, a_device_that_is_stopped_is_disconnected)
{
    WAIT_UNTIL(b.loop, b.n_opened == 1);
    enable(false);
    WAIT_UNTIL(b.loop, !sim_device_connected(b.device));
    cr_expect_eq(b.n_closed, 0);
}

Test(host_ble, a_device_is_back_as_soon_as_bluetoothd_is)
{
    struct error e = ERROR_NULL;

    WAIT_UNTIL(b.loop, b.n_opened == 1);
    sim_bluez_stop(b.z);
    WAIT_UNTIL(b.loop, b.n_closed == 1);
    cr_expect_eq(b.why, -ENODEV);
    cr_expect(strstr(device_why(the_toy()), "bluetoothd"), "%s", device_why(the_toy()));
    timer_once(&the_toy()->retry, INT64_C(3600000000)); /* whatever the back-off has come to */
    cr_assert_eq(sim_bluez_start(b.z, &e), 0);
    WAIT_UNTIL(b.loop, b.n_opened == 2);
}

Test(host_ble, rest_shows_the_link)
{
    char text[16384];
    struct wr_json j = wr_json_into(text, sizeof text);

    WAIT_UNTIL(b.loop, b.n_opened == 1);
    device_json(the_toy(), &j);
    cr_expect(strstr(wr_json_text(&j),
        "\"link\":{\"address\":\"" ADDRESS "\",\"adapter\":\"hci0\",\"rssi_dbm\":-"));
    cr_expect(strstr(wr_json_text(&j), "\"mtu\":517"));
}
