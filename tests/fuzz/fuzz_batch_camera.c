/* A host that writes anything at any time, between pictures, lost links and a radio that is full now and then. Each first
 * byte says what happens. Whatever comes: notifications fit the link, memory keeps its ceiling, time goes on, and a picture is
 * given up only for one of the reasons there are. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch_camera.h"

#define MEMORY_BYTES 6000
#define MAX_EVENTS 400 /* more say nothing new and take long */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct batch_camera camera;
    int64_t now_us;
    size_t held_bytes;
    unsigned room;
    uint8_t sum; /* of all that was sent: every byte is read */
    bool wants_picture, leave;
};

static int capture(void *ctx)
{
    ((struct world *)ctx)->wants_picture = true;
    return 0;
}

static void *picture_new(void *ctx, size_t n)
{
    struct world *w = ctx;
    size_t *m = malloc(sizeof *m + n);

    *m = n;
    w->held_bytes += n;
    if (w->held_bytes > MEMORY_BYTES)
        abort();
    return m + 1;
}

static void picture_free(void *ctx, void *picture)
{
    size_t *m = (size_t *)picture - 1;

    ((struct world *)ctx)->held_bytes -= *m;
    free(m);
}

static size_t memory_bytes(void *ctx)
{
    return MEMORY_BYTES;
}

static int notify(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    struct world *w = ctx;

    if (!w->camera.connected || n == 0 || n > w->camera.mtu - 3u || n > BATCH_VALUE_MAX)
        abort();
    for (size_t i = 0; i < n; i++)
        w->sum ^= ((const uint8_t *)bytes)[i];
    if (w->room == 0)
        return -EAGAIN;
    w->room--;
    return 0;
}

static void set_value(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    struct batch_config c;

    if (n > BATCH_VALUE_MAX)
        abort();
    if (chr != BATCH_CHAR_CONFIG)
        return;
    batch_config_parse(bytes, n, &c);
    if (c.refused || !c.frequency_known || !c.threshold_known)
        abort();
}

static void advertise(void *ctx)
{
}

static void disconnect(void *ctx)
{
    ((struct world *)ctx)->leave = true;
}

static bool load(void *ctx, struct batch_config *ret)
{
    return false;
}

static int save(void *ctx, const struct batch_config *settings)
{
    return settings->frequency_s % 7 == 0 ? -EIO : 0;
}

static void display(void *ctx, unsigned line, const char *text)
{
    if (line > BATCH_LINE_SETTINGS || strlen(text) > 40)
        abort();
}

static uint32_t random_number(void *ctx)
{
    return 4;
}

/* The camera lives for a while; it must come to rest. */
static void pass(struct world *w, int64_t us)
{
    static uint8_t jpeg[1500] = {0xff, 0xd8};
    int64_t until = w->now_us + us;

    for (unsigned i = 0; w->now_us < until; i++) {
        int64_t next = batch_camera_next_us(&w->camera);

        if (i > 100 + us / 5000)
            abort();
        if (next > w->now_us)
            w->now_us = next < until ? next : until;
        batch_camera_step(&w->camera, w->now_us);
        if (w->wants_picture) {
            w->wants_picture = false;
            batch_camera_picture(&w->camera, w->now_us, jpeg, 40 + w->now_us / 1000 % 1460);
        }
    }
}

static size_t event(struct world *w, const uint8_t *d, size_t n)
{
    uint8_t arg = n > 1 ? d[1] : 0;
    size_t length = arg % 24;

    if (n < 2 + length)
        length = n > 2 ? n - 2 : 0;
    switch (d[0] % 12) {
    case 0:
        pass(w, arg ? (int64_t)arg * 100000 : 1000000);
        return 2;
    case 1:
        batch_camera_connected(&w->camera, w->now_us, arg ? arg * 3u : 517);
        return 2;
    case 2:
        batch_camera_disconnected(&w->camera, w->now_us, arg % 2);
        return 2;
    case 3:
        batch_camera_subscribed(&w->camera, w->now_us, arg % 6, arg < 200);
        return 2;
    case 4:
        w->room = arg;
        batch_camera_room(&w->camera, w->now_us);
        return 2;
    case 5:
        batch_camera_mtu(&w->camera, w->now_us, arg * 3u);
        return 2;
    case 6:
        batch_camera_saved(&w->camera, w->now_us, arg % 2 ? -EIO : 0);
        return 2;
    case 7:
    case 8:
        batch_camera_written(&w->camera, w->now_us, BATCH_CHAR_COMMAND, &arg, n > 1);
        return 2;
    case 9:
        batch_camera_written(&w->camera, w->now_us, BATCH_CHAR_CONFIG, d + 2, length);
        return 2 + length;
    default:
        batch_camera_written(&w->camera, w->now_us, BATCH_CHAR_LINK, d + 2, length);
        return 2 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    struct world *w = &world;
    const struct batch_camera_port port = {w, capture, picture_new, picture_free, memory_bytes,
        notify, set_value, advertise, disconnect, load, save, display, random_number, NULL};

    memset(w, 0, sizeof *w);
    w->room = 200;
    batch_camera_init(&w->camera, &port);
    batch_camera_start(&w->camera, 0);
    for (unsigned i = 0; i < MAX_EVENTS && size > 0; i++) {
        size_t used = event(w, data, size);

        used = used < size ? used : size;
        data += used;
        size -= used;
        if (w->camera.pictures.used_bytes != w->held_bytes)
            abort();
        if (w->leave) {
            w->leave = false;
            batch_camera_disconnected(&w->camera, w->now_us, false);
        }
    }
    pass(w, 40000000);
    batch_camera_fini(&w->camera);
    if (w->held_bytes != 0)
        abort();
    return 0;
}
