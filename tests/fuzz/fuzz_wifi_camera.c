/* Hosts that write anything over Bluetooth, browsers that say anything in any pieces, networks that come and go, and time, in any
 * order, to one WiFi debug camera. Whatever comes: it speaks to connections that are open and not ended, never draws over a
 * picture that is being encoded, says valid JSON, shows no password, comes to rest, and gives all memory back. */
#include <stdlib.h>
#include <string.h>

#include "json_pull.h"
#include "wifi_camera.h"

#define MAX_EVENTS 200 /* more say nothing new and take long */
/* Where a password could only come from what the fuzzer wrote; it is long enough not to be written by chance. */
#define PASSWORD "correct-horse-battery-staple"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct wifi_camera *camera;
    int64_t now_us;
    uint8_t *capture_to;
    bool encoding, sensor_open, listening;
    struct wifi_camera_encoding encode;
    void (*job)(void *arg); /* NULL: there is no work */
    void *job_arg;
    struct {
        bool open, ended;
    } connections[WIFI_CAMERA_CONNECTIONS];
    int n_memory;
    uint8_t weather; /* bits: what does not work now */
    struct wifi_camera_kept kept;
};

enum {
    RADIO_FULL = 1,
    NO_SENSOR = 2,
    NO_LISTEN = 4,
    NO_MEMORY = 8,
    NO_FLASH = 16,
    HEAP_LOW = 32,
    BUSY = 64,
    SMALL_ROOM = 128
};

/* Not by memcmp(), which a fuzzer listens to. */
static bool is_password(const char *at)
{
    unsigned differ = 0;

    for (size_t i = 0; i < sizeof PASSWORD - 1; i++)
        differ |= (unsigned)(at[i] ^ PASSWORD[i]);
    return differ == 0;
}

static void check_text(const void *bytes, size_t n)
{
    const char *text = bytes;

    for (size_t i = 0; i + sizeof PASSWORD - 1 <= n; i++)
        if (is_password(text + i))
            abort();
}

static void set_value(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n)
{
    if (n > WIFI_TEXT_MAX || (which == WIFI_CAMERA_STATUS && !json_pull_is_valid(bytes, n)))
        abort();
    check_text(bytes, n);
}

static bool notify(void *ctx, const void *bytes, size_t n)
{
    const struct world *w = ctx;

    check_text(bytes, n);
    return !(w->weather & RADIO_FULL);
}

static void join(void *ctx, const char *ssid, const char *pass)
{
    if (!*ssid)
        abort();
}

static void leave(void *ctx)
{
}

static int rssi(void *ctx)
{
    return -60;
}

static void announce(void *ctx, uint16_t port)
{
}

static int camera_open(void *ctx, enum wifi_frame_size size, unsigned buffers)
{
    struct world *w = ctx;

    if (w->sensor_open)
        abort();
    w->sensor_open = !(w->weather & NO_SENSOR);
    return w->sensor_open ? 0 : -1;
}

static void camera_close(void *ctx)
{
    struct world *w = ctx;

    if (w->capture_to || w->job)
        abort();
    w->sensor_open = false;
}

static void capture(void *ctx, uint8_t *to)
{
    struct world *w = ctx;

    if (w->capture_to || w->job || !w->sensor_open || (w->encoding && w->encode.grey == to))
        abort();
    w->capture_to = to;
}

static void encode(void *ctx, const struct wifi_camera_encoding *what)
{
    struct world *w = ctx;

    if (w->encoding)
        abort();
    w->encoding = true;
    w->encode = *what;
}

static void work(void *ctx, void (*job)(void *arg), void *arg)
{
    struct world *w = ctx;

    if (w->job || w->capture_to)
        abort();
    w->job = job;
    w->job_arg = arg;
}

static int start_listening(void *ctx, uint16_t port)
{
    struct world *w = ctx;

    if (w->listening || port == 0)
        abort();
    w->listening = !(w->weather & NO_LISTEN);
    return w->listening ? 0 : -1;
}

static void unlisten(void *ctx)
{
    struct world *w = ctx;

    w->listening = false;
}

static int send_bytes(void *ctx, unsigned k, const void *bytes, size_t n)
{
    const struct world *w = ctx;

    if (!w->connections[k].open || w->connections[k].ended || n == 0)
        abort();
    if (w->weather & SMALL_ROOM)
        n = n < 100 ? n : 100;
    check_text(bytes, n);
    return (int)n;
}

static void end_sending(void *ctx, unsigned k)
{
    struct world *w = ctx;

    w->connections[k].ended = true;
}

static void close_it(void *ctx, unsigned k)
{
    struct world *w = ctx;

    if (!w->connections[k].open)
        abort();
    w->connections[k].open = false;
}

static void *memory_new(void *ctx, size_t n)
{
    struct world *w = ctx;
    void *room = w->weather & NO_MEMORY ? NULL : malloc(n);

    w->n_memory += room != NULL;
    return room;
}

static void memory_free(void *ctx, void *room)
{
    struct world *w = ctx;

    w->n_memory -= room != NULL;
    free(room);
}

static size_t heap_free(void *ctx)
{
    const struct world *w = ctx;

    return w->weather & HEAP_LOW ? 60 * 1024 : 150 * 1024;
}

static unsigned cpu_percent(void *ctx)
{
    const struct world *w = ctx;

    return w->weather & BUSY ? 90 : 20;
}

static bool load(void *ctx, struct wifi_camera_kept *ret)
{
    const struct world *w = ctx;

    *ret = w->kept;
    return true;
}

static int save(void *ctx, const struct wifi_camera_kept *kept)
{
    struct world *w = ctx;

    if (w->weather & NO_FLASH)
        return -1;
    w->kept = *kept;
    return 0;
}

static uint32_t random_number(void *ctx)
{
    return 12345;
}

static int64_t now(void *ctx)
{
    const struct world *w = ctx;

    return w->now_us;
}

static void take_line(void *ctx, const char *line)
{
    check_text(line, strlen(line));
}

/* --- events ----------------------------------------------------------------------------------- */

static void end_capture(struct world *w, bool taken, uint8_t grey)
{
    unsigned side = w->kept.settings.frame_size == WIFI_QQVGA ? 160 * 120 : 320 * 240;

    if (!w->capture_to)
        return;
    if (taken) /* the smaller one's are there in any case */
        memset(w->capture_to, grey, side < 160 * 120 ? side : 160 * 120);
    w->capture_to = NULL;
    wifi_camera_captured(w->camera, w->now_us, taken);
}

static void end_encoding(struct world *w, bool done)
{
    if (!w->encoding)
        return;
    w->encoding = false;
    memset(w->encode.jpeg, 'j', w->encode.cap);
    wifi_camera_encoded(w->camera, w->now_us, done ? w->encode.cap / 2 : 0);
}

static void end_work(struct world *w)
{
    void (*job)(void *arg) = w->job;

    if (!job)
        return;
    job(w->job_arg);
    w->job = NULL;
    wifi_camera_worked(w->camera, w->now_us);
}

static void pass(struct world *w, int64_t us)
{
    int64_t until = w->now_us + us;
    unsigned n_still = 0;

    while (wifi_camera_next_us(w->camera) <= until) {
        int64_t at = wifi_camera_next_us(w->camera);

        n_still = at > w->now_us ? 0 : n_still + 1;
        if (n_still > 20)
            abort();
        w->now_us = at > w->now_us ? at : w->now_us;
        wifi_camera_step(w->camera, w->now_us);
    }
    w->now_us = until;
}

static void accept_one(struct world *w, unsigned k)
{
    if (w->connections[k].open || !w->listening)
        return;
    w->connections[k].open = true;
    w->connections[k].ended = false;
    wifi_camera_accepted(w->camera, w->now_us, k);
}

static void bluetooth(struct world *w, uint8_t how, const uint8_t *bytes, size_t n)
{
    switch (how % 8) {
    case 0:
        wifi_camera_connected(w->camera, w->now_us);
        break;
    case 1:
        wifi_camera_mtu(w->camera, w->now_us, (unsigned)n * 10);
        break;
    case 2:
        wifi_camera_subscribed(w->camera, w->now_us, n % 2 == 0);
        break;
    case 3:
        wifi_camera_disconnected(w->camera, w->now_us);
        break;
    case 4:
        (void)wifi_camera_ssid_written(w->camera, w->now_us, bytes, n);
        break;
    case 5:
        (void)wifi_camera_password_written(w->camera, w->now_us, how & 8, bytes, n);
        break;
    default:
        (void)wifi_camera_control_written(w->camera, w->now_us, how & 8, bytes, n);
    }
}

static void network(struct world *w, uint8_t how)
{
    switch (how % 3) {
    case 0:
        wifi_camera_joined(w->camera, w->now_us, "10.0.0.7");
        break;
    case 1:
        wifi_camera_not_joined(w->camera, w->now_us, (enum wifi_camera_failure)(how / 3 % 4));
        break;
    default:
        wifi_camera_lost(w->camera, w->now_us);
    }
}

static void connection(struct world *w, uint8_t how, const uint8_t *bytes, size_t n)
{
    unsigned k = how % WIFI_CAMERA_CONNECTIONS;

    accept_one(w, k);
    if (!w->connections[k].open)
        return;
    if (how & 0x40)
        wifi_camera_room(w->camera, w->now_us, k);
    else if (how & 0x80)
        wifi_camera_hung_up(w->camera, w->now_us, k);
    else
        wifi_camera_received(w->camera, w->now_us, k, bytes, n);
}

/* kind, how, n, n bytes */
static size_t happen(struct world *w, const uint8_t *data, size_t size)
{
    size_t n = data[2] < size - 3 ? data[2] : size - 3;
    uint8_t how = data[1];

    switch (data[0] % 7) {
    case 0:
        bluetooth(w, how, data + 3, n);
        break;
    case 1:
        network(w, how);
        break;
    case 2:
        connection(w, how, data + 3, n);
        break;
    case 3:
        pass(w, (int64_t)how * 40000);
        break;
    case 4:
        end_capture(w, how & 1, how);
        break;
    case 5:
        if (how & 2)
            end_work(w);
        else
            end_encoding(w, how & 1);
        break;
    default:
        w->weather = how;
    }
    return 3 + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wifi_camera_identity who = {.fw = "1.0.0", .mac = "a0b1c2d3e4f5"};
    struct world w = {.kept = {.enabled = true,
                          .ssid = "Home",
                          .pass = PASSWORD,
                          .settings = {15, true, 80, 10, WIFI_QQVGA}}};
    struct wifi_camera_port port = {&w, set_value, notify, join, leave, rssi, announce, camera_open,
        camera_close, capture, encode, work, start_listening, unlisten, send_bytes, end_sending,
        close_it, memory_new, memory_free, heap_free, cpu_percent, load, save, random_number, now,
        take_line};
    void *room = malloc(wifi_camera_bytes());

    w.camera = wifi_camera_init(room, &port, &who);
    wifi_camera_start(w.camera, 0);
    for (unsigned i = 0; i < MAX_EVENTS && size >= 3; i++) {
        size_t n = happen(&w, data, size);

        data += n;
        size -= n;
    }
    w.capture_to = NULL;
    w.job = NULL;
    wifi_camera_fini(w.camera);
    free(room);
    if (w.n_memory != 0)
        abort();
    return 0;
}
