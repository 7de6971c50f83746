/* The camera on a BlueZ that runs, against a bluetoothd of a few lines: what BlueZ 5.66 asks of an
 * application, in its order. tests/vm has the real one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dbus/dbus.h"
#include "firmware/sim/private_bus.h"
#include "firmware/sim/real_bluez.h"
#include "loop/wait.h"

#define HCI "/org/bluez/hci1"
#define HOST HCI "/dev_00_AA_01_00_00_00"

static struct loop *l;
static struct private_bus *bus;

/* --- bluetoothd ------------------------------------------------------------------------------- */

static struct {
    struct dbus *dbus;
    char client[32], app[64];
    unsigned n_applications, n_begun, n_ended, n_objects, n_chars, n_disconnects, n_open;
    unsigned n_encrypted; /* characteristics that are written over an encrypted link only */
    bool refuse, named;
    char advertised[64];
    bool answered;
    sd_bus_message *answer;
} blue;

/* Asks the camera; `asked` waits for its answer. */
static void drop(void *asked)
{
    blue.n_open--;
    sd_bus_message_unref(asked);
}

static void ask(sd_bus_message *asked, const char *path, const char *interface, const char *method,
    sd_bus_message_handler_t done, const char *argument)
{
    sd_bus_slot *slot = NULL;

    blue.n_open++;
    cr_assert_geq(
        sd_bus_call_method_async(dbus_bus(blue.dbus), &slot, sd_bus_message_get_sender(asked), path,
            interface, method, done, sd_bus_message_ref(asked), argument ? "s" : NULL, argument),
        0);
    sd_bus_slot_set_destroy_callback(slot, drop);
    sd_bus_slot_set_floating(slot, true);
    sd_bus_slot_unref(slot);
}

static void count_flags(sd_bus_message *m)
{
    const char *flag;

    sd_bus_message_enter_container(m, 'v', "as");
    sd_bus_message_enter_container(m, 'a', "s");
    while (sd_bus_message_read(m, "s", &flag) > 0)
        blue.n_encrypted += strcmp(flag, "encrypt-write") == 0;
    sd_bus_message_exit_container(m);
    sd_bus_message_exit_container(m);
}

static void read_properties(sd_bus_message *m)
{
    const char *key;

    sd_bus_message_enter_container(m, 'a', "{sv}");
    while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
        sd_bus_message_read(m, "s", &key);
        if (strcmp(key, "Flags") == 0)
            count_flags(m);
        else
            sd_bus_message_skip(m, "v");
        sd_bus_message_exit_container(m);
    }
    sd_bus_message_exit_container(m);
}

static int on_objects(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *path, *interface;

    if (sd_bus_message_is_method_error(m, NULL))
        return 0;
    cr_assert_gt(sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}"), 0);
    while (sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}") > 0) {
        sd_bus_message_read(m, "o", &path);
        sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
        while (sd_bus_message_enter_container(m, 'e', "sa{sv}") > 0) {
            sd_bus_message_read(m, "s", &interface);
            blue.n_objects += strncmp(interface, "org.bluez.Gatt", 14) == 0;
            blue.n_chars += strcmp(interface, "org.bluez.GattCharacteristic1") == 0;
            read_properties(m);
            sd_bus_message_exit_container(m);
        }
        sd_bus_message_exit_container(m);
        sd_bus_message_exit_container(m);
    }
    return sd_bus_reply_method_return(ctx, "");
}

static int register_application(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *app;

    if (blue.refuse)
        return sd_bus_reply_method_errorf(m, "org.bluez.Error.Failed", "not yet");
    sd_bus_message_read(m, "o", &app);
    snprintf(blue.client, sizeof blue.client, "%s", sd_bus_message_get_sender(m));
    snprintf(blue.app, sizeof blue.app, "%s", app);
    blue.n_applications++;
    ask(m, app, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", on_objects, NULL);
    return 1;
}

static int on_advertisement(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *key, *text;

    if (sd_bus_message_is_method_error(m, NULL))
        return 0;
    cr_assert_gt(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
    while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
        sd_bus_message_read(m, "s", &key);
        if (strcmp(key, "LocalName") == 0) {
            sd_bus_message_read(m, "v", "s", &text);
            snprintf(blue.advertised, sizeof blue.advertised, "%s", text);
        } else
            sd_bus_message_skip(m, "v");
        sd_bus_message_exit_container(m);
    }
    blue.n_begun++;
    return sd_bus_reply_method_return(ctx, "");
}

static int register_advertisement(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    const char *path;

    sd_bus_message_read(m, "o", &path);
    ask(m, path, "org.freedesktop.DBus.Properties", "GetAll", on_advertisement,
        "org.bluez.LEAdvertisement1");
    return 1;
}

static int unregister_advertisement(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    blue.n_ended++;
    return sd_bus_reply_method_return(m, "");
}

static int disconnect_host(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    blue.n_disconnects++;
    return sd_bus_reply_method_return(m, "");
}

static const sd_bus_vtable gatt_manager[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD(
        "RegisterApplication", "oa{sv}", "", register_application, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};
static const sd_bus_vtable advertising_manager[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD(
        "RegisterAdvertisement", "oa{sv}", "", register_advertisement, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD(
        "UnregisterAdvertisement", "o", "", unregister_advertisement, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};
static const sd_bus_vtable device[] = {SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Disconnect", "", "", disconnect_host, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

static int on_named(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    blue.named = true;
    return 0;
}

static void bluetoothd_start(void)
{
    struct error e = ERROR_NULL;

    memset(&blue, 0, sizeof blue);
    cr_assert_eq(dbus_open(l, private_bus_address(bus), NULL, NULL, &blue.dbus, &e), 0);
    sd_bus_add_object_vtable(
        dbus_bus(blue.dbus), NULL, HCI, "org.bluez.GattManager1", gatt_manager, NULL);
    sd_bus_add_object_vtable(dbus_bus(blue.dbus), NULL, HCI, "org.bluez.LEAdvertisingManager1",
        advertising_manager, NULL);
    sd_bus_add_object_vtable(dbus_bus(blue.dbus), NULL, HOST, "org.bluez.Device1", device, NULL);
    sd_bus_request_name_async(dbus_bus(blue.dbus), NULL, "org.bluez", 0, on_named, NULL);
    WAIT_UNTIL(l, blue.named);
}

/* What it asked is let come first: a call that is held holds the connection. */
static void bluetoothd_kill(void)
{
    WAIT_UNTIL(l, blue.n_open == 0);
    blue.answer = sd_bus_message_unref(blue.answer);
    blue.dbus = dbus_free(blue.dbus);
}

static int on_answer(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    blue.answered = true;
    blue.answer = sd_bus_message_unref(blue.answer);
    blue.answer = sd_bus_message_ref(m);
    return 0;
}

/* As bluetoothd does for a host with an MTU of 185. True: no error. */
static bool call(const char *chr, const char *method, const char *bytes, const char *type)
{
    char path[96];
    sd_bus_message *m = NULL;

    snprintf(path, sizeof path, "%s/service0/%s", blue.app, chr);
    cr_assert_geq(sd_bus_message_new_method_call(dbus_bus(blue.dbus), &m, blue.client, path,
                      "org.bluez.GattCharacteristic1", method),
        0);
    if (bytes)
        sd_bus_message_append_array(m, 'y', bytes, strlen(bytes));
    sd_bus_message_append(m, "a{sv}", 3, "device", "o", HOST, "mtu", "q", 185, "type", "s", type);
    blue.answered = false;
    sd_bus_call_async(dbus_bus(blue.dbus), NULL, m, on_answer, NULL, 0);
    sd_bus_message_unref(m);
    WAIT_UNTIL(l, blue.answered);
    return !sd_bus_message_is_method_error(blue.answer, NULL);
}

static int acquire(const char *chr)
{
    uint16_t mtu = 0;
    int fd;

    cr_assert(call(chr, "AcquireNotify", NULL, ""));
    cr_assert_gt(sd_bus_message_read(blue.answer, "hq", &fd, &mtu), 0);
    cr_expect_eq(mtu, 185);
    fd = dup(fd);
    blue.answer = sd_bus_message_unref(blue.answer);
    return fd;
}

static void say_disconnected(void)
{
    sd_bus_message *m = NULL;

    sd_bus_message_new_signal(
        dbus_bus(blue.dbus), &m, HOST, "org.freedesktop.DBus.Properties", "PropertiesChanged");
    sd_bus_message_append(
        m, "sa{sv}as", "org.bluez.Device1", 2, "ServicesResolved", "b", 0, "Connected", "b", 0, 0);
    sd_bus_send(dbus_bus(blue.dbus), m, NULL);
    sd_bus_message_unref(m);
}

/* --- the camera ------------------------------------------------------------------------------- */

static struct {
    unsigned mtu, n_connected, n_disconnected, n_subscribed, n_unsubscribed, n_commands, n_requests,
        n_room;
} seen;

static void on_connected(void *ctx, unsigned mtu)
{
    seen.n_connected++;
    seen.mtu = mtu;
}

static void on_disconnected(void *ctx, bool by_host)
{
    seen.n_disconnected++;
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    on ? seen.n_subscribed++ : seen.n_unsubscribed++;
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    memcpy(out, "F:30,T:80", 9);
    return 9;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    with_response ? seen.n_requests++ : seen.n_commands++;
    return n == 1 ? 0 : -EINVAL;
}

static void on_room(void *ctx)
{
    seen.n_room++;
}

static const struct gatt_calls calls = {
    on_connected, on_disconnected, on_subscribed, on_read, on_written, on_room};
static const char *const services[] = {"4fafc201-1fb5-459e-8fcc-c5c9c331914b"};
static const struct gatt_char chars[] = {
    {0, "beb5483e-36e1-4688-b7f5-ea07361b26a8", GATT_READ | GATT_NOTIFY},
    {0, "a244c201-1fb5-459e-8fcc-c5c9c331914b", GATT_WRITE | GATT_WRITE_COMMAND},
    {0, "8a7f1238-5678-90ab-cdef-1234567890ac", GATT_WRITE | GATT_ENCRYPTED},
};
static struct gatt_app app;
static struct real_bluez *camera;

static void setup(void)
{
    struct error e = ERROR_NULL;

    memset(&seen, 0, sizeof seen);
    cr_assert_eq(loop_new(&l), 0);
    cr_assert_eq(private_bus_new(NULL, &bus, &e), 0, "%s", e.text);
    bluetoothd_start();
    app = (struct gatt_app){"T-Camera-BLE-Batch", services, 1, chars, 3, &calls, NULL};
    cr_assert_eq(real_bluez_new(l, private_bus_address(bus), "hci1", 0, &app, &camera, &e), 0);
    gatt_advertise(&app, true);
}

static void teardown(void)
{
    camera = real_bluez_free(camera);
    bluetoothd_kill();
    bus = private_bus_free(bus);
    cr_assert_null(loop_free(l));
}

TestSuite(real_bluez, .init = setup, .fini = teardown, .timeout = 60);

Test(real_bluez, registers_its_services_and_advertises_its_name)
{
    WAIT_UNTIL(l, real_bluez_advertised(camera));
    cr_expect(real_bluez_registered(camera));
    cr_expect_eq(blue.n_objects, 4);
    cr_expect_eq(blue.n_chars, 3);
    cr_expect_eq(blue.n_encrypted, 1);
    cr_expect_str_eq(blue.advertised, "T-Camera-BLE-Batch");
    gatt_advertise(&app, false);
    WAIT_UNTIL(l, blue.n_ended == 1);
}

Test(real_bluez, tries_again_while_it_is_refused)
{
    camera = real_bluez_free(camera);
    struct error e = ERROR_NULL;
    blue.refuse = true;
    unsigned before = blue.n_applications;
    cr_assert_eq(real_bluez_new(l, private_bus_address(bus), "hci1", 0, &app, &camera, &e), 0);
    some_turns(l);
    cr_expect_not(real_bluez_registered(camera));
    blue.refuse = false;
    WAIT_UNTIL(l, blue.n_applications == before + 1);
}

Test(real_bluez, the_first_use_is_a_connection_and_ends_the_advertisement)
{
    WAIT_UNTIL(l, real_bluez_advertised(camera));
    cr_expect(call("char1", "WriteValue", "R", "command"));
    cr_expect_eq(seen.n_connected, 1);
    cr_expect_eq(seen.mtu, 185);
    cr_expect_eq(seen.n_commands, 1);
    WAIT_UNTIL(l, blue.n_ended == 1);
    cr_expect(call("char1", "WriteValue", "A", "request"));
    cr_expect_eq(seen.n_requests, 1);
    cr_expect_eq(seen.n_connected, 1);
    cr_expect_not(call("char1", "WriteValue", "too long", "request"), "the camera refuses it");
    say_disconnected();
    WAIT_UNTIL(l, seen.n_disconnected == 1);
    WAIT_UNTIL(l, blue.n_begun == 2);
}

Test(real_bluez, values_are_read)
{
    const void *bytes;
    size_t n = 0;

    WAIT_UNTIL(l, real_bluez_registered(camera));
    cr_assert(call("char0", "ReadValue", NULL, ""));
    cr_assert_gt(sd_bus_message_read_array(blue.answer, 'y', &bytes, &n), 0);
    cr_expect(n == 9 && memcmp(bytes, "F:30,T:80", 9) == 0);
}

Test(real_bluez, notifications_go_through_the_socket_as_long_as_there_is_room)
{
    uint8_t bytes[600] = {0};
    unsigned n = 0;

    WAIT_UNTIL(l, real_bluez_registered(camera));
    cr_expect_eq(gatt_notify(&app, 0, bytes, 1), -ENOTCONN);
    int fd = acquire("char0");
    cr_expect_eq(seen.n_subscribed, 1);
    while (gatt_notify(&app, 0, bytes, sizeof bytes) == 0)
        n++;
    cr_expect(n > 4 && n < 100, "%u", n);
    some_turns(l);
    cr_expect_eq(seen.n_room, 0);
    for (unsigned i = 0; i < n; i++)
        cr_expect_eq(recv(fd, bytes, sizeof bytes, MSG_DONTWAIT), 182, "cut to the MTU");
    WAIT_UNTIL(l, seen.n_room == 1);
    close(fd);
    WAIT_UNTIL(l, seen.n_unsubscribed == 1);
    cr_expect_eq(gatt_notify(&app, 0, bytes, 1), -ENOTCONN);
}

Test(real_bluez, the_camera_may_leave)
{
    WAIT_UNTIL(l, real_bluez_registered(camera));
    gatt_disconnect(&app);
    cr_expect(call("char1", "WriteValue", "R", "command"));
    gatt_disconnect(&app);
    WAIT_UNTIL(l, blue.n_disconnects == 1);
}

Test(real_bluez, a_bluetoothd_that_died_and_is_back_gets_everything_again)
{
    WAIT_UNTIL(l, real_bluez_advertised(camera));
    int fd = acquire("char0");
    bluetoothd_kill();
    WAIT_UNTIL(l, seen.n_disconnected == 1);
    close(fd);
    cr_expect_not(real_bluez_registered(camera));
    bluetoothd_start();
    WAIT_UNTIL(l, real_bluez_advertised(camera));
    cr_expect_eq(blue.n_applications, 1);
    cr_expect(call("char1", "WriteValue", "R", "command"));
    cr_expect_eq(seen.n_connected, 2);
}

Test(real_bluez, an_adapter_that_was_unplugged_gets_everything_again)
{
    WAIT_UNTIL(l, real_bluez_advertised(camera));
    sd_bus_emit_signal(dbus_bus(blue.dbus), "/", "org.freedesktop.DBus.ObjectManager",
        "InterfacesRemoved", "oas", HCI, 2, "org.bluez.Adapter1", "org.bluez.GattManager1");
    WAIT_UNTIL(l, blue.n_begun == 2);
    cr_expect_eq(blue.n_applications, 2);
}

Test(real_bluez, an_advertisement_may_be_begun_anew_again_and_again)
{
    struct error e = ERROR_NULL;

    camera = real_bluez_free(camera);
    cr_assert_eq(real_bluez_new(l, private_bus_address(bus), "hci1", 50, &app, &camera, &e), 0);
    gatt_advertise(&app, true);
    WAIT_UNTIL(l, blue.n_ended >= 3 && blue.n_begun >= 4);
}

Test(real_bluez, waits_for_a_bus_that_is_not_there)
{
    struct error e = ERROR_NULL;
    char address[64];

    camera = real_bluez_free(camera);
    bluetoothd_kill();
    bus = private_bus_free(bus);
    snprintf(address, sizeof address, "unix:path=/tmp/warren-test-late-%d", getpid());
    cr_assert_eq(real_bluez_new(l, address, "hci1", 0, &app, &camera, &e), 0);
    gatt_advertise(&app, true);
    some_turns(l);
    cr_assert_eq(private_bus_new(strchr(address, '/'), &bus, &e), 0, "%s", e.text);
    bluetoothd_start();
    WAIT_UNTIL(l, real_bluez_advertised(camera));
}

Test(real_bluez, a_name_that_is_no_adapter_is_refused)
{
    struct real_bluez *other = NULL;
    struct error e = ERROR_NULL;

    cr_expect_eq(real_bluez_new(l, NULL, "/dev/ttyS0", 0, &app, &other, &e), -EINVAL);
    cr_expect_eq(real_bluez_new(l, NULL, "hci", 0, &app, &other, &e), -EINVAL);
    cr_expect(strstr(e.text, "hci0"), "%s", e.text);
}
