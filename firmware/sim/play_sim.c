/* play_sim.c - see play_sim.h. */
#include "play_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "gatt_core.h"
#include "hub_line.h"
#include "loop/loop.h"
#include "play_picture.h"
#include "sim_pty.h"

enum { CHAR_TX, CHAR_RX, N_CHARS };

struct play_sim {
    struct loop *loop;
    const struct play_options *options;
    struct gatt_core ble; /* whose clock begins with it, as those of boards do */
    struct play_world *world;
    struct sim_pty *serial;
    struct play_picture *picture;
};

static const char *const services[] = {HUB_SERVICE_UUID};
static const struct gatt_char chars[N_CHARS] = {
    [CHAR_TX] = {0, HUB_TX_UUID, GATT_READ | GATT_NOTIFY},
    [CHAR_RX] = {0, HUB_RX_UUID, GATT_WRITE | GATT_WRITE_COMMAND},
};

/* --- what is to be seen ----------------------------------------------------------------------- */

static const char *mac_of(const struct play_seen *m, char out[HUB_MAC_BYTES])
{
    hub_mac_text(m->place->mac, out);
    return out;
}

static void print_modules(const struct play_sim *s)
{
    char mac[HUB_MAC_BYTES];

    for (unsigned i = 0; i < play_world_n_modules(s->world); i++) {
        const struct play_seen m = play_world_seen(s->world, i);

        printf("module name=%s mac=%s x=%.1f y=%.1f rssi=%d battery=%d\n", m.name, mac_of(&m, mac),
            m.place->x_m, m.place->y_m, m.rssi_dbm, m.place->battery_percent);
    }
    fflush(stdout);
}

static void lights(void *ctx, unsigned module)
{
    static const char *const games[PLAY_N_GAMES] = {"play", "color", "number"};
    const struct play_sim *s = ctx;
    const struct play_seen m = play_world_seen(s->world, module);
    char mac[HUB_MAC_BYTES], rgb[8] = "mixed";

    if (!m.look.mixed)
        snprintf(rgb, sizeof rgb, "%02x%02x%02x", m.look.color.red, m.look.color.green,
            m.look.color.blue);
    if (m.look.asleep)
        printf("asleep module=%s mac=%s\n", m.name, mac_of(&m, mac));
    else
        printf("lights module=%s mac=%s game=%s lit=%u rgb=%s\n", m.name, mac_of(&m, mac),
            games[m.game], m.look.n_lit, rgb);
    fflush(stdout);
    if (s->picture)
        play_picture_changed(s->picture);
}

static void display(void *ctx, unsigned line, const char *text)
{
    const struct play_sim *s = ctx;

    if (s->options->common.verbose)
        log_info(
            "display", F_STR("hub", s->ble.app.name), F_INT("line", line), F_STR("text", text));
}

/* --- the world's own ends ----------------------------------------------------------------------- */

static int notify(void *ctx, const void *bytes, size_t n)
{
    return gatt_notify(&((struct play_sim *)ctx)->ble.app, CHAR_TX, bytes, n);
}

static void advertise(void *ctx, bool on)
{
    gatt_advertise(&((struct play_sim *)ctx)->ble.app, on);
}

static void reset(void *ctx)
{
    struct play_sim *s = ctx;

    log_info("the hub is reset", F_STR("hub", s->ble.app.name));
    gatt_disconnect(&s->ble.app);
}

static void cut(void *ctx)
{
    struct play_sim *s = ctx;

    log_info("a list is cut", F_STR("hub", s->ble.app.name));
    gatt_disconnect(&s->ble.app);
}

static int serial(void *ctx, const char *line, size_t n)
{
    return sim_pty_write(((struct play_sim *)ctx)->serial, line, n);
}

/* --- apps --------------------------------------------------------------------------------------- */

static int64_t next_us(void *ctx)
{
    return play_world_next_us(((struct play_sim *)ctx)->world);
}

static void step(void *ctx, int64_t now_us)
{
    play_world_run(((struct play_sim *)ctx)->world, now_us);
}

static void connected(void *ctx, int64_t now_us, unsigned mtu)
{
    play_world_connected(((struct play_sim *)ctx)->world, now_us, mtu);
}

static void disconnected(void *ctx, int64_t now_us, bool by_host)
{
    play_world_disconnected(((struct play_sim *)ctx)->world, now_us);
}

static void subscribed(void *ctx, int64_t now_us, unsigned chr, bool on)
{
    play_world_subscribed(((struct play_sim *)ctx)->world, now_us, on);
}

static int written(void *ctx, int64_t now_us, unsigned chr, const uint8_t *bytes, size_t n)
{
    play_world_written(((struct play_sim *)ctx)->world, now_us, bytes, n);
    return 0;
}

static void room(void *ctx, int64_t now_us)
{
    play_world_room(((struct play_sim *)ctx)->world, now_us);
}

static const struct gatt_core_calls calls = {.next_us = next_us,
    .step = step,
    .connected = connected,
    .disconnected = disconnected,
    .subscribed = subscribed,
    .written = written,
    .room = room};

static void on_serial(void *ctx, const void *bytes, size_t n)
{
    struct play_sim *s = ctx;

    play_world_serial(s->world, gatt_core_now_us(&s->ble), bytes, n);
    gatt_core_told(&s->ble);
}

/* --- life --------------------------------------------------------------------------------------- */

static int open_world(struct play_sim *s, struct error *e)
{
    static const struct sim_pty_events events = {.received = on_serial};
    const struct play_options *o = s->options;
    const struct play_world_port port = {.ctx = s,
        .notify = notify,
        .advertise = advertise,
        .reset = reset,
        .cut = cut,
        .serial = o->serial ? serial : NULL,
        .lights = lights,
        .display = display};
    int r = play_world_new(&o->world, &port, &s->world);

    if (r < 0)
        return error_set(e, r, "no memory");
    if (o->serial)
        r = sim_pty_new(s->loop, o->serial_link, &events, s, &s->serial, e);
    if (r >= 0 && o->picture)
        r = play_picture_new(s->loop, o->picture, s->world, &s->picture, e);
    return r;
}

int play_sim_new(
    struct loop *l, const struct play_options *o, struct play_sim **ret, struct error *e)
{
    struct play_sim *s = calloc(1, sizeof *s);
    int r;

    if (!s)
        return error_set(e, -ENOMEM, "no memory");
    s->loop = l;
    s->options = o;
    s->ble = (struct gatt_core){.app = {.name = o->name,
                                    .services = services,
                                    .n_services = 1,
                                    .chars = chars,
                                    .n_chars = N_CHARS},
        .calls = &calls,
        .ctx = s,
        .began_us = loop_now_us(l)};
    gatt_core_init(&s->ble, l);
    r = open_world(s, e);
    if (r < 0) {
        play_sim_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

struct gatt_app *play_sim_app(struct play_sim *s)
{
    return &s->ble.app;
}

const struct play_options *play_sim_options(const struct play_sim *s)
{
    return s->options;
}

void play_sim_start(struct play_sim *s)
{
    print_modules(s);
    if (s->serial)
        printf("serial path=%s\n", sim_pty_name(s->serial));
    fflush(stdout);
    play_world_start(s->world, gatt_core_now_us(&s->ble));
    gatt_core_told(&s->ble);
}

struct play_sim *play_sim_free(struct play_sim *s)
{
    if (!s)
        return NULL;
    gatt_core_fini(&s->ble);
    sim_pty_free(s->serial);
    play_picture_free(s->picture);
    play_world_free(s->world);
    free(s);
    return NULL;
}
