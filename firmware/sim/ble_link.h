/* ble_link.h - what a Bluetooth LE link carries, and when: a model of its connection events, on a virtual clock.
 *
 *     interval    │◀──────────── 30 ms ────────────▶│
 *     central     ▇ ▇ ▇ ▇                           ▇ ▇ ▇
 *     peripheral   ▇ ▇ ▇ ▇                           ▇ ▇ ▇
 *                 └ event: pairs of packets, 150 µs apart, while one side has more and the time of the interval lasts
 *
 * Sizes and times are those of the Core Specification 5.3, Vol 6 Part B: 2.1 and 2.2 (packet formats of the uncoded PHYs), 4.1.1 (T_IFS),
 * 4.5.6 (closing of events), 2.4.2.21 (data length extension); Vol 3 Part A 3.1 (L2CAP's 4 octets), Part F 3.4 (ATT's 3). What is left out: slave
 * latency, other traffic of the controllers, channel maps, encryption (4 octets more per packet). A packet that is lost is not heard at all and ends
 * the event, which is the worst that the specification allows.
 */
#ifndef BLE_LINK_H
#define BLE_LINK_H

#include <stddef.h>
#include <stdint.h>

/* ATT values that wait at one side. */
#define BLE_LINK_QUEUE 32
#define BLE_LINK_MAX_VALUE 514

enum ble_link_side { BLE_LINK_CENTRAL, BLE_LINK_PERIPHERAL };

struct ble_link_config {
    int64_t interval_us;   /* 7500 … 4000000 */
    unsigned phy_mbit;     /* 1 or 2 */
    unsigned ll_octets;    /* 27 without, up to 251 with data length extension */
    double loss;           /* of a packet, 0 … 1 */
    int64_t turnaround_us; /* from a host's call to its controller's queue */
    uint64_t seed;
};

struct ble_link_value {
    int64_t ready_us;
    uint16_t n;
    uint8_t bytes[BLE_LINK_MAX_VALUE];
};

struct ble_link_end {
    struct ble_link_value queue[BLE_LINK_QUEUE];
    unsigned first, n;
    size_t sent;   /* octets of the first value, with its heads, that are acknowledged */
    size_t flying; /* octets of the packet that is on its way */
    int heard;     /* the other side has it, but its acknowledgement was lost */
};

struct ble_link {
    struct ble_link_config config;
    void (*deliver)(void *ctx, enum ble_link_side to, const uint8_t *bytes, size_t n);
    void *ctx;
    int64_t now_us, next_event_us;
    uint64_t random;
    struct ble_link_end end[2];
    uint64_t n_packets, n_lost, n_events;
};

/* `deliver` is called from ble_link_run() with a whole ATT value; it may send. Borrowed until the next init. */
void ble_link_init(struct ble_link *l, const struct ble_link_config *config,
    void (*deliver)(void *ctx, enum ble_link_side to, const uint8_t *bytes, size_t n), void *ctx);
/* Copies a value (a notification's, a write command's). -EAGAIN: the queue is full; -EMSGSIZE. */
int ble_link_send(struct ble_link *l, enum ble_link_side from, const void *bytes, size_t n);
/* When the next connection event begins. */
int64_t ble_link_next_us(const struct ble_link *l);
/* Holds the events up to now_us. In `deliver`, l->now_us is the moment at which the value was whole. */
void ble_link_run(struct ble_link *l, int64_t now_us);

/* Bytes of values of `n` bytes a second that such a link carries at most from one side to the other: no loss, always something to send. */
double ble_link_capacity(const struct ble_link_config *config, size_t n);

#endif
