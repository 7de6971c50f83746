/* Apps that write anything, modules that say anything, radios that refuse now and then, and time, in any order, to one playground
 * hub. Whatever comes: frames are exact and ASCII, notifications fit the link, nothing longer than 250 bytes goes on the air, and
 * the hub comes to rest. */
#include <stdlib.h>
#include <string.h>

#include "play_hub.h"

#define MAX_EVENTS 300 /* more say nothing new and take long */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct app {
    bool connected, subscribed;
    unsigned mtu;
    size_t expected; /* bytes of the answer that comes */
};

struct world {
    struct play_hub hub;
    int64_t now_us;
    struct app apps[PLAY_HUB_MAX_CENTRALS];
    unsigned n_air_refusing, n_refusing;
};

static int air(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct world *w = ctx;
    struct air_message a;

    if (n == 0 || n > AIR_MAX_BYTES || air_message_read((struct span){bytes, n}, &a) < 0)
        abort();
    if (w->n_air_refusing == 0)
        return 0;
    w->n_air_refusing--;
    return -1;
}

static void read_header(struct app *a, const char *text, size_t n)
{
    if (n < 6 || memcmp(text, "MSG:", 4) != 0 || text[n - 1] != '|')
        abort();
    for (size_t i = 4; i < n - 1; i++)
        a->expected = a->expected * 10 + (size_t)(text[i] - '0');
    if (a->expected == 0 || a->expected > PLAY_HUB_LIST_BYTES)
        abort();
}

static int notify(void *ctx, unsigned central, const void *bytes, size_t n)
{
    struct world *w = ctx;
    struct app *a = &w->apps[central];
    const char *text = bytes;

    if (!a->connected || !a->subscribed || n == 0 || n > HUB_FRAME_PIECE_BYTES || n > a->mtu - 3)
        abort();
    if (w->n_refusing > 0) {
        w->n_refusing--;
        return -1;
    }
    if (a->expected == 0) {
        read_header(a, text, n);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e)
            abort();
    }
    if (n > a->expected)
        abort();
    a->expected -= n;
    return 0;
}

static int serial(void *ctx, const char *line, size_t n)
{
    struct world *w = ctx;

    if (n < 2 || line[n - 1] != '\n' || !json_pull_is_valid(line, n - 1))
        abort();
    if (w->n_refusing == 0)
        return 0;
    w->n_refusing--;
    return -1;
}

static void advertise(void *ctx)
{
}

static void pass(struct world *w, int64_t us)
{
    int64_t until = w->now_us + us;

    for (unsigned i = 0; w->now_us < until; i++) {
        int64_t next = play_hub_next_us(&w->hub);

        if (i > 100 + us / 1000)
            abort();
        if (next > w->now_us)
            w->now_us = next < until ? next : until;
        play_hub_step(&w->hub, w->now_us);
    }
}

static void app_event(struct world *w, unsigned kind, unsigned central, uint8_t arg)
{
    struct app *a = &w->apps[central];

    if (kind == 0) {
        *a =
            (struct app){.connected = true, .mtu = arg < PLAY_HUB_MTU_MIN ? PLAY_HUB_MTU_MIN : arg};
        play_hub_connected(&w->hub, w->now_us, central, arg);
        a->subscribed = true;
        play_hub_subscribed(&w->hub, w->now_us, central, true);
    } else if (kind == 1) {
        *a = (struct app){.connected = false};
        play_hub_disconnected(&w->hub, w->now_us, central);
    } else if (a->connected) {
        a->subscribed = arg % 2;
        a->expected = 0;
        play_hub_subscribed(&w->hub, w->now_us, central, false);
        play_hub_subscribed(&w->hub, w->now_us, central, a->subscribed);
    }
}

static size_t event(struct world *w, const uint8_t *d, size_t n)
{
    const uint8_t mac[HUB_MAC_RAW_BYTES] = {0, 0, 0, 0, 0, n > 1 ? d[1] : 0};
    size_t length = n > 2 ? d[2] : 0;

    if (n < 3)
        return n;
    length = length < n - 3 ? length : n - 3;
    switch (d[0] % 8) {
    case 0:
        pass(w, (int64_t)d[1] * 50000);
        return 2;
    case 1:
        w->n_air_refusing = d[1] % 16;
        w->n_refusing = d[1] / 16;
        play_hub_room(&w->hub, w->now_us);
        return 2;
    case 2:
        app_event(w, d[1] % 3, d[1] / 3 % PLAY_HUB_MAX_CENTRALS, d[2]);
        return 3;
    case 5:
        play_hub_serial_received(&w->hub, w->now_us, d + 3, length);
        return 3 + length;
    case 3:
    case 4:
        play_hub_written(&w->hub, w->now_us, d[1] % PLAY_HUB_MAX_CENTRALS, d + 3, length);
        return 3 + length;
    default:
        play_hub_received(&w->hub, w->now_us, mac, -(int)(d[1] % 110), d + 3, length);
        return 3 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    struct world *w = &world;
    const struct play_hub_port port = {w, air, notify, advertise, NULL, serial, NULL, NULL};

    memset(w, 0, sizeof *w);
    play_hub_init(&w->hub, &port, (const uint8_t[HUB_MAC_RAW_BYTES]){1, 2, 3, 4, 5, 6});
    play_hub_start(&w->hub, 0);
    app_event(w, 0, 0, 23);
    for (unsigned i = 0; i < MAX_EVENTS && size > 0; i++) {
        size_t used = event(w, data, size);

        data += used;
        size -= used;
    }
    w->n_air_refusing = w->n_refusing = 0;
    pass(w, 60000000);
    for (unsigned i = 0; i < PLAY_HUB_MAX_CENTRALS; i++) {
        if (w->apps[i].expected > 0)
            abort();
    }
    return 0;
}
