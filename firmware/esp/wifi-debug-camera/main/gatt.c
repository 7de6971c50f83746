/* gatt.c - see gatt.h. */
#include "gatt.h"

#include "event.h"
#include "pairing.h"

/* Who writes PASSWORD over a link that is not encrypted is told so by NimBLE, and pairs. CONTROL cannot ask for that: apps in use
 * do not pair; what may hold a password there the core looks at. */
static const struct service_row rows[] = {
    [GATT_CONTROL] = {WIFI_CONTROL_UUID, BLE_GATT_CHR_F_WRITE, 0},
    [GATT_STATUS] = {WIFI_STATUS_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_NOTIFY, WIFI_TEXT_MAX},
    [GATT_SSID] = {WIFI_SSID_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_WRITE, WIFI_SSID_BYTES},
    [GATT_PASSWORD] = {WIFI_PASSWORD_UUID, BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_ENC, 0},
};

static int on_write(void *ctx, const struct service_write *w)
{
    struct event e = {.type = EVENT_WRITTEN, .written.row = w->row};
    int n = service_copy(w, 0, e.written.bytes, sizeof e.written.bytes);

    if (n < 0)
        return BLE_ATT_ERR_UNLIKELY;
    e.written.n = (uint16_t)n;
    e.written.encrypted = pairing_is_encrypted(w->connection);
    return inbox_offer(ctx, &e, EVENT_KEPT_PLACES) ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

static void on_link(void *ctx, const struct peripheral_event *e)
{
    inbox_put(ctx, &(struct event){.type = EVENT_LINK, .link = *e});
}

bool gatt_start(struct service *s, const char *name, struct inbox *inbox)
{
    *s = (struct service){.uuid = WIFI_SERVICE_UUID,
        .rows = rows,
        .n_rows = sizeof rows / sizeof *rows,
        .link = {.name = name, .n_hosts = 1, .shares_radio = true, .pairs = true},
        .on_write = on_write,
        .on_link = on_link,
        .ctx = inbox};
    return service_start(s);
}
