#include "fake_batch_port.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_batch *w;

static unsigned n_read; /* notes that fake_batch_heard() told */

/* --- power ------------------------------------------------------------------------------------ */

static jmp_buf power_gone;

/* The power may go at each of these. */
static void point(void)
{
    if (++w->n_points == w->cut_at)
        longjmp(power_gone, 1);
}

/* What is told to the core, as long as there is power: when it goes, nothing of the core goes on. */
#define CORE(call)                                                                                 \
    do {                                                                                           \
        if (w->dead)                                                                               \
            break;                                                                                 \
        if (setjmp(power_gone) == 0)                                                               \
            call;                                                                                  \
        else                                                                                       \
            w->dead = true;                                                                        \
    } while (0)

/* --- the world -------------------------------------------------------------------------------- */

void fake_batch_jpeg(unsigned number, size_t n, uint8_t *out)
{
    uint32_t r = number * 2654435761u + 1;

    for (size_t i = 0; i < n; i++) {
        r = r * 1664525u + 1013904223u;
        out[i] = (uint8_t)(r >> 24);
    }
    memcpy(out, "\xff\xd8", 2);
    memcpy(out + 2, &number, sizeof number);
}

static int capture(void *ctx)
{
    point();
    if (w->refuses)
        return -EIO;
    w->wants_picture = true;
    point();
    return 0;
}

/* What stands before a picture in its memory. */
struct fake_picture {
    struct fake_picture *next;
    size_t n;
};

static unsigned number_of(const struct fake_picture *p)
{
    unsigned number;

    memcpy(&number, (const uint8_t *)(p + 1) + 2, sizeof number);
    return number;
}

static void *picture_new(void *ctx, size_t n)
{
    struct fake_picture *p;

    point();
    p = calloc(1, sizeof *p + n);
    *p = (struct fake_picture){w->held, n};
    w->held = p;
    w->n_pictures_held++;
    point();
    return p + 1;
}

static void take_back(struct fake_picture *p)
{
    struct fake_picture **at = &w->held;

    while (*at != p)
        at = &(*at)->next;
    *at = p->next;
    w->n_pictures_held--;
    free(p);
}

static void picture_free(void *ctx, void *picture)
{
    struct fake_picture *p = (struct fake_picture *)picture - 1;

    point();
    if (w->on_forget)
        w->on_forget(w, number_of(p));
    take_back(p);
    point();
}

/* What was in memory when the power went, and is not any more. */
static void lose_pictures(void)
{
    while (w->held) {
        if (w->on_lose)
            w->on_lose(w, number_of(w->held));
        take_back(w->held);
    }
}

static size_t memory_bytes(void *ctx)
{
    return w->memory_bytes;
}

static int notify(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    struct fake_note *note = &w->notes[w->n_notes];

    point();
    cr_assert_leq(n, (size_t)w->camera.mtu - 3, "%zu bytes at an MTU of %u", n, w->camera.mtu);
    cr_assert_leq(n, BATCH_VALUE_MAX);
    if (w->room == 0)
        return -EAGAIN;
    w->room--;
    cr_assert_lt(w->n_notes, FAKE_MAX_NOTES);
    note->chr = chr;
    note->n = n;
    note->at_us = w->now_us;
    memcpy(note->bytes, bytes, n);
    w->n_notes++;
    point();
    return 0;
}

static void set_value(void *ctx, enum batch_characteristic chr, const void *bytes, size_t n)
{
    cr_assert_leq(n, BATCH_VALUE_MAX);
    memcpy(w->values[chr], bytes, n);
    w->values[chr][n] = 0;
    w->n_values[chr] = n;
    point();
}

static void advertise(void *ctx)
{
    w->advertising = true;
    point();
}

static void disconnect(void *ctx)
{
    w->n_disconnects++;
}

static bool load(void *ctx, struct batch_config *ret)
{
    *ret = w->saved;
    return w->has_saved;
}

static int save(void *ctx, const struct batch_config *settings)
{
    point();
    w->n_saves++;
    w->saving = *settings;
    point();
    return w->save_fails ? -EIO : 0;
}

static void display(void *ctx, unsigned line, const char *text)
{
    cr_assert_lt(line, 5);
    cr_assert_leq(strlen(text), 25, "a display of 128 dots with letters of 5 cuts \"%s\"", text);
    strcpy(w->lines[line], text);
    if (strcmp(text, "Settings Saved!") == 0)
        w->promised = w->camera.settings;
}

static uint32_t random_number(void *ctx)
{
    return w->boot;
}

static void set_clock(void *ctx, int64_t unix_ms)
{
    w->clock_ms = unix_ms;
}

static void start(void)
{
    const struct batch_camera_port port = {NULL, capture, picture_new, picture_free, memory_bytes,
        notify, set_value, advertise, disconnect, load, save, display, random_number, set_clock};

    CORE(batch_camera_init(&w->camera, &port));
    CORE(batch_camera_start(&w->camera, w->now_us));
}

void fake_batch_begin(void)
{
    w = calloc(1, sizeof *w);
    w->now_us = INT64_C(1000000000);
    w->picture_bytes = 1200;
    w->memory_bytes = 1 << 20;
    w->room = UINT32_MAX;
    w->boot = 0xb007;
    w->has_saved = true;
    w->saved = (struct batch_config){true, true, 5, 950, false};
    w->promised = w->saved;
    n_read = 0;
    start();
}

void fake_batch_end(void)
{
    w->on_forget = NULL;
    w->on_lose = NULL;
    if (!w->dead)
        batch_camera_fini(&w->camera);
    else
        lose_pictures();
    cr_expect_eq(w->n_pictures_held, 0);
    free(w);
    w = NULL;
}

void fake_batch_reboot(void)
{
    lose_pictures();
    w->dead = false;
    w->wants_picture = false;
    w->in_hand = 0;
    w->promised = w->saved;
    w->boot++;
    start();
}

static void sensor(void)
{
    static uint8_t jpeg[FAKE_MAX_PICTURE_BYTES];

    if (!w->wants_picture || w->hangs || w->dead)
        return;
    w->wants_picture = false;
    if (w->n_failing > 0) {
        w->n_failing--;
        CORE(batch_camera_picture(&w->camera, w->now_us, NULL, 0));
        return;
    }
    fake_batch_jpeg(++w->n_captures, w->picture_bytes, jpeg);
    w->in_hand = w->n_captures;
    CORE(batch_camera_picture(&w->camera, w->now_us, jpeg, w->picture_bytes));
    if (!w->dead)
        w->in_hand = 0;
}

/* One value after the other, each as a whole. */
static void write_flash(void)
{
    point();
    w->saved.frequency_known = true;
    w->saved.frequency_s = w->saving.frequency_s;
    point();
    w->saved.threshold_known = true;
    w->saved.threshold_permille = w->saving.threshold_permille;
    w->has_saved = true;
    point();
}

static void flash(void)
{
    if (w->dead || !w->camera.saving || w->saves_slowly)
        return;
    CORE(write_flash());
    CORE(batch_camera_saved(&w->camera, w->now_us, 0));
}

void fake_batch_one(int64_t us)
{
    int64_t next;

    sensor();
    next = w->dead ? us : batch_camera_next_us(&w->camera);
    if (next > w->now_us)
        w->now_us = next < us ? next : us;
    CORE(batch_camera_step(&w->camera, w->now_us));
    sensor();
    flash();
}

void fake_batch_until(int64_t us)
{
    unsigned n = 0;

    while (w->now_us < us) {
        fake_batch_one(us);
        cr_assert_lt(++n, 100000, "the camera spins");
    }
}

void fake_batch_pass(int64_t us)
{
    fake_batch_until(w->now_us + us);
}

void fake_batch_fill(unsigned n)
{
    for (unsigned i = 0; w->camera.pictures.n < n && !w->dead; i++) {
        cr_assert_lt(i, 1000);
        fake_batch_one(INT64_MAX);
    }
}

void fake_batch_connect(unsigned mtu)
{
    n_read = w->n_notes;
    w->advertising = false;
    CORE(batch_camera_connected(&w->camera, w->now_us, mtu));
    CORE(batch_camera_subscribed(&w->camera, w->now_us, BATCH_CHAR_STATUS, true));
    CORE(batch_camera_subscribed(&w->camera, w->now_us, BATCH_CHAR_DATA, true));
    CORE(batch_camera_subscribed(&w->camera, w->now_us, BATCH_CHAR_LINK, true));
}

void fake_batch_disconnect(bool by_host)
{
    CORE(batch_camera_disconnected(&w->camera, w->now_us, by_host));
}

void fake_batch_write(enum batch_characteristic chr, const void *bytes, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);

    memcpy(copy, bytes, n);
    CORE(batch_camera_written(&w->camera, w->now_us, chr, copy, n));
    free(copy);
    flash();
}

void fake_batch_command(char c)
{
    fake_batch_write(BATCH_CHAR_COMMAND, &c, 1);
}

const char *fake_batch_heard(void)
{
    static char text[4096];
    size_t n = 0;

    text[0] = 0;
    for (; n_read < w->n_notes; n_read++) {
        const struct fake_note *note = &w->notes[n_read];

        cr_assert_lt(n, sizeof text - 64);
        if (note->chr == BATCH_CHAR_STATUS)
            n += (size_t)sprintf(text + n, "%.*s ", (int)note->n, (const char *)note->bytes);
        else if (note->chr == BATCH_CHAR_DATA)
            n += (size_t)sprintf(text + n, "%zu ", note->n);
        else
            n += (size_t)sprintf(text + n, "[%02x] ", note->bytes[0]);
    }
    return text;
}

const char *fake_batch_value(enum batch_characteristic chr)
{
    return (const char *)w->values[chr];
}
