/* batch_old.c - the cameras of this kind that are out there: one thread that sleeps, looks whether
 * something has come, and sleeps on. Here each sleep is a timer. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "batch_old_config.h"
#include "batch_sim.h"
#include "batch_text.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "still.h"

#define MS US_PER_MS
/* How often it looks, and how long it sleeps and waits. */
#define LOOK_US (10 * MS)
#define LOOK_FOR_HOST_US (100 * MS)
#define CAPTURE_LIMIT_US (10 * US_PER_S)
#define HOST_LIMIT_US (30 * US_PER_S)
#define READY_LIMIT_US (10 * US_PER_S)
#define BEFORE_COUNT_US (500 * MS)
#define AFTER_STATUS_US (50 * MS)
#define ACKNOWLEDGE_LIMIT_US (10 * US_PER_S)
#define AFTER_PIECE_US (10 * MS)
#define NEXT_LIMIT_US (15 * US_PER_S)
#define AFTER_PICTURE_US (100 * MS)
#define BETWEEN_PICTURES_US (500 * MS)
#define LEAVE_LIMIT_US (10 * US_PER_S)
/* Percent at which the first generation begins a batch; no CONFIG can set that again. */
#define THRESHOLD_PERMILLE 50
#define SOUND_HEAD_BYTES 44
#define SOUND_BYTES_PER_S 16000

enum { STATUS, DATA, COMMAND, CONFIG, N_CHARS };

enum old_state {
    OLD_OFF,
    OLD_SLEEP, /* between pictures; v0: until T */
    OLD_CAPTURE,
    OLD_HOST,  /* nobody is connected */
    OLD_READY, /* no R yet */
    OLD_BEFORE_COUNT,
    OLD_COUNT,
    OLD_ACKNOWLEDGE_COUNT,
    OLD_IMAGE,
    OLD_ACKNOWLEDGE_IMAGE,
    OLD_PIECE,
    OLD_AFTER_PIECE,
    OLD_NEXT,
    OLD_AFTER_PICTURE,
    OLD_LEAVE, /* the host is to go */
};

struct old_part {
    uint8_t *bytes;
    size_t n;
};

struct batch_old {
    struct loop *loop;
    const struct batch_options *options;
    enum batch_dialect dialect;
    struct gatt_app app;
    char name[32];
    struct still *still;
    struct timer timer;
    enum old_state state;
    int64_t limit_us; /* of what is waited for */

    int64_t interval_us;
    unsigned threshold_permille;
    uint64_t left;
    struct old_part pictures[BATCH_MAX_COUNT]; /* v0: picture and sound */
    unsigned n_pictures, at;
    size_t offset;

    bool connected;
    bool acknowledged, next, ready, triggered;
    char status[BATCH_STATUS_MAX_BYTES];
    size_t n_status;
    uint8_t config[BATCH_CONFIG_MAX_PARSED_BYTES];
    size_t n_config;
};

static const char *const services[] = {BATCH_SERVICE_UUID};
#define COMMAND_ROW                                                                                \
    {                                                                                              \
        0, BATCH_COMMAND_UUID, GATT_WRITE | GATT_WRITE_COMMAND                                     \
    }
static const struct gatt_char v0_chars[] = {
    {0, BATCH_STATUS_UUID, GATT_NOTIFY}, {0, BATCH_DATA_UUID, GATT_NOTIFY}, COMMAND_ROW};
static const struct gatt_char batch_chars[N_CHARS] = {
    {0, BATCH_STATUS_UUID, GATT_READ | GATT_NOTIFY}, {0, BATCH_DATA_UUID, GATT_READ | GATT_NOTIFY},
    COMMAND_ROW, {0, BATCH_CONFIG_UUID, GATT_WRITE}};
static const struct gatt_char low_power_chars[N_CHARS] = {
    {0, BATCH_STATUS_UUID, GATT_READ | GATT_NOTIFY}, {0, BATCH_DATA_UUID, GATT_READ | GATT_NOTIFY},
    COMMAND_ROW, {0, BATCH_CONFIG_UUID, GATT_WRITE | GATT_WRITE_COMMAND}};

static void go(struct batch_old *c, enum old_state state, int64_t after_us)
{
    c->state = state;
    (void)timer_once(&c->timer, after_us);
}

/* Looks every `look_us`, at most until the limit. */
static void wait_for(struct batch_old *c, enum old_state state, int64_t look_us, int64_t limit_us)
{
    c->limit_us = loop_now_us(c->loop) + limit_us;
    go(c, state, look_us);
}

static bool too_late(const struct batch_old *c)
{
    return loop_now_us(c->loop) >= c->limit_us;
}

/* --- pictures --------------------------------------------------------------------------------- */

static void forget_all(struct batch_old *c)
{
    while (c->n_pictures > 0)
        free(c->pictures[--c->n_pictures].bytes);
}

static size_t used_bytes(const struct batch_old *c)
{
    size_t n = 0;

    for (unsigned i = 0; i < c->n_pictures; i++)
        n += c->pictures[i].n;
    return n;
}

static unsigned used_permille(const struct batch_old *c)
{
    return (unsigned)(used_bytes(c) * 1000 / c->options->memory_bytes);
}

/* What does not fit is no picture. */
static void keep(struct batch_old *c, const void *bytes, size_t n)
{
    struct old_part *p = &c->pictures[c->n_pictures];

    if (c->n_pictures == BATCH_MAX_COUNT || used_bytes(c) + n > c->options->memory_bytes)
        return;
    p->bytes = malloc(n);
    if (!p->bytes)
        return;
    memcpy(p->bytes, bytes, n);
    p->n = n;
    c->n_pictures++;
}

static void put(uint8_t *out, uint32_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

/* WAV, 8 kHz, 16 bit, mono: a tone of 440 Hz. */
static void keep_sound(struct batch_old *c)
{
    uint32_t n = c->options->sound_s * SOUND_BYTES_PER_S;
    uint8_t *wav = calloc(1, SOUND_HEAD_BYTES + n);

    if (!wav)
        return;
    memcpy(wav, "RIFF", 4);
    put(wav + 4, SOUND_HEAD_BYTES - 8 + n, 4);
    memcpy(wav + 8, "WAVEfmt ", 8);
    put(wav + 16, 16, 4);
    put(wav + 20, 1, 2);
    put(wav + 22, 1, 2);
    put(wav + 24, SOUND_BYTES_PER_S / 2, 4);
    put(wav + 28, SOUND_BYTES_PER_S, 4);
    put(wav + 32, 2, 2);
    put(wav + 34, 16, 2);
    memcpy(wav + 36, "data", 4);
    put(wav + 40, n, 4);
    for (uint32_t i = 0; i < n / 2; i++)
        put(wav + SOUND_HEAD_BYTES + 2 * i,
            (uint32_t)(int32_t)lround(8000 * sin(2 * M_PI * 440 * i / 8000)), 2);
    keep(c, wav, SOUND_HEAD_BYTES + n);
    free(wav);
}

/* --- what it says ----------------------------------------------------------------------------- */

/* Readable, and notified; where nobody has subscribed, it is lost. */
static void say(struct batch_old *c, const struct batch_status *line)
{
    c->n_status = batch_status_write(line, c->status);
    (void)gatt_notify(&c->app, STATUS, c->status, c->n_status);
}

static void say_memory(struct batch_old *c)
{
    say(c,
        &(struct batch_status){.kind = BATCH_STATUS_MEMORY,
            .used_known = true,
            .used_permille = (uint16_t)MIN(used_permille(c), 1000u),
            .count_known = true,
            .count = c->n_pictures});
}

/* --- one after the other ---------------------------------------------------------------------- */

static void apply_config(struct batch_old *c)
{
    char text[BATCH_CONFIG_MAX_PARSED_BYTES + 1];
    struct batch_config f;

    if (c->n_config == 0)
        return;
    snprintf(text, sizeof text, "%.*s", (int)c->n_config, (const char *)c->config);
    log_info("settings saved", F_STR("camera", c->name), F_STR("text", text));
    if (c->dialect == BATCH_DIALECT_BATCH)
        batch_old_config_first(c->config, c->n_config, &f);
    else
        batch_old_config_later(c->config, c->n_config, &f);
    c->n_config = 0;
    if (f.frequency_known)
        c->interval_us = f.frequency_s * US_PER_S;
    if (f.threshold_known)
        c->threshold_permille = f.threshold_permille;
}

static void sleep_on(struct batch_old *c)
{
    c->triggered = false;
    go(c, OLD_SLEEP, c->dialect == BATCH_DIALECT_V0 ? LOOK_US : c->interval_us);
}

/* However it went. */
static void attempt_over(struct batch_old *c)
{
    forget_all(c);
    if (c->dialect == BATCH_DIALECT_LOW_POWER) {
        gatt_advertise(&c->app, false);
        gatt_disconnect(&c->app);
    }
    sleep_on(c);
}

static void take(struct batch_old *c)
{
    if ((c->options->count > 0 && c->left == 0) || still_take(c->still) < 0) {
        go(c, OLD_CAPTURE, 0); /* and too late at once */
        return;
    }
    if (c->options->count > 0)
        c->left--;
    go(c, OLD_CAPTURE, CAPTURE_LIMIT_US);
}

static bool is_due(const struct batch_old *c)
{
    return c->n_pictures > 0 &&
        (c->n_pictures == BATCH_MAX_COUNT || used_permille(c) >= c->threshold_permille ||
            (c->options->count > 0 && c->left == 0));
}

static void begin_attempt(struct batch_old *c)
{
    c->ready = false;
    if (c->dialect == BATCH_DIALECT_LOW_POWER)
        gatt_advertise(&c->app, true);
    wait_for(c, OLD_HOST, LOOK_FOR_HOST_US, HOST_LIMIT_US);
}

static void answer_trigger(struct batch_old *c, bool taken)
{
    if (taken && c->n_pictures == 1 && c->options->sound_s > 0)
        keep_sound(c);
    say(c,
        &(struct batch_status){.kind = BATCH_STATUS_SIZES,
            .image_bytes = c->n_pictures > 0 ? (uint32_t)c->pictures[0].n : 0,
            .sound_bytes = c->n_pictures > 1 ? (uint32_t)c->pictures[1].n : 0});
    c->at = 0;
    c->offset = 0;
    if (c->n_pictures > 0)
        go(c, OLD_PIECE, AFTER_STATUS_US);
    else
        sleep_on(c);
}

static void captured(struct batch_old *c, bool taken)
{
    if (c->dialect == BATCH_DIALECT_V0) {
        answer_trigger(c, taken);
        return;
    }
    if (c->dialect == BATCH_DIALECT_BATCH && c->connected)
        say_memory(c);
    if (is_due(c))
        begin_attempt(c);
    else
        sleep_on(c);
}

static void on_taken(void *ctx, const uint8_t *jpeg, size_t n, const char *why)
{
    struct batch_old *c = ctx;

    if (!jpeg)
        log_warning("no picture", F_STR("camera", c->name), F_STR("error", why));
    if (c->state != OLD_CAPTURE)
        return;
    if (jpeg)
        keep(c, jpeg, n);
    captured(c, jpeg != NULL);
}

static void next_picture(struct batch_old *c)
{
    if (c->at == c->n_pictures) {
        if (c->dialect == BATCH_DIALECT_LOW_POWER)
            wait_for(c, OLD_LEAVE, LOOK_FOR_HOST_US, LEAVE_LIMIT_US);
        else
            attempt_over(c);
        return;
    }
    c->offset = 0;
    if (c->dialect == BATCH_DIALECT_V0) {
        go(c, OLD_PIECE, 0);
        return;
    }
    c->acknowledged = false;
    say(c,
        &(struct batch_status){
            .kind = BATCH_STATUS_IMAGE, .image_bytes = (uint32_t)c->pictures[c->at].n});
    go(c, OLD_IMAGE, AFTER_STATUS_US);
}

static void say_count(struct batch_old *c)
{
    c->acknowledged = false;
    c->at = 0;
    say(c, &(struct batch_status){.kind = BATCH_STATUS_COUNT, .count = c->n_pictures});
    go(c, OLD_COUNT, AFTER_STATUS_US);
}

/* The stack cuts it to the MTU; it counts as sent in whole. */
static void send_piece(struct batch_old *c)
{
    const struct old_part *p = &c->pictures[c->at];
    size_t n = MIN(p->n - c->offset, (size_t)BATCH_CHUNK_BYTES);

    if (gatt_notify(&c->app, DATA, p->bytes + c->offset, n) == -EAGAIN) {
        go(c, OLD_PIECE, LOOK_US);
        return;
    }
    c->offset += n;
    go(c, OLD_AFTER_PIECE, AFTER_PIECE_US);
}

/* An N that has come meanwhile is erased here. */
static void piece_sent(struct batch_old *c)
{
    c->next = false;
    if (c->offset < c->pictures[c->at].n) {
        wait_for(c, OLD_NEXT, LOOK_US, NEXT_LIMIT_US);
        return;
    }
    c->at++;
    go(c, OLD_AFTER_PICTURE,
        c->dialect == BATCH_DIALECT_V0 ? AFTER_PICTURE_US : AFTER_PICTURE_US + BETWEEN_PICTURES_US);
}

static void host_came(struct batch_old *c)
{
    if (c->dialect == BATCH_DIALECT_LOW_POWER)
        wait_for(c, OLD_READY, LOOK_US, READY_LIMIT_US);
    else
        go(c, OLD_BEFORE_COUNT, BEFORE_COUNT_US);
}

/* Looks for what is waited for; gives up without a word. */
static void look(struct batch_old *c, bool came, void (*then)(struct batch_old *c), int64_t look_us)
{
    if (came)
        then(c);
    else if (too_late(c) || (!c->connected && c->state != OLD_HOST))
        attempt_over(c);
    else
        (void)timer_once(&c->timer, look_us);
}

static void leave(struct batch_old *c)
{
    apply_config(c);
    attempt_over(c);
}

static void slept(struct batch_old *c)
{
    if (c->dialect == BATCH_DIALECT_V0 && !c->triggered) {
        go(c, OLD_SLEEP, LOOK_US);
        return;
    }
    if (c->dialect == BATCH_DIALECT_V0)
        forget_all(c);
    take(c);
}

static void on_timer(struct timer *t)
{
    struct batch_old *c = container_of(t, struct batch_old, timer);

    switch (c->state) {
    case OLD_OFF:
        break;
    case OLD_SLEEP:
        slept(c);
        break;
    case OLD_CAPTURE:
        captured(c, false);
        break;
    case OLD_HOST:
        look(c, c->connected, host_came, LOOK_FOR_HOST_US);
        break;
    case OLD_READY:
        look(c, c->ready, say_count, LOOK_US);
        break;
    case OLD_BEFORE_COUNT:
        say_count(c);
        break;
    case OLD_COUNT:
        wait_for(c, OLD_ACKNOWLEDGE_COUNT, 0, ACKNOWLEDGE_LIMIT_US);
        break;
    case OLD_ACKNOWLEDGE_COUNT:
        look(c, c->acknowledged, next_picture, LOOK_US);
        break;
    case OLD_IMAGE:
        wait_for(c, OLD_ACKNOWLEDGE_IMAGE, 0, ACKNOWLEDGE_LIMIT_US);
        break;
    case OLD_ACKNOWLEDGE_IMAGE:
        look(c, c->acknowledged, send_piece, LOOK_US);
        break;
    case OLD_PIECE:
        send_piece(c);
        break;
    case OLD_AFTER_PIECE:
        piece_sent(c);
        break;
    case OLD_NEXT:
        look(c, c->next, send_piece, LOOK_US);
        break;
    case OLD_AFTER_PICTURE:
        next_picture(c);
        break;
    case OLD_LEAVE:
        look(c, !c->connected, leave, LOOK_FOR_HOST_US);
        break;
    }
}

/* --- the host --------------------------------------------------------------------------------- */

static void on_connected(void *ctx, unsigned mtu)
{
    struct batch_old *c = ctx;

    c->connected = true;
    if (c->options->one_connection)
        gatt_advertise(&c->app, false);
}

static void on_disconnected(void *ctx, bool by_host)
{
    struct batch_old *c = ctx;

    c->connected = false;
}

static int on_read(void *ctx, unsigned chr, uint8_t *out, size_t cap)
{
    const struct batch_old *c = ctx;
    size_t n = chr == STATUS ? MIN(c->n_status, cap) : 0;

    memcpy(out, c->status, n);
    return (int)n;
}

static void on_command(struct batch_old *c, uint8_t byte)
{
    switch (byte) {
    case BATCH_ACKNOWLEDGE:
        c->acknowledged = c->dialect != BATCH_DIALECT_V0;
        break;
    case BATCH_NEXT:
        c->next = true;
        break;
    case BATCH_READY:
        c->ready = true;
        break;
    case BATCH_TRIGGER:
        c->triggered = true;
        break;
    }
}

static int on_written(void *ctx, unsigned chr, const uint8_t *bytes, size_t n, bool with_response)
{
    struct batch_old *c = ctx;

    if (chr == COMMAND && n > 0)
        on_command(c, bytes[0]);
    if (chr == CONFIG && n <= sizeof c->config) {
        memcpy(c->config, bytes, n);
        c->n_config = n;
        if (c->dialect == BATCH_DIALECT_BATCH)
            apply_config(c);
    }
    return 0;
}

static const struct gatt_calls calls = {.connected = on_connected,
    .disconnected = on_disconnected,
    .read = on_read,
    .written = on_written};

/* --- life ------------------------------------------------------------------------------------- */

static void set_up(struct batch_old *c, const char *name)
{
    const struct batch_options *o = c->options;

    snprintf(c->name, sizeof c->name, "%s", name);
    c->app = (struct gatt_app){.name = c->name,
        .services = services,
        .n_services = 1,
        .chars = o->dialect == BATCH_DIALECT_V0 ? v0_chars
            : o->dialect == BATCH_DIALECT_BATCH ? batch_chars
                                                : low_power_chars,
        .n_chars = o->dialect == BATCH_DIALECT_V0 ? N_ELEMENTS(v0_chars) : N_CHARS,
        .calls = &calls,
        .ctx = c};
    c->dialect = o->dialect;
    c->interval_us = o->interval_ms * MS;
    c->threshold_permille = o->threshold_permille ? o->threshold_permille : THRESHOLD_PERMILLE;
    c->left = o->count;
    timer_init(&c->timer, c->loop, on_timer);
}

int batch_old_new(struct loop *l, const struct batch_options *o, const char *name,
    struct batch_old **ret, struct error *e)
{
    static const struct still_events events = {.taken = on_taken};
    struct batch_old *c = calloc(1, sizeof *c);
    int r;

    if (!c)
        return error_set(e, -ENOMEM, "no memory");
    c->loop = l;
    c->options = o;
    r = still_new(l, o->pictures, o->width, o->height, o->quality, &events, c, &c->still, e);
    if (r < 0) {
        free(c);
        return r;
    }
    set_up(c, name);
    *ret = c;
    return 0;
}

struct gatt_app *batch_old_app(struct batch_old *c)
{
    return &c->app;
}

void batch_old_start(struct batch_old *c)
{
    gatt_advertise(&c->app, c->dialect != BATCH_DIALECT_LOW_POWER);
    sleep_on(c);
}

struct batch_old *batch_old_free(struct batch_old *c)
{
    if (!c)
        return NULL;
    timer_stop(&c->timer);
    still_free(c->still);
    forget_all(c);
    free(c);
    return NULL;
}
