#include "ble.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "crc32c.h"
#include "fakes/jpeg_shell.h"

#define RN (WR_BLE_READ | WR_BLE_NOTIFY)
#define WW (WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE)

struct fake_host *ble_new(void)
{
    struct fake_host *h = fake_host_new(plugin("ble-batch-camera"));

    fake_host_captures_take(h, 10 * FAKE_MS);
    return h;
}

size_t ble_chars(enum ble_generation g, struct wr_ble_char out[8])
{
    const struct wr_ble_char all[] = {
        {BATCH_SERVICE_UUID, BATCH_STATUS_UUID, g == BLE_V0 ? WR_BLE_NOTIFY : RN},
        {BATCH_SERVICE_UUID, BATCH_DATA_UUID, RN},
        {BATCH_SERVICE_UUID, BATCH_COMMAND_UUID, WW},
        {BATCH_SERVICE_UUID, BATCH_CONFIG_UUID,
            g == BLE_BATCH           ? WR_BLE_WRITE
                : g == BLE_LOW_POWER ? WW
                                     : WW | WR_BLE_READ},
        {BATCH_SERVICE_UUID, BATCH_LINK_UUID, WW | WR_BLE_NOTIFY},
    };
    size_t n = g == BLE_V0 ? 3 : g == BLE_WARREN ? 5 : 4;

    memcpy(out, all, n * sizeof all[0]);
    return n;
}

struct fake_ble *ble_connect(struct fake_host *h, enum ble_generation g, const char *status)
{
    struct wr_ble_char chars[8];
    struct fake_ble *b = fake_ble_last(h);
    struct fake_ble_op *op;

    cr_assert(!b->over, "no new link is asked for");
    fake_ble_open(b, chars, ble_chars(g, chars), 517);
    fake_host_turn(h);
    if (g == BLE_V0)
        return b;
    op = fake_ble_op_last(b);
    cr_assert_eq(op->kind, FAKE_BLE_READ);
    status = status ? status : g == BLE_WARREN ? "F:30,T:80" : "";
    fake_ble_answer(op, 0, status, strlen(status));
    fake_host_turn(h);
    return b;
}

struct fake_host *ble_open(enum ble_generation g)
{
    struct fake_host *h = ble_new();
    struct wr_ble_char chars[8];

    fake_host_start(h);
    fake_ble_open(fake_ble_last(h), chars, ble_chars(g, chars), 517);
    fake_host_turn(h);
    return h;
}

struct fake_host *ble_ready(enum ble_generation g, const char *status)
{
    struct fake_host *h = ble_new();

    fake_host_start(h);
    ble_connect(h, g, status);
    cr_assert(fake_online(fake_dev(h)), "%s", fake_why(fake_dev(h)));
    return h;
}

struct fake_host *ble_ready_asleep(void)
{
    struct fake_host *h = ble_ready(BLE_LOW_POWER, NULL);

    fake_host_advance(h, BLE_HOLD_US);
    cr_assert_str_eq(ble_commands(h), "R");
    return h;
}

const uint8_t *ble_picture(size_t n, unsigned number)
{
    static uint8_t bytes[8][65536];

    cr_assert(n <= sizeof bytes[0]);
    jpeg_shell(bytes[number % 8], n, number);
    return bytes[number % 8];
}

void ble_say(struct fake_host *h, const char *line)
{
    fake_ble_notify(fake_ble_last(h), BATCH_STATUS_UUID, line, strlen(line));
    fake_host_turn(h);
}

void ble_data(struct fake_host *h, const void *bytes, size_t n)
{
    fake_ble_notify(fake_ble_last(h), BATCH_DATA_UUID, bytes, n);
    fake_host_turn(h);
}

const char *ble_commands(struct fake_host *h)
{
    static char text[4096];
    struct fake_ble *b = fake_ble_last(h);
    size_t len = 0;

    for (size_t i = 0; i < fake_n_ble_ops(b) && len + 1 < sizeof text; i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind == FAKE_BLE_WRITE && strcmp(op->uuid, BATCH_COMMAND_UUID) == 0)
            text[len++] = (char)op->bytes[0];
    }
    text[len] = '\0';
    return text;
}

unsigned ble_count(struct fake_host *h, char command)
{
    unsigned n = 0;

    for (const char *c = ble_commands(h); *c; c++)
        n += *c == command;
    return n;
}

bool ble_send(struct fake_host *h, const uint8_t *bytes, size_t n)
{
    char line[32];
    unsigned n_a = ble_count(h, 'A');

    snprintf(line, sizeof line, "IMAGE:%zu", n);
    ble_say(h, line);
    for (int i = 0; i < 100 && ble_count(h, 'A') == n_a; i++)
        fake_host_advance(h, 100 * FAKE_MS);
    if (ble_count(h, 'A') == n_a)
        return false;
    for (size_t at = 0; at < n; at += BATCH_CHUNK_BYTES) {
        unsigned n_n = ble_count(h, 'N');

        ble_data(h, bytes + at, n - at < BATCH_CHUNK_BYTES ? n - at : BATCH_CHUNK_BYTES);
        fake_host_advance(h, 30 * FAKE_MS);
        if (at + BATCH_CHUNK_BYTES < n && ble_count(h, 'N') != n_n + 1)
            return false;
    }
    fake_host_advance(h, 100 * FAKE_MS);
    return true;
}

const char *ble_config(struct fake_host *h)
{
    static char text[64];
    struct fake_ble *b = fake_ble_last(h);
    const char *found = NULL;

    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind == FAKE_BLE_WRITE && strcmp(op->uuid, BATCH_CONFIG_UUID) == 0) {
            snprintf(text, sizeof text, "%.*s", (int)op->n, (const char *)op->bytes);
            found = text;
        }
    }
    return found;
}

/* --- LINK ------------------------------------------------------------------------------------- */

void ble_link(struct fake_host *h, const struct batch_link *m)
{
    uint8_t bytes[BATCH_LINK_MAX_BYTES];

    fake_ble_notify(fake_ble_last(h), BATCH_LINK_UUID, bytes, batch_link_encode(m, bytes));
    fake_host_turn(h);
}

void ble_info(struct fake_host *h, uint32_t boot, unsigned n_waiting)
{
    ble_link(h,
        &(struct batch_link){.type = BATCH_LINK_INFO,
            .info = {.version = 1,
                .boot = boot,
                .window_bytes = 4096,
                .n_waiting = (uint16_t)n_waiting,
                .used_permille = 123}});
}

void ble_offer(struct fake_host *h, uint32_t id, const uint8_t *bytes, size_t n, uint32_t age_ms)
{
    ble_link(h,
        &(struct batch_link){.type = BATCH_LINK_OFFER,
            .offer = {
                .id = id, .size = (uint32_t)n, .crc = crc32c(0, bytes, n), .age_ms = age_ms}});
}

void ble_bytes(
    struct fake_host *h, uint32_t id, const uint8_t *bytes, size_t from, size_t to, size_t step)
{
    uint8_t message[BATCH_LINK_DATA_HEADER_BYTES + 512];

    for (size_t at = from; at < to; at += step) {
        size_t n = to - at < step ? to - at : step;

        batch_link_data_header(id, (uint32_t)at, message);
        memcpy(message + BATCH_LINK_DATA_HEADER_BYTES, bytes + at, n);
        fake_ble_notify(
            fake_ble_last(h), BATCH_LINK_UUID, message, BATCH_LINK_DATA_HEADER_BYTES + n);
        fake_host_turn(h);
    }
}

static unsigned said(struct fake_host *h, enum batch_link_type type, struct batch_link *ret)
{
    struct fake_ble *b = fake_ble_last(h);
    struct batch_link m;
    unsigned n = 0;

    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        const struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind != FAKE_BLE_WRITE || strcmp(op->uuid, BATCH_LINK_UUID) != 0)
            continue;
        cr_assert(batch_link_decode(op->bytes, op->n, &m));
        if (m.type == type) {
            *ret = m;
            n++;
        }
    }
    return n;
}

struct batch_link ble_said(struct fake_host *h, enum batch_link_type type)
{
    struct batch_link m = {0};

    said(h, type, &m);
    return m;
}

unsigned ble_n_said(struct fake_host *h, enum batch_link_type type)
{
    struct batch_link m;

    return said(h, type, &m);
}
