#include "gatt_core.h"

#include <string.h>

#include "base/util.h"
#include "loop/loop.h"

int64_t gatt_core_now_us(const struct gatt_core *g)
{
    return loop_now_us(g->step.loop) - g->began_us;
}

void gatt_core_told(struct gatt_core *g)
{
    (void)timer_once(&g->step, g->calls->next_us(g->ctx) - gatt_core_now_us(g));
}

void gatt_core_set(struct gatt_core *g, unsigned chr, const void *bytes, size_t n)
{
    g->values[chr].n = MIN(n, (size_t)GATT_VALUE_MAX);
    memcpy(g->values[chr].bytes, bytes, g->values[chr].n);
}

/* --- what happens ------------------------------------------------------------------------------- */

static void on_step(struct timer *t)
{
    struct gatt_core *g = container_of(t, struct gatt_core, step);

    g->calls->step(g->ctx, gatt_core_now_us(g));
    gatt_core_told(g);
}

static void on_connected(void *ctx, unsigned mtu)
{
    struct gatt_core *g = ctx;

    g->calls->connected(g->ctx, gatt_core_now_us(g), mtu);
    gatt_core_told(g);
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct gatt_core *g = ctx;

    g->calls->disconnected(g->ctx, gatt_core_now_us(g), by_host);
    gatt_core_told(g);
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    struct gatt_core *g = ctx;

    g->calls->subscribed(g->ctx, gatt_core_now_us(g), chr, on);
    gatt_core_told(g);
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    const struct gatt_core *g = ctx;
    size_t n = MIN(g->values[chr].n, cap);

    memcpy(out, g->values[chr].bytes, n);
    return (int)n;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct gatt_core *g = ctx;
    int r = g->calls->written(g->ctx, gatt_core_now_us(g), chr, bytes, n);

    gatt_core_told(g);
    return r;
}

static void on_room(void *ctx)
{
    struct gatt_core *g = ctx;

    if (!g->calls->room)
        return;
    g->calls->room(g->ctx, gatt_core_now_us(g));
    gatt_core_told(g);
}

/* --- life --------------------------------------------------------------------------------------- */

void gatt_core_init(struct gatt_core *g, struct loop *l)
{
    static const struct gatt_calls calls = {.connected = on_connected,
        .disconnected = on_disconnected,
        .subscribed = on_subscribed,
        .read = on_read,
        .written = on_written,
        .room = on_room};

    g->app.calls = &calls;
    g->app.ctx = g;
    timer_init(&g->step, l, on_step);
}

void gatt_core_fini(struct gatt_core *g)
{
    timer_stop(&g->step);
}
