/* peripheral.c - see peripheral.h. */
#include "peripheral.h"

#include <string.h>

#include "esp_log.h"
#include "nimble/nimble_port.h"
#include "nimble/nimble_port_freertos.h"
#include "os/os_mbuf.h"
#include "services/gap/ble_svc_gap.h"
#include "services/gatt/ble_svc_gatt.h"

static const char tag[] = "peripheral";

/* Buffers that notifications leave alone. Answers to the host's requests come out of the same pool, and a host whose request
 * is not answered gives the link up. */
#define SPARE_BUFFERS 8
/* 251 bytes in one packet of 2120 µs: what Bluetooth 4.2 allows. */
#define PACKET_BYTES 251
#define PACKET_US 2120
/* Connection interval in 1.25 ms: 15 to 30 ms, for speed; the link is lost after 6 s (in 10 ms) of silence. */
#define INTERVAL_MIN 12
#define INTERVAL_MAX 24
#define SILENCE_LIMIT 600

/* --- the link --------------------------------------------------------------------------------- */

static void tell(struct peripheral *p, struct peripheral_event e)
{
    p->on_link(p->ctx, &e);
}

/* Hosts are free to refuse either; then it is slower. */
static void ask_for_speed(uint16_t connection)
{
    const struct ble_gap_upd_params faster = {
        .itvl_min = INTERVAL_MIN,
        .itvl_max = INTERVAL_MAX,
        .supervision_timeout = SILENCE_LIMIT,
    };
    int packet = ble_gap_set_data_len(connection, PACKET_BYTES, PACKET_US);
    int interval = ble_gap_update_params(connection, &faster);

    ESP_LOGD(tag, "asked for long packets: %d, a short interval: %d", packet, interval);
}

static void connected(struct peripheral *p, const struct ble_gap_event *e)
{
    if (e->connect.status != 0)
        return; /* peripheral_step() lets it be found again */
    atomic_store(&p->wanted, false);
    atomic_store(&p->connection, e->connect.conn_handle);
    tell(p, (struct peripheral_event){.type = PERIPHERAL_CONNECTED});
    ask_for_speed(e->connect.conn_handle);
}

/* The end of a link ends its subscriptions; who hears of the end needs not be told of each. */
static void subscribed(struct peripheral *p, const struct ble_gap_event *e)
{
    if (e->subscribe.reason == BLE_GAP_SUBSCRIBE_REASON_TERM)
        return;
    tell(p,
        (struct peripheral_event){.type = PERIPHERAL_SUBSCRIBED,
            .value = e->subscribe.attr_handle,
            .on = e->subscribe.cur_notify});
}

static int on_gap(struct ble_gap_event *e, void *arg)
{
    struct peripheral *p = arg;

    switch (e->type) {
    case BLE_GAP_EVENT_CONNECT:
        connected(p, e);
        break;
    case BLE_GAP_EVENT_MTU:
        tell(p, (struct peripheral_event){.type = PERIPHERAL_MTU, .value = e->mtu.value});
        break;
    case BLE_GAP_EVENT_SUBSCRIBE:
        subscribed(p, e);
        break;
    case BLE_GAP_EVENT_DISCONNECT:
        atomic_store(&p->connection, BLE_HS_CONN_HANDLE_NONE);
        tell(p,
            (struct peripheral_event){.type = PERIPHERAL_DISCONNECTED,
                .on = e->disconnect.reason == BLE_HS_HCI_ERR(BLE_ERR_REM_USER_CONN_TERM)});
        break;
    default:
        break;
    }
    return 0;
}

/* --- to be found ------------------------------------------------------------------------------ */

/* Flags and a UUID of 128 bit leave no room for the name: it goes into the scan response. */
static int set_advertised(const struct peripheral *p)
{
    const struct ble_hs_adv_fields advert = {
        .flags = BLE_HS_ADV_F_DISC_GEN | BLE_HS_ADV_F_BREDR_UNSUP,
        .uuids128 = p->advertised,
        .num_uuids128 = 1,
        .uuids128_is_complete = 1,
    };
    const struct ble_hs_adv_fields response = {
        .name = (const uint8_t *)p->name,
        .name_len = (uint8_t)strlen(p->name),
        .name_is_complete = 1,
    };
    int r = ble_gap_adv_set_fields(&advert);

    return r != 0 ? r : ble_gap_adv_rsp_set_fields(&response);
}

void peripheral_step(struct peripheral *p)
{
    const struct ble_gap_adv_params how = {
        .conn_mode = BLE_GAP_CONN_MODE_UND,
        .disc_mode = BLE_GAP_DISC_MODE_GEN,
    };
    uint8_t address_type;
    int r;

    if (!atomic_load(&p->wanted) || !ble_hs_synced() || ble_gap_adv_active() ||
        atomic_load(&p->connection) != BLE_HS_CONN_HANDLE_NONE)
        return;
    r = ble_hs_id_infer_auto(0, &address_type);
    if (r == 0)
        r = set_advertised(p);
    if (r == 0)
        r = ble_gap_adv_start(address_type, NULL, BLE_HS_FOREVER, &how, on_gap, p);
    if (r != 0)
        ESP_LOGW(tag, "cannot be found (%d), trying again", r);
}

void peripheral_advertise(struct peripheral *p)
{
    atomic_store(&p->wanted, true);
    peripheral_step(p);
}

/* --- what goes out ---------------------------------------------------------------------------- */

bool peripheral_notify(struct peripheral *p, uint16_t handle, const void *bytes, size_t n)
{
    unsigned connection = atomic_load(&p->connection);
    struct os_mbuf *m;

    if (connection == BLE_HS_CONN_HANDLE_NONE || os_msys_num_free() < SPARE_BUFFERS)
        return false;
    m = ble_hs_mbuf_from_flat(bytes, (uint16_t)n);
    /* Takes m over, whatever comes of it. */
    return m && ble_gatts_notify_custom((uint16_t)connection, handle, m) == 0;
}

void peripheral_disconnect(struct peripheral *p)
{
    unsigned connection = atomic_load(&p->connection);

    if (connection != BLE_HS_CONN_HANDLE_NONE)
        (void)ble_gap_terminate((uint16_t)connection, BLE_ERR_REM_USER_CONN_TERM);
}

/* --- life ------------------------------------------------------------------------------------- */

static void host_task(void *arg)
{
    nimble_port_run();
    nimble_port_freertos_deinit();
}

bool peripheral_is_ready(void)
{
    return ble_hs_synced();
}

bool peripheral_start(struct peripheral *p)
{
    esp_err_t e = nimble_port_init();
    int r;

    atomic_store(&p->connection, BLE_HS_CONN_HANDLE_NONE);
    if (e != ESP_OK) {
        ESP_LOGE(tag, "no Bluetooth: %s", esp_err_to_name(e));
        return false;
    }
    ble_svc_gap_init();
    ble_svc_gatt_init();
    r = ble_gatts_count_cfg(p->services);
    if (r == 0)
        r = ble_gatts_add_svcs(p->services);
    if (r == 0)
        r = ble_svc_gap_device_name_set(p->name);
    if (r != 0) {
        ESP_LOGE(tag, "no services: %d", r);
        return false;
    }
    nimble_port_freertos_init(host_task);
    return true;
}
