/* device_numbers.c - what of a device is a number, for who draws curves of it. */
#include <math.h>

#include "device/device.h"

struct device_children device_children(const struct device *d)
{
    struct device_children c = {0};
    const struct device *child;

    list_for_each (child, &d->children, sibling) {
        c.n++;
        c.n_online += child->state == DEVICE_ONLINE;
    }
    return c;
}

/* NAN: it is none. */
static double number_of(const struct wr_value *v)
{
    switch (v->type) {
    case WR_BOOL:
        return v->b;
    case WR_INT:
        return (double)v->i;
    case WR_FLOAT:
        return v->f;
    default:
        return NAN;
    }
}

void device_each_number(
    const struct device *d, void (*fn)(void *ctx, const char *key, double value), void *ctx)
{
    for (size_t i = 0; i < d->n_attributes; i++) {
        const struct attribute_state *a = &d->attributes[i];
        double value = a->time_us ? number_of(&a->value.v) : NAN;

        if (isfinite(value))
            fn(ctx, d->kind->attributes[i].key, value);
    }
}
