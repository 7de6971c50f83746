/* The pretended BlueZ as a client sees it: scanning, and the life of a link. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "sim_world.h"

TestSuite(sim_bluez, .init = sim_world_open, .fini = sim_world_close, .timeout = 60);

/* --- scanning --------------------------------------------------------------------------------- */

Test(sim_bluez, nothing_is_there_until_somebody_scans)
{
    some_turns(w.loop);
    cr_expect_eq(w.client.n_objects, 1);
    discover();
    cr_expect_str_empty(client_call(
        &w.client, DEV, "org.freedesktop.DBus.Properties", "Get", "ss", DEVICE, "Name"));
    WAIT_UNTIL(w.loop, client_logged(&w.client, DEV ":-RSSI"));
}

Test(sim_bluez, the_name_comes_after_the_first_report)
{
    w.faults->name_ms = 150;
    cr_assert_str_empty(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL));
    WAIT_UNTIL(w.loop, client_has(&w.client, DEV));
    cr_expect_str_not_empty(client_call(
        &w.client, DEV, "org.freedesktop.DBus.Properties", "Get", "ss", DEVICE, "Name"));
    WAIT_UNTIL(w.loop, client_logged(&w.client, DEV ":Name"));
    cr_expect(client_logged(&w.client, DEV ":RSSI"));
}

Test(sim_bluez, a_filter_by_service_hides_what_does_not_have_it)
{
    cr_assert_str_empty(client_call(&w.client, HCI0, ADAPTER, "SetDiscoveryFilter", "a{sv}", 2,
        "Transport", "s", "le", "UUIDs", "as", 1, "0000180f-0000-1000-8000-00805f9b34fb"));
    cr_assert_str_empty(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL));
    for (int i = 0; i < 50; i++)
        wait_turn(w.loop);
    cr_expect(!client_has(&w.client, DEV));
    cr_assert_str_empty(client_call(
        &w.client, HCI0, ADAPTER, "SetDiscoveryFilter", "a{sv}", 1, "UUIDs", "as", 1, SERVICE));
    WAIT_UNTIL(w.loop, client_has(&w.client, DEV));
}

Test(sim_bluez, starting_twice_and_stopping_without_a_start_are_refused)
{
    cr_expect_str_eq(client_call(&w.client, HCI0, ADAPTER, "StopDiscovery", NULL), "Failed");
    cr_expect_str_empty(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL));
    cr_expect_str_eq(client_call(&w.client, HCI0, ADAPTER, "StartDiscovery", NULL), "InProgress");
}

Test(sim_bluez, the_scan_of_a_client_that_is_gone_ends)
{
    struct bluez_client other;

    client_open(&other, w.loop, private_bus_address(w.bus));
    cr_assert_str_empty(client_call(&other, HCI0, ADAPTER, "StartDiscovery", NULL));
    cr_expect_eq(client_flag(&w.client, HCI0, ADAPTER, "Discovering"), 1);
    client_close(&other);
    WAIT_UNTIL(w.loop, client_flag(&w.client, HCI0, ADAPTER, "Discovering") == 0);
}

/* --- connecting ------------------------------------------------------------------------------- */

Test(sim_bluez, objects_appear_before_and_after_the_flag)
{
    link_up();
    const char *flag = strstr(w.client.log, DEV ":ServicesResolved");
    cr_expect_lt((void *)strstr(w.client.log, "+" STATUS_PATH), (void *)flag);
    cr_expect_gt((void *)strstr(w.client.log, "+" CONFIG_PATH), (void *)flag);
    cr_expect_eq(w.seen.n_connected, 1);
    cr_expect_eq(w.seen.mtu, 517);
    cr_expect_eq(client_flag(&w.client, DEV, DEVICE, "Connected"), 1);
}

Test(sim_bluez, all_is_told_by_get_managed_objects)
{
    const char *path;
    unsigned n = 0;

    link_up();
    cr_assert_str_empty(client_call(
        &w.client, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL));
    cr_assert_gt(sd_bus_message_enter_container(w.client.answer, 'a', "{oa{sa{sv}}}"), 0);
    while (sd_bus_message_enter_container(w.client.answer, 'e', "oa{sa{sv}}") > 0) {
        sd_bus_message_read(w.client.answer, "o", &path);
        cr_expect(client_has(&w.client, path), "%s", path);
        sd_bus_message_skip(w.client.answer, "a{sa{sv}}");
        sd_bus_message_exit_container(w.client.answer);
        n++;
    }
    cr_expect_eq(n, w.client.n_objects);
    cr_expect_eq(n, 6);
}

Test(sim_bluez, a_second_connect_meanwhile_is_in_progress)
{
    w.faults->connect_ms = 200;
    discover();
    client_send(&w.client, DEV, DEVICE, "Connect", NULL);
    cr_expect_str_eq(client_call(&w.client, DEV, DEVICE, "Connect", NULL), "InProgress");
    WAIT_UNTIL(w.loop, w.seen.n_connected == 1);
}

Test(sim_bluez, disconnecting_takes_the_objects_away_and_the_camera_hears_of_it)
{
    link_up();
    cr_expect_str_empty(client_call(&w.client, DEV, DEVICE, "Disconnect", NULL));
    cr_expect_eq(w.seen.n_disconnected, 1);
    cr_expect(w.seen.by_host);
    WAIT_UNTIL(w.loop, w.client.n_objects == 2);
    cr_expect_eq(client_flag(&w.client, DEV, DEVICE, "Connected"), 0);
    cr_expect_eq(client_flag(&w.client, DEV, DEVICE, "ServicesResolved"), 0);
    cr_expect_str_eq(client_call(&w.client, DEV, DEVICE, "Disconnect", NULL), "NotConnected");
}

Test(sim_bluez, the_camera_may_leave)
{
    link_up();
    gatt_disconnect(&w.app);
    cr_expect_eq(w.seen.n_disconnected, 0, "on a later turn");
    WAIT_UNTIL(w.loop, w.seen.n_disconnected == 1);
    cr_expect_eq(gatt_notify(&w.app, STATUS, "x", 1), -ENOTCONN);
}

Test(sim_bluez, services_may_stay_when_the_link_is_gone)
{
    w.faults->keep_objects = 1;
    link_up();
    sim_device_drop(w.device);
    WAIT_UNTIL(w.loop, client_flag(&w.client, DEV, DEVICE, "Connected") == 0);
    cr_expect_eq(w.client.n_objects, 6);
    cr_expect_str_eq(
        client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0), "Failed");
    cr_expect_str_empty(client_call(&w.client, DEV, DEVICE, "Connect", NULL));
    WAIT_UNTIL(w.loop, client_flag(&w.client, DEV, DEVICE, "ServicesResolved") == 1);
}

Test(sim_bluez, who_is_not_there_is_waited_for)
{
    discover();
    gatt_advertise(&w.app, false);
    client_send(&w.client, DEV, DEVICE, "Connect", NULL);
    some_turns(w.loop);
    cr_expect_eq(w.seen.n_connected, 0);
    gatt_advertise(&w.app, true);
    WAIT_UNTIL(w.loop, w.seen.n_connected == 1);
    WAIT_UNTIL(w.loop, w.client.answered);
    cr_expect_str_empty(w.client.error);
}
