/* batch_ours.c - the core of the firmware with this host as its world. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "batch_camera.h"
#include "batch_sim.h"
#include "gatt_core.h"
#include "loop/loop.h"
#include "splitmix.h"
#include "still.h"

struct batch_ours {
    struct loop *loop;
    struct gatt_core ble;
    char name[32];
    struct batch_camera core;
    struct still *still;
    struct deferred saved;
    struct batch_config settings; /* what its flash holds */
    uint64_t memory_bytes, random, left;
    bool limited; /* `left` counts */
    bool verbose;
    /* Of a picture, by the low byte of its id: all that went out over LINK, also in vain. */
    uint32_t sent_bytes[256];
};

static const char *const services[] = {BATCH_SERVICE_UUID};
static const struct gatt_char chars[BATCH_N_CHARACTERISTICS] = {
    [BATCH_CHAR_STATUS] = {0, BATCH_STATUS_UUID, GATT_READ | GATT_NOTIFY},
    [BATCH_CHAR_DATA] = {0, BATCH_DATA_UUID, GATT_READ | GATT_NOTIFY},
    [BATCH_CHAR_COMMAND] = {0, BATCH_COMMAND_UUID, GATT_WRITE | GATT_WRITE_COMMAND},
    [BATCH_CHAR_CONFIG] = {0, BATCH_CONFIG_UUID, GATT_READ | GATT_WRITE | GATT_WRITE_COMMAND},
    [BATCH_CHAR_LINK] = {0, BATCH_LINK_UUID, GATT_WRITE | GATT_WRITE_COMMAND | GATT_NOTIFY},
};

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
    int r = gatt_notify(&c->ble.app, chr, bytes, n);

    if (r >= 0 && chr == BATCH_CHAR_LINK && batch_link_decode(bytes, n, &m) &&
        m.type == BATCH_LINK_DATA)
        c->sent_bytes[m.data.id_low] += (uint32_t)m.data.n;
    return r;
}

static void set_value(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    gatt_core_set(&((struct batch_ours *)ctx)->ble, chr, bytes, n);
}

static void advertise(void *ctx)
{
    gatt_advertise(&((struct batch_ours *)ctx)->ble.app, true);
}

static void disconnect(void *ctx)
{
    gatt_disconnect(&((struct batch_ours *)ctx)->ble.app);
}

static bool load(void *ctx, struct batch_config *ret)
{
    *ret = ((struct batch_ours *)ctx)->settings;
    return true;
}

static void on_saved(struct deferred *d)
{
    struct batch_ours *c = container_of(d, struct batch_ours, saved);

    batch_camera_saved(&c->core, gatt_core_now_us(&c->ble), 0);
    gatt_core_told(&c->ble);
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
    batch_camera_picture(&c->core, gatt_core_now_us(&c->ble), jpeg, jpeg ? n : 0);
    gatt_core_told(&c->ble);
}

static int64_t next_us(void *ctx)
{
    return batch_camera_next_us(&((struct batch_ours *)ctx)->core);
}

static void step(void *ctx, int64_t now_us)
{
    batch_camera_step(&((struct batch_ours *)ctx)->core, now_us);
}

static void connected(void *ctx, int64_t now_us, unsigned mtu)
{
    batch_camera_connected(&((struct batch_ours *)ctx)->core, now_us, mtu);
}

static void disconnected(void *ctx, int64_t now_us, bool by_host)
{
    batch_camera_disconnected(&((struct batch_ours *)ctx)->core, now_us, by_host);
}

static void subscribed(void *ctx, int64_t now_us, unsigned chr, bool on)
{
    batch_camera_subscribed(
        &((struct batch_ours *)ctx)->core, now_us, (enum batch_characteristic)chr, on);
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

static int written(void *ctx, int64_t now_us, unsigned chr, const uint8_t *bytes, size_t n)
{
    struct batch_ours *c = ctx;

    if (c->verbose && chr == BATCH_CHAR_LINK)
        tell_asked(c, bytes, n);
    batch_camera_written(&c->core, now_us, (enum batch_characteristic)chr, bytes, n);
    return 0;
}

static void room(void *ctx, int64_t now_us)
{
    batch_camera_room(&((struct batch_ours *)ctx)->core, now_us);
}

static const struct gatt_core_calls calls = {.next_us = next_us,
    .step = step,
    .connected = connected,
    .disconnected = disconnected,
    .subscribed = subscribed,
    .written = written,
    .room = room};

/* --- life ------------------------------------------------------------------------------------- */

static void set_up(struct batch_ours *c, const struct batch_options *o, const char *name)
{
    snprintf(c->name, sizeof c->name, "%s", name);
    c->ble = (struct gatt_core){.app = {.name = c->name,
                                    .services = services,
                                    .n_services = 1,
                                    .chars = chars,
                                    .n_chars = BATCH_N_CHARACTERISTICS},
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
    gatt_core_init(&c->ble, c->loop);
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
    return &c->ble.app;
}

void batch_ours_start(struct batch_ours *c)
{
    batch_camera_start(&c->core, gatt_core_now_us(&c->ble));
    gatt_core_told(&c->ble);
}

struct batch_ours *batch_ours_free(struct batch_ours *c)
{
    if (!c)
        return NULL;
    gatt_core_fini(&c->ble);
    deferred_cancel(&c->saved);
    still_free(c->still);
    batch_camera_fini(&c->core);
    free(c);
    return NULL;
}
