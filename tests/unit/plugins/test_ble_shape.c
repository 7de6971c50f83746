/* Does the ABI carry a device of quite another shape than an IP camera? A small BLE camera that
 * hands over batches:
 *
 *   STATUS notifies   "IMAGE <number> <bytes>"     a picture follows on DATA
 *                     "MODULE <key>"               a sensor module was plugged in
 *                     "GONE <key>"                 … and pulled out
 *   DATA notifies     the picture's bytes, in pieces
 *   COMMAND takes     "K<number>"                  the picture is on the disk: forget it
 *                     "M<key> <text>"              for a module
 *   CONFIG takes      "T<seconds>"                 the interval; it cannot be read back
 *
 * It sends picture after picture without waiting, and everything again that was not acknowledged
 * when a link begins. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host.h"

#define SERVICE "5a3c0001-7a1b-4c59-9d6e-2f0f6a5b1c10"
#define STATUS "5a3c0002-7a1b-4c59-9d6e-2f0f6a5b1c10"
#define DATA "5a3c0003-7a1b-4c59-9d6e-2f0f6a5b1c10"
#define COMMAND "5a3c0004-7a1b-4c59-9d6e-2f0f6a5b1c10"
#define CONFIG "5a3c0005-7a1b-4c59-9d6e-2f0f6a5b1c10"

/* --- the driver ------------------------------------------------------------------------------- */

#define MAX_ACKS 32

struct camera {
    wr_handle link;
    struct wr_frame *frame; /* the picture that is being received */
    size_t expected;        /* its size; 0: none announced */
    unsigned number;
    unsigned acks[MAX_ACKS]; /* owed: the link was full */
    size_t n_acks;
    unsigned n_batch;
};

struct module {
    unsigned n_blinks;
};

static void send_acks(struct wr_dev *dev)
{
    struct camera *c = dev->state;
    char text[16];

    while (c->n_acks > 0) {
        int n = snprintf(text, sizeof text, "K%u", c->acks[0]);

        if (dev->host->ble->write(
                dev, c->link, COMMAND, WR_BLE_WRITE_COMMAND, text, (size_t)n, NULL, NULL) < 0)
            break; /* full: tried again by the timer */
        memmove(c->acks, c->acks + 1, --c->n_acks * sizeof c->acks[0]);
    }
}

static void stored(struct wr_dev *dev, void *ctx, int result, uint64_t id)
{
    struct camera *c = dev->state;

    if (result == 0 || result == -EEXIST) {
        if (c->n_acks < MAX_ACKS)
            c->acks[c->n_acks++] = (unsigned)(uintptr_t)ctx;
        send_acks(dev);
        return;
    }
    dev->host->log(dev, WR_LOG_WARNING, "picture %u was not kept (%d): the camera keeps it",
        (unsigned)(uintptr_t)ctx, result);
}

static void picture_complete(struct wr_dev *dev)
{
    struct camera *c = dev->state;
    char key[16];
    struct wr_capture meta = {
        .size = sizeof meta, .source = "batch", .key = key, .latitude = NAN, .longitude = NAN};
    struct wr_frame *frame = c->frame;

    snprintf(key, sizeof key, "%u", c->number);
    c->frame = NULL;
    c->expected = 0;
    dev->host->capture(dev, frame, &meta, stored, (void *)(uintptr_t)c->number);
}

static void picture_begins(struct wr_dev *dev, unsigned number, size_t size)
{
    struct camera *c = dev->state;

    if (c->frame)
        dev->host->frame_drop(dev, c->frame); /* cut short; not acknowledged, so it comes again */
    c->number = number;
    c->expected = size;
    c->frame = dev->host->frame_new(dev, size);
    dev->host->publish(dev, "batch.started", NULL);
}

static void on_data(struct wr_dev *dev, const uint8_t *bytes, size_t n)
{
    struct camera *c = dev->state;

    if (!c->frame || c->frame->len + n > c->expected)
        return;
    memcpy(c->frame->data + c->frame->len, bytes, n);
    c->frame->len += n;
    if (c->frame->len == c->expected)
        picture_complete(dev);
}

static void on_status(struct wr_dev *dev, const char *text)
{
    unsigned number, size;
    char key[32];

    if (sscanf(text, "IMAGE %u %u", &number, &size) == 2) {
        picture_begins(dev, number, size);
    } else if (sscanf(text, "MODULE %31s", key) == 1) {
        struct wr_dev *child = dev->host->child(dev, "module", key, key);
        if (child)
            child->host->online(child, true, NULL);
    } else if (sscanf(text, "GONE %31s", key) == 1) {
        struct wr_dev *child = dev->host->child(dev, "module", key, key);
        if (child)
            dev->host->child_gone(child, "it was pulled out");
    }
}

static void on_notified(
    struct wr_dev *dev, wr_handle h, void *ctx, const char *uuid, const uint8_t *bytes, size_t n)
{
    char text[64];

    if (strcmp(uuid, DATA) == 0) {
        on_data(dev, bytes, n);
        return;
    }
    snprintf(text, sizeof text, "%.*s", (int)n, (const char *)bytes);
    on_status(dev, text);
}

static void on_subscribed(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    dev->host->online(dev, result == 0, result == 0 ? NULL : "the camera refuses notifications");
}

static void on_opened(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_ble_char *chars,
    size_t n, unsigned mtu)
{
    struct wr_value v = {.type = WR_INT, .i = mtu};
    bool config = false;

    for (size_t i = 0; i < n; i++)
        config |= strcmp(chars[i].uuid, CONFIG) == 0;
    if (!config) {
        dev->host->reject(
            dev, "it has no CONFIG characteristic: some other device of that service");
        return;
    }
    dev->host->report(dev, "mtu", &v);
    dev->host->ble->subscribe(dev, h, DATA, NULL, NULL);
    dev->host->ble->subscribe(dev, h, STATUS, on_subscribed, NULL);
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    dev->host->online(dev, false, error);
}

static const struct wr_ble_events events = {
    .size = sizeof events, .opened = on_opened, .notified = on_notified, .closed = on_closed};

static void on_tick(struct wr_dev *dev, void *ctx)
{
    send_acks(dev);
}

static int start(struct wr_dev *dev)
{
    struct camera *c = dev->state;
    struct wr_ble_target target = {.size = sizeof target, .service = SERVICE};

    c->link = dev->host->ble->connect(dev, &target, &events, NULL);
    return dev->host->every(dev, 1000000, on_tick, NULL) && c->link ? 0 : -EAGAIN;
}

static void on_configured(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    dev->host->applied(dev, "interval", result);
}

static int configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n)
{
    struct camera *c = dev->parent ? dev->parent->state : dev->state;
    struct wr_dev *main = dev->parent ? dev->parent : dev;
    char text[64];
    int len;

    if (dev->parent) {
        len = snprintf(text, sizeof text, "M%s %s", dev->key, changed[0].value.s);
        dev->host->applied(dev, "colour",
            dev->host->ble->write(
                main, c->link, COMMAND, WR_BLE_WRITE_BEST, text, (size_t)len, NULL, NULL));
        return 0;
    }
    len = snprintf(text, sizeof text, "T%lld", (long long)changed[0].value.i);
    return dev->host->ble->write(
        dev, c->link, CONFIG, WR_BLE_WRITE_BEST, text, (size_t)len, on_configured, NULL);
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    struct module *m = dev->state;
    char json[32];

    m->n_blinks++;
    snprintf(json, sizeof json, "{\"blinks\":%u}", m->n_blinks);
    return dev->host->done(dev, call->id, 0, json);
}

static const struct wr_kind kinds[] = {
    {.name = "batch-camera",
        .flags = WR_KIND_CAMERA,
        .settings = (const struct wr_param[]){{.key = "interval",
                                                  .type = WR_INT,
                                                  .unit = "s",
                                                  .min = 1,
                                                  .max = 3600,
                                                  .flags = WR_UNREADABLE,
                                                  .help = "Between pictures"},
            {0}},
        .attributes =
            (const struct wr_attribute[]){
                {.key = "mtu", .type = WR_INT, .unit = "B", .help = "Of the link"}, {0}},
        .topics =
            (const struct wr_topic[]){{.type = "batch.started", .help = "A picture begins"}, {0}},
        .state_size = sizeof(struct camera)},
    {.name = "module",
        .settings =
            (const struct wr_param[]){{.key = "colour",
                                          .type = WR_STRING,
                                          .choices = (const char *const[]){"red", "blue", NULL},
                                          .help = "Of its lamp"},
                {0}},
        .commands = (const struct wr_command[]){{.name = "blink", .help = "Blinks once"}, {0}},
        .state_size = sizeof(struct module)},
    {0},
};

static const struct wr_driver driver = {
    .abi = WR_ABI,
    .size = sizeof driver,
    .needs = WR_NEEDS_BLE,
    .name = "ble-shape",
    .version = "1",
    .summary = "A BLE camera of this test",
    .kinds = kinds,
    .start = start,
    .configure = configure,
    .run = run,
};

/* --- the camera ------------------------------------------------------------------------------- */

static const struct wr_ble_char chars[] = {
    {SERVICE, STATUS, WR_BLE_READ | WR_BLE_NOTIFY},
    {SERVICE, DATA, WR_BLE_NOTIFY},
    {SERVICE, COMMAND, WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE},
    {SERVICE, CONFIG, WR_BLE_WRITE},
};
#define N_CHARS (sizeof chars / sizeof chars[0])

static struct fake_host *begin(void)
{
    struct fake_host *h = fake_host_new(&driver);

    fake_host_start(h);
    return h;
}

static struct fake_ble *connect_camera(struct fake_host *h)
{
    struct fake_ble *b = fake_ble_last(h);

    fake_ble_open(b, chars, N_CHARS, 23);
    fake_host_turn(h);
    cr_assert(fake_online(fake_dev(h)));
    return b;
}

static void say(struct fake_ble *b, const char *text)
{
    fake_ble_notify(b, STATUS, text, strlen(text));
}

/* A picture that begins as a JPEG does; all but its last `missing` bytes. */
static void send_picture(struct fake_ble *b, unsigned number, size_t missing)
{
    uint8_t jpeg[50] = {0xFF, 0xD8, (uint8_t)number};
    char text[32];

    snprintf(text, sizeof text, "IMAGE %u %zu", number, sizeof jpeg);
    say(b, text);
    for (size_t at = 0, n; at < sizeof jpeg - missing; at += n) {
        n = sizeof jpeg - missing - at < 20 ? sizeof jpeg - missing - at : 20;
        fake_ble_notify(b, DATA, jpeg + at, n);
    }
}

/* All that was written to COMMAND, joined. */
static const char *commands(struct fake_ble *b)
{
    static char text[512];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);
        if (op->kind == FAKE_BLE_WRITE && strcmp(op->uuid, COMMAND) == 0)
            len += (size_t)snprintf(
                text + len, sizeof text - len, "%.*s;", (int)op->n, (const char *)op->bytes);
    }
    return text;
}

#define STR(s) ((char *)(s))

/* --- the tests -------------------------------------------------------------------------------- */

Test(ble_shape, picture_is_acknowledged_when_it_is_durable_and_not_before)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);

    send_picture(b, 7, 0);
    fake_host_advance(h, 5 * FAKE_S);
    cr_assert(eq(sz, fake_n_captures(h), 1));
    cr_assert(eq(sz, fake_capture(h, 0)->picture.n, 50));
    cr_assert(eq(str, fake_capture(h, 0)->key, STR("7")));
    cr_assert(eq(str, STR(commands(b)), STR("")));

    fake_capture_done(fake_capture(h, 0), 0, 1);
    fake_host_turn(h);
    cr_assert(eq(str, STR(commands(b)), STR("K7;")));
    fake_host_free(h);
}

Test(ble_shape, several_pictures_wait_for_the_disk_and_are_acknowledged_in_its_order)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);

    for (unsigned i = 1; i <= 4; i++)
        send_picture(b, i, 0);
    fake_host_turn(h);
    cr_assert(eq(sz, fake_n_captures(h), 4));
    fake_capture_done(fake_capture(h, 2), 0, 30);
    fake_capture_done(fake_capture(h, 0), 0, 31);
    fake_capture_done(fake_capture(h, 1), -EEXIST, 5);
    fake_host_turn(h);
    cr_assert(eq(str, STR(commands(b)), STR("K3;K1;K2;")));
    fake_host_free(h);
}

Test(ble_shape, full_disk_leaves_the_picture_with_the_camera)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);

    send_picture(b, 1, 0);
    send_picture(b, 2, 0);
    fake_host_turn(h);
    fake_capture_done(fake_capture(h, 0), -ENOSPC, 0);
    fake_capture_done(fake_capture(h, 1), 0, 1);
    fake_host_advance(h, 3 * FAKE_S);
    cr_assert(eq(str, STR(commands(b)), STR("K2;")));
    cr_assert(ne(ptr, (void *)strstr(fake_log(h), "picture 1 was not kept"), NULL));
    fake_host_free(h);
}

Test(ble_shape, full_link_delays_the_acknowledgement)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);
    size_t n_ops = fake_n_ble_ops(b);

    fake_ble_hold(b, true);
    fake_host_captures_take(h, 0);
    for (unsigned i = 1; i <= 20; i++) {
        send_picture(b, i, 0);
        fake_host_turn(h);
    }
    cr_assert(lt(sz, fake_n_ble_ops(b) - n_ops, 20), "the link takes so many and no more");
    fake_ble_hold(b, false);
    for (size_t i = n_ops; i < fake_n_ble_ops(b); i++)
        fake_ble_answer(fake_ble_op(b, i), 0, NULL, 0);
    fake_host_advance(h, 2 * FAKE_S);
    cr_assert(eq(sz, fake_n_ble_ops(b) - n_ops, 20));
    fake_host_free(h);
}

Test(ble_shape, link_lost_in_the_middle_loses_no_picture)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);

    send_picture(b, 1, 0);  /* waits for the disk */
    send_picture(b, 2, 13); /* cut off */
    fake_ble_close(b, -ECONNRESET, "the link was lost");
    fake_host_turn(h);
    cr_assert(not(fake_online(fake_dev(h))));
    cr_assert(eq(str, STR(fake_why(fake_dev(h))), STR("the link was lost")));
    cr_assert(eq(sz, fake_n_held_frames(h), 0), "the host freed the half picture");
    fake_capture_done(fake_capture(h, 0), 0, 1); /* durable, but nobody is there to be told */
    fake_host_advance(h, FAKE_RETRY_FIRST_US);

    b = connect_camera(h);
    send_picture(b, 1, 0);
    send_picture(b, 2, 0);
    fake_host_turn(h);
    fake_capture_done(fake_capture(h, 1), -EEXIST, 1);
    fake_capture_done(fake_capture(h, 2), 0, 2);
    fake_host_turn(h);
    cr_assert(eq(str, STR(commands(b)), STR("K1;K2;")));
    fake_host_free(h);
}

Test(ble_shape, unreadable_setting_is_sent_after_every_online)
{
    struct fake_host *h = begin();
    struct fake_ble *b;

    fake_desire(fake_dev(h), "interval", "30");
    b = connect_camera(h);
    cr_assert(eq(str, fake_ble_op_last(b)->uuid, STR(CONFIG)));
    cr_assert(eq(int, memcmp(fake_ble_op_last(b)->bytes, "T30", 3), 0));
    cr_assert(eq(int, fake_applied(fake_dev(h), "interval"), 0));

    fake_ble_close(b, 0, "the camera sleeps");
    fake_host_advance(h, FAKE_RETRY_FIRST_US);
    b = connect_camera(h);
    cr_assert(eq(str, fake_ble_op_last(b)->uuid, STR(CONFIG)));
    fake_host_free(h);
}

Test(ble_shape, setting_counts_as_applied_only_when_the_camera_took_it)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);

    fake_ble_hold(b, true);
    fake_desire(fake_dev(h), "interval", "60");
    fake_host_turn(h);
    cr_assert(eq(int, fake_applied(fake_dev(h), "interval"), FAKE_PENDING));
    fake_ble_answer(fake_ble_op_last(b), -EIO, NULL, 0);
    fake_host_turn(h);
    cr_assert(eq(int, fake_applied(fake_dev(h), "interval"), -EIO));
    fake_host_free(h);
}

Test(ble_shape, children_come_go_and_are_told_what_to_be)
{
    struct fake_host *h = begin();
    struct fake_ble *b = connect_camera(h);
    struct wr_dev *lamp;
    const struct fake_call *call;

    say(b, "MODULE lamp-1");
    fake_host_turn(h);
    lamp = fake_child(h, "lamp-1");
    cr_assert(fake_online(lamp));
    fake_desire(lamp, "colour", "blue");
    call = fake_run(lamp, "blink", NULL);
    fake_host_turn(h);
    cr_assert(eq(str, STR(commands(b)), STR("Mlamp-1 blue;")));
    cr_assert(eq(str, call->json, STR("{\"blinks\":1}")));

    say(b, "GONE lamp-1");
    fake_host_turn(h);
    cr_assert(not(fake_online(lamp)));
    say(b, "MODULE lamp-1");
    fake_host_turn(h);
    cr_assert(
        eq(ptr, (void *)fake_child(h, "lamp-1"), (void *)lamp), "the same key is the same child");
    cr_assert(eq(str, STR(commands(b)), STR("Mlamp-1 blue;Mlamp-1 blue;")), "it is told again");
    fake_ble_close(b, -ETIMEDOUT, "the link was lost");
    fake_host_turn(h);
    cr_assert(not(fake_online(lamp)));
    fake_host_free(h);
}

Test(ble_shape, wrong_device_is_rejected_after_connecting)
{
    struct fake_host *h = begin();

    fake_ble_open(fake_ble(h, 0), chars, N_CHARS - 1, 23);
    fake_host_advance(h, 3600 * FAKE_S);
    cr_assert(fake_rejected(fake_dev(h)));
    cr_assert(eq(uint, fake_n_starts(h), 1), "nobody tries again");
    fake_host_free(h);
}

Test(ble_shape, camera_that_is_not_there_is_looked_for_with_back_off)
{
    struct fake_host *h = begin();

    fake_host_advance(h, 600 * FAKE_S);
    cr_assert(eq(uint, fake_n_starts(h), 10)); /* 30 s each, and 1, 2, 4 … 60 s between */
    fake_host_free(h);
}
