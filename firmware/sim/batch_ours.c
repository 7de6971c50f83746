/* batch_ours.c - the core of the firmware with this host as its world. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "batch_camera.h"
#include "batch_sim.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "splitmix.h"
#include "still.h"

struct batch_ours {
    struct loop *loop;
    struct gatt_app app;
    char name[32];
    struct batch_camera core;
    struct still *still;
    struct timer step;
    struct deferred saved;
    struct batch_config settings; /* what its flash holds */
    uint64_t memory_bytes, random, left;
    bool limited; /* `left` counts */
    bool verbose;
    /* Of a picture, by the low byte of its id: all that went out over LINK, also in vain. */
    uint32_t sent_bytes[256];
    size_t n_value[BATCH_N_CHARACTERISTICS];
    uint8_t value[BATCH_N_CHARACTERISTICS][BATCH_VALUE_MAX];
};

static const char *const services[] = {BATCH_SERVICE_UUID};
static const struct gatt_char chars[BATCH_N_CHARACTERISTICS] = {
    [BATCH_CHAR_STATUS] = {0, BATCH_STATUS_UUID, GATT_READ | GATT_NOTIFY},
    [BATCH_CHAR_DATA] = {0, BATCH_DATA_UUID, GATT_READ | GATT_NOTIFY},
    [BATCH_CHAR_COMMAND] = {0, BATCH_COMMAND_UUID, GATT_WRITE | GATT_WRITE_COMMAND},
    [BATCH_CHAR_CONFIG] = {0, BATCH_CONFIG_UUID, GATT_READ | GATT_WRITE | GATT_WRITE_COMMAND},
    [BATCH_CHAR_LINK] = {0, BATCH_LINK_UUID, GATT_WRITE | GATT_WRITE_COMMAND | GATT_NOTIFY},
};

static int64_t now_us(const struct batch_ours *c)
{
    return loop_now_us(c->loop);
}

/* After whatever was told to the core. */
static void rearm(struct batch_ours *c)
{
    (void)timer_once(&c->step, batch_camera_next_us(&c->core) - now_us(c));
}

static void on_step(struct timer *t)
{
    struct batch_ours *c = container_of(t, struct batch_ours, step);

    batch_camera_step(&c->core, now_us(c));
    rearm(c);
}

/* --- the core's world ------------------------------------------------------------------------- */

static int capture(void *ctx)
{
    struct batch_ours *c = ctx;
    int r;

    if (c->limited && c->left == 0)
        return -ENODATA;
    r = still_take(c->still);
    if (r >= 0 && c->limited)
        c->left--;
    return r;
}

static void *picture_new(void *ctx, size_t n)
{
    return malloc(n);
}

static void picture_free(void *ctx, void *picture)
{
    free(picture);
}

static size_t memory_bytes(void *ctx)
{
    return (size_t)((struct batch_ours *)ctx)->memory_bytes;
}

static int port_notify(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    struct batch_ours *c = ctx;
    struct batch_link m;
    int r = gatt_notify(&c->app, chr, bytes, n);

    if (r >= 0 && chr == BATCH_CHAR_LINK && batch_link_decode(bytes, n, &m) &&
        m.type == BATCH_LINK_DATA)
        c->sent_bytes[m.data.id_low] += (uint32_t)m.data.n;
    return r;
}

static void set_value(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    struct batch_ours *c = ctx;

    c->n_value[chr] = MIN(n, (size_t)BATCH_VALUE_MAX);
    memcpy(c->value[chr], bytes, c->n_value[chr]);
}

static void advertise(void *ctx)
{
    gatt_advertise(&((struct batch_ours *)ctx)->app, true);
}

static void disconnect(void *ctx)
{
    gatt_disconnect(&((struct batch_ours *)ctx)->app);
}

static bool load(void *ctx, struct batch_config *ret)
{
    *ret = ((struct batch_ours *)ctx)->settings;
    return true;
}

static void on_saved(struct deferred *d)
{
    struct batch_ours *c = container_of(d, struct batch_ours, saved);

    batch_camera_saved(&c->core, now_us(c), 0);
    rearm(c);
}

static int save(void *ctx, const struct batch_config *settings)
{
    struct batch_ours *c = ctx;

    c->settings = *settings;
    loop_defer(c->loop, &c->saved);
    return 0;
}

static void display(void *ctx, unsigned line, const char *text)
{
    const struct batch_ours *c = ctx;

    if (c->verbose)
        log_info("display", F_STR("camera", c->name), F_INT("line", line), F_STR("text", text));
}

static uint32_t random_number(void *ctx)
{
    return (uint32_t)splitmix(&((struct batch_ours *)ctx)->random);
}

/* --- what happens in it ----------------------------------------------------------------------- */

static void on_taken(void *ctx, const uint8_t *jpeg, size_t n, const char *why)
{
    struct batch_ours *c = ctx;

    if (!jpeg)
        log_warning("no picture", F_STR("camera", c->name), F_STR("error", why));
    batch_camera_picture(&c->core, now_us(c), jpeg, jpeg ? n : 0);
    rearm(c);
}

static void on_connected(void *ctx, unsigned mtu)
{
    struct batch_ours *c = ctx;

    batch_camera_connected(&c->core, now_us(c), mtu);
    rearm(c);
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct batch_ours *c = ctx;

    batch_camera_disconnected(&c->core, now_us(c), by_host);
    rearm(c);
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    struct batch_ours *c = ctx;

    batch_camera_subscribed(&c->core, now_us(c), (enum batch_characteristic)chr, on);
    rearm(c);
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    const struct batch_ours *c = ctx;
    size_t n = MIN(c->n_value[chr], cap);

    memcpy(out, c->value[chr], n);
    return (int)n;
}

/* So one sees what links that broke have cost. */
static void tell_asked(struct batch_ours *c, const uint8_t *bytes, size_t n)
{
    struct batch_link m;
    uint32_t *sent_bytes;

    if (!batch_link_decode(bytes, n, &m) ||
        (m.type != BATCH_LINK_GET && m.type != BATCH_LINK_STORED))
        return;
    sent_bytes = &c->sent_bytes[m.picture.id & 255];
    if (m.type == BATCH_LINK_GET) {
        log_info("asked for", F_STR("camera", c->name), F_INT("picture", m.picture.id),
            F_INT("from", m.picture.offset), F_INT("sent_bytes", *sent_bytes));
        return;
    }
    log_info("stored", F_STR("camera", c->name), F_INT("picture", m.picture.id),
        F_INT("sent_bytes", *sent_bytes));
    *sent_bytes = 0;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct batch_ours *c = ctx;

    if (c->verbose && chr == BATCH_CHAR_LINK)
        tell_asked(c, bytes, n);
    batch_camera_written(&c->core, now_us(c), (enum batch_characteristic)chr, bytes, n);
    rearm(c);
    return 0;
}

static void on_room(void *ctx)
{
    struct batch_ours *c = ctx;

    batch_camera_room(&c->core, now_us(c));
    rearm(c);
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written,
    .room = on_room};

/* --- life ------------------------------------------------------------------------------------- */

static void set_up(struct batch_ours *c, const struct batch_options *o, const char *name)
{
    snprintf(c->name, sizeof c->name, "%s", name);
    c->app = (struct gatt_app){.name = c->name,
        .services = services,
        .n_services = 1,
        .chars = chars,
        .n_chars = BATCH_N_CHARACTERISTICS,
        .calls = &calls,
        .ctx = c};
    c->settings.frequency_known = c->settings.threshold_known = true;
    c->settings.frequency_s = (uint32_t)(o->interval_ms / 1000);
    c->settings.threshold_permille =
        (uint16_t)(o->threshold_permille ? o->threshold_permille
                                         : BATCH_DEFAULT_THRESHOLD_PERMILLE);
    c->memory_bytes = o->memory_bytes;
    c->limited = o->count > 0;
    c->left = o->count;
    c->verbose = o->common.verbose;
    timer_init(&c->step, c->loop, on_step);
    deferred_init(&c->saved, on_saved);
}

int batch_ours_new(struct loop *l, const struct batch_options *o, const char *name, uint64_t seed,
    struct batch_ours **ret, struct error *e)
{
    static const struct still_events events = {.taken = on_taken};
    struct batch_ours *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->loop = l;
    c->random = seed;
    r = still_new(l, o->pictures, o->width, o->height, o->quality, &events, c, &c->still, e);
    if (r < 0) {
        free(c);
        return r;
    }
    set_up(c, o, name);
    const struct batch_camera_port port = {.ctx = c,
        .capture = capture,
        .picture_new = picture_new,
        .picture_free = picture_free,
        .memory_bytes = memory_bytes,
        .notify = port_notify,
        .set_value = set_value,
        .advertise = advertise,
        .disconnect = disconnect,
        .load = load,
        .save = save,
        .display = display,
        .random = random_number};
    batch_camera_init(&c->core, &port);
    *ret = c;
    return 0;
}

struct gatt_app *batch_ours_app(struct batch_ours *c)
{
    return &c->app;
}

void batch_ours_start(struct batch_ours *c)
{
    batch_camera_start(&c->core, now_us(c));
    rearm(c);
}

struct batch_ours *batch_ours_free(struct batch_ours *c)
{
    if (!c)
        return NULL;
    timer_stop(&c->step);
    deferred_cancel(&c->saved);
    still_free(c->still);
    batch_camera_fini(&c->core);
    free(c);
    return NULL;
}
