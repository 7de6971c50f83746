/* How fast the camera hands its pictures over, on the model of a link: the batch dialect, and ours. The host answers at once and
 * takes 15 ms to store. No time of this machine is measured. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ble_link.h"
#include "fake_batch_port.h"

#define MS INT64_C(1000)
#define N_PICTURES 20
#define PICTURE_BYTES 10000
#define DISK_US (15 * MS)

/* What a value that is on its way belongs to; the link keeps their order. */
struct order {
    enum batch_characteristic chr[2 * BLE_LINK_QUEUE];
    unsigned first, n;
};

static struct ble_link l;
static struct order order[2];
static struct {
    uint16_t ahead;
    uint32_t window, id[2 * BATCH_MAX_OFFERS], size, have, had;
    int64_t stored_us[2 * BATCH_MAX_OFFERS];
    unsigned n_stored;
    int64_t first_us, last_us;
} host;

static int send(enum ble_link_side from, enum batch_characteristic chr, const void *bytes, size_t n)
{
    struct order *o = &order[from];
    int r = ble_link_send(&l, from, bytes, n);

    if (r < 0)
        return r;
    o->chr[(o->first + o->n++) % (2 * BLE_LINK_QUEUE)] = chr;
    return 0;
}

static int notify(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    return send(BLE_LINK_PERIPHERAL, chr, bytes, n);
}

static void command(char c)
{
    cr_assert_eq(send(BLE_LINK_CENTRAL, BATCH_CHAR_COMMAND, &c, 1), 0);
}

static void say(const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];

    cr_assert_eq(send(BLE_LINK_CENTRAL, BATCH_CHAR_LINK, bytes, batch_link_encode(m, bytes)), 0);
}

static void say_id(enum batch_link_type type, uint32_t id, uint32_t offset)
{
    say(&(struct batch_link){.type = type, .picture = {id, offset}});
}

static void picture_over(void)
{
    host.n_stored++;
    host.last_us = l.now_us;
}

static void on_status(const uint8_t *bytes, size_t n)
{
    struct batch_status s;

    cr_assert(batch_status_parse(bytes, n, &s));
    if (s.kind == BATCH_STATUS_MEMORY)
        return;
    if (s.kind == BATCH_STATUS_IMAGE && host.first_us == 0)
        host.first_us = l.now_us;
    host.size = s.image_bytes;
    host.have = 0;
    command('A');
}

static void on_piece(size_t n)
{
    host.have += (uint32_t)n;
    if (host.have < host.size)
        command('N');
    else
        picture_over();
}

static void whole(uint32_t id)
{
    unsigned i = 0;

    if (host.ahead > 0)
        say_id(BATCH_LINK_HAVE, id, PICTURE_BYTES);
    while (host.stored_us[i] > 0)
        i++;
    host.id[i] = id;
    host.stored_us[i] = l.now_us + DISK_US;
}

static void on_link(const uint8_t *bytes, size_t n)
{
    static uint32_t id;
    struct batch_link m;

    cr_assert(batch_link_decode(bytes, n, &m));
    if (m.type == BATCH_LINK_INFO) {
        host.window = m.info.window_bytes;
    } else if (m.type == BATCH_LINK_OFFER) {
        if (host.first_us == 0)
            host.first_us = l.now_us;
        id = m.offer.id;
        host.have = host.had = 0;
        if (host.ahead == 0)
            say_id(BATCH_LINK_GET, id, 0);
    } else if (m.type == BATCH_LINK_DATA) {
        cr_assert_eq(m.data.offset, host.have);
        host.have += (uint32_t)m.data.n;
        if (host.have == PICTURE_BYTES) {
            whole(id);
        } else if (host.have - host.had >= host.window / 4) {
            host.had = host.have;
            say_id(BATCH_LINK_HAVE, id, host.have);
        }
    }
}

static void deliver(void *ctx, enum ble_link_side to, const uint8_t *bytes, size_t n)
{
    struct order *o = &order[!to];
    enum batch_characteristic chr = o->chr[o->first];

    o->first = (o->first + 1) % (2 * BLE_LINK_QUEUE);
    o->n--;
    if (to == BLE_LINK_PERIPHERAL)
        batch_camera_written(&w->camera, l.now_us, chr, bytes, n);
    else if (chr == BATCH_CHAR_STATUS)
        on_status(bytes, n);
    else if (chr == BATCH_CHAR_DATA)
        on_piece(n);
    else
        on_link(bytes, n);
}

/* Returns when the next is due. */
static int64_t disk(void)
{
    int64_t next = INT64_MAX;

    for (unsigned i = 0; i < 2 * BATCH_MAX_OFFERS; i++) {
        if (host.stored_us[i] > 0 && host.stored_us[i] <= l.now_us) {
            host.stored_us[i] = 0;
            picture_over();
            say_id(BATCH_LINK_STORED, host.id[i], 0);
        } else if (host.stored_us[i] > 0 && host.stored_us[i] < next) {
            next = host.stored_us[i];
        }
    }
    return next;
}

static void begin(const struct ble_link_config *config)
{
    memset(order, 0, sizeof order);
    memset(&host, 0, sizeof host);
    fake_batch_begin();
    w->picture_bytes = PICTURE_BYTES;
    w->saved.frequency_s = 1;
    fake_batch_reboot();
    fake_batch_fill(N_PICTURES);
    w->camera.settings.frequency_s = 86400;
    w->camera.next_capture_us = INT64_MAX;
    w->camera.port.notify = notify;
    ble_link_init(&l, config, deliver, NULL);
    ble_link_run(&l, w->now_us);
    fake_batch_connect(517);
}

/* Bytes a second from the first picture's announcement until the last is stored. */
static double rate(void)
{
    int64_t limit = w->now_us + INT64_C(600000000);

    while (host.n_stored < N_PICTURES) {
        int64_t next = ble_link_next_us(&l), camera = batch_camera_next_us(&w->camera), d = disk();

        next = camera < next ? camera : next;
        next = d < next ? d : next;
        next = l.now_us > next ? l.now_us : next;
        cr_assert_lt(next, limit, "%u came", host.n_stored);
        ble_link_run(&l, next);
        w->now_us = l.now_us > next ? l.now_us : next;
        l.now_us = w->now_us;
        if (w->camera.full)
            batch_camera_room(&w->camera, w->now_us);
        else
            batch_camera_step(&w->camera, w->now_us);
    }
    fake_batch_end();
    return 1e6 * N_PICTURES * PICTURE_BYTES / (double)(host.last_us - host.first_us);
}

static double rate_of_batch(const struct ble_link_config *config)
{
    begin(config);
    return rate();
}

static double rate_of_link(const struct ble_link_config *config, uint16_t ahead)
{
    begin(config);
    host.ahead = ahead;
    say(&(struct batch_link){.type = BATCH_LINK_HELLO, .hello = {1, 65535, 0, ahead}});
    return rate();
}

Test(batch_rate, ours_is_ten_times_the_batch_dialect_and_near_what_the_link_carries)
{
    static const int64_t intervals[] = {7500, 15000, 30000, 50000};

    for (unsigned i = 0; i < 4; i++)
        for (unsigned phy = 1; phy <= 2; phy++)
            for (unsigned long_packets = 0; long_packets < 2; long_packets++) {
                const struct ble_link_config c = {.interval_us = intervals[i],
                    .phy_mbit = phy,
                    .ll_octets = long_packets ? 251 : 27,
                    .turnaround_us = 2 * MS,
                    .seed = 1};
                double most = ble_link_capacity(&c, BATCH_VALUE_MAX), batch = rate_of_batch(&c),
                       one = rate_of_link(&c, 0), ours = rate_of_link(&c, 1);

                printf("%4.1f ms, %u Mbit/s, %3u octets: %6.0f B/s at most; batch %5.0f, ours one "
                       "by one "
                       "%6.0f, ours %6.0f (%.0f %%)\n",
                    (double)c.interval_us / 1e3, phy, c.ll_octets, most, batch, one, ours,
                    100 * ours / most);
                cr_expect_gt(ours, (c.interval_us == 7500 ? 0.7 : 0.75) * most);
                cr_expect_geq(ours, one);
                /* Short packets do not carry ten times as much at all. */
                if (c.interval_us == 30000 && long_packets)
                    cr_expect_gt(ours, 10 * batch);
            }
}

static void count(void *ctx, enum ble_link_side to, const uint8_t *bytes, size_t n)
{
    *(double *)ctx += (double)n;
}

/* What such a link carries in 20 s when there is always something to send: the capacity that losses leave. */
static double rate_of_stream(const struct ble_link_config *config)
{
    static const uint8_t value[BATCH_VALUE_MAX];
    double n = 0;

    ble_link_init(&l, config, count, &n);
    while (l.now_us < INT64_C(20000000)) {
        while (ble_link_send(&l, BLE_LINK_PERIPHERAL, value, sizeof value) == 0)
            ;
        ble_link_run(&l, ble_link_next_us(&l));
    }
    return n / 20;
}

Test(batch_rate, lost_packets_cost_what_they_cost_the_link)
{
    static const double losses[] = {0, 0.01, 0.05};

    for (unsigned i = 0; i < 3; i++) {
        const struct ble_link_config c = {.interval_us = 30000,
            .phy_mbit = 2,
            .ll_octets = 251,
            .loss = losses[i],
            .turnaround_us = 2 * MS,
            .seed = 7};
        double most = rate_of_stream(&c), ours = rate_of_link(&c, 1), batch = rate_of_batch(&c);

        printf("loss %.0f %%: %6.0f B/s at most; batch %5.0f, ours %6.0f (%.0f %%)\n",
            100 * losses[i], most, batch, ours, 100 * ours / most);
        cr_expect_gt(ours, 0.75 * most);
        cr_expect_gt(ours, 9 * batch);
    }
}
