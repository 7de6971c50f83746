/* Both ends: the driver on the fake host, and the camera's own core, with a radio between them that
 * loses what it is told to. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "batch_camera.h"
#include "ble.h"

#define STEP_US (5 * FAKE_MS)
/* Above the least that the older dialects need. */
#define MTU 517

struct radio {
    struct batch_camera core;
    struct fake_host *h;
    struct fake_ble *link; /* NULL: nobody is connected */
    size_t n_ops;          /* of it, passed on */
    enum ble_generation generation;
    bool advertising, capture, save, leave;
    unsigned n_taken, n_notified, lose_every;
    size_t memory_bytes;
    struct {
        uint8_t bytes[BATCH_VALUE_MAX];
        size_t n;
    } values[BATCH_N_CHARACTERISTICS];
};

static const char *const uuids[BATCH_N_CHARACTERISTICS] = {
    BATCH_STATUS_UUID, BATCH_DATA_UUID, BATCH_COMMAND_UUID, BATCH_CONFIG_UUID, BATCH_LINK_UUID};

/* --- the core's world ------------------------------------------------------------------------- */

static int on_capture(void *ctx)
{
    ((struct radio *)ctx)->capture = true;
    return 0;
}

static void *on_picture_new(void *ctx, size_t n)
{
    return malloc(n);
}

static void on_picture_free(void *ctx, void *picture)
{
    free(picture);
}

static size_t on_memory(void *ctx)
{
    return ((struct radio *)ctx)->memory_bytes;
}

static int on_notify(void *ctx, enum batch_characteristic c, const void *bytes, size_t n)
{
    struct radio *r = ctx;

    if (!r->link || r->link->over)
        return -ENOTCONN;
    if (r->lose_every == 0 || ++r->n_notified % r->lose_every != 0)
        fake_ble_notify(r->link, uuids[c], bytes, n);
    return 0;
}

static void on_value(void *ctx, enum batch_characteristic c, const void *bytes, size_t n)
{
    struct radio *r = ctx;

    memcpy(r->values[c].bytes, bytes, n);
    r->values[c].n = n;
}

static void on_advertise(void *ctx)
{
    ((struct radio *)ctx)->advertising = true;
}

static void on_disconnect(void *ctx)
{
    ((struct radio *)ctx)->leave = true;
}

static bool on_load(void *ctx, struct batch_config *ret)
{
    return false;
}

static int on_save(void *ctx, const struct batch_config *settings)
{
    ((struct radio *)ctx)->save = true;
    return 0;
}

static void on_display(void *ctx, unsigned line, const char *text)
{
}

static uint32_t on_random(void *ctx)
{
    return 0x12345678;
}

/* No two alike. */
static size_t picture_bytes(unsigned number)
{
    return 3000 + number;
}

/* --- the air ---------------------------------------------------------------------------------- */

static void pass_on(struct radio *r, struct fake_ble_op *op, int64_t now)
{
    enum batch_characteristic c = BATCH_CHAR_STATUS;

    while (c < BATCH_N_CHARACTERISTICS - 1 && strcmp(uuids[c], op->uuid) != 0)
        c++;
    if (op->kind == FAKE_BLE_SUBSCRIBE)
        batch_camera_subscribed(&r->core, now, c, true);
    else if (op->kind == FAKE_BLE_WRITE)
        batch_camera_written(&r->core, now, c, op->bytes, op->n);
    else
        fake_ble_answer(op, 0, r->values[c].bytes, r->values[c].n);
}

static void meet(struct radio *r, int64_t now)
{
    struct fake_ble *b = fake_ble_last(r->h);
    struct wr_ble_char chars[8];

    if (r->link && (r->leave || r->link->over)) {
        bool by_host = r->link->over;

        if (!by_host)
            fake_ble_close(r->link, -ECONNRESET, "the camera left");
        r->link = NULL;
        r->leave = false;
        batch_camera_disconnected(&r->core, now, by_host);
    }
    if (!r->link && r->advertising && !b->over && !b->open) {
        r->advertising = false;
        r->link = b;
        r->n_ops = 0;
        fake_ble_open(b, chars, ble_chars(r->generation, chars), MTU);
        batch_camera_connected(&r->core, now, MTU);
    }
}

static void run(struct radio *r, int64_t us)
{
    for (int64_t end = fake_now_us(r->h) + us; fake_now_us(r->h) < end;) {
        int64_t now = fake_now_us(r->h);

        meet(r, now);
        while (r->link && r->n_ops < fake_n_ble_ops(r->link))
            pass_on(r, fake_ble_op(r->link, r->n_ops++), now);
        if (r->capture) {
            r->capture = false;
            batch_camera_picture(&r->core, now, ble_picture(picture_bytes(r->n_taken), r->n_taken),
                picture_bytes(r->n_taken));
            r->n_taken++;
        }
        if (r->save) {
            r->save = false;
            batch_camera_saved(&r->core, now, 0);
        }
        batch_camera_step(&r->core, now);
        fake_host_advance(r->h, STEP_US);
    }
}

static void begin(struct radio *r, enum ble_generation g)
{
    const struct batch_camera_port port = {r, on_capture, on_picture_new, on_picture_free,
        on_memory, on_notify, on_value, on_advertise, on_disconnect, on_load, on_save, on_display,
        on_random, NULL};

    r->generation = g;
    r->h = ble_new();
    batch_camera_init(&r->core, &port);
    batch_camera_start(&r->core, FAKE_NOW_US);
    fake_host_start(r->h);
}

static void end(struct radio *r)
{
    fake_host_free(r->h);
    batch_camera_fini(&r->core);
    free(r);
}

static struct radio *radio_new(void)
{
    struct radio *r = calloc(1, sizeof *r);

    cr_assert_not_null(r);
    r->memory_bytes = 4u << 20;
    return r;
}

static bool is_picture(const struct fake_capture *c, unsigned number)
{
    size_t n = picture_bytes(number);

    return c->picture.n == n && memcmp(c->picture.bytes, ble_picture(n, number), n) == 0;
}

/* Each of the first n pictures is there once, byte by byte, in order. */
static void all_there(struct radio *r, size_t n)
{
    cr_assert_geq(fake_n_captures(r->h), n, "%zu of %zu came", fake_n_captures(r->h), n);
    for (size_t i = 0; i < n; i++)
        cr_assert(is_picture(fake_capture(r->h, i), (unsigned)i), "picture %zu", i);
}

/* … in any order: of an OFFER that is lost the next one takes the turn. */
static void all_there_somewhere(struct radio *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned n_found = 0;

        for (size_t k = 0; k < fake_n_captures(r->h); k++)
            n_found += is_picture(fake_capture(r->h, k), (unsigned)i);
        cr_assert_eq(n_found, 1, "picture %zu is there %u times", i, n_found);
    }
}

/* --- the tests -------------------------------------------------------------------------------- */

Test(ble_core, our_dialect_brings_every_picture_with_its_time)
{
    struct radio *r = radio_new();

    begin(r, BLE_WARREN);
    run(r, 305 * FAKE_S);
    all_there(r, 10);
    cr_assert_eq(fake_n_captures(r->h), r->n_taken);
    cr_assert_eq(r->core.pictures.n, 0, "and forgotten by the camera");
    cr_assert_eq(fake_n_ble(r->h), 1);
    cr_assert_eq(fake_n_events(fake_dev(r->h), "device.error"), 0);
    end(r);
}

static void loses_every(unsigned n)
{
    struct radio *r = radio_new();

    begin(r, BLE_WARREN);
    r->lose_every = n;
    run(r, 305 * FAKE_S);
    r->lose_every = 0;
    run(r, 30 * FAKE_S);
    all_there_somewhere(r, 10);
    cr_assert_leq(fake_n_captures(r->h), r->n_taken, "none is kept twice");
    end(r);
}

Test(ble_core, every_tenth_notification_is_lost)
{
    loses_every(10);
}

Test(ble_core, every_third_notification_is_lost)
{
    loses_every(3);
}

Test(ble_core, links_that_end_all_the_time_lose_nothing_and_keep_nothing_twice)
{
    struct radio *r = radio_new();

    begin(r, BLE_WARREN);
    for (unsigned i = 0; i < 150; i++) {
        run(r, 2 * FAKE_S + i * 7 * FAKE_MS);
        if (r->link)
            r->leave = true;
    }
    run(r, 120 * FAKE_S);
    all_there(r, 10);
    cr_assert_eq(fake_n_captures(r->h), r->n_taken);
    end(r);
}

Test(ble_core, full_disk_and_a_restart_lose_nothing_that_the_camera_has_room_for)
{
    struct radio *r = radio_new();

    begin(r, BLE_WARREN);
    fake_host_refuse_captures(r->h, -ENOSPC);
    run(r, 100 * FAKE_S);
    cr_assert_eq(r->core.pictures.n, r->n_taken, "two are in hand, and none is acknowledged");
    fake_host_stop(r->h);
    run(r, FAKE_S);
    fake_host_refuse_captures(r->h, 0);
    fake_host_start(r->h);
    run(r, 100 * FAKE_S);
    all_there(r, r->n_taken);
    cr_assert_eq(fake_n_captures(r->h), r->n_taken);
    cr_assert_eq(r->core.pictures.n, 0);
    end(r);
}

Test(ble_core, memory_that_is_full_while_the_disk_is_is_the_only_loss_and_is_counted)
{
    struct radio *r = radio_new();

    r->memory_bytes = 40000;
    begin(r, BLE_WARREN);
    fake_host_refuse_captures(r->h, -ENOSPC);
    fake_desire(fake_dev(r->h), "frequency", "5");
    run(r, 150 * FAKE_S);
    cr_assert_gt(r->core.pictures.n_dropped, 0);
    fake_host_refuse_captures(r->h, 0);
    run(r, 90 * FAKE_S);
    cr_assert_eq(fake_n_captures(r->h) + r->core.pictures.n_dropped, r->n_taken);
    cr_assert(is_picture(fake_capture(r->h, 0), 0), "those in hand are not dropped");
    cr_assert(is_picture(fake_capture(r->h, 1), 1));
    for (unsigned i = r->n_taken - 10; i < r->n_taken; i++)
        cr_assert(is_picture(fake_capture(r->h, fake_n_captures(r->h) - (r->n_taken - i)), i));
    cr_assert_str_neq(fake_value(fake_dev(r->h), "camera_dropped"), "0");
    end(r);
}

Test(ble_core, settings_are_written_read_back_and_obeyed)
{
    struct radio *r = radio_new();

    begin(r, BLE_WARREN);
    run(r, FAKE_S);
    cr_assert_str_eq(fake_value(fake_dev(r->h), "frequency"), "30");
    fake_desire(fake_dev(r->h), "frequency", "5");
    run(r, FAKE_S);
    cr_assert_eq(fake_applied(fake_dev(r->h), "frequency"), 0);
    cr_assert_str_eq(fake_value(fake_dev(r->h), "frequency"), "5");
    run(r, 60 * FAKE_S);
    cr_assert_geq(fake_n_captures(r->h), 10);
    end(r);
}

Test(ble_core, batch_dialect_brings_a_full_batch)
{
    struct radio *r = radio_new();

    begin(r, BLE_BATCH);
    fake_desire(fake_dev(r->h), "frequency", "5");
    run(r, 400 * FAKE_S);
    all_there(r, BATCH_MAX_COUNT);
    cr_assert_str_eq(fake_value(fake_dev(r->h), "dialect"), "batch");
    cr_assert_eq(fake_n_events(fake_dev(r->h), "device.error"), 0, "%s", fake_log(r->h));
    end(r);
}
