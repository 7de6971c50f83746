#include "ble_link.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "splitmix.h"

/* Between two packets. */
#define T_IFS_US 150
/* L2CAP's length and channel, ATT's opcode and handle. */
#define HEAD_OCTETS (4 + 3)

/* --- airtime ---------------------------------------------------------------------------------- */

/* Preamble (1 octet, 2 at 2 Mbit/s), access address 4, header 2, payload, CRC 3. */
static int64_t packet_us(const struct ble_link_config *c, size_t payload)
{
    return (int64_t)((c->phy_mbit == 2 ? 2 : 1) + 4 + 2 + payload + 3) * 8 / c->phy_mbit;
}

static int64_t pair_us(const struct ble_link_config *c, size_t central, size_t peripheral)
{
    return packet_us(c, central) + T_IFS_US + packet_us(c, peripheral) + T_IFS_US;
}

double ble_link_capacity(const struct ble_link_config *c, size_t n)
{
    size_t octets = n + HEAD_OCTETS, rest = octets % c->ll_octets;
    int64_t us = (int64_t)(octets / c->ll_octets) * pair_us(c, 0, c->ll_octets);

    if (rest > 0)
        us += pair_us(c, 0, rest);
    return (double)n * 1e6 / (double)us;
}

/* --- one side's queue ------------------------------------------------------------------------- */

static struct ble_link_value *head(struct ble_link_end *e, int64_t now_us)
{
    struct ble_link_value *v = &e->queue[e->first];

    return e->n > 0 && v->ready_us <= now_us ? v : NULL;
}

static size_t next_packet(const struct ble_link_config *c, struct ble_link_end *e, int64_t now_us)
{
    struct ble_link_value *v = head(e, now_us);
    size_t rest = v ? v->n + HEAD_OCTETS - e->sent : 0;

    return rest < c->ll_octets ? rest : c->ll_octets;
}

static bool last_of_value(struct ble_link_end *e)
{
    return e->sent + e->flying == (size_t)e->queue[e->first].n + HEAD_OCTETS;
}

/* The other side has the packet now; it gets a whole value only once, however often a packet is sent. */
static void hear(struct ble_link *l, enum ble_link_side from)
{
    struct ble_link_end *e = &l->end[from];
    struct ble_link_value *v = &e->queue[e->first];

    if (e->flying == 0 || e->heard)
        return;
    e->heard = true;
    if (last_of_value(e))
        l->deliver(l->ctx, from == BLE_LINK_CENTRAL ? BLE_LINK_PERIPHERAL : BLE_LINK_CENTRAL,
            v->bytes, v->n);
}

static void acknowledge(struct ble_link_end *e)
{
    if (e->flying == 0)
        return;
    if (last_of_value(e)) {
        e->first = (e->first + 1) % BLE_LINK_QUEUE;
        e->n--;
        e->sent = 0;
    } else {
        e->sent += e->flying;
    }
    e->flying = 0;
    e->heard = false;
}

/* --- events ----------------------------------------------------------------------------------- */

static bool is_lost(struct ble_link *l)
{
    bool lost = (double)(splitmix(&l->random) >> 11) * 0x1p-53 < l->config.loss;

    l->n_packets++;
    l->n_lost += lost;
    return lost;
}

/* Loads what each side sends next, or sends again. */
static void load(struct ble_link *l)
{
    for (int side = 0; side < 2; side++) {
        struct ble_link_end *e = &l->end[side];

        if (e->flying == 0)
            e->flying = next_packet(&l->config, e, l->now_us);
    }
}

/* One packet of each. False: one was not heard, and the event is over. */
static bool exchange(struct ble_link *l)
{
    struct ble_link_end *central = &l->end[BLE_LINK_CENTRAL],
                        *peripheral = &l->end[BLE_LINK_PERIPHERAL];

    l->now_us += packet_us(&l->config, central->flying) + T_IFS_US;
    if (is_lost(l))
        return false;
    hear(l, BLE_LINK_CENTRAL);
    l->now_us += packet_us(&l->config, peripheral->flying) + T_IFS_US;
    if (is_lost(l))
        return false;
    acknowledge(central);
    hear(l, BLE_LINK_PERIPHERAL);
    /* The central's next packet says so, in this event or the next; nothing is sent again for it. */
    acknowledge(peripheral);
    return true;
}

static void hold_event(struct ble_link *l)
{
    int64_t end_us = l->next_event_us + l->config.interval_us - T_IFS_US;

    l->n_events++;
    l->now_us = l->next_event_us;
    do {
        load(l);
        if (l->now_us + pair_us(&l->config, l->end[0].flying, l->end[1].flying) > end_us)
            break;
        if (!exchange(l))
            break;
        load(l);
    } while (l->end[0].flying > 0 || l->end[1].flying > 0);
    l->next_event_us += l->config.interval_us;
}

void ble_link_run(struct ble_link *l, int64_t now_us)
{
    while (l->next_event_us <= now_us)
        hold_event(l);
    l->now_us = l->now_us > now_us ? l->now_us : now_us;
}

int64_t ble_link_next_us(const struct ble_link *l)
{
    return l->next_event_us;
}

/* --- from outside ----------------------------------------------------------------------------- */

void ble_link_init(struct ble_link *l, const struct ble_link_config *config,
    void (*deliver)(void *ctx, enum ble_link_side to, const uint8_t *bytes, size_t n), void *ctx)
{
    memset(l, 0, sizeof *l);
    l->config = *config;
    l->deliver = deliver;
    l->ctx = ctx;
    l->random = config->seed;
    l->next_event_us = config->interval_us;
}

int ble_link_send(struct ble_link *l, enum ble_link_side from, const void *bytes, size_t n)
{
    struct ble_link_end *e = &l->end[from];
    struct ble_link_value *v = &e->queue[(e->first + e->n) % BLE_LINK_QUEUE];

    if (n > BLE_LINK_MAX_VALUE)
        return -EMSGSIZE;
    if (e->n == BLE_LINK_QUEUE)
        return -EAGAIN;
    v->ready_us = l->now_us + l->config.turnaround_us;
    v->n = (uint16_t)n;
    memcpy(v->bytes, bytes, n);
    e->n++;
    return 0;
}
