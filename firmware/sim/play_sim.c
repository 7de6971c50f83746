/* play_sim.c - see play_sim.h. */
#include "play_sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/util.h"
#include "hub_line.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "play_picture.h"
#include "sim_pty.h"

enum { CHAR_TX, CHAR_RX, N_CHARS };

struct play_sim {
    struct loop *loop;
    const struct play_options *options;
    struct gatt_app app;
    struct play_world *world;
    struct sim_pty *serial;
    struct play_picture *picture;
    struct timer step;
    int64_t began_us;
};

static const char *const services[] = {HUB_SERVICE_UUID};
static const struct gatt_char chars[N_CHARS] = {
    [CHAR_TX] = {0, HUB_TX_UUID, GATT_READ | GATT_NOTIFY},
    [CHAR_RX] = {0, HUB_RX_UUID, GATT_WRITE | GATT_WRITE_COMMAND},
};

/* As boards count: from their start. */
static int64_t now_us(const struct play_sim *s)
{
    return loop_now_us(s->loop) - s->began_us;
}

/* After whatever was told to the world. */
static void rearm(struct play_sim *s)
{
    (void)timer_once(&s->step, play_world_next_us(s->world) - now_us(s));
}

static void on_step(struct timer *t)
{
    struct play_sim *s = container_of(t, struct play_sim, step);

    play_world_run(s->world, now_us(s));
    rearm(s);
}

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
        log_info("display", F_STR("hub", s->app.name), F_INT("line", line), F_STR("text", text));
}

/* --- the world's own ends ----------------------------------------------------------------------- */

static int notify(void *ctx, const void *bytes, size_t n)
{
    return gatt_notify(&((struct play_sim *)ctx)->app, CHAR_TX, bytes, n);
}

static void advertise(void *ctx, bool on)
{
    gatt_advertise(&((struct play_sim *)ctx)->app, on);
}

static void reset(void *ctx)
{
    struct play_sim *s = ctx;

    log_info("the hub is reset", F_STR("hub", s->app.name));
    gatt_disconnect(&s->app);
}

static void cut(void *ctx)
{
    struct play_sim *s = ctx;

    log_info("a list is cut", F_STR("hub", s->app.name));
    gatt_disconnect(&s->app);
}

static int serial(void *ctx, const char *line, size_t n)
{
    return sim_pty_write(((struct play_sim *)ctx)->serial, line, n);
}

/* --- apps --------------------------------------------------------------------------------------- */

static void on_connected(void *ctx, unsigned mtu)
{
    struct play_sim *s = ctx;

    play_world_connected(s->world, now_us(s), mtu);
    rearm(s);
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct play_sim *s = ctx;

    play_world_disconnected(s->world, now_us(s));
    rearm(s);
}

static void on_subscribed(void *ctx, unsigned chr, bool on)
{
    struct play_sim *s = ctx;

    play_world_subscribed(s->world, now_us(s), on);
    rearm(s);
}

/* Hubs have nothing there. */
static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    return 0;
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct play_sim *s = ctx;

    play_world_written(s->world, now_us(s), bytes, n);
    rearm(s);
    return 0;
}

static void on_room(void *ctx)
{
    struct play_sim *s = ctx;

    play_world_room(s->world, now_us(s));
    rearm(s);
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .subscribed = on_subscribed,
    .read = on_read,
    .written = on_written,
    .room = on_room};

static void on_serial(void *ctx, const void *bytes, size_t n)
{
    struct play_sim *s = ctx;

    play_world_serial(s->world, now_us(s), bytes, n);
    rearm(s);
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
    s->began_us = loop_now_us(l);
    s->options = o;
    s->app = (struct gatt_app){.name = o->name,
        .services = services,
        .n_services = 1,
        .chars = chars,
        .n_chars = N_CHARS,
        .calls = &calls,
        .ctx = s};
    timer_init(&s->step, l, on_step);
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
    return &s->app;
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
    play_world_start(s->world, now_us(s));
    rearm(s);
}

struct play_sim *play_sim_free(struct play_sim *s)
{
    if (!s)
        return NULL;
    timer_stop(&s->step);
    sim_pty_free(s->serial);
    play_picture_free(s->picture);
    play_world_free(s->world);
    free(s);
    return NULL;
}
