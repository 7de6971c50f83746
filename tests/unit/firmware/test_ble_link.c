#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "ble_link.h"

static struct ble_link link_;
static struct {
    size_t n_values, n_bytes;
    int64_t last_us;
    uint8_t next; /* the first byte that is expected */
    bool in_order, echo;
} heard[2];

static void on_value(void *ctx, enum ble_link_side to, const uint8_t *bytes, size_t n)
{
    heard[to].n_values++;
    heard[to].n_bytes += n;
    heard[to].last_us = link_.now_us;
    heard[to].in_order &= bytes[0] == heard[to].next++ && bytes[n - 1] == bytes[0];
    if (heard[to].echo)
        ble_link_send(&link_, to, bytes, n);
}

static void open_link(const struct ble_link_config *c)
{
    memset(heard, 0, sizeof heard);
    heard[0].in_order = heard[1].in_order = true;
    ble_link_init(&link_, c, on_value, NULL);
}

/* Keeps one side's queue full for a while. */
static void saturate(enum ble_link_side from, size_t n, int64_t us)
{
    uint8_t value[BLE_LINK_MAX_VALUE], next = 0;

    while (ble_link_next_us(&link_) <= us) {
        memset(value, next, sizeof value);
        while (ble_link_send(&link_, from, value, n) == 0)
            memset(value, ++next, sizeof value);
        ble_link_run(&link_, ble_link_next_us(&link_));
    }
}

/* kbit/s of values that makers of controllers publish for saturated links: 236.7 (1M, 27 octets, values of 20), about 790 (1M, 251) and 1400
 * (2M, 251), with values of 244. */
Test(ble_link, carries_what_is_known_of_real_links)
{
    struct ble_link_config c = {.interval_us = 30000, .phy_mbit = 1, .ll_octets = 27};

    cr_expect(
        fabs(ble_link_capacity(&c, 20) * 8e-3 - 236.7) < 1, "%g", ble_link_capacity(&c, 20) * 8e-3);
    c.ll_octets = 251;
    cr_expect(
        fabs(ble_link_capacity(&c, 244) * 8e-3 - 791) < 8, "%g", ble_link_capacity(&c, 244) * 8e-3);
    c.phy_mbit = 2;
    cr_expect(fabs(ble_link_capacity(&c, 244) * 8e-3 - 1402) < 14, "%g",
        ble_link_capacity(&c, 244) * 8e-3);
}

Test(ble_link, a_full_queue_reaches_the_capacity)
{
    static const struct ble_link_config configs[] = {
        {.interval_us = 7500, .phy_mbit = 1, .ll_octets = 27},
        {.interval_us = 30000, .phy_mbit = 1, .ll_octets = 251},
        {.interval_us = 30000, .phy_mbit = 2, .ll_octets = 251},
        {.interval_us = 15000, .phy_mbit = 2, .ll_octets = 251},
    };

    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        double carried, capacity = ble_link_capacity(&configs[i], 244);

        open_link(&configs[i]);
        saturate(BLE_LINK_PERIPHERAL, 244, 3000000);
        carried = (double)heard[BLE_LINK_CENTRAL].n_bytes / 3;
        cr_expect_gt(carried, capacity * .85, "%zu: %g of %g", i, carried, capacity);
        cr_expect_leq(carried, capacity * 1.001, "%zu: %g of %g", i, carried, capacity);
        cr_expect(heard[BLE_LINK_CENTRAL].in_order);
    }
}

Test(ble_link, what_is_lost_is_sent_again_once_and_in_order)
{
    struct ble_link_config c = {
        .interval_us = 15000, .phy_mbit = 1, .ll_octets = 27, .loss = .05, .seed = 7};
    double whole;

    open_link(&c);
    saturate(BLE_LINK_PERIPHERAL, 100, 2000000);
    cr_expect(heard[BLE_LINK_CENTRAL].in_order);
    cr_expect_gt(link_.n_lost, 0);
    whole = (double)link_.n_lost / (double)link_.n_packets;
    cr_expect(whole > .03 && whole < .07, "%g", whole);
    cr_expect_gt(heard[BLE_LINK_CENTRAL].n_values, 100);
}

Test(ble_link, an_answer_comes_an_interval_later_unless_the_host_is_quick)
{
    struct ble_link_config c = {
        .interval_us = 30000, .phy_mbit = 1, .ll_octets = 251, .turnaround_us = 1000};

    open_link(&c);
    heard[BLE_LINK_PERIPHERAL].echo = true;
    ble_link_send(&link_, BLE_LINK_CENTRAL, "\0", 1);
    ble_link_run(&link_, 100000);
    cr_expect_eq(heard[BLE_LINK_PERIPHERAL].n_values, 1);
    cr_expect_eq(heard[BLE_LINK_PERIPHERAL].last_us / 30000, 1);
    cr_expect_eq(heard[BLE_LINK_CENTRAL].last_us / 30000, 2);
}

Test(ble_link, refuses_what_does_not_fit)
{
    struct ble_link_config c = {.interval_us = 30000, .phy_mbit = 1, .ll_octets = 27};
    uint8_t value[BLE_LINK_MAX_VALUE + 1] = {0};

    open_link(&c);
    cr_expect_eq(ble_link_send(&link_, BLE_LINK_CENTRAL, value, sizeof value), -EMSGSIZE);
    for (unsigned i = 0; i < BLE_LINK_QUEUE; i++)
        cr_assert_eq(ble_link_send(&link_, BLE_LINK_CENTRAL, value, 1), 0);
    cr_expect_eq(ble_link_send(&link_, BLE_LINK_CENTRAL, value, 1), -EAGAIN);
}

Test(ble_link, the_same_seed_gives_the_same_link)
{
    struct ble_link_config c = {
        .interval_us = 7500, .phy_mbit = 2, .ll_octets = 251, .loss = .02, .seed = 3};
    size_t n;

    open_link(&c);
    saturate(BLE_LINK_PERIPHERAL, 244, 500000);
    n = heard[BLE_LINK_CENTRAL].n_bytes;
    open_link(&c);
    saturate(BLE_LINK_PERIPHERAL, 244, 500000);
    cr_expect_eq(heard[BLE_LINK_CENTRAL].n_bytes, n);
}
