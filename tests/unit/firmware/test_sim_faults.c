/* The pretended BlueZ: what can be asked to go wrong. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sim_world.h"

TestSuite(sim_link_faults, .init = sim_world_open, .fini = sim_world_close, .timeout = 60);

static void send_many(unsigned n)
{
    while (n > 0) {
        int r = gatt_notify(&w.app, STATUS, "x", 1);
        cr_assert(r == 0 || r == -EAGAIN, "%d", r);
        r == 0 ? (void)n-- : wait_turn(w.loop);
    }
}

Test(sim_link_faults, as_many_are_lost_as_was_asked_and_the_same_with_the_same_seed)
{
    w.faults->loss_percent = 30;
    link_up();
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    send_many(500);
    WAIT_UNTIL(w.loop, sim_bluez_stats(w.z)->notifications + sim_bluez_stats(w.z)->lost == 500);
    cr_expect(sim_bluez_stats(w.z)->lost > 100 && sim_bluez_stats(w.z)->lost < 200, "%d",
        (int)sim_bluez_stats(w.z)->lost);
}

Test(sim_link_faults, the_link_breaks_after_so_many_notifications)
{
    w.faults->disconnect_after = 3;
    link_up();
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    send_many(5);
    WAIT_UNTIL(w.loop, w.seen.n_disconnected == 1);
    WAIT_UNTIL(w.loop, w.client.n_values == 3);
}

Test(sim_link_faults, a_method_may_hang_as_often_as_was_asked)
{
    strcpy(w.faults->hang, "AcquireNotify");
    w.faults->hangs = 1;
    link_up();
    client_send(&w.client, STATUS_PATH, CHARACTERISTIC, "AcquireNotify", "a{sv}", 0);
    some_turns(w.loop);
    cr_expect_not(w.client.answered);
    uint16_t mtu;
    int fd = client_acquire(&w.client, STATUS_PATH, "AcquireNotify", &mtu);
    cr_expect_geq(fd, 0);
    close(fd);
}

Test(sim_link_faults, a_method_may_be_refused)
{
    struct error e = ERROR_NULL;

    cr_assert_eq(
        sim_faults_parse(w.faults, "refuse=Connect,refusal=NotPermitted,refuses=1", &e), 0);
    discover();
    cr_expect_str_eq(client_call(&w.client, DEV, DEVICE, "Connect", NULL), "NotPermitted");
    cr_expect_str_empty(client_call(&w.client, DEV, DEVICE, "Connect", NULL));
}

Test(sim_link_faults, sockets_may_be_refused)
{
    uint16_t mtu;

    w.faults->no_acquire = 1;
    link_up();
    cr_expect_lt(client_acquire(&w.client, STATUS_PATH, "AcquireNotify", &mtu), 0);
    cr_expect_str_eq(w.client.error, "NotSupported");
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
}

Test(sim_link_faults, calls_and_notifications_may_be_late)
{
    w.faults->delay_ms = 100;
    link_up();
    int64_t from_us = clock_mono_us();
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    cr_expect_geq(clock_mono_us() - from_us, 90 * US_PER_MS);
    from_us = clock_mono_us();
    cr_expect_eq(gatt_notify(&w.app, STATUS, "x", 1), 0);
    WAIT_UNTIL(w.loop, w.client.n_values == 1);
    cr_expect_geq(clock_mono_us() - from_us, 90 * US_PER_MS);
}

Test(sim_link_faults, a_connection_interval_paces)
{
    w.faults->interval_us = 20000;
    w.faults->packets = 2;
    link_up();
    cr_expect_str_empty(client_call(&w.client, STATUS_PATH, CHARACTERISTIC, "StartNotify", NULL));
    int64_t from_us = clock_mono_us();
    send_many(20);
    WAIT_UNTIL(w.loop, w.client.n_values == 20);
    cr_expect_geq(clock_mono_us() - from_us, 10 * 20000 - 20000);
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
