/* nus.c - see nus.h. */
#include "nus.h"

#include <string.h>

#include "esp_log.h"
#include "hub_line.h"

static const char tag[] = "nus";

/* --- in NimBLE's task ------------------------------------------------------------------------- */

static int put_piece(struct nus *u, unsigned app, const struct os_mbuf *m, uint16_t at)
{
    struct event e = {.type = EVENT_WRITTEN, .app = app};
    uint16_t n = OS_MBUF_PKTLEN(m) - at;

    e.written.n = n < EVENT_WRITE_BYTES ? n : EVENT_WRITE_BYTES;
    if (os_mbuf_copydata(m, at, e.written.n, e.written.bytes) != 0)
        return BLE_ATT_ERR_UNLIKELY;
    return inbox_offer(u->inbox, &e, EVENT_KEPT_PLACES) ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

/* All of it or nothing: who is refused writes the same again. Nobody else takes the places that are seen here. */
static int on_write(struct nus *u, unsigned app, const struct os_mbuf *m)
{
    unsigned n = OS_MBUF_PKTLEN(m), pieces = (n + EVENT_WRITE_BYTES - 1) / EVENT_WRITE_BYTES;
    int r = 0;

    if (pieces > 1 && inbox_room(u->inbox) < EVENT_KEPT_PLACES + pieces)
        return BLE_ATT_ERR_INSUFFICIENT_RES;
    for (unsigned at = 0; at < n && r == 0; at += EVENT_WRITE_BYTES)
        r = put_piece(u, app, m, (uint16_t)at);
    return r;
}

/* TX can be read, as that of hubs in use; there is nothing in it. */
static int on_access(
    uint16_t connection, uint16_t handle, struct ble_gatt_access_ctxt *access, void *arg)
{
    struct nus *u = arg;
    int app = peripheral_host(&u->link, connection);

    if (access->op == BLE_GATT_ACCESS_OP_READ_CHR)
        return 0;
    if (access->op == BLE_GATT_ACCESS_OP_WRITE_CHR && app >= 0)
        return on_write(u, (unsigned)app, access->om);
    return BLE_ATT_ERR_UNLIKELY;
}

static void on_link(void *ctx, const struct peripheral_event *e)
{
    struct nus *u = ctx;
    struct event out = {.app = e->host};

    switch (e->type) {
    case PERIPHERAL_CONNECTED:
        out.type = EVENT_CONNECTED;
        break;
    case PERIPHERAL_MTU:
        out.type = EVENT_MTU;
        out.mtu = e->value;
        break;
    case PERIPHERAL_SUBSCRIBED:
        if (e->value != u->tx)
            return;
        out.type = EVENT_SUBSCRIBED;
        out.on = e->on;
        break;
    case PERIPHERAL_DISCONNECTED:
        out.type = EVENT_DISCONNECTED;
        break;
    }
    inbox_put(u->inbox, &out);
}

/* --- in the core's task ----------------------------------------------------------------------- */

bool nus_notify(struct nus *u, unsigned app, const void *bytes, size_t n)
{
    return peripheral_notify(&u->link, app, u->tx, bytes, n);
}

static int describe(struct nus *u)
{
    int r = ble_uuid_from_str(&u->service_uuid, HUB_SERVICE_UUID);

    if (r == 0)
        r = ble_uuid_from_str(&u->rx_uuid, HUB_RX_UUID);
    if (r == 0)
        r = ble_uuid_from_str(&u->tx_uuid, HUB_TX_UUID);
    u->characteristics[0] = (struct ble_gatt_chr_def){.uuid = &u->rx_uuid.u,
        .access_cb = on_access,
        .arg = u,
        .flags = BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_NO_RSP,
        .val_handle = &u->rx};
    u->characteristics[1] = (struct ble_gatt_chr_def){.uuid = &u->tx_uuid.u,
        .access_cb = on_access,
        .arg = u,
        .flags = BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_NOTIFY,
        .val_handle = &u->tx};
    u->services[0] = (struct ble_gatt_svc_def){.type = BLE_GATT_SVC_TYPE_PRIMARY,
        .uuid = &u->service_uuid.u,
        .characteristics = u->characteristics};
    return r;
}

bool nus_start(struct nus *u, const char *name, unsigned n_apps, struct inbox *inbox)
{
    memset(u, 0, sizeof *u);
    u->inbox = inbox;
    if (describe(u) != 0) {
        ESP_LOGE(tag, "a UUID that is none");
        return false;
    }
    u->link = (struct peripheral){.name = name,
        .advertised = &u->service_uuid.u128,
        .services = u->services,
        .n_hosts = n_apps,
        .shares_radio = true,
        .on_link = on_link,
        .ctx = u};
    return peripheral_start(&u->link);
}
