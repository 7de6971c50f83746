/* fuzz_ble_batch_driver.c - a hostile camera: what it says on each characteristic, when, and when it
 * leaves. The fake host ends the run when the driver breaks a rule of the ABI, forgets a frame or a
 * handle.
 *
 *     generation, then records: what (low bits), n, n bytes
 *     what: 0 STATUS, 1 DATA, 2 LINK, 3 time passes (bytes[0] × 100 ms), 4 the link ends,
 *           5 the disk is full or well again, 6 a setting is desired, 7 STATUS or CONFIG can be read as these bytes
 */
#include <errno.h>
#include <string.h>

#include "batch_link.h"
#include "batch_text.h"
#include "fakes/host.h"
#include "records.h"

#define MAX_RECORDS 400

static const struct wr_ble_char all[] = {
    {BATCH_SERVICE_UUID, BATCH_STATUS_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
    {BATCH_SERVICE_UUID, BATCH_DATA_UUID, WR_BLE_READ | WR_BLE_NOTIFY},
    {BATCH_SERVICE_UUID, BATCH_COMMAND_UUID, WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE},
    {BATCH_SERVICE_UUID, BATCH_CONFIG_UUID, WR_BLE_READ | WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE},
    {BATCH_SERVICE_UUID, BATCH_LINK_UUID, WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE | WR_BLE_NOTIFY},
};

static void answer_reads(struct fake_ble *b, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < fake_n_ble_ops(b); i++) {
        struct fake_ble_op *op = fake_ble_op(b, i);

        if (op->kind == FAKE_BLE_READ && !op->over)
            fake_ble_answer(op, 0, bytes, n);
    }
}

static void connect(struct fake_host *h, uint8_t generation)
{
    static const size_t n_chars[] = {3, 4, 5, 5};
    struct fake_ble *b = fake_ble_last(h);

    if (b->over || b->open)
        return;
    fake_ble_open(b, all, n_chars[generation % 4], generation & 0x80 ? 23 : 517);
    fake_host_turn(h);
}

static void obey(struct fake_host *h, uint8_t what, const uint8_t *bytes, size_t n)
{
    static const char *const uuids[] = {BATCH_STATUS_UUID, BATCH_DATA_UUID, BATCH_LINK_UUID};
    static const char *const seconds[] = {"1", "30", "86400"};
    struct fake_ble *b = fake_ble_last(h);

    if (what < 3)
        fake_ble_notify(b, uuids[what], bytes, n);
    else if (what == 3)
        fake_host_advance(h, (n > 0 ? bytes[0] : 1) * 100 * FAKE_MS);
    else if (what == 4 && b->open)
        fake_ble_close(b, -ECONNRESET, "gone");
    else if (what == 5)
        fake_host_refuse_captures(h, n % 2 ? -ENOSPC : 0);
    else if (what == 6)
        fake_desire(fake_dev(h), "frequency", seconds[n % 3]);
    else if (what == 7)
        answer_reads(b, bytes, n);
    fake_host_turn(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_host *h;
    struct records records;
    struct record r;
    uint8_t generation;

    if (size == 0)
        return 0;
    generation = *data++;
    size--;
    h = fake_host_new(&warren_driver);
    fake_host_captures_take(h, generation & 0x40 ? 500 * FAKE_MS : 0);
    fake_host_start(h);
    connect(h, generation);
    records = (struct records){data, size, MAX_RECORDS};
    while (records_next(&records, &r)) {
        obey(h, r.what, r.bytes, r.n);
        connect(h, generation);
    }
    fake_host_free(h);
    return 0;
}
