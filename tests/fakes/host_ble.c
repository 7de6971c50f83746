/* host_ble.c - a BLE link whose other end is the test. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/host_private.h"

#define CONNECT_TIMEOUT_MS 30000
/* Operations on their way at a time: over it the link is full. */
#define MAX_PENDING 16
#define MAX_CHARS 64
#define UUID_BYTES 36

struct ble {
    struct fake_ble pub; /* first */
    struct fake_device *d;
    const struct wr_ble_events *events;
    void *ctx;
    struct wr_ble_char *chars;
    size_t n_chars;
    struct fake_array ops;
    bool held;
};

static struct ble *ble_of(struct fake_ble *b)
{
    return (struct ble *)b;
}

static void end(struct ble *b, int why, const char *error)
{
    if (b->pub.over)
        return;
    b->pub.over = true;
    b->pub.open = false;
    fake_handle_drop(b->d->host, b->pub.handle);
    fake_enter(b->d, "ble.closed");
    b->events->closed(&b->d->pub, b->pub.handle, b->ctx, why, error);
    fake_leave(b->d);
}

void fake_ble_cancel(void *object)
{
    struct ble *b = object;

    b->pub.over = true;
    b->pub.open = false;
}

static void connect_timed_out(struct fake_host *h, struct fake_task *task)
{
    struct ble *b = task->object;

    if (!b->pub.open)
        end(b, -ETIMEDOUT, "the device was not found in time");
}

static const struct wr_ble_char *find_char(const struct ble *b, const char *uuid)
{
    for (size_t i = 0; i < b->n_chars; i++) {
        if (strcmp(b->chars[i].uuid, uuid) == 0)
            return &b->chars[i];
    }
    return NULL;
}

static void check_uuid(const char *uuid, const char *function)
{
    if (!uuid || strlen(uuid) != UUID_BYTES || strspn(uuid, "0123456789abcdef-") != UUID_BYTES)
        fake_fail("%s: a UUID is written in full and lower case, not \"%s\"", function,
            uuid ? uuid : "(null)");
}

/* --- what the driver calls -------------------------------------------------------------------- */

static wr_handle ble_connect(struct wr_dev *dev, const struct wr_ble_target *target,
    const struct wr_ble_events *events, void *ctx)
{
    struct fake_device *d = fake_device_of(dev, "ble.connect");
    struct ble *b;

    fake_check_size(target->size, sizeof *target, "ble.connect: struct wr_ble_target");
    fake_check_size(events->size, sizeof *events, "ble.connect: struct wr_ble_events");
    if (!events->closed)
        fake_fail("ble.connect(%s): closed must not be NULL", d->id);
    if (fake_handle_count(d, FAKE_BLE) > 0)
        fake_fail("ble.connect(%s): one link per device at a time", d->id);
    if (!target->address && !target->name && !target->service)
        fake_fail("ble.connect(%s): address, name or service must say whom", d->id);
    b = fake_array_add(&d->host->bles, sizeof *b);
    b->pub.address = fake_strdup(target->address);
    b->pub.name = fake_strdup(target->name);
    b->pub.service = fake_strdup(target->service);
    b->d = d;
    b->events = events;
    b->ctx = ctx;
    b->pub.handle = fake_handle_add(d, FAKE_BLE, b);
    fake_task_add(d->host,
        (target->connect_timeout_ms ? target->connect_timeout_ms : CONNECT_TIMEOUT_MS) * FAKE_MS,
        b->pub.handle, connect_timed_out, b);
    return b->pub.handle;
}

static size_t n_pending(const struct ble *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->ops.n; i++)
        n += !((struct fake_ble_op *)b->ops.items[i])->over;
    return n;
}

/* The checks that all three have in common; *ret_link is the link when they are passed. */
static int check_op(struct wr_dev *dev, wr_handle h, const char *uuid, const char *function,
    uint32_t props, struct ble **ret_link)
{
    struct ble *b = fake_handle_get(fake_device_of(dev, function), h, FAKE_BLE);
    const struct wr_ble_char *c;

    check_uuid(uuid, function);
    if (!b)
        return -ESTALE;
    if (!b->pub.open)
        return -ENOTCONN;
    c = find_char(b, uuid);
    if (!c)
        return -ENOENT;
    if (!(c->props & props))
        return -EOPNOTSUPP;
    if (n_pending(b) >= MAX_PENDING)
        return -EAGAIN;
    *ret_link = b;
    return 0;
}

static void answered(struct fake_host *h, struct fake_task *task)
{
    struct fake_ble_op *op = task->object;
    struct ble *b = ble_of(op->link);

    if (op->over)
        return;
    op->over = true;
    if (!op->done)
        return;
    fake_enter(b->d, "ble.done");
    op->done(&b->d->pub, op->ctx, task->result, task->bytes, task->n);
    fake_leave(b->d);
}

static struct fake_ble_op *add_op(
    struct ble *b, const char *uuid, int kind, wr_ble_done done, void *ctx)
{
    struct fake_ble_op *op = fake_array_add(&b->ops, sizeof *op);

    op->kind = kind;
    op->uuid = fake_strdup(uuid);
    op->link = &b->pub;
    op->done = done;
    op->ctx = ctx;
    if (kind != FAKE_BLE_READ && !b->held)
        fake_ble_answer(op, 0, NULL, 0);
    return op;
}

static int ble_read(struct wr_dev *dev, wr_handle h, const char *uuid, wr_ble_done done, void *ctx)
{
    struct ble *b;
    int r = check_op(dev, h, uuid, "ble.read", WR_BLE_READ, &b);

    if (r == 0)
        add_op(b, uuid, FAKE_BLE_READ, done, ctx);
    return r;
}

static int ble_write(struct wr_dev *dev, wr_handle h, const char *uuid, enum wr_ble_write how,
    const void *bytes, size_t n, wr_ble_done done, void *ctx)
{
    static const uint32_t props[] = {
        [WR_BLE_WRITE_BEST] = WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE,
        [WR_BLE_WRITE_WITH_RESPONSE] = WR_BLE_WRITE,
        [WR_BLE_WRITE_COMMAND] = WR_BLE_WRITE_NO_RESPONSE,
    };
    struct fake_ble_op *op;
    struct ble *b;
    int r = check_op(dev, h, uuid, "ble.write", props[how], &b);

    if (r < 0)
        return r;
    if (how != WR_BLE_WRITE_WITH_RESPONSE && n + 3 > b->pub.mtu)
        return -EMSGSIZE;
    op = add_op(b, uuid, FAKE_BLE_WRITE, done, ctx);
    op->how = how;
    op->bytes = fake_memdup(bytes, n);
    op->n = n;
    return 0;
}

static int ble_subscribe(
    struct wr_dev *dev, wr_handle h, const char *uuid, wr_ble_done done, void *ctx)
{
    struct ble *b;
    int r = check_op(dev, h, uuid, "ble.subscribe", WR_BLE_NOTIFY, &b);

    if (r == 0)
        add_op(b, uuid, FAKE_BLE_SUBSCRIBE, done, ctx);
    return r;
}

/* What the fake knows of it. */
static int ble_stats(struct wr_dev *dev, wr_handle h, struct wr_ble_stats *ret)
{
    struct ble *b = fake_handle_get(fake_device_of(dev, "ble.stats"), h, FAKE_BLE);

    fake_check_size(ret->size, sizeof *ret, "ble.stats: struct wr_ble_stats");
    if (!b)
        return -ESTALE;
    *ret = (struct wr_ble_stats){.size = sizeof *ret, .mtu = b->pub.open ? b->pub.mtu : 0};
    return 0;
}

const struct wr_ble fake_ble_table = {
    sizeof(struct wr_ble), ble_connect, ble_read, ble_write, ble_subscribe, ble_stats};

/* --- what the test does ----------------------------------------------------------------------- */

static void connecting(struct fake_host *h, struct fake_task *task)
{
    struct ble *b = task->object;

    if (!b->events->connecting)
        return;
    fake_enter(b->d, "ble.connecting");
    b->events->connecting(&b->d->pub, b->pub.handle, b->ctx, task->bytes);
    fake_leave(b->d);
}

void fake_ble_connecting(struct fake_ble *link, const char *address)
{
    struct ble *b = ble_of(link);
    struct fake_task *t = fake_task_add(b->d->host, 0, link->handle, connecting, b);

    fake_task_bytes(t, address, strlen(address) + 1);
}

static void opened(struct fake_host *h, struct fake_task *task)
{
    struct ble *b = task->object;

    b->pub.open = true;
    if (!b->events->opened)
        return;
    fake_enter(b->d, "ble.opened");
    b->events->opened(&b->d->pub, b->pub.handle, b->ctx, b->chars, b->n_chars, b->pub.mtu);
    fake_leave(b->d);
}

void fake_ble_open(
    struct fake_ble *link, const struct wr_ble_char *chars, size_t n_chars, unsigned mtu)
{
    struct ble *b = ble_of(link);

    b->pub.mtu = mtu;
    b->n_chars = n_chars;
    b->chars = fake_memdup(chars, n_chars * sizeof *chars);
    for (size_t i = 0; i < n_chars; i++) {
        check_uuid(chars[i].uuid, "fake_ble_open");
        b->chars[i].uuid = fake_strdup(chars[i].uuid);
        b->chars[i].service = fake_strdup(chars[i].service);
    }
    fake_task_add(b->d->host, 0, link->handle, opened, b);
}

struct notification {
    char uuid[UUID_BYTES + 1];
    uint8_t bytes[];
};

static void notified(struct fake_host *h, struct fake_task *task)
{
    struct ble *b = task->object;
    const struct notification *x = task->bytes;

    if (!b->events->notified)
        return;
    fake_enter(b->d, "ble.notified");
    b->events->notified(&b->d->pub, b->pub.handle, b->ctx, x->uuid, x->bytes, task->n - sizeof *x);
    fake_leave(b->d);
}

static bool is_subscribed(const struct ble *b, const char *uuid)
{
    for (size_t i = 0; i < b->ops.n; i++) {
        const struct fake_ble_op *op = b->ops.items[i];

        if (op->kind == FAKE_BLE_SUBSCRIBE && strcmp(op->uuid, uuid) == 0)
            return true;
    }
    return false;
}

void fake_ble_notify(struct fake_ble *link, const char *uuid, const void *bytes, size_t n)
{
    struct ble *b = ble_of(link);
    struct notification *x;
    struct fake_task *t;

    if (!is_subscribed(b, uuid))
        return; /* nobody hears it, as on the air */
    x = calloc(1, sizeof *x + n);
    if (!x)
        fake_fail("no memory");
    memcpy(x->uuid, uuid, strlen(uuid));
    memcpy(x->bytes, bytes, n);
    t = fake_task_add(b->d->host, 0, link->handle, notified, b);
    t->bytes = x;
    t->n = sizeof *x + n;
}

static void lost(struct fake_host *h, struct fake_task *task)
{
    end(task->object, task->result, task->bytes);
}

void fake_ble_close(struct fake_ble *link, int why, const char *error)
{
    struct fake_task *t = fake_task_add(ble_of(link)->d->host, 0, link->handle, lost, link);

    t->result = why;
    fake_task_bytes(t, error, strlen(error) + 1);
}

void fake_ble_hold(struct fake_ble *b, bool hold)
{
    ble_of(b)->held = hold;
}

void fake_ble_answer(struct fake_ble_op *op, int result, const void *bytes, size_t n)
{
    struct fake_task *t =
        fake_task_add(ble_of(op->link)->d->host, 0, op->link->handle, answered, op);

    t->result = result;
    if (bytes)
        fake_task_bytes(t, bytes, n);
}

size_t fake_n_ble(const struct fake_host *h)
{
    return h->bles.n;
}

struct fake_ble *fake_ble(struct fake_host *h, size_t i)
{
    return fake_array_get(&h->bles, i, "link");
}

struct fake_ble *fake_ble_last(struct fake_host *h)
{
    return fake_ble(h, h->bles.n - 1);
}

size_t fake_n_ble_ops(const struct fake_ble *b)
{
    return ((const struct ble *)b)->ops.n;
}

struct fake_ble_op *fake_ble_op(struct fake_ble *b, size_t i)
{
    return fake_array_get(&ble_of(b)->ops, i, "operation");
}

struct fake_ble_op *fake_ble_op_last(struct fake_ble *b)
{
    return fake_ble_op(b, ble_of(b)->ops.n - 1);
}

static void op_fini(void *item)
{
    struct fake_ble_op *op = item;

    free(op->uuid);
    free(op->bytes);
}

void fake_ble_fini(void *item)
{
    struct ble *b = item;

    for (size_t i = 0; i < b->n_chars; i++) {
        free((char *)b->chars[i].uuid);
        free((char *)b->chars[i].service);
    }
    free(b->chars);
    fake_array_fini(&b->ops, op_fini);
    free(b->pub.address);
    free(b->pub.name);
    free(b->pub.service);
}
