/* esp_radio.c - NimBLE with some hosts: what is notified takes buffers until it went through the air. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "esp_fake.h"

/* Of host 0. */
#define CONNECTION 1
/* Bytes of a notification that one buffer holds. */
#define BUFFER_BYTES 280
#define MAX_ON_AIR 128
#define SYNC_MS 200

static const struct ble_gatt_chr_def *chars;
static int (*on_event)(struct ble_gap_event *e, void *arg);
static void *on_event_arg;
static struct {
    int64_t done_us;
    unsigned n_buffers;
} on_air[MAX_ON_AIR];
static bool brought_up;
static unsigned who;
static int64_t synced_us;

void esp_radio_forget(void)
{
    chars = NULL;
    brought_up = false;
    who = 0;
    esp->n_on_air = 0;
    esp->advertising = esp->asked_to_leave = false;
    memset(esp->connected, 0, sizeof esp->connected);
}

/* --- buffers ---------------------------------------------------------------------------------- */

static unsigned buffers_of(size_t n)
{
    return (unsigned)(n / BUFFER_BYTES) + 1;
}

int os_msys_num_free(void)
{
    unsigned n = esp->n_buffers;

    while (esp->n_on_air > 0 && on_air[0].done_us <= esp->now_us)
        memmove(on_air, on_air + 1, --esp->n_on_air * sizeof *on_air);
    for (unsigned i = 0; i < esp->n_on_air; i++)
        n -= on_air[i].n_buffers;
    return (int)n;
}

int os_mbuf_append(struct os_mbuf *m, const void *bytes, uint16_t n)
{
    if (m->n + n > sizeof m->bytes)
        return 1;
    memcpy(m->bytes + m->n, bytes, n);
    m->n = (uint16_t)(m->n + n);
    return 0;
}

int os_mbuf_copydata(const struct os_mbuf *m, int from, int n, void *out)
{
    if (from + n > m->n)
        return -1;
    memcpy(out, m->bytes + from, (size_t)n);
    return 0;
}

struct os_mbuf *ble_hs_mbuf_from_flat(const void *bytes, uint16_t n)
{
    struct os_mbuf *m;

    if (os_msys_num_free() < (int)buffers_of(n))
        return NULL;
    m = calloc(1, sizeof *m);
    (void)os_mbuf_append(m, bytes, n);
    return m;
}

static bool is_connected(uint16_t connection)
{
    return connection >= CONNECTION && connection < CONNECTION + ESP_MAX_HOSTS &&
        esp->connected[connection - CONNECTION];
}

int ble_gatts_notify_custom(uint16_t connection, uint16_t handle, struct os_mbuf *m)
{
    struct esp_heard *h = &esp->heard[esp->n_heard];
    int64_t begin = esp->n_on_air > 0 ? on_air[esp->n_on_air - 1].done_us : esp->now_us;
    unsigned n_free;

    if (!is_connected(connection)) {
        free(m);
        return BLE_HS_ENOTCONN;
    }
    if (esp->n_no_memory > 0) {
        esp->n_no_memory--;
        free(m);
        return BLE_HS_ENOMEM;
    }
    assert(esp_is_app_task() && esp->n_heard < ESP_MAX_HEARD && esp->n_on_air < MAX_ON_AIR);
    *h = (struct esp_heard){
        .host = connection - CONNECTION, .handle = handle, .at_us = begin + esp->air_us, .n = m->n};
    memcpy(h->bytes, m->bytes, m->n);
    esp->n_heard++;
    on_air[esp->n_on_air].done_us = h->at_us;
    on_air[esp->n_on_air++].n_buffers = buffers_of(m->n);
    n_free = (unsigned)os_msys_num_free();
    if (n_free < esp->least_free)
        esp->least_free = n_free;
    free(m);
    return 0;
}

/* --- services --------------------------------------------------------------------------------- */

int ble_uuid_from_str(ble_uuid_any_t *ret, const char *text)
{
    unsigned at = 16;

    ret->u.type = 128;
    for (; *text && at > 0; text += *text == '-') {
        char two[3] = {text[0], text[1], 0};

        ret->u128.value[--at] = (uint8_t)strtoul(two, NULL, 16);
        text += 2;
    }
    return at == 0 && *text == 0 ? 0 : 3;
}

int ble_gatts_count_cfg(const struct ble_gatt_svc_def *s)
{
    return 0;
}

int ble_gatts_add_svcs(const struct ble_gatt_svc_def *s)
{
    uint16_t handle = 10;

    chars = s->characteristics;
    for (const struct ble_gatt_chr_def *c = chars; c->uuid; c++)
        *c->val_handle = handle += 3;
    return 0;
}

void ble_svc_gap_init(void)
{
}

void ble_svc_gatt_init(void)
{
}

int ble_svc_gap_device_name_set(const char *name)
{
    return 0;
}

/* --- to be found ------------------------------------------------------------------------------ */

esp_err_t nimble_port_init(void)
{
    return ESP_OK;
}

void nimble_port_run(void)
{
}

void nimble_port_freertos_init(void (*run)(void *))
{
    brought_up = true;
    synced_us = esp->now_us + SYNC_MS * 1000;
}

void nimble_port_freertos_deinit(void)
{
}

int ble_hs_synced(void)
{
    return brought_up && !esp->no_bluetooth && esp->now_us >= synced_us;
}

int ble_hs_id_infer_auto(int privacy, uint8_t *ret)
{
    *ret = 0;
    return ble_hs_synced() ? 0 : 22;
}

int ble_gap_adv_active(void)
{
    return esp->advertising;
}

/* Bytes on the air: each field has a length and a type before it. */
static int set_fields(const struct ble_hs_adv_fields *f, size_t *ret)
{
    size_t n = (f->flags ? 3u : 0u) + (f->num_uuids128 ? 2u + 16u * f->num_uuids128 : 0u) +
        (f->name ? 2u + f->name_len : 0u);

    if (n > 31)
        return 4;
    *ret = n;
    if (f->name)
        snprintf(esp->name, sizeof esp->name, "%.*s", f->name_len, (const char *)f->name);
    return 0;
}

int ble_gap_adv_set_fields(const struct ble_hs_adv_fields *f)
{
    return set_fields(f, &esp->n_advert);
}

int ble_gap_adv_rsp_set_fields(const struct ble_hs_adv_fields *f)
{
    return set_fields(f, &esp->n_response);
}

static unsigned n_connected(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < ESP_MAX_HOSTS; i++)
        n += esp->connected[i];
    return n;
}

int ble_gap_adv_start(uint8_t type, const void *to, int32_t ms, const struct ble_gap_adv_params *p,
    int (*event)(struct ble_gap_event *e, void *arg), void *arg)
{
    if (!ble_hs_synced() || n_connected() >= esp->most_hosts)
        return 6;
    on_event = event;
    on_event_arg = arg;
    esp->advertising = true;
    esp->n_untold = esp_tasks_n_queued();
    return 0;
}

int ble_gap_terminate(uint16_t connection, uint8_t reason)
{
    esp->asked_to_leave = true;
    return 0;
}

int ble_gap_set_data_len(uint16_t connection, uint16_t bytes, uint16_t us)
{
    return 0;
}

int ble_gap_update_params(uint16_t connection, const struct ble_gap_upd_params *p)
{
    return 0;
}

/* --- the hosts -------------------------------------------------------------------------------- */

void esp_host_is(unsigned host)
{
    who = host;
}

static uint16_t connection(void)
{
    return (uint16_t)(CONNECTION + who);
}

static const struct ble_gatt_chr_def *find(const char *uuid)
{
    const struct ble_gatt_chr_def *c = chars;
    ble_uuid_any_t u;

    assert(ble_uuid_from_str(&u, uuid) == 0);
    while (memcmp(((const ble_uuid128_t *)c->uuid)->value, u.u128.value, 16) != 0)
        c++;
    return c;
}

uint16_t esp_host_handle(const char *uuid)
{
    return *find(uuid)->val_handle;
}

void esp_host_connect(unsigned mtu)
{
    assert(esp->advertising);
    esp->advertising = false;
    esp->connected[who] = true;
    on_event(
        &(struct ble_gap_event){.type = BLE_GAP_EVENT_CONNECT, .connect.conn_handle = connection()},
        on_event_arg);
    on_event(
        &(struct ble_gap_event){.type = BLE_GAP_EVENT_MTU, .mtu = {connection(), (uint16_t)mtu}},
        on_event_arg);
}

void esp_host_leave(int reason)
{
    esp->connected[who] = false;
    esp->n_on_air = 0;
    for (const struct ble_gatt_chr_def *c = chars; c->uuid; c++)
        on_event(&(struct ble_gap_event){.type = BLE_GAP_EVENT_SUBSCRIBE,
                     .subscribe = {connection(), *c->val_handle, BLE_GAP_SUBSCRIBE_REASON_TERM, 0}},
            on_event_arg);
    on_event(&(struct ble_gap_event){.type = BLE_GAP_EVENT_DISCONNECT,
                 .disconnect = {.reason = BLE_HS_HCI_ERR(reason), .conn = {connection()}}},
        on_event_arg);
}

void esp_host_subscribe(const char *uuid, bool on)
{
    const struct ble_gatt_chr_def *c = find(uuid);

    assert(c->flags & BLE_GATT_CHR_F_NOTIFY);
    on_event(&(struct ble_gap_event){.type = BLE_GAP_EVENT_SUBSCRIBE,
                 .subscribe = {connection(), *c->val_handle, BLE_GAP_SUBSCRIBE_REASON_WRITE, on}},
        on_event_arg);
}

int esp_host_write(const char *uuid, const void *bytes, size_t n)
{
    const struct ble_gatt_chr_def *c = find(uuid);
    struct os_mbuf m = {0};
    struct ble_gatt_access_ctxt a = {BLE_GATT_ACCESS_OP_WRITE_CHR, &m};

    assert(c->flags & BLE_GATT_CHR_F_WRITE);
    if ((c->flags & BLE_GATT_CHR_F_WRITE_ENC) && !esp->is_encrypted)
        return BLE_ATT_ERR_INSUFFICIENT_ENC;
    assert(os_mbuf_append(&m, bytes, (uint16_t)n) == 0);
    return c->access_cb(connection(), *c->val_handle, &a, c->arg);
}

const char *esp_host_read(const char *uuid)
{
    static struct os_mbuf m;
    const struct ble_gatt_chr_def *c = find(uuid);
    struct ble_gatt_access_ctxt a = {BLE_GATT_ACCESS_OP_READ_CHR, &m};

    assert(c->flags & BLE_GATT_CHR_F_READ);
    memset(&m, 0, sizeof m);
    return c->access_cb(connection(), *c->val_handle, &a, c->arg) == 0 ? (const char *)m.bytes
                                                                       : NULL;
}

void esp_host_pairs_again(void)
{
    int r = on_event(&(struct ble_gap_event){.type = BLE_GAP_EVENT_REPEAT_PAIRING,
                         .repeat_pairing = {connection()}},
        on_event_arg);

    assert(r == BLE_GAP_REPEAT_PAIRING_RETRY);
}
