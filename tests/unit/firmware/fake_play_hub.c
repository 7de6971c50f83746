#include "fake_play_hub.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int air(void *ctx, const uint8_t *mac, const char *bytes, size_t n)
{
    struct fake_hub *f = ctx;
    struct fake_hub_air *a = &f->air[f->n_air];

    cr_assert(n > 0 && n <= AIR_MAX_BYTES, "%zu bytes on the air", n);
    if (f->n_air_refusing > 0) {
        f->n_air_refusing--;
        return -EAGAIN;
    }
    cr_assert_lt(f->n_air, FAKE_HUB_MAX_AIR);
    *a = (struct fake_hub_air){.at_us = f->now_us, .to_all = !mac};
    if (mac)
        memcpy(a->mac, mac, sizeof a->mac);
    memcpy(a->text, bytes, n);
    f->n_air++;
    return 0;
}

static void take_header(struct fake_hub_app *a, const char *text, size_t n)
{
    char copy[HUB_FRAME_HEADER_MAX + 1] = {0}, *end;

    cr_assert(
        n <= HUB_FRAME_HEADER_MAX && n > 5 && memcmp(text, "MSG:", 4) == 0 && text[n - 1] == '|',
        "no header alone: %.*s", (int)n, text);
    memcpy(copy, text, n);
    a->expected = strtoul(copy + 4, &end, 10);
    cr_assert(*end == '|' && a->expected > 0 && a->expected < sizeof a->coming);
    a->n = 0;
}

static void take_piece(struct fake_hub_app *a, const char *text, size_t n)
{
    cr_assert(a->n + n <= a->expected, "more than the header said");
    for (size_t i = 0; i < n; i++)
        cr_assert(text[i] >= 0x20 && text[i] < 0x7f, "not ASCII");
    memcpy(a->coming + a->n, text, n);
    a->n += n;
    if (a->n < a->expected)
        return;
    a->coming[a->n] = '\0';
    cr_assert(json_pull_is_valid(a->coming, a->n), "%s", a->coming);
    cr_assert_lt(a->n_text + a->n + 1, sizeof a->answers);
    memcpy(a->answers + a->n_text, a->coming, a->n);
    a->n_text += a->n;
    a->answers[a->n_text++] = '\n';
    a->n_answers++;
    a->expected = 0;
}

/* What comes next is a header, the first piece behind it, or another one. */
static int64_t pause_before(const struct fake_hub_app *a)
{
    return a->expected == 0 || a->n == 0 ? HUB_FRAME_PAUSE_US : PLAY_HUB_PIECE_US;
}

static int notify(void *ctx, unsigned central, const void *bytes, size_t n)
{
    struct fake_hub *f = ctx;
    struct fake_hub_app *a = &f->apps[central];

    cr_assert(n > 0 && n <= a->mtu - 3 && n <= HUB_FRAME_PIECE_BYTES, "%zu bytes", n);
    if (f->notify_full) {
        f->n_refused++;
        return -EAGAIN;
    }
    cr_assert(a->n_notifications == 0 || f->now_us >= a->last_us + pause_before(a));
    if (a->expected == 0) {
        take_header(a, bytes, n);
        a->begun_us = f->now_us;
    } else {
        take_piece(a, bytes, n);
    }
    a->last_us = f->now_us;
    a->n_notifications++;
    return 0;
}

static void advertise(void *ctx)
{
    ((struct fake_hub *)ctx)->n_advertised++;
}

static void watch(void *ctx)
{
    struct fake_hub *f = ctx;

    f->n_watched++;
    f->watched_us = f->now_us;
}

static void display(void *ctx, unsigned line, const char *text)
{
    cr_assert(line < 4 && strlen(text) <= 16);
    strcpy(((struct fake_hub *)ctx)->lines[line], text);
}

static void light(void *ctx, enum play_hub_light l)
{
    ((struct fake_hub *)ctx)->light = l;
}

static int serial(void *ctx, const char *line, size_t n)
{
    struct fake_hub *f = ctx;

    cr_assert(
        n > 1 && line[n - 1] == '\n' && json_pull_is_valid(line, n - 1), "%.*s", (int)n, line);
    if (f->serial_full) {
        f->n_refused++;
        return -EAGAIN;
    }
    cr_assert_lt(f->n_serial + n, sizeof f->serial);
    memcpy(f->serial + f->n_serial, line, n);
    f->n_serial += n;
    f->serial[f->n_serial] = '\0';
    return 0;
}

void fake_hub_boot(struct fake_hub *f)
{
    const struct play_hub_port port = {
        f, air, notify, advertise, watch, f->has_serial ? serial : NULL, display, light};

    play_hub_init(&f->hub, &port, (const uint8_t[]){0xaa, 0xbb, 0xcc, 0x08, 0x48, 0x22});
    play_hub_start(&f->hub, f->now_us);
}

void fake_hub_pass(struct fake_hub *f, int64_t us)
{
    int64_t until = f->now_us + us;

    for (unsigned i = 0;; i++) {
        int64_t next = play_hub_next_us(&f->hub);

        cr_assert_lt(i, 20 + us / 1000, "it does not come to rest");
        if (next > until)
            break;
        f->now_us = next > f->now_us ? next : f->now_us;
        play_hub_step(&f->hub, f->now_us);
    }
    f->now_us = until;
}

void fake_hub_connect(struct fake_hub *f, unsigned app, unsigned mtu)
{
    f->apps[app] = (struct fake_hub_app){.mtu = mtu ? mtu : PLAY_HUB_MTU_MIN};
    play_hub_connected(&f->hub, f->now_us, app, mtu);
    play_hub_subscribed(&f->hub, f->now_us, app, true);
}

void fake_hub_write(struct fake_hub *f, unsigned app, const char *text)
{
    play_hub_written(&f->hub, f->now_us, app, text, strlen(text));
}

void fake_hub_hear(struct fake_hub *f, unsigned number, int rssi_dbm, const char *text)
{
    const uint8_t mac[HUB_MAC_RAW_BYTES] = {2, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number};

    play_hub_received(&f->hub, f->now_us, mac, rssi_dbm, text, strlen(text));
}

void fake_hub_answer(struct fake_hub *f, unsigned number, int rssi_dbm, const char *name)
{
    char text[AIR_MAX_BYTES + 1];

    snprintf(text, sizeof text,
        "{\"deviceScan\": {\"RSSI\": -45, \"value\": \"%s\", \"battery\": 85, \"type\": "
        "\"module\"}}",
        name);
    fake_hub_hear(f, number, rssi_dbm, text);
}

const char *fake_hub_got(struct fake_hub *f, unsigned app)
{
    static char got[sizeof f->apps[0].answers];
    struct fake_hub_app *a = &f->apps[app];

    memcpy(got, a->answers, a->n_text);
    got[a->n_text] = '\0';
    a->n_text = 0;
    return got;
}
