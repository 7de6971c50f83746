/* The pretended BlueZ: values read, written and notified, over the bus and over sockets. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim_world.h"

TestSuite(sim_values, .init = sim_world_open, .fini = sim_world_close, .timeout = 60);

Test(sim_values, values_are_read)
{
    const void *bytes;
    size_t n;

    link_up();
    cr_assert_str_empty(
        client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0));
    cr_assert_gt(sd_bus_message_read_array(w.client.answer, 'y', &bytes, &n), 0);
    cr_expect(n == 7 && memcmp(bytes, "COUNT:7", 7) == 0);
    cr_expect_str_eq(client_call(&w.client, CONFIG_PATH, CHARACTERISTIC, "ReadValue", "a{sv}", 0),
        "NotPermitted");
}

Test(sim_values, the_type_of_a_write_is_what_is_asked_for_where_the_characteristic_has_it)
{
    link_up();
    cr_expect_str_empty(client_call(&w.client, COMMAND_PATH, CHARACTERISTIC, "WriteValue",
        "aya{sv}", 1, 'A', 1, "type", "s", "command"));
    cr_expect_not(w.seen.last_response);
    cr_expect_eq(w.seen.last_chr, COMMAND);
    cr_expect_str_empty(
        client_call(&w.client, COMMAND_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1, 'A', 0));
    cr_expect(w.seen.last_response);
    cr_expect_str_eq(client_call(&w.client, CONFIG_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1,
                         'F', 1, "type", "s", "command"),
        "NotSupported");
    cr_expect_eq(w.seen.n_written, 2);
}

Test(sim_values, what_the_camera_refuses_is_an_error)
{
    w.seen.write_result = -EINVAL;
    link_up();
    cr_expect_str_eq(client_call(&w.client, CONFIG_PATH, CHARACTERISTIC, "WriteValue", "aya{sv}", 1,
                         'F', 1, "type", "s", "request"),
        "Failed");
}

Test(sim_values, notifications_over_the_bus)
{
    link_up();
    cr_expect_eq(gatt_notify(&w.app, STATUS, "x", 1), -ENOTCONN, "nobody has subscribed");
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    cr_expect_eq(w.seen.n_subscribed, 1);
    for (int i = 0; i < 5; i++)
        cr_expect_eq(gatt_notify(&w.app, STATUS, "COUNT:7", 7), 0);
    WAIT_UNTIL(w.loop, w.client.n_values == 5);
    cr_expect_eq(w.client.n_value_bytes, 35);
    cr_expect_str_eq(
        client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "AcquireNotify", "a{sv}", 0),
        "NotPermitted");
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StopNotify", NULL));
    cr_expect_eq(w.seen.n_unsubscribed, 1);
}

static ssize_t receive(int fd, void *bytes, size_t n)
{
    int64_t end_us = clock_mono_us() + WAIT_MAX_US;
    ssize_t r;

    while ((r = recv(fd, bytes, n, MSG_DONTWAIT)) < 0 && clock_mono_us() < end_us)
        wait_turn(w.loop);
    cr_assert_geq(r, 0);
    return r;
}

Test(sim_values, notifications_over_a_socket_that_ends_with_the_link)
{
    uint16_t mtu = 0;
    uint8_t bytes[600] = {0};

    w.faults->mtu = 185;
    link_up();
    int fd = client_acquire(&w.client, STATUS_PATH, "AcquireNotify", &mtu);
    cr_assert_geq(fd, 0);
    cr_expect_eq(mtu, 185);
    cr_expect_eq(w.seen.n_subscribed, 1);
    cr_expect_eq(client_flag(&w.client, STATUS_PATH, CHARACTERISTIC, "NotifyAcquired"), 1);
    cr_expect_eq(gatt_notify(&w.app, STATUS, bytes, 512), 0);
    cr_expect_eq(receive(fd, bytes, sizeof bytes), 182, "cut to the MTU");
    sim_device_drop(w.device);
    cr_expect_eq(receive(fd, bytes, sizeof bytes), 0);
    cr_expect_not(w.seen.by_host);
    close(fd);
    cr_expect_eq(w.seen.n_unsubscribed, 0, "the link's end tells it all");
    cr_expect_eq(w.seen.n_disconnected, 1);
}

Test(sim_values, closing_the_socket_unsubscribes)
{
    uint16_t mtu;

    link_up();
    close(client_acquire(&w.client, STATUS_PATH, "AcquireNotify", &mtu));
    WAIT_UNTIL(w.loop, w.seen.n_unsubscribed == 1);
    cr_expect_eq(client_flag(&w.client, STATUS_PATH, CHARACTERISTIC, "NotifyAcquired"), 0);
}

Test(sim_values, commands_over_a_socket)
{
    uint16_t mtu;

    w.faults->mtu = 23;
    link_up();
    int fd = client_acquire(&w.client, COMMAND_PATH, "AcquireWrite", &mtu);
    cr_assert_geq(fd, 0);
    cr_assert_eq(send(fd, "this is more than 20 bytes", 26, 0), 26, "dropped in silence");
    cr_assert_eq(send(fd, "N", 1, 0), 1);
    WAIT_UNTIL(w.loop, w.seen.n_written == 1);
    cr_expect_eq(w.seen.last_n, 1);
    cr_expect_not(w.seen.last_response);
    close(fd);
}

Test(sim_values, a_full_queue_says_so_and_tells_when_there_is_room)
{
    link_up();
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    unsigned n = 0;
    while (gatt_notify(&w.app, STATUS, "x", 1) == 0)
        n++;
    cr_expect_eq(n, 12);
    WAIT_UNTIL(w.loop, w.seen.n_room == 1);
    WAIT_UNTIL(w.loop, w.client.n_values == 12);
}
