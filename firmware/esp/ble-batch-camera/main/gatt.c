/* gatt.c - see gatt.h. */
#include "gatt.h"

#include "event.h"

static const struct service_row rows[BATCH_N_CHARACTERISTICS] = {
    [BATCH_CHAR_STATUS] = {BATCH_STATUS_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_NOTIFY,
        BATCH_VALUE_MAX},
    [BATCH_CHAR_DATA] = {BATCH_DATA_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_NOTIFY,
        BATCH_VALUE_MAX},
    [BATCH_CHAR_COMMAND] = {BATCH_COMMAND_UUID, BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_NO_RSP,
        0},
    [BATCH_CHAR_CONFIG] = {BATCH_CONFIG_UUID,
        BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_NO_RSP, BATCH_VALUE_MAX},
    [BATCH_CHAR_LINK] = {BATCH_LINK_UUID,
        BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_NO_RSP | BLE_GATT_CHR_F_NOTIFY, 0},
};

static int on_write(void *ctx, const struct service_write *w)
{
    struct event e = {.type = EVENT_WRITTEN, .written.which = (enum batch_characteristic)w->row};
    int n = service_copy(w, 0, e.written.bytes, sizeof e.written.bytes);

    if (n < 0)
        return BLE_ATT_ERR_UNLIKELY;
    e.written.n = (uint8_t)n;
    return inbox_offer(ctx, &e, EVENT_KEPT_PLACES) ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

static void on_link(void *ctx, const struct peripheral_event *e)
{
    inbox_put(ctx, &(struct event){.type = EVENT_LINK, .link = *e});
}

bool gatt_start(struct service *s, const char *name, struct inbox *inbox)
{
    *s = (struct service){.uuid = BATCH_SERVICE_UUID,
        .rows = rows,
        .n_rows = BATCH_N_CHARACTERISTICS,
        .link = {.name = name, .n_hosts = 1},
        .on_write = on_write,
        .on_link = on_link,
        .ctx = inbox};
    return service_start(s);
}
