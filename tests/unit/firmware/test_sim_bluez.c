#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bluez_client.h"
#include "firmware/sim/sim_bluez.h"
#include "loop/wait.h"

#define HCI0 "/org/bluez/hci0"
#define DEV HCI0 "/dev_00_AA_01_00_00_23"
#define SERVICE "4fafc201-1fb5-459e-8fcc-c5c9c331914b"

enum { STATUS, COMMAND, CONFIG };

static const char *const services[] = {SERVICE};
static const struct gatt_char chars[] = {
    {0, "beb5483e-36e1-4688-b7f5-ea07361b26a8", GATT_READ | GATT_NOTIFY},
    {0, "a244c201-1fb5-459e-8fcc-c5c9c331914b", GATT_WRITE | GATT_WRITE_COMMAND},
    {0, "a31a6820-8437-4f55-8898-5226c04a29a3", GATT_WRITE},
};
/* As BlueZ numbers handles. */
#define STATUS_PATH DEV "/service000a/char000b"
#define COMMAND_PATH DEV "/service000a/char000e"
#define CONFIG_PATH DEV "/service000a/char0011"

static struct {
    unsigned mtu, n_connected, n_disconnected, n_subscribed, n_unsubscribed, n_written, n_room;
    unsigned last_chr;
    size_t last_n;
    bool last_response, by_host;
    int write_result;
} seen;

static void on_connected(void *ctx, unsigned mtu)
{
    seen.n_connected++;
    seen.mtu = mtu;
}

static void on_disconnected(void *ctx, bool by_host)
{
    seen.n_disconnected++;
    seen.by_host = by_host;
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    cr_expect_eq(chr, STATUS);
    on ? seen.n_subscribed++ : seen.n_unsubscribed++;
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    memcpy(out, "COUNT:7", 7);
    return 7;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    seen.n_written++;
    seen.last_chr = chr;
    seen.last_n = n;
    seen.last_response = with_response;
    return seen.write_result;
}

static void on_room(void *ctx)
{
    seen.n_room++;
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written,
    .room = on_room};

static struct gatt_app app;
static struct loop *l;
static struct private_bus *bus;
static struct sim_bluez *z;
static struct sim_device *d;
static struct sim_faults *faults;
static struct bluez_client c;

static void add(void)
{
    struct sim_faults f;

    sim_faults_init(&f);
    f.name_ms = 0;
    f.connect_ms = f.resolve_ms = f.disconnect_ms = 1;
    app = (struct gatt_app){"T-Camera-BLE-Batch", services, 1, chars, 3, &calls, NULL};
    cr_assert_eq(sim_bluez_add(z, 0, "00:AA:01:00:00:23", &app, &f, &d), 0);
    faults = sim_device_faults(d);
    gatt_advertise(&app, true);
}

static void setup(void)
{
    struct error e = ERROR_NULL;

    memset(&seen, 0, sizeof seen);
    cr_assert_eq(loop_new(&l), 0);
    cr_assert_eq(private_bus_new(NULL, &bus, &e), 0, "%s", e.text);
    client_open(&c, l, private_bus_address(bus));
    cr_assert_eq(sim_bluez_new(l, private_bus_address(bus), 1, 42, &z, &e), 0, "%s", e.text);
    add();
    WAIT_UNTIL(l, client_has(&c, HCI0));
}

static void teardown(void)
{
    client_close(&c);
    z = sim_bluez_free(z);
    bus = private_bus_free(bus);
    cr_assert_null(loop_free(l));
}

TestSuite(sim_bluez, .init = setup, .fini = teardown, .timeout = 60);

static void discover(void)
{
    cr_assert_str_empty(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL));
    WAIT_UNTIL(l, client_has(&c, DEV));
    cr_assert_str_empty(client_call(&c, HCI0, ADAPTER, "StopDiscovery", NULL));
}

static void link_up(void)
{
    discover();
    cr_assert_str_empty(client_call(&c, DEV, DEVICE, "Connect", NULL));
    WAIT_UNTIL(l, client_has(&c, CONFIG_PATH));
    WAIT_UNTIL(l, client_logged(&c, DEV ":ServicesResolved"));
}

/* --- scanning --------------------------------------------------------------------------------- */

Test(sim_bluez, nothing_is_there_until_somebody_scans)
{
    some_turns(l);
    cr_expect_eq(c.n_objects, 1);
    discover();
    cr_expect_str_empty(
        client_call(&c, DEV, "org.freedesktop.DBus.Properties", "Get", "ss", DEVICE, "Name"));
    WAIT_UNTIL(l, client_logged(&c, DEV ":-RSSI"));
}

Test(sim_bluez, the_name_comes_after_the_first_report)
{
    faults->name_ms = 150;
    cr_assert_str_empty(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL));
    WAIT_UNTIL(l, client_has(&c, DEV));
    cr_expect_str_not_empty(
        client_call(&c, DEV, "org.freedesktop.DBus.Properties", "Get", "ss", DEVICE, "Name"));
    WAIT_UNTIL(l, client_logged(&c, DEV ":Name"));
    cr_expect(client_logged(&c, DEV ":RSSI"));
}

Test(sim_bluez, a_filter_by_service_hides_what_does_not_have_it)
{
    cr_assert_str_empty(client_call(&c, HCI0, ADAPTER, "SetDiscoveryFilter", "a{sv}", 2,
        "Transport", "s", "le", "UUIDs", "as", 1, "0000180f-0000-1000-8000-00805f9b34fb"));
    cr_assert_str_empty(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL));
    for (int i = 0; i < 50; i++)
        wait_turn(l);
    cr_expect(!client_has(&c, DEV));
    cr_assert_str_empty(client_call(
        &c, HCI0, ADAPTER, "SetDiscoveryFilter", "a{sv}", 1, "UUIDs", "as", 1, SERVICE));
    WAIT_UNTIL(l, client_has(&c, DEV));
}

Test(sim_bluez, starting_twice_and_stopping_without_a_start_are_refused)
{
    cr_expect_str_eq(client_call(&c, HCI0, ADAPTER, "StopDiscovery", NULL), "Failed");
    cr_expect_str_empty(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL));
    cr_expect_str_eq(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL), "InProgress");
}

Test(sim_bluez, the_scan_of_a_client_that_is_gone_ends)
{
    struct bluez_client other;

    client_open(&other, l, private_bus_address(bus));
    cr_assert_str_empty(client_call(&other, HCI0, ADAPTER, "StartDiscovery", NULL));
    cr_expect_eq(client_flag(&c, HCI0, ADAPTER, "Discovering"), 1);
    client_close(&other);
    WAIT_UNTIL(l, client_flag(&c, HCI0, ADAPTER, "Discovering") == 0);
}

/* --- connecting ------------------------------------------------------------------------------- */

Test(sim_bluez, objects_appear_before_and_after_the_flag)
{
    link_up();
    const char *flag = strstr(c.log, DEV ":ServicesResolved");
    cr_expect_lt((void *)strstr(c.log, "+" STATUS_PATH), (void *)flag);
    cr_expect_gt((void *)strstr(c.log, "+" CONFIG_PATH), (void *)flag);
    cr_expect_eq(seen.n_connected, 1);
    cr_expect_eq(seen.mtu, 517);
    cr_expect_eq(client_flag(&c, DEV, DEVICE, "Connected"), 1);
}

Test(sim_bluez, all_is_told_by_get_managed_objects)
{
    const char *path;
    unsigned n = 0;

    link_up();
    cr_assert_str_empty(
        client_call(&c, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL));
    cr_assert_gt(sd_bus_message_enter_container(c.answer, 'a', "{oa{sa{sv}}}"), 0);
    while (sd_bus_message_enter_container(c.answer, 'e', "oa{sa{sv}}") > 0) {
        sd_bus_message_read(c.answer, "o", &path);
        cr_expect(client_has(&c, path), "%s", path);
        sd_bus_message_skip(c.answer, "a{sa{sv}}");
        sd_bus_message_exit_container(c.answer);
        n++;
    }
    cr_expect_eq(n, c.n_objects);
    cr_expect_eq(n, 6);
}

Test(sim_bluez, a_second_connect_meanwhile_is_in_progress)
{
    faults->connect_ms = 200;
    discover();
    client_send(&c, DEV, DEVICE, "Connect", NULL);
    cr_expect_str_eq(client_call(&c, DEV, DEVICE, "Connect", NULL), "InProgress");
    WAIT_UNTIL(l, seen.n_connected == 1);
}

Test(sim_bluez, disconnecting_takes_the_objects_away_and_the_camera_hears_of_it)
{
    link_up();
    cr_expect_str_empty(client_call(&c, DEV, DEVICE, "Disconnect", NULL));
    cr_expect_eq(seen.n_disconnected, 1);
    cr_expect(seen.by_host);
    WAIT_UNTIL(l, c.n_objects == 2);
    cr_expect_eq(client_flag(&c, DEV, DEVICE, "Connected"), 0);
    cr_expect_eq(client_flag(&c, DEV, DEVICE, "ServicesResolved"), 0);
    cr_expect_str_eq(client_call(&c, DEV, DEVICE, "Disconnect", NULL), "NotConnected");
}

Test(sim_bluez, the_camera_may_leave)
{
    link_up();
    gatt_disconnect(&app);
    cr_expect_eq(seen.n_disconnected, 0, "on a later turn");
    WAIT_UNTIL(l, seen.n_disconnected == 1);
    cr_expect_eq(gatt_notify(&app, STATUS, "x", 1), -ENOTCONN);
}

Test(sim_bluez, services_may_stay_when_the_link_is_gone)
{
    faults->keep_objects = 1;
    link_up();
    sim_device_drop(d);
    WAIT_UNTIL(l, client_flag(&c, DEV, DEVICE, "Connected") == 0);
    cr_expect_eq(c.n_objects, 6);
    cr_expect_str_eq(
        client_call(&c, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0), "Failed");
    cr_expect_str_empty(client_call(&c, DEV, DEVICE, "Connect", NULL));
    WAIT_UNTIL(l, client_flag(&c, DEV, DEVICE, "ServicesResolved") == 1);
}

Test(sim_bluez, who_is_not_there_is_waited_for)
{
    discover();
    gatt_advertise(&app, false);
    client_send(&c, DEV, DEVICE, "Connect", NULL);
    some_turns(l);
    cr_expect_eq(seen.n_connected, 0);
    gatt_advertise(&app, true);
    WAIT_UNTIL(l, seen.n_connected == 1);
    WAIT_UNTIL(l, c.answered);
    cr_expect_str_empty(c.error);
}

/* --- values ----------------------------------------------------------------------------------- */

Test(sim_bluez, values_are_read)
{
    const void *bytes;
    size_t n;

    link_up();
    cr_assert_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0));
    cr_assert_gt(sd_bus_message_read_array(c.answer, 'y', &bytes, &n), 0);
    cr_expect(n == 7 && memcmp(bytes, "COUNT:7", 7) == 0);
    cr_expect_str_eq(
        client_call(&c, CONFIG_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0), "NotPermitted");
}

Test(sim_bluez, the_type_of_a_write_is_what_is_asked_for_where_the_characteristic_has_it)
{
    link_up();
    cr_expect_str_empty(client_call(&c, COMMAND_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1,
        'A', 1, "type", "s", "command"));
    cr_expect_not(seen.last_response);
    cr_expect_eq(seen.last_chr, COMMAND);
    cr_expect_str_empty(
        client_call(&c, COMMAND_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1, 'A', 0));
    cr_expect(seen.last_response);
    cr_expect_str_eq(client_call(&c, CONFIG_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1, 'F',
                         1, "type", "s", "command"),
        "NotSupported");
    cr_expect_eq(seen.n_written, 2);
}

Test(sim_bluez, what_the_camera_refuses_is_an_error)
{
    seen.write_result = -EINVAL;
    link_up();
    cr_expect_str_eq(client_call(&c, CONFIG_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1, 'F',
                         1, "type", "s", "request"),
        "Failed");
}

Test(sim_bluez, notifications_over_the_bus)
{
    link_up();
    cr_expect_eq(gatt_notify(&app, STATUS, "x", 1), -ENOTCONN, "nobody has subscribed");
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    cr_expect_eq(seen.n_subscribed, 1);
    for (int i = 0; i < 5; i++)
        cr_expect_eq(gatt_notify(&app, STATUS, "COUNT:7", 7), 0);
    WAIT_UNTIL(l, c.n_values == 5);
    cr_expect_eq(c.n_value_bytes, 35);
    cr_expect_str_eq(
        client_call(&c, STATUS_PATH, CHARACTERISTIC, "AcquireNotify", "a{sv}", 0), "NotPermitted");
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StopNotify", NULL));
    cr_expect_eq(seen.n_unsubscribed, 1);
}

static ssize_t receive(int fd, void *bytes, size_t n)
{
    int64_t end_us = clock_mono_us() + WAIT_MAX_US;
    ssize_t r;

    while ((r = recv(fd, bytes, n, MSG_DONTWAIT)) < 0 && clock_mono_us() < end_us)
        wait_turn(l);
    cr_assert_geq(r, 0);
    return r;
}

Test(sim_bluez, notifications_over_a_socket_that_ends_with_the_link)
{
    uint16_t mtu = 0;
    uint8_t bytes[600] = {0};

    faults->mtu = 185;
    link_up();
    int fd = client_acquire(&c, STATUS_PATH, "AcquireNotify", &mtu);
    cr_assert_geq(fd, 0);
    cr_expect_eq(mtu, 185);
    cr_expect_eq(seen.n_subscribed, 1);
    cr_expect_eq(client_flag(&c, STATUS_PATH, CHARACTERISTIC, "NotifyAcquired"), 1);
    cr_expect_eq(gatt_notify(&app, STATUS, bytes, 512), 0);
    cr_expect_eq(receive(fd, bytes, sizeof bytes), 182, "cut to the MTU");
    sim_device_drop(d);
    cr_expect_eq(receive(fd, bytes, sizeof bytes), 0);
    cr_expect_not(seen.by_host);
    close(fd);
    cr_expect_eq(seen.n_unsubscribed, 0, "the link's end tells it all");
    cr_expect_eq(seen.n_disconnected, 1);
}

Test(sim_bluez, closing_the_socket_unsubscribes)
{
    uint16_t mtu;

    link_up();
    close(client_acquire(&c, STATUS_PATH, "AcquireNotify", &mtu));
    WAIT_UNTIL(l, seen.n_unsubscribed == 1);
    cr_expect_eq(client_flag(&c, STATUS_PATH, CHARACTERISTIC, "NotifyAcquired"), 0);
}

Test(sim_bluez, commands_over_a_socket)
{
    uint16_t mtu;

    faults->mtu = 23;
    link_up();
    int fd = client_acquire(&c, COMMAND_PATH, "AcquireWrite", &mtu);
    cr_assert_geq(fd, 0);
    cr_assert_eq(send(fd, "this is more than 20 bytes", 26, 0), 26, "dropped in silence");
    cr_assert_eq(send(fd, "N", 1, 0), 1);
    WAIT_UNTIL(l, seen.n_written == 1);
    cr_expect_eq(seen.last_n, 1);
    cr_expect_not(seen.last_response);
    close(fd);
}

Test(sim_bluez, a_full_queue_says_so_and_tells_when_there_is_room)
{
    link_up();
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    unsigned n = 0;
    while (gatt_notify(&app, STATUS, "x", 1) == 0)
        n++;
    cr_expect_eq(n, 12);
    WAIT_UNTIL(l, seen.n_room == 1);
    WAIT_UNTIL(l, c.n_values == 12);
}

/* --- faults ----------------------------------------------------------------------------------- */

static void send_many(unsigned n)
{
    while (n > 0) {
        int r = gatt_notify(&app, STATUS, "x", 1);
        cr_assert(r == 0 || r == -EAGAIN, "%d", r);
        r == 0 ? (void)n-- : wait_turn(l);
    }
}

Test(sim_bluez, as_many_are_lost_as_was_asked_and_the_same_with_the_same_seed)
{
    faults->loss_percent = 30;
    link_up();
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    send_many(500);
    WAIT_UNTIL(l, sim_bluez_stats(z)->notifications + sim_bluez_stats(z)->lost == 500);
    cr_expect(sim_bluez_stats(z)->lost > 100 && sim_bluez_stats(z)->lost < 200, "%d",
        (int)sim_bluez_stats(z)->lost);
}

Test(sim_bluez, the_link_breaks_after_so_many_notifications)
{
    faults->disconnect_after = 3;
    link_up();
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    send_many(5);
    WAIT_UNTIL(l, seen.n_disconnected == 1);
    WAIT_UNTIL(l, c.n_values == 3);
}

Test(sim_bluez, a_method_may_hang_as_often_as_was_asked)
{
    strcpy(faults->hang, "AcquireNotify");
    faults->hangs = 1;
    link_up();
    client_send(&c, STATUS_PATH, CHARACTERISTIC, "AcquireNotify", "a{sv}", 0);
    some_turns(l);
    cr_expect_not(c.answered);
    uint16_t mtu;
    int fd = client_acquire(&c, STATUS_PATH, "AcquireNotify", &mtu);
    cr_expect_geq(fd, 0);
    close(fd);
}

Test(sim_bluez, a_method_may_be_refused)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(sim_faults_parse(faults, "refuse=Connect,refusal=NotPermitted,refuses=1", &e), 0);
    discover();
    cr_expect_str_eq(client_call(&c, DEV, DEVICE, "Connect", NULL), "NotPermitted");
    cr_expect_str_empty(client_call(&c, DEV, DEVICE, "Connect", NULL));
}

Test(sim_bluez, sockets_may_be_refused)
{
    uint16_t mtu;

    faults->no_acquire = 1;
    link_up();
    cr_expect_lt(client_acquire(&c, STATUS_PATH, "AcquireNotify", &mtu), 0);
    cr_expect_str_eq(c.error, "NotSupported");
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
}

Test(sim_bluez, calls_and_notifications_may_be_late)
{
    faults->delay_ms = 100;
    link_up();
    int64_t from_us = clock_mono_us();
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    cr_expect_geq(clock_mono_us() - from_us, 90 * US_PER_MS);
    from_us = clock_mono_us();
    cr_expect_eq(gatt_notify(&app, STATUS, "x", 1), 0);
    WAIT_UNTIL(l, c.n_values == 1);
    cr_expect_geq(clock_mono_us() - from_us, 90 * US_PER_MS);
}

Test(sim_bluez, a_connection_interval_paces)
{
    faults->interval_us = 20000;
    faults->packets = 2;
    link_up();
    cr_expect_str_empty(client_call(&c, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    int64_t from_us = clock_mono_us();
    send_many(20);
    WAIT_UNTIL(l, c.n_values == 20);
    cr_expect_geq(clock_mono_us() - from_us, 10 * 20000 - 20000);
}

/* --- BlueZ itself ----------------------------------------------------------------------------- */

static int owner_changes;

static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    owner_changes++;
    return 0;
}

Test(sim_bluez, bluetoothd_dies_and_comes_back)
{
    struct error e = ERROR_NULL;

    link_up();
    sd_bus_match_signal_async(dbus_bus(c.dbus), NULL, "org.freedesktop.DBus", NULL,
        "org.freedesktop.DBus", "NameOwnerChanged", on_owner, NULL, NULL);
    some_turns(l);
    owner_changes = 0;
    client_send(&c, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0);
    sim_bluez_stop(z);
    WAIT_UNTIL(l, owner_changes > 0);
    WAIT_UNTIL(l, c.answered);
    cr_expect_str_not_empty(c.error, "the call that was open has failed");
    cr_expect_eq(seen.n_disconnected, 1);
    cr_expect_eq(c.n_objects, 6, "nothing was said");
    c.n_objects = 0;
    cr_assert_eq(sim_bluez_start(z, &e), 0);
    WAIT_UNTIL(l, client_has(&c, HCI0));
    link_up();
    cr_expect_eq(seen.n_connected, 2);
}

Test(sim_bluez, an_adapter_is_unplugged_and_comes_back)
{
    link_up();
    sim_bluez_plug(z, 0, false);
    WAIT_UNTIL(l, c.n_objects == 0);
    cr_expect_eq(seen.n_disconnected, 1);
    cr_expect_str_eq(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL),
        "org.freedesktop.DBus.Error.UnknownObject");
    sim_bluez_plug(z, 0, true);
    WAIT_UNTIL(l, client_has(&c, HCI0));
    link_up();
}

Test(sim_bluez, an_adapter_without_power_is_not_ready)
{
    link_up();
    cr_assert_str_empty(client_call(
        &c, HCI0, "org.freedesktop.DBus.Properties", "Set", "ssv", ADAPTER, "Powered", "b", 0));
    cr_expect_eq(seen.n_disconnected, 1);
    cr_expect_str_eq(client_call(&c, HCI0, ADAPTER, "StartDiscovery", NULL), "NotReady");
    cr_expect_eq(client_flag(&c, HCI0, ADAPTER, "Powered"), 0);
    sim_bluez_power(z, 0, true);
    WAIT_UNTIL(l, client_flag(&c, HCI0, ADAPTER, "Powered") == 1);
}

Test(sim_bluez, a_camera_is_switched_off_at_any_moment)
{
    link_up();
    faults->delay_ms = 500;
    client_send(&c, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0);
    some_turns(l);
    d = sim_device_remove(d);
    WAIT_UNTIL(l, c.n_objects == 1);
    WAIT_UNTIL(l, c.answered);
    cr_expect_str_eq(c.error, "org.freedesktop.DBus.Error.UnknownObject");
}

Test(sim_bluez, strange_calls_are_refused_and_kill_nobody)
{
    link_up();
    cr_expect_str_not_empty(client_call(&c, DEV, DEVICE, "Connect", "s", "?"));
    cr_expect_str_not_empty(client_call(&c, DEV, DEVICE, "Explode", NULL));
    cr_expect_str_not_empty(client_call(&c, DEV, "org.example.No", "Connect", NULL));
    cr_expect_str_not_empty(client_call(&c, HCI0 "/dev_00", DEVICE, "Connect", NULL));
    cr_expect_str_not_empty(
        client_call(&c, DEV, "org.freedesktop.DBus.Properties", "Get", "ss", DEVICE, "None"));
    cr_expect_str_not_empty(client_call(
        &c, DEV, "org.freedesktop.DBus.Properties", "Set", "ssv", DEVICE, "Address", "s", "x"));
    cr_expect_str_not_empty(client_call(
        &c, HCI0, "org.freedesktop.DBus.Properties", "Set", "ssv", ADAPTER, "Powered", "s", "x"));
    cr_expect_str_not_empty(
        client_call(&c, HCI0, ADAPTER, "SetDiscoveryFilter", "a{sv}", 1, "UUIDs", "s", "x"));
    cr_expect_str_empty(client_call(&c, "/", "org.freedesktop.DBus.Peer", "Ping", NULL));
}

Test(sim_faults, what_is_no_fault_is_told)
{
    struct sim_faults f;
    struct error e = ERROR_NULL;

    sim_faults_init(&f);
    cr_expect_eq(sim_faults_parse(&f, "loss=5,mtu=23", &e), 0);
    cr_expect(f.loss_percent == 5 && f.mtu == 23);
    cr_expect_eq(sim_faults_parse(&f, "loss=7,mtu=22", &e), -EINVAL);
    cr_expect_eq(f.loss_percent, 5, "as before");
    cr_expect(strstr(e.text, "mtu") && strstr(e.text, "23"), "%s", e.text);
    cr_expect_eq(sim_faults_parse(&f, "los=7", &e), -EINVAL);
    cr_expect_eq(sim_faults_parse(&f, "loss", &e), -EINVAL);
    cr_expect_eq(sim_faults_parse(&f, "hang=a b", &e), -EINVAL);
    cr_expect_eq(sim_faults_parse(&f, "", &e), 0);
}
