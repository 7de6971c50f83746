/* fuzz_playground_driver.c - a hostile hub: what it notifies, when, which writes it refuses, and when it leaves; and a person
 * who commands. The fake host ends the run when the driver breaks a rule of the ABI, or forgets a command or a handle.
 *
 *     records: what (low bits), n, n bytes
 *     what: 0, 1 a notification of TX, 2 time passes (bytes[0] × 100 ms), 3 the link ends, 4 a command (bytes[0]) with the rest
 *           as its threshold, 5 writes are held, or answered by themselves again, 6 one that is held is answered with -n
 */
#include <errno.h>
#include <string.h>

#include "fakes/host.h"
#include "hub_line.h"
#include "records.h"

#define MAX_RECORDS 200
#define MAX_CALLS 50

static const struct wr_ble_char chars[] = {
    {HUB_SERVICE_UUID, HUB_RX_UUID, WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE},
    {HUB_SERVICE_UUID, HUB_TX_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
};

static void connect(struct fake_host *h)
{
    struct fake_ble *b = fake_ble_last(h);

    if (b->over || b->open)
        return;
    fake_ble_open(b, chars, 2, 185);
    fake_host_turn(h);
}

static void command(struct fake_host *h, const uint8_t *bytes, size_t n, unsigned *n_calls)
{
    static const char *const names[] = {
        "play", "pause", "win", "color_game", "number_game", "off", "scan"};
    char threshold[9] = "";

    if (n == 0 || !fake_online(fake_dev(h)) || ++*n_calls > MAX_CALLS)
        return;
    for (size_t i = 1; i < n && i < sizeof threshold; i++)
        threshold[i - 1] = (char)(0x20 + bytes[i] % 0x5F);
    fake_run(fake_dev(h), names[bytes[0] % 7], "threshold", n > 1 ? threshold : "all", NULL);
}

static void answer(struct fake_ble *b, size_t n)
{
    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->over)
            continue;
        fake_ble_answer(op, n % 2 ? -EIO : 0, NULL, 0);
        return;
    }
}

static void obey(
    struct fake_host *h, uint8_t what, const uint8_t *bytes, size_t n, unsigned *n_calls)
{
    struct fake_ble *b = fake_ble_last(h);

    if (what < 2)
        fake_ble_notify(b, HUB_TX_UUID, bytes, n);
    else if (what == 2)
        fake_host_advance(h, (n > 0 ? bytes[0] : 1) * 100 * FAKE_MS);
    else if (what == 3 && b->open)
        fake_ble_close(b, -ECONNRESET, "gone");
    else if (what == 4)
        command(h, bytes, n, n_calls);
    else if (what == 5)
        fake_ble_hold(b, n % 2);
    else if (what == 6)
        answer(b, n);
    fake_host_turn(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_host *h = fake_host_new(&warren_driver);
    struct records records;
    struct record r;
    unsigned n_calls = 0;

    fake_host_tolerate(h, FAKE_SLIP_UNANSWERED); /* who holds a write for a minute gets none */
    fake_host_start(h);
    connect(h);
    records = (struct records){data, size, MAX_RECORDS};
    while (records_next(&records, &r)) {
        obey(h, r.what, r.bytes, r.n, &n_calls);
        connect(h);
    }
    fake_host_free(h);
    return 0;
}
