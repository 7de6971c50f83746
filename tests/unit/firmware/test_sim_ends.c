/* The pretended BlueZ: bluetoothd, adapter or camera goes and comes back, and callers that are wrong. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim_world.h"

TestSuite(sim_ends, .init = sim_world_open, .fini = sim_world_close, .timeout = 60);

static int owner_changes;

static int on_owner(sd_bus_message *m, void *ctx, sd_bus_error *e)
{
    owner_changes++;
    return 0;
}

Test(sim_ends, bluetoothd_dies_and_comes_back)
{
    struct error e = ERROR_NULL;

    link_up();
    sd_bus_match_signal_async(dbus_bus(w.client.dbus), NULL, "org.freedesktop.DBus", NULL,
        "org.freedesktop.DBus", "NameOwnerChanged", on_owner, NULL, NULL);
    some_turns(w.loop);
    owner_changes = 0;
    client_send(&w.client, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0);
    sim_bluez_stop(w.z);
    WAIT_UNTIL(w.loop, owner_changes > 0);
    WAIT_UNTIL(w.loop, w.client.answered);
    cr_expect_str_not_empty(w.client.error, "the call that was open has failed");
    cr_expect_eq(w.seen.n_disconnected, 1);
    cr_expect_eq(w.client.n_objects, 6, "nothing was said");
    w.client.n_objects = 0;
    cr_assert_eq(sim_bluez_start(w.z, &e), 0);
    WAIT_UNTIL(w.loop, client_has(&w.client, HCI0));
    link_up();
    cr_expect_eq(w.seen.n_connected, 2);
}

Test(sim_ends, an_adapter_is_unplugged_and_comes_back)
{
    link_up();
    sim_bluez_plug(w.z, 0, false);
    WAIT_UNTIL(w.loop, w.client.n_objects == 0);
    cr_expect_eq(w.seen.n_disconnected, 1);
    cr_expect_str_eq(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL),
        "org.freedesktop.DBus.Error.UnknownObject");
    sim_bluez_plug(w.z, 0, true);
    WAIT_UNTIL(w.loop, client_has(&w.client, HCI0));
    link_up();
}

Test(sim_ends, an_adapter_without_power_is_not_ready)
{
    link_up();
    cr_assert_str_empty(client_call(&w.client, HCI0, "org.freedesktop.DBus.Properties", "Set",
        "ssv", ADAPTER, "Powered", "b", 0));
    cr_expect_eq(w.seen.n_disconnected, 1);
    cr_expect_str_eq(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL), "NotReady");
    cr_expect_eq(client_flag(&w.client, HCI0, ADAPTER, "Powered"), 0);
    sim_bluez_power(w.z, 0, true);
    WAIT_UNTIL(w.loop, client_flag(&w.client, HCI0, ADAPTER, "Powered") == 1);
}

Test(sim_ends, a_camera_is_switched_off_at_any_moment)
{
    link_up();
    w.faults->delay_ms = 500;
    client_send(&w.client, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0);
    some_turns(w.loop);
    w.device = sim_device_remove(w.device);
    WAIT_UNTIL(w.loop, w.client.n_objects == 1);
    WAIT_UNTIL(w.loop, w.client.answered);
    cr_expect_str_eq(w.client.error, "org.freedesktop.DBus.Error.UnknownObject");
}

Test(sim_ends, strange_calls_are_refused_and_kill_nobody)
{
    link_up();
    cr_expect_str_not_empty(client_call(&w.client, DEV, DEVICE, "Connect", "s", "?"));
    cr_expect_str_not_empty(client_call(&w.client, DEV, DEVICE, "Explode", NULL));
    cr_expect_str_not_empty(client_call(&w.client, DEV, "org.example.No", "Connect", NULL));
    cr_expect_str_not_empty(client_call(&w.client, HCI0 "/dev_00", DEVICE, "Connect", NULL));
    cr_expect_str_not_empty(client_call(
        &w.client, DEV, "org.freedesktop.DBus.Properties", "Get", "ss", DEVICE, "None"));
    cr_expect_str_not_empty(client_call(&w.client, DEV, "org.freedesktop.DBus.Properties", "Set",
        "ssv", DEVICE, "Address", "s", "x"));
    cr_expect_str_not_empty(client_call(&w.client, HCI0, "org.freedesktop.DBus.Properties", "Set",
        "ssv", ADAPTER, "Powered", "s", "x"));
    cr_expect_str_not_empty(
        client_call(&w.client, HCI0, ADAPTER, "SetDiscoveryFilter", "a{sv}", 1, "UUIDs", "s", "x"));
    cr_expect_str_empty(client_call(&w.client, "/", "org.freedesktop.DBus.Peer", "Ping", NULL));
}
