#include "batch_host.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "batch_link.h"

static void take_link(struct batch_host *h, const uint8_t *bytes, size_t n)
{
    if (bytes[0] != 0x03) {
        memcpy(h->link, bytes, n);
        h->n_link = n;
        return;
    }
    cr_assert_gt(n, 5);
    memcpy(h->data + h->n_data, bytes + 5, n - 5);
    h->n_data += n - 5;
    h->n_pieces++;
}

static int notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n)
{
    struct batch_host *h = a->shown_by;

    if (h->mtu == 0 || !h->subscribed[chr])
        return -ENOTCONN;
    if (h->full)
        return -EAGAIN;
    n = MIN(n, (size_t)h->mtu - 3);
    cr_assert_leq(h->n_data + n, sizeof h->data);
    if (chr == HOST_STATUS) {
        snprintf(h->status, sizeof h->status, "%.*s", (int)n, (const char *)bytes);
        h->n_status++;
    } else if (chr == HOST_DATA) {
        memcpy(h->data + h->n_data, bytes, n);
        h->n_data += n;
        h->n_pieces++;
    } else {
        take_link(h, bytes, n);
    }
    return 0;
}

static void advertise(struct gatt_app *a, bool on)
{
    ((struct batch_host *)a->shown_by)->advertised = on;
}

static void disconnect(struct gatt_app *a)
{
    ((struct batch_host *)a->shown_by)->n_disconnects++;
}

static const struct gatt_stack stack = {notify, advertise, disconnect};

void host_init(struct batch_host *h, struct gatt_app *app)
{
    memset(h, 0, sizeof *h);
    h->app = app;
    app->stack = &stack;
    app->shown_by = h;
}

void host_connect(struct batch_host *h, unsigned mtu)
{
    h->mtu = mtu;
    h->app->calls->connected(h->app->ctx, mtu);
}

void host_leave(struct batch_host *h)
{
    h->mtu = 0;
    memset(h->subscribed, 0, sizeof h->subscribed);
    h->app->calls->disconnected(h->app->ctx, true);
}

void host_subscribe(struct batch_host *h, unsigned chr)
{
    h->subscribed[chr] = true;
    if (h->app->calls->subscribed)
        h->app->calls->subscribed(h->app->ctx, chr, true);
}

int host_write(struct batch_host *h, unsigned chr, const void *bytes, size_t n)
{
    return h->app->calls->written(h->app->ctx, chr, bytes, n, true);
}

void host_command(struct batch_host *h, char command)
{
    cr_expect_eq(host_write(h, HOST_COMMAND, &command, 1), 0);
}

const char *host_status(struct batch_host *h)
{
    static char line[sizeof h->status];

    memcpy(line, h->status, sizeof line);
    h->status[0] = '\0';
    return line;
}
