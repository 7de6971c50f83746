/* peripheral.c - see peripheral.h. */
#include "peripheral.h"

#include <string.h>

#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nimble/nimble_port.h"
#include "nimble/nimble_port_freertos.h"
#include "os/os_mbuf.h"
#include "pairing.h"
#include "services/gap/ble_svc_gap.h"
#include "services/gatt/ble_svc_gatt.h"

static const char tag[] = "peripheral";

/* Buffers that notifications leave alone. Answers to the host's requests come out of the same pool, and a host whose request
 * is not answered gives the link up. */
#define SPARE_BUFFERS 8
/* 251 bytes in one packet of 2120 µs: what Bluetooth 4.2 allows. */
#define PACKET_BYTES 251
#define PACKET_US 2120
/* Letters of a name that has room in the advertisement. */
#define SHORT_NAME 8
/* The radio comes up in less than a second. */
#define UP_MS 5000
#define UP_POLL_MS 20
/* The link is lost after 6 s (in 10 ms) of silence. */
#define SILENCE_LIMIT 600

/* How often it speaks: alone for speed, beside Wi-Fi so that half of the air is left. */
static const struct pace {
    uint16_t connection_min, connection_max; /* in 1.25 ms */
    uint16_t advert_min, advert_max;         /* in 0.625 ms; 0: NimBLE's own, 30 to 60 ms */
} alone = {12, 24, 0, 0}, shared = {24, 48, 160, 240};

static const struct pace *pace_of(const struct peripheral *p)
{
    return p->shares_radio ? &shared : &alone;
}

/* --- the link --------------------------------------------------------------------------------- */

static void tell(struct peripheral *p, struct peripheral_event e)
{
    p->on_link(p->ctx, &e);
}

/* Hosts are free to refuse either. */
static void ask_for_pace(const struct peripheral *p, uint16_t connection)
{
    const struct ble_gap_upd_params params = {
        .itvl_min = pace_of(p)->connection_min,
        .itvl_max = pace_of(p)->connection_max,
        .supervision_timeout = SILENCE_LIMIT,
    };
    int packet = ble_gap_set_data_len(connection, PACKET_BYTES, PACKET_US);
    int interval = ble_gap_update_params(connection, &params);

    ESP_LOGD(tag, "asked for long packets: %d, an interval: %d", packet, interval);
}

int peripheral_host(const struct peripheral *p, uint16_t connection)
{
    for (unsigned i = 0; i < p->n_hosts; i++)
        if (atomic_load(&p->connections[i]) == connection)
            return (int)i;
    return -1;
}

/* One more than there are places can come while the one before is being told. */
static void connected(struct peripheral *p, const struct ble_gap_event *e)
{
    int host = peripheral_host(p, PERIPHERAL_NOBODY);

    if (e->connect.status != 0)
        return; /* peripheral_step() lets it be found again */
    atomic_store(&p->wanted, false);
    if (host < 0) {
        (void)ble_gap_terminate(e->connect.conn_handle, BLE_ERR_REM_USER_CONN_TERM);
        return;
    }
    atomic_store(&p->connections[host], e->connect.conn_handle);
    tell(p, (struct peripheral_event){.type = PERIPHERAL_CONNECTED, .host = (unsigned)host});
    ask_for_pace(p, e->connect.conn_handle);
}

static void mtu_agreed(struct peripheral *p, const struct ble_gap_event *e)
{
    int host = peripheral_host(p, e->mtu.conn_handle);

    if (host >= 0)
        tell(p,
            (struct peripheral_event){
                .type = PERIPHERAL_MTU, .host = (unsigned)host, .value = e->mtu.value});
}

/* The end of a link ends its subscriptions; who hears of the end needs not be told of each. */
static void subscribed(struct peripheral *p, const struct ble_gap_event *e)
{
    int host = peripheral_host(p, e->subscribe.conn_handle);

    if (host < 0 || e->subscribe.reason == BLE_GAP_SUBSCRIBE_REASON_TERM)
        return;
    tell(p,
        (struct peripheral_event){.type = PERIPHERAL_SUBSCRIBED,
            .host = (unsigned)host,
            .value = e->subscribe.attr_handle,
            .on = e->subscribe.cur_notify});
}

static void disconnected(struct peripheral *p, const struct ble_gap_event *e)
{
    int host = peripheral_host(p, e->disconnect.conn.conn_handle);

    if (host < 0)
        return;
    atomic_store(&p->connections[host], PERIPHERAL_LEFT);
    tell(p,
        (struct peripheral_event){.type = PERIPHERAL_DISCONNECTED,
            .host = (unsigned)host,
            .on = e->disconnect.reason == BLE_HS_HCI_ERR(BLE_ERR_REM_USER_CONN_TERM)});
}

static int on_gap(struct ble_gap_event *e, void *arg)
{
    struct peripheral *p = arg;

    switch (e->type) {
    case BLE_GAP_EVENT_CONNECT:
        connected(p, e);
        break;
    case BLE_GAP_EVENT_MTU:
        mtu_agreed(p, e);
        break;
    case BLE_GAP_EVENT_SUBSCRIBE:
        subscribed(p, e);
        break;
    case BLE_GAP_EVENT_DISCONNECT:
        disconnected(p, e);
        break;
    default:
        return p->pairs ? pairing_event(e) : 0;
    }
    return 0;
}

void peripheral_release(struct peripheral *p, unsigned host)
{
    unsigned left = PERIPHERAL_LEFT;

    (void)atomic_compare_exchange_strong(&p->connections[host], &left, PERIPHERAL_NOBODY);
}

/* --- to be found ------------------------------------------------------------------------------ */

/* Flags and a UUID of 128 bit leave room for eight letters: a name of more goes into the scan response, which not all ask
 * for. */
static int set_advertised(const struct peripheral *p)
{
    size_t n = strlen(p->name);
    const struct ble_hs_adv_fields name = {
        .name = (const uint8_t *)p->name,
        .name_len = (uint8_t)n,
        .name_is_complete = 1,
    };
    struct ble_hs_adv_fields advert = n <= SHORT_NAME ? name : (struct ble_hs_adv_fields){0};
    int r;

    advert.flags = BLE_HS_ADV_F_DISC_GEN | BLE_HS_ADV_F_BREDR_UNSUP;
    advert.uuids128 = p->advertised;
    advert.num_uuids128 = 1;
    advert.uuids128_is_complete = 1;
    r = ble_gap_adv_set_fields(&advert);
    return r != 0 ? r : ble_gap_adv_rsp_set_fields(&name);
}

void peripheral_step(struct peripheral *p)
{
    const struct ble_gap_adv_params how = {
        .conn_mode = BLE_GAP_CONN_MODE_UND,
        .disc_mode = BLE_GAP_DISC_MODE_GEN,
        .itvl_min = pace_of(p)->advert_min,
        .itvl_max = pace_of(p)->advert_max,
    };
    uint8_t address_type;
    int r;

    if (!atomic_load(&p->wanted) || !ble_hs_synced() || ble_gap_adv_active() ||
        peripheral_host(p, PERIPHERAL_NOBODY) < 0)
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

static bool is_there(unsigned connection)
{
    return connection != PERIPHERAL_NOBODY && connection != PERIPHERAL_LEFT;
}

bool peripheral_notify(
    struct peripheral *p, unsigned host, uint16_t handle, const void *bytes, size_t n)
{
    unsigned connection = atomic_load(&p->connections[host]);
    struct os_mbuf *m;

    if (!is_there(connection) || os_msys_num_free() < SPARE_BUFFERS)
        return false;
    m = ble_hs_mbuf_from_flat(bytes, (uint16_t)n);
    /* Takes m over, whatever comes of it. */
    return m && ble_gatts_notify_custom((uint16_t)connection, handle, m) == 0;
}

void peripheral_disconnect(struct peripheral *p, unsigned host)
{
    unsigned connection = atomic_load(&p->connections[host]);

    if (is_there(connection))
        (void)ble_gap_terminate((uint16_t)connection, BLE_ERR_REM_USER_CONN_TERM);
}

/* --- life ------------------------------------------------------------------------------------- */

static void host_task(void *arg)
{
    nimble_port_run();
    nimble_port_freertos_deinit();
}

bool peripheral_await(void)
{
    for (unsigned ms = 0; !ble_hs_synced() && ms < UP_MS; ms += UP_POLL_MS)
        vTaskDelay(pdMS_TO_TICKS(UP_POLL_MS));
    return ble_hs_synced();
}

bool peripheral_start(struct peripheral *p)
{
    esp_err_t e = nimble_port_init();
    int r;

    for (unsigned i = 0; i < PERIPHERAL_MAX_HOSTS; i++)
        atomic_store(&p->connections[i], PERIPHERAL_NOBODY);
    if (e != ESP_OK) {
        ESP_LOGE(tag, "no Bluetooth: %s", esp_err_to_name(e));
        return false;
    }
    if (p->pairs)
        pairing_begin();
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
