/* fuzz_wifi_driver.c - a hostile debug camera, over Bluetooth and HTTP at once, and a person who commands and comes to look. The
 * fake host ends the run when the driver breaks a rule of the ABI, or forgets a command, a frame or a handle.
 *
 *     records: what (low bits), n, n bytes
 *     what: 0 a notification of STATUS, 1 what waits on the link is answered (a read with the bytes), 2 time passes (bytes[0] ×
 *           100 ms), 3 the link ends, 4 a command (bytes[0]), 5 somebody looks, or nobody, 6 writes are held, or not,
 *           7 a question over HTTP is answered with the bytes, as bytes[0] says
 */
#include <errno.h>
#include <string.h>

#include "fakes/host.h"
#include "records.h"
#include "wifi_text.h"

#define MAX_RECORDS 200
#define MAX_CALLS 50
#define MULTIPART "content-type: multipart/x-mixed-replace;boundary=frame\n"
#define EVENTS "content-type: text/event-stream\n"
#define SECRET "top secret pass"

static const struct wr_ble_char chars[] = {
    {WIFI_SERVICE_UUID, WIFI_CONTROL_UUID, WR_BLE_WRITE},
    {WIFI_SERVICE_UUID, WIFI_STATUS_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
    {WIFI_SERVICE_UUID, WIFI_PASSWORD_UUID, WR_BLE_WRITE},
};

static void connect(struct fake_host *h)
{
    struct fake_ble *b = fake_n_ble(h) > 0 ? fake_ble_last(h) : NULL;

    if (!b || b->over || b->open)
        return;
    fake_ble_open(b, chars, 3, 100);
    fake_host_turn(h);
}

static void answer_ble(struct fake_ble *b, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->over)
            continue;
        if (op->kind == FAKE_BLE_READ)
            fake_ble_answer(op, 0, bytes, n);
        else
            fake_ble_answer(op, n % 2 ? -EIO : 0, NULL, 0);
        return;
    }
}

static void command(struct fake_host *h, uint8_t which, unsigned *n_calls)
{
    static const char *const names[] = {"wifi_enable", "wifi_disable", "wifi_status", "snapshot"};

    if (!fake_online(fake_dev(h)) || ++*n_calls > MAX_CALLS)
        return;
    if (which % 5 == 4)
        fake_run(fake_dev(h), "wifi_configure", "ssid", "Home", "password", SECRET,
            "allow_unencrypted", which & 8 ? "true" : "false", NULL);
    else
        fake_run(fake_dev(h), names[which % 5], NULL);
}

/* The oldest question that is open. Its type is told by the first byte, and whether that is the end. */
static void answer_http(struct fake_host *h, const uint8_t *bytes, size_t n)
{
    static const char *const heads[] = {MULTIPART, EVENTS, "content-type: application/json\n", ""};
    uint8_t how = n > 0 ? bytes[0] : 0;

    for (size_t i = 0; i < fake_n_http(h); i++) {
        struct fake_http *q = fake_http(h, i);

        if (q->over || (how & 64 && i + 1 < fake_n_http(h)))
            continue;
        if (how & 128) {
            fake_http_close(q, how & 1 && q->kind != FAKE_HTTP_REQUEST ? 0 : -ECONNRESET);
        } else if (q->kind == FAKE_HTTP_REQUEST) {
            fake_http_respond(q, how & 4 ? 404 : 200, heads[how & 3], bytes + 1, n > 0 ? n - 1 : 0);
        } else {
            if (!q->open)
                fake_http_open(q, how & 4 ? 404 : 200, heads[how & 3]);
            fake_http_feed(q, bytes + 1, n > 0 ? n - 1 : 0);
        }
        return;
    }
}

static void obey(
    struct fake_host *h, uint8_t what, const uint8_t *bytes, size_t n, unsigned *n_calls)
{
    struct fake_ble *b = fake_n_ble(h) > 0 ? fake_ble_last(h) : NULL;

    if (what == 0 && b)
        fake_ble_notify(b, WIFI_STATUS_UUID, bytes, n);
    else if (what == 1 && b)
        answer_ble(b, bytes, n);
    else if (what == 2)
        fake_host_advance(h, (n > 0 ? bytes[0] : 1) * 100 * FAKE_MS);
    else if (what == 3 && b && b->open)
        fake_ble_close(b, -ECONNRESET, "gone");
    else if (what == 4)
        command(h, n > 0 ? bytes[0] : 0, n_calls);
    else if (what == 5)
        fake_host_watch(h, n % 2);
    else if (what == 6 && b)
        fake_ble_hold(b, n % 2);
    else if (what == 7)
        answer_http(h, bytes, n);
    fake_host_advance(h, FAKE_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_host *h = fake_host_new(&warren_driver);
    struct records records;
    struct record r;
    unsigned n_calls = 0;

    fake_host_tolerate(h, FAKE_SLIP_UNANSWERED);
    fake_host_captures_take(h, FAKE_MS);
    if (size > 0 && data[0] & 8) {
        fake_host_option(h, "address", "10.0.0.9");
        fake_host_option(h, "ble_address", data[0] & 16 ? "AA:BB:CC:DD:EE:FF" : "");
    }
    fake_host_start(h);
    fake_host_advance(h, FAKE_MS);
    connect(h);
    records = (struct records){data, size, MAX_RECORDS};
    while (records_next(&records, &r)) {
        obey(h, r.what, r.bytes, r.n, &n_calls);
        connect(h);
    }
    if (strstr(fake_log(h), SECRET))
        __builtin_trap();
    fake_host_free(h);
    return 0;
}
