#include "gatt_app.h"

#include <errno.h>

int gatt_notify(struct gatt_app *a, unsigned chr, const void *bytes, size_t n)
{
    return a->stack ? a->stack->notify(a, chr, bytes, n) : -ENOTCONN;
}

void gatt_subscribed(const struct gatt_app *a, unsigned chr, bool on)
{
    if (a->calls->subscribed)
        a->calls->subscribed(a->ctx, chr, on);
}

void gatt_advertise(struct gatt_app *a, bool on)
{
    if (a->stack)
        a->stack->advertise(a, on);
}

void gatt_disconnect(struct gatt_app *a)
{
    if (a->stack)
        a->stack->disconnect(a);
}
