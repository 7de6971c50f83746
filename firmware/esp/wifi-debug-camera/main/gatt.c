/* gatt.c - see gatt.h. */
#include "gatt.h"

#include <string.h>

#include "esp_log.h"
#include "pairing.h"

static const char tag[] = "gatt";

enum { CONTROL, STATUS, SSID, PASSWORD };

/* Who writes PASSWORD over a link that is not encrypted is told so by NimBLE, and pairs. CONTROL cannot ask for that: apps in use
 * do not pair; what may hold a password there the core looks at. */
static const struct {
    const char *uuid;
    ble_gatt_chr_flags flags;
} table[GATT_CHARACTERISTICS] = {
    [CONTROL] = {WIFI_CONTROL_UUID, BLE_GATT_CHR_F_WRITE},
    [STATUS] = {WIFI_STATUS_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_NOTIFY},
    [SSID] = {WIFI_SSID_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_WRITE},
    [PASSWORD] = {WIFI_PASSWORD_UUID, BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_ENC},
};

/* --- in NimBLE's task ------------------------------------------------------------------------- */

static int on_read(struct gatt_value *v, struct os_mbuf *m)
{
    const struct gatt_text *text =
        &v->gatt->texts[v->which == SSID ? WIFI_CAMERA_SSID : WIFI_CAMERA_STATUS];
    int r;

    (void)xSemaphoreTake(v->gatt->lock, portMAX_DELAY);
    r = os_mbuf_append(m, text->bytes, text->n);
    (void)xSemaphoreGive(v->gatt->lock);
    return r == 0 ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

static int on_write(struct gatt_value *v, uint16_t connection, const struct os_mbuf *m)
{
    struct event e = {.type = EVENT_WRITTEN};
    uint16_t n = OS_MBUF_PKTLEN(m);

    e.written.which = v->which == SSID ? EVENT_SSID
        : v->which == PASSWORD         ? EVENT_PASSWORD
                                       : EVENT_CONTROL;
    e.written.encrypted = pairing_is_encrypted(connection);
    e.written.n = (uint16_t)(n < EVENT_WRITE_BYTES ? n : EVENT_WRITE_BYTES);
    if (os_mbuf_copydata(m, 0, e.written.n, e.written.bytes) != 0)
        return BLE_ATT_ERR_UNLIKELY;
    return inbox_offer(v->gatt->inbox, &e, EVENT_KEPT_PLACES) ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

static int on_access(
    uint16_t connection, uint16_t handle, struct ble_gatt_access_ctxt *access, void *arg)
{
    if (access->op == BLE_GATT_ACCESS_OP_READ_CHR)
        return on_read(arg, access->om);
    if (access->op == BLE_GATT_ACCESS_OP_WRITE_CHR)
        return on_write(arg, connection, access->om);
    return BLE_ATT_ERR_UNLIKELY;
}

static void on_link(void *ctx, const struct peripheral_event *e)
{
    struct gatt *g = ctx;

    switch (e->type) {
    case PERIPHERAL_CONNECTED:
        inbox_put(g->inbox, &(struct event){.type = EVENT_CONNECTED});
        break;
    case PERIPHERAL_MTU:
        inbox_put(g->inbox, &(struct event){.type = EVENT_MTU, .mtu = e->value});
        break;
    case PERIPHERAL_SUBSCRIBED:
        if (e->value == g->values[STATUS].handle)
            inbox_put(g->inbox, &(struct event){.type = EVENT_SUBSCRIBED, .on = e->on});
        break;
    case PERIPHERAL_DISCONNECTED:
        inbox_put(g->inbox, &(struct event){.type = EVENT_DISCONNECTED});
        break;
    }
}

/* --- in the core's task ----------------------------------------------------------------------- */

void gatt_set(struct gatt *g, enum wifi_camera_value which, const void *bytes, size_t n)
{
    struct gatt_text *text = &g->texts[which];

    (void)xSemaphoreTake(g->lock, portMAX_DELAY);
    text->n = (uint16_t)(n < sizeof text->bytes ? n : sizeof text->bytes);
    memcpy(text->bytes, bytes, text->n);
    (void)xSemaphoreGive(g->lock);
}

bool gatt_notify(struct gatt *g, const void *bytes, size_t n)
{
    return peripheral_notify(&g->link, GATT_HOST, g->values[STATUS].handle, bytes, n);
}

static int describe(struct gatt *g)
{
    int r = ble_uuid_from_str(&g->service_uuid, WIFI_SERVICE_UUID);

    for (unsigned i = 0; i < GATT_CHARACTERISTICS && r == 0; i++) {
        struct gatt_value *v = &g->values[i];

        v->gatt = g;
        v->which = i;
        r = ble_uuid_from_str(&v->uuid, table[i].uuid);
        g->characteristics[i] = (struct ble_gatt_chr_def){.uuid = &v->uuid.u,
            .access_cb = on_access,
            .arg = v,
            .flags = table[i].flags,
            .val_handle = &v->handle};
    }
    g->services[0] = (struct ble_gatt_svc_def){.type = BLE_GATT_SVC_TYPE_PRIMARY,
        .uuid = &g->service_uuid.u,
        .characteristics = g->characteristics};
    return r;
}

bool gatt_start(struct gatt *g, const char *name, struct inbox *inbox)
{
    memset(g, 0, sizeof *g);
    g->inbox = inbox;
    g->lock = xSemaphoreCreateMutex();
    if (!g->lock || describe(g) != 0) {
        ESP_LOGE(tag, "no memory, or a UUID that is none");
        return false;
    }
    g->link = (struct peripheral){.name = name,
        .advertised = &g->service_uuid.u128,
        .services = g->services,
        .n_hosts = 1,
        .shares_radio = true,
        .pairs = true,
        .on_link = on_link,
        .ctx = g};
    return peripheral_start(&g->link);
}
