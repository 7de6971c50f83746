/* link_io.c - what is done on an open link: its characteristics, operations on them and their answers,
 * and reading. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ble/ble_private.h"

/* The smallest ATT_MTU there is. */
#define MTU_MIN 23

/* --- operations -------------------------------------------------------------------------------- */

void link_op_free(struct link_op *op)
{
    ble_call_cancel(&op->call);
    timer_stop(&op->again);
    list_remove(&op->link);
    list_remove(&op->queued);
    op->owner->n_ops--;
    memory_wipe_free(op, sizeof *op + op->n);
}

void link_op_finish(struct link_op *op, int result, const uint8_t *bytes, size_t n)
{
    struct ble_link *k = op->owner;
    wr_ble_done done = op->done;
    void *ctx = op->ctx;

    link_op_free(op);
    if (done && k->events->answered)
        k->events->answered(k->ctx, k, done, ctx, result, bytes, n);
}

void link_op_finish_later(struct link_op *op, int result)
{
    op->result = result;
    list_remove(&op->queued);
    list_append(&op->owner->answers, &op->queued);
    loop_defer(op->owner->ble->loop, &op->owner->answer);
}

static void answer_all(struct deferred *d)
{
    struct ble_link *k = container_of(d, struct ble_link, answer);

    while (k->state == LINK_OPEN && !k->lost && !list_empty(&k->answers)) {
        struct link_op *op = list_first(&k->answers, struct link_op, queued);

        link_op_finish(op, op->result, NULL, 0);
    }
}

void link_timed_out(struct ble_link *k, const char *what)
{
    char text[ERROR_TEXT_MAX];

    snprintf(text, sizeof text, "the device did not answer a %s in time", what);
    link_end(k, -ETIMEDOUT, text);
}

struct link_op *link_op_new(struct link_char *c, enum op_kind kind, const void *bytes, size_t n,
    wr_ble_done done, void *ctx)
{
    struct link_op *op = calloc(1, sizeof *op + n);

    if (!op)
        return NULL;
    op->owner = c->owner;
    op->chr = c;
    op->kind = kind;
    timer_init(&op->again, c->owner->ble->loop, link_write_again);
    op->done = done;
    op->ctx = ctx;
    op->n = n;
    if (n > 0)
        memcpy(op->bytes, bytes, n);
    list_init(&op->queued);
    list_append(&c->owner->ops, &op->link);
    c->owner->n_ops++;
    return op;
}

/* --- what can be done -------------------------------------------------------------------------- */

static struct link_char *find_char(struct ble_link *k, const char *uuid, uint32_t props)
{
    struct link_char *found = NULL;

    for (size_t i = 0; i < k->n_chars; i++) {
        if (strcmp(k->chars[i].uuid, uuid) != 0)
            continue;
        if (k->chars[i].props & props)
            return &k->chars[i];
        found = found ? found : &k->chars[i];
    }
    return found;
}

int link_check(struct ble_link *k, const char *uuid, uint32_t props, struct link_char **ret)
{
    struct link_char *c;

    if (k->state != LINK_OPEN || k->lost)
        return -ENOTCONN;
    c = find_char(k, uuid, props);
    if (!c)
        return -ENOENT;
    if (!(c->props & props))
        return -EOPNOTSUPP;
    if (k->n_ops >= BLE_MAX_PENDING)
        return -EAGAIN;
    *ret = c;
    return 0;
}

/* --- read -------------------------------------------------------------------------------------- */

static void on_read(struct ble_call *c, int result, sd_bus_message *reply, const char *error)
{
    struct link_op *op = container_of(c, struct link_op, call);
    const void *bytes = NULL;
    size_t n = 0;
    int r = result;

    if (op->owner->lost)
        return; /* closed() is the answer */
    if (r == -ETIMEDOUT) {
        link_timed_out(op->owner, "read");
        return;
    }
    if (r == 0)
        r = sd_bus_message_read_array(reply, 'y', &bytes, &n);
    link_op_finish(op, r < 0 ? r : 0, bytes, n);
}

int link_new_call(struct link_char *c, const char *member, const struct link_op *op,
    const char *type, sd_bus_message **ret)
{
    sd_bus_message *m = NULL;
    int r = ble_call_new(c->owner->ble, c->path, "GattCharacteristic1", member, &m);

    if (r >= 0 && op)
        r = sd_bus_message_append_array(m, 'y', op->bytes, op->n);
    if (r >= 0 && op)
        r = sd_bus_message_sensitive(m); /* sd-bus wipes it: it may be a password */
    if (r >= 0)
        r = type ? sd_bus_message_append(m, "a{sv}", 1, "type", "s", type)
                 : sd_bus_message_append(m, "a{sv}", 0);
    if (r < 0) {
        sd_bus_message_unref(m);
        return r;
    }
    *ret = m;
    return 0;
}

int link_take_fd(struct ble_link *k, sd_bus_message *reply)
{
    uint16_t mtu;
    int theirs, fd;

    if (sd_bus_message_read(reply, "hq", &theirs, &mtu) < 0)
        return -EBADMSG;
    fd = fcntl(theirs, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return -errno;
    if (mtu >= MTU_MIN)
        k->stats.mtu = mtu;
    return fd;
}

int ble_read(struct ble_link *k, const char *uuid, wr_ble_done done, void *ctx)
{
    sd_bus_message *m = NULL;
    struct link_char *c;
    struct link_op *op;
    int r = link_check(k, uuid, WR_BLE_READ, &c);

    if (r < 0)
        return r;
    op = link_op_new(c, OP_READ, NULL, 0, done, ctx);
    if (!op)
        return -ENOMEM;
    r = link_new_call(c, "ReadValue", NULL, NULL, &m);
    if (r == 0)
        r = ble_call_consume(k->ble, &op->call, m, k->ble->config.times.call_us, on_read);
    if (r < 0)
        link_op_free(op);
    return r;
}

/* --- life -------------------------------------------------------------------------------------- */

void link_io_init(struct ble_link *k)
{
    list_init(&k->ops);
    list_init(&k->answers);
    deferred_init(&k->answer, answer_all);
}

static void take_char(struct ble_link *k, const struct mirror_object *o)
{
    const struct mirror_object *service = mirror_parent(&k->ble->mirror, o);
    struct link_char *c = &k->chars[k->n_chars++];

    *c = (struct link_char){.owner = k, .props = o->chr.props, .write_fd = -1, .notify_fd = -1};
    memcpy(c->path, o->path, sizeof c->path);
    memcpy(c->uuid, o->chr.uuid, sizeof c->uuid);
    if (service)
        memcpy(c->service, service->service.uuid, sizeof c->service);
    list_init(&c->outbox);
    k->stats.mtu = MAX(k->stats.mtu, o->chr.mtu);
}

static bool is_of(const struct ble_link *k, const struct mirror_object *o)
{
    return o->chr.uuid[0] && mirror_is_below(o->path, k->path);
}

size_t link_io_open(struct ble_link *k)
{
    const struct list *all = &k->ble->mirror.kinds[MIRROR_CHAR];
    struct mirror_object *o;
    size_t n = 0;

    list_for_each (o, all, of_kind)
        n += is_of(k, o);
    if (n == 0)
        return 0;
    k->chars = calloc(n, sizeof *k->chars);
    if (!k->chars)
        return 0;
    k->stats.mtu = MTU_MIN;
    list_for_each (o, all, of_kind) {
        if (is_of(k, o))
            take_char(k, o);
    }
    return n;
}

void link_io_close(struct ble_link *k)
{
    while (!list_empty(&k->ops))
        link_op_free(list_first(&k->ops, struct link_op, link));
    deferred_cancel(&k->answer);
    for (size_t i = 0; i < k->n_chars; i++) {
        struct link_char *c = &k->chars[i];

        ble_call_cancel(&c->notify_call);
        link_close_notify(c);
        link_close_write(c);
    }
}
