#include <errno.h>
#include <string.h>

#include "dbus/dbus.h"
#include "world.h"

TestSuite(ble_link, .init = world_open, .fini = world_close, .timeout = 60);

static struct link l;

static void close_link(struct link *link)
{
    ble_close(link->k);
    link->k = NULL;
}

/* --- connecting -------------------------------------------------------------------------------- */

Test(ble_link, a_device_is_found_connected_and_its_characteristics_are_told)
{
    struct camera *c = world_camera(0);
    struct ble_link_stats stats;

    link_open(&l, c);
    cr_expect_eq(l.n_chars, N_CHARS);
    cr_expect_eq(l.mtu, 517);
    cr_expect(sim_device_connected(c->device));
    ble_link_stats(l.k, &stats);
    cr_expect_str_eq(stats.address, c->address);
    cr_expect_str_eq(stats.adapter, "hci0");
    cr_expect(stats.has_rssi);
    cr_expect_eq(ble_n_open_links(w.ble), 1);
    close_link(&l);
    WAIT_UNTIL(w.loop, !sim_device_connected(c->device));
    cr_expect_eq(l.n_closed, 0, "who closes is not told");
}

Test(ble_link, never_connects_while_it_scans)
{
    struct camera *c[3] = {world_camera(0), world_camera(0), world_camera(0)};
    struct link links[3];

    ble_look_for(w.ble, NULL, 0, true);
    for (int i = 0; i < 3; i++)
        link_start(&links[i], c[i], 0);
    WAIT_UNTIL(w.loop, links[0].n_opened && links[1].n_opened && links[2].n_opened);
    cr_expect_eq(sim_bluez_stats(w.z)->connects, 3);
    cr_expect_eq(sim_bluez_stats(w.z)->connects_while_scanning, 0);
    cr_expect_eq(sim_bluez_stats(w.z)->most_connects_at_once, 1);
    for (int i = 0; i < 3; i++)
        close_link(&links[i]);
}

Test(ble_link, objects_that_come_after_the_flag_are_waited_for)
{
    struct camera *c = world_camera(0);

    c->faults->late_objects = 2;
    c->faults->resolve_ms = 10;
    link_open(&l, c);
    cr_expect_eq(l.n_chars, N_CHARS);
    close_link(&l);
}

Test(ble_link, a_device_that_is_not_there_is_told_so)
{
    struct camera nobody = {.address = "00:AA:01:00:00:99"};

    link_start(&l, &nobody, 300);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ETIMEDOUT);
    cr_expect(strstr(l.error, "00:AA:01:00:00:99 was not seen"), "%s", l.error);
}

Test(ble_link, a_connect_without_an_answer_ends_in_time)
{
    struct camera *c = world_camera(0);

    strcpy(c->faults->hang, "Connect");
    link_start(&l, c, 0);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ETIMEDOUT);
    cr_expect(strstr(l.error, "did not take the connection"), "%s", l.error);
}

Test(ble_link, a_connect_that_fails_once_is_tried_again)
{
    struct camera *c = world_camera(0);
    struct ble_link_stats stats;

    strcpy(c->faults->refuse, "Connect");
    strcpy(c->faults->refusal, "Failed");
    c->faults->refuses = 1;
    link_open(&l, c);
    ble_link_stats(l.k, &stats);
    cr_expect_eq(stats.n_retries, 1);
    close_link(&l);
}

Test(ble_link, a_device_is_connected_to_by_name_and_service)
{
    struct camera *c = world_camera(0);
    struct wr_ble_target target = {.size = sizeof target, .name = "T-Camera-*", .service = SERVICE};
    struct error e = ERROR_NULL;
    static const struct ble_link_events none = {0};

    link_start(&l, c, 0);
    close_link(&l);
    cr_assert_eq(ble_connect(w.ble, &target, &none, NULL, &l.k, &e), 0);
    WAIT_UNTIL(w.loop, ble_n_open_links(w.ble) == 1);
    close_link(&l);
    target = (struct wr_ble_target){.size = sizeof target, .address = "nonsense"};
    cr_expect_eq(ble_connect(w.ble, &target, &none, NULL, &l.k, &e), -EINVAL);
    target.address = NULL;
    cr_expect_eq(ble_connect(w.ble, &target, &none, NULL, &l.k, &e), -EINVAL);
}

Test(ble_link, a_link_that_is_closed_while_it_connects_leaves_the_device_alone)
{
    struct camera *c = world_camera(0);

    c->faults->connect_ms = 200;
    link_start(&l, c, 0);
    WAIT_UNTIL(w.loop, sim_bluez_stats(w.z)->connects == 1);
    close_link(&l);
    for (int i = 0; i < 100; i++)
        wait_turn(w.loop);
    cr_expect_not(sim_device_connected(c->device));
    c->faults->connect_ms = 1;
    link_open(&l, c);
    close_link(&l);
}

/* Another client of bluetoothd's connects it: as we did in an earlier life that ended without a word. */
static void connect_as_somebody_else(const struct camera *c, struct dbus **ret)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(dbus_open(w.loop, private_bus_address(w.bus), NULL, NULL, ret, &e), 0);
    cr_assert_geq(sd_bus_call_method_async(dbus_bus(*ret), NULL, "org.bluez",
                      "/org/bluez/hci0/dev_00_AA_01_00_00_23", "org.bluez.Device1", "Connect", NULL,
                      NULL, ""),
        0);
    WAIT_UNTIL(w.loop, sim_device_connected(c->device));
}

Test(ble_link, what_somebody_else_had_connected_begins_anew)
{
    struct camera *c = world_camera(0);
    struct dbus *other = NULL;

    ble_look_for(w.ble, NULL, 0, true);
    WAIT_UNTIL(w.loop, w.n_seen > 0);
    connect_as_somebody_else(c, &other);
    cr_assert_eq(c->n_connected, 1);
    link_open(&l, c);
    cr_expect_eq(c->n_disconnected, 1);
    cr_expect_eq(c->n_connected, 2);
    close_link(&l);
    dbus_free(other);
}

/* --- reading and writing ----------------------------------------------------------------------- */

Test(ble_link, a_value_is_read)
{
    link_open(&l, world_camera(0));
    cr_assert_eq(ble_read(l.k, STATUS, link_done, &l), 0);
    cr_expect_eq(l.n_answers, 0, "not from within the call");
    WAIT_UNTIL(w.loop, l.n_answers == 1);
    cr_expect_eq(l.result, 0);
    cr_expect_eq(l.value_n, 7);
    cr_expect_arr_eq(l.value, "COUNT:7", 7);
    close_link(&l);
}

Test(ble_link, writes_take_the_type_that_the_characteristic_has)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    cr_assert_eq(ble_write(l.k, COMMAND, WR_BLE_WRITE_BEST, "A", 1, link_done, &l), 0);
    cr_expect_eq(l.n_answers, 0, "not from within the call");
    WAIT_UNTIL(w.loop, l.n_answers == 1 && c->n_written == 1);
    cr_expect_eq(c->n_with_response, 0);
    cr_assert_eq(ble_write(l.k, CONFIG, WR_BLE_WRITE_BEST, "F:30,T:80", 9, link_done, &l), 0);
    WAIT_UNTIL(w.loop, l.n_answers == 2 && c->n_written == 2);
    cr_expect_eq(c->n_with_response, 1);
    cr_expect_arr_eq(c->last, "F:30,T:80", 9);
    close_link(&l);
}

Test(ble_link, a_characteristic_takes_commands_and_then_a_write_with_response)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    cr_assert_eq(ble_write(l.k, COMMAND, WR_BLE_WRITE_COMMAND, "A", 1, NULL, NULL), 0);
    WAIT_UNTIL(w.loop, c->n_written == 1);
    cr_assert_eq(ble_write(l.k, COMMAND, WR_BLE_WRITE_WITH_RESPONSE, "N", 1, link_done, &l), 0);
    WAIT_UNTIL(w.loop, l.n_answers == 1);
    cr_expect_eq(l.result, 0);
    cr_expect_eq(c->n_with_response, 1);
    cr_assert_eq(ble_write(l.k, COMMAND, WR_BLE_WRITE_COMMAND, "A", 1, NULL, NULL), 0);
    WAIT_UNTIL(w.loop, c->n_written == 3);
    close_link(&l);
}

Test(ble_link, commands_go_without_the_socket_too)
{
    struct camera *c = world_camera(0);

    c->faults->no_acquire = 1;
    link_open(&l, c);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(ble_write(l.k, COMMAND, WR_BLE_WRITE_COMMAND, "A", 1, link_done, &l), 0);
    WAIT_UNTIL(w.loop, c->n_written == 4 && l.n_answers == 4);
    cr_expect_eq(c->n_with_response, 0);
    close_link(&l);
}

Test(ble_link, wrong_uses_are_refused)
{
    link_start(&l, world_camera(0), 0);
    cr_expect_eq(ble_read(l.k, STATUS, link_done, &l), -ENOTCONN);
    WAIT_UNTIL(w.loop, l.n_opened);
    cr_expect_eq(ble_read(l.k, "00000000-0000-0000-0000-000000000000", link_done, &l), -ENOENT);
    cr_expect_eq(ble_read(l.k, CONFIG, link_done, &l), -EOPNOTSUPP);
    cr_expect_eq(ble_subscribe(l.k, CONFIG, link_done, &l), -EOPNOTSUPP);
    cr_expect_eq(ble_write(l.k, STATUS, WR_BLE_WRITE_BEST, "A", 1, NULL, NULL), -EOPNOTSUPP);
    cr_expect_eq(ble_write(l.k, CONFIG, WR_BLE_WRITE_COMMAND, "A", 1, NULL, NULL), -EOPNOTSUPP);
    cr_expect_eq(
        ble_write(l.k, COMMAND, WR_BLE_WRITE_COMMAND, l.value, 515, NULL, NULL), -EMSGSIZE);
    close_link(&l);
}

Test(ble_link, a_full_link_says_so_and_goes_on)
{
    int r = 0, n = 0;

    link_open(&l, world_camera(0));
    while (n < 100 && (r = ble_read(l.k, STATUS, link_done, &l)) == 0)
        n++;
    cr_expect_eq(r, -EAGAIN);
    cr_expect_eq(n, BLE_MAX_PENDING);
    WAIT_UNTIL(w.loop, l.n_answers == (unsigned)n);
    cr_expect_eq(ble_read(l.k, STATUS, link_done, &l), 0);
    close_link(&l);
}

Test(ble_link, a_read_without_an_answer_ends_the_link)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    strcpy(c->faults->hang, "ReadValue");
    cr_assert_eq(ble_read(l.k, STATUS, link_done, &l), 0);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.why, -ETIMEDOUT);
    cr_expect_eq(l.n_answers, 0, "closed() is the answer");
    cr_expect_eq(ble_stats(w.ble)->n_timeouts, 1);
}

Test(ble_link, a_device_has_time_to_answer_a_write)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    c->faults->delay_ms = 500; /* more than bluetoothd has for its own answers */
    cr_assert_eq(ble_write(l.k, COMMAND, WR_BLE_WRITE_WITH_RESPONSE, "N", 1, link_done, &l), 0);
    WAIT_UNTIL(w.loop, l.n_answers == 1);
    cr_expect_eq(l.n_closed, 0);
    c->faults->delay_ms = 0;
    close_link(&l);
}

/* --- notifications ----------------------------------------------------------------------------- */

static void notify_and_count(struct camera *c)
{
    link_open(&l, c);
    link_subscribe(&l);
    for (uint32_t i = 0; i < 20; i++)
        camera_send(c, i, 200);
    WAIT_UNTIL(w.loop, l.n_notified == 20);
    cr_expect_eq(l.bytes, 20 * 200);
    cr_expect_not(l.out_of_order);
}

Test(ble_link, notifications_come_by_the_socket)
{
    struct camera *c = world_camera(0);
    struct ble_link_stats stats;

    notify_and_count(c);
    ble_link_stats(l.k, &stats);
    cr_expect_eq(stats.n_notifications, 20);
    cr_expect_eq(stats.n_bytes, 4000);
    close_link(&l);
}

Test(ble_link, notifications_come_as_signals_where_there_is_no_socket)
{
    struct camera *c = world_camera(0);

    c->faults->no_acquire = 1;
    notify_and_count(c);
    close_link(&l);
}

Test(ble_link, notifications_come_as_signals_where_the_socket_is_never_answered)
{
    struct camera *c = world_camera(0);

    strcpy(c->faults->hang, "AcquireNotify");
    notify_and_count(c);
    close_link(&l);
}

Test(ble_link, a_burst_while_the_loop_is_busy_is_not_lost)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    link_subscribe(&l);
    for (uint32_t i = 0; i < 150; i++)
        camera_send(c, i, 500);
    WAIT_UNTIL(w.loop, l.n_notified == 150);
    cr_expect_not(l.out_of_order);
    cr_expect_eq(sim_bluez_stats(w.z)->dropped, 0);
    close_link(&l);
}

Test(ble_link, what_was_notified_before_the_end_is_told_before_it)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    link_subscribe(&l);
    for (uint32_t i = 0; i < 50; i++)
        camera_send(c, i, 20);
    WAIT_UNTIL(w.loop, sim_bluez_stats(w.z)->notifications >= 50);
    sim_device_drop(c->device);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.n_notified, 50);
    cr_expect_eq(l.why, -ECONNRESET);
    cr_expect(strstr(l.error, "the connection ended"), "%s", l.error);
}

Test(ble_link, a_device_that_leaves_in_the_middle_is_connected_to_anew)
{
    struct camera *c = world_camera(0);

    c->faults->disconnect_after = 10;
    c->faults->disconnects = 1;
    link_open(&l, c);
    link_subscribe(&l);
    for (uint32_t i = 0; i < 11; i++)
        camera_send(c, i, 20);
    WAIT_UNTIL(w.loop, l.n_closed == 1);
    cr_expect_eq(l.n_notified, 10);
    link_open(&l, c);
    close_link(&l);
}

Test(ble_link, its_owner_may_close_it_in_the_middle_of_notifications)
{
    struct camera *c = world_camera(0);

    link_open(&l, c);
    link_subscribe(&l);
    l.close_at_notification = true;
    for (uint32_t i = 0; i < 5; i++)
        camera_notify(c, i, 20);
    WAIT_UNTIL(w.loop, !l.k);
    WAIT_UNTIL(w.loop, !sim_device_connected(c->device));
    cr_expect_eq(l.n_notified, 1);
    cr_expect_eq(l.n_closed, 0);
}

Test(ble_link, seven_cameras_send_at_once)
{
    struct camera *c[7];
    struct link links[7];
    uint32_t sent[7] = {0};

    for (int i = 0; i < 7; i++)
        c[i] = world_camera(0);
    for (int i = 0; i < 7; i++)
        link_start(&links[i], c[i], 0);
    for (int i = 0; i < 7; i++)
        WAIT_UNTIL(w.loop, links[i].n_opened == 1);
    for (int i = 0; i < 7; i++)
        link_subscribe(&links[i]);
    for (int round = 0; round < 4000; round++) {
        for (int i = 0; i < 7; i++)
            sent[i] += sent[i] < 300 && camera_notify(c[i], sent[i], 500) == 0;
        loop_turn(w.loop);
    }
    for (int i = 0; i < 7; i++) {
        WAIT_UNTIL(w.loop, links[i].n_notified == 300);
        cr_expect_not(links[i].out_of_order);
        close_link(&links[i]);
    }
    cr_expect_eq(sim_bluez_stats(w.z)->dropped, 0);
    cr_expect_eq(sim_bluez_stats(w.z)->connects_while_scanning, 0);
}
