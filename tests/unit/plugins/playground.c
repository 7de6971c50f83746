#include "playground.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct wr_ble_char hub_chars[] = {
    {HUB_SERVICE_UUID, HUB_RX_UUID, WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE},
    {HUB_SERVICE_UUID, HUB_TX_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
};

struct fake_host *playground_new(void)
{
    return fake_host_new(plugin("playground-hub"));
}

void playground_open(struct fake_host *h)
{
    struct fake_ble *b = fake_ble_last(h);

    cr_assert(!b->over, "no new link is asked for");
    fake_ble_open(b, hub_chars, 2, 185);
    fake_host_turn(h);
}

struct fake_host *playground_asked(void)
{
    struct fake_host *h = playground_new();

    fake_host_start(h);
    playground_open(h);
    fake_host_advance(h, 10 * FAKE_MS);
    cr_assert(fake_online(fake_dev(h)), "%s", fake_why(fake_dev(h)));
    cr_assert_str_eq(playground_line(h), "\"PING\":\"all\"\n");
    return h;
}

struct fake_host *playground_ready(void)
{
    struct fake_host *h = playground_asked();

    playground_list(h, "");
    fake_host_advance(h, 2 * FAKE_S);
    return h;
}

/* --- the hub says ------------------------------------------------------------------------------ */

static void notify(struct fake_host *h, const char *bytes, size_t n)
{
    fake_ble_notify(fake_ble_last(h), HUB_TX_UUID, bytes, n);
    fake_host_turn(h);
}

void playground_notify(struct fake_host *h, const char *text)
{
    notify(h, text, strlen(text));
}

void playground_say(struct fake_host *h, const char *json)
{
    char header[32];
    size_t n = strlen(json);

    snprintf(header, sizeof header, "MSG:%zu|", n);
    playground_notify(h, header);
    for (size_t at = 0; at < n; at += 100)
        notify(h, json + at, n - at < 100 ? n - at : 100);
}

void playground_list(struct fake_host *h, const char *devices)
{
    static char text[65536];

    snprintf(text, sizeof text, "{\"type\": \"devices\", \"list\": [%s]}", devices);
    playground_say(h, text);
}

void playground_ack(struct fake_host *h, const char *command, const char *threshold)
{
    char text[512];

    snprintf(text, sizeof text,
        "{\"type\": \"ack\", \"command\": \"%s\", \"status\": \"sent\", \"rssi\": \"%s\"}", command,
        threshold);
    playground_say(h, text);
}

/* --- the driver wrote -------------------------------------------------------------------------- */

static unsigned written(struct fake_host *h, char *text, size_t cap)
{
    struct fake_ble *b = fake_ble_last(h);
    unsigned n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);
        size_t len = strlen(text);

        if (op->kind != FAKE_BLE_WRITE)
            continue;
        cr_assert_str_eq(op->uuid, HUB_RX_UUID);
        cr_assert_leq(op->n, HUB_WRITE_BYTES, "a hub in use would cut this write");
        snprintf(text + len, cap - len, "%.*s", (int)op->n, (const char *)op->bytes);
        n++;
    }
    return n;
}

const char *playground_written(struct fake_host *h)
{
    static char text[8192];

    written(h, text, sizeof text);
    return text;
}

unsigned playground_n_writes(struct fake_host *h)
{
    char text[8192];

    return written(h, text, sizeof text);
}

const char *playground_line(struct fake_host *h)
{
    const char *text = playground_written(h), *from = text;
    size_t n = strlen(text);

    if (n == 0 || text[n - 1] != '\n')
        return "";
    for (const char *p = text; p[1]; p++)
        if (*p == '\n')
            from = p + 1;
    return from;
}
