#include <criterion/criterion.h>
#include <string.h>
#include <warren/ble.h>

#include "ble/mirror.h"
#include "fakes/nowhere.h"

#define DEV "/org/bluez/hci0/dev_00_AA_01_00_00_23"
#define CHR DEV "/service000a/char000b"

static struct nowhere nowhere;
static struct mirror mirror;
static unsigned n_added, n_gone, n_values;

static void on_news(void *ctx, struct mirror_object *o, unsigned what)
{
    n_added += (what & MIRROR_ADDED) != 0;
}

static void on_gone(void *ctx, struct mirror_object *o)
{
    n_gone++;
}

static void on_value(void *ctx, struct mirror_object *o, const uint8_t *bytes, size_t n)
{
    n_values++;
}

static const struct mirror_events events = {.news = on_news, .gone = on_gone, .value = on_value};

static void setup(void)
{
    nowhere = nowhere_open();
    mirror_init(&mirror, &events, NULL);
}

static void teardown(void)
{
    mirror_fini(&mirror);
    nowhere_close(&nowhere);
}

TestSuite(ble_mirror, .init = setup, .fini = teardown);

static sd_bus_message *begin(const char *path, const char *member)
{
    sd_bus_message *m = NULL;

    cr_assert_geq(sd_bus_message_new_signal(
                      nowhere.bus, &m, path, "org.freedesktop.DBus.ObjectManager", member),
        0);
    return m;
}

static int give(int (*take)(struct mirror *m, sd_bus_message *msg), sd_bus_message *m)
{
    int r;

    cr_assert_geq(sd_bus_message_seal(m, 1, 0), 0);
    cr_assert_geq(sd_bus_message_rewind(m, true), 0);
    mirror.now_us++;
    r = take(&mirror, m);
    sd_bus_message_unref(m);
    return r;
}

static void add_char(const char *path)
{
    sd_bus_message *m = begin("/", "InterfacesAdded");

    sd_bus_message_append(m, "oa{sa{sv}}", path, 1, "org.bluez.GattCharacteristic1", 3, "UUID", "s",
        "BEB5483E-36E1-4688-B7F5-EA07361B26A8", "Flags", "as", 2, "read", "notify", "Value", "ay",
        1, 7);
    cr_assert_geq(give(mirror_take_added, m), 0);
}

Test(ble_mirror, a_characteristic_may_come_before_its_parents)
{
    struct mirror_object *o;
    sd_bus_message *m;

    add_char(CHR);
    o = mirror_find(&mirror, MIRROR_CHAR, CHR);
    cr_assert_not_null(o);
    cr_expect_str_eq(o->chr.uuid, "beb5483e-36e1-4688-b7f5-ea07361b26a8");
    cr_expect_eq(o->chr.props, WR_BLE_READ | WR_BLE_NOTIFY);
    cr_expect_null(mirror_parent(&mirror, o));
    cr_expect_eq(n_values, 0, "what it had before is no notification");
    m = begin("/", "InterfacesAdded");
    sd_bus_message_append(
        m, "oa{sa{sv}}", DEV "/service000a", 1, "org.bluez.GattService1", 1, "UUID", "s", "fe0f");
    cr_assert_geq(give(mirror_take_added, m), 0);
    cr_assert_not_null(mirror_parent(&mirror, o));
    cr_expect_str_eq(
        mirror_parent(&mirror, o)->service.uuid, "0000fe0f-0000-1000-8000-00805f9b34fb");
}

Test(ble_mirror, an_advertisement_becomes_properties)
{
    sd_bus_message *m = begin("/", "InterfacesAdded");
    const struct mirror_device *d;

    sd_bus_message_append(m, "oa{sa{sv}}", DEV, 1, "org.bluez.Device1", 5, "Address", "s",
        "00:aa:01:00:00:23", "Name", "s", "A\x1b[2J", "RSSI", "n", -60, "ManufacturerData", "a{qv}",
        1, 0x4c, "ay", 2, 1, 0xFF, "ServiceData", "a{sv}", 1, "fe0f", "ay", 1, 5);
    cr_assert_geq(give(mirror_take_added, m), 0);
    d = &mirror_find(&mirror, MIRROR_DEVICE, DEV)->device;
    cr_expect_str_eq(d->address, "00:AA:01:00:00:23");
    cr_expect_str_eq(d->name, "A?[2J");
    cr_expect(d->has_rssi);
    cr_expect_eq(d->rssi_dbm, -60);
    cr_assert_eq(d->manufacturer.n, 1);
    cr_expect_str_eq(d->manufacturer.rows[0].key, "manufacturer.004c");
    cr_expect_str_eq(d->manufacturer.rows[0].value, "01ff");
    cr_assert_eq(d->service_data.n, 1);
    cr_expect_str_eq(
        d->service_data.rows[0].key, "service_data.0000fe0f-0000-1000-8000-00805f9b34fb");
}

Test(ble_mirror, properties_of_a_wrong_type_are_left_out)
{
    sd_bus_message *m = begin("/", "InterfacesAdded");
    const struct mirror_device *d;

    sd_bus_message_append(m, "oa{sa{sv}}", DEV, 1, "org.bluez.Device1", 4, "Address", "u", 7,
        "RSSI", "s", "loud", "UUIDs", "ay", 1, 7, "Connected", "b", 1);
    cr_assert_geq(give(mirror_take_added, m), 0);
    d = &mirror_find(&mirror, MIRROR_DEVICE, DEV)->device;
    cr_expect_str_empty(d->address);
    cr_expect_not(d->has_rssi);
    cr_expect_eq(d->services.n, 0);
    cr_expect(d->is_connected);
}

Test(ble_mirror, a_body_that_is_not_its_member_s_is_refused)
{
    sd_bus_message *m = begin("/", "InterfacesAdded");

    sd_bus_message_append(m, "s", "nonsense");
    cr_expect_lt(give(mirror_take_added, m), 0);
    m = begin("/", "GetManagedObjects");
    sd_bus_message_append(m, "as", 0);
    add_char(CHR);
    cr_expect_lt(give(mirror_take_objects, m), 0);
    cr_expect_eq(mirror.n, 1, "nothing was told to be gone");
}

Test(ble_mirror, what_the_whole_tree_does_not_have_is_gone)
{
    sd_bus_message *m = begin("/", "GetManagedObjects");

    add_char(CHR);
    add_char(DEV "/service000a/char000e");
    sd_bus_message_append(m, "a{oa{sa{sv}}}", 1, CHR, 1, "org.bluez.GattCharacteristic1", 0);
    cr_assert_geq(give(mirror_take_objects, m), 0);
    cr_expect_eq(n_gone, 1);
    cr_expect_eq(mirror.n, 1);
    cr_expect_not_null(mirror_find(&mirror, MIRROR_CHAR, CHR));
}

Test(ble_mirror, there_is_a_ceiling)
{
    char path[96];

    for (int i = 0; i < MIRROR_MAX_OBJECTS + 10; i++) {
        snprintf(path, sizeof path, DEV "/service000a/char%04x", i);
        add_char(path);
    }
    cr_expect_eq(mirror.n, MIRROR_MAX_OBJECTS);
    cr_expect_eq(mirror.n_left_out, 10);
}

Test(ble_names, uuids_and_addresses)
{
    char uuid[BLE_UUID_BYTES], address[BLE_ADDRESS_BYTES];

    cr_expect(ble_uuid("180F", uuid));
    cr_expect_str_eq(uuid, "0000180f-0000-1000-8000-00805f9b34fb");
    cr_expect_not(ble_uuid("", uuid));
    cr_expect_not(ble_uuid("4fafc201-1fb5-459e-8fcc-c5c9c331914g", uuid));
    cr_expect_not(ble_uuid("4fafc201x1fb5-459e-8fcc-c5c9c331914b", uuid));
    cr_expect(ble_address("aa:bb:cc:dd:ee:0f", address));
    cr_expect_str_eq(address, "AA:BB:CC:DD:EE:0F");
    cr_expect_not(ble_address("aa:bb:cc:dd:ee:0", address));
    cr_expect_not(ble_address("aa-bb-cc-dd-ee-0f", address));
}
