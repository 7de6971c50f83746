/* esp_nimble.h - NimBLE's part of esp_idf.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- UUIDs, buffers --------------------------------------------------------------------------- */

typedef struct {
    uint8_t type;
} ble_uuid_t;
typedef struct {
    ble_uuid_t u;
    uint8_t value[16]; /* lowest byte first */
} ble_uuid128_t;
typedef union {
    ble_uuid_t u;
    ble_uuid128_t u128;
} ble_uuid_any_t;

/* Of 128 bit only. */
int ble_uuid_from_str(ble_uuid_any_t *ret, const char *text);

struct os_mbuf {
    uint16_t n;
    uint8_t bytes[520];
};
#define OS_MBUF_PKTLEN(m) ((m)->n)

int os_msys_num_free(void);
int os_mbuf_append(struct os_mbuf *m, const void *bytes, uint16_t n);
int os_mbuf_copydata(const struct os_mbuf *m, int from, int n, void *out);
struct os_mbuf *ble_hs_mbuf_from_flat(const void *bytes, uint16_t n);

/* --- GATT ------------------------------------------------------------------------------------- */

typedef uint32_t ble_gatt_chr_flags;
#define BLE_GATT_CHR_F_READ 0x02
#define BLE_GATT_CHR_F_WRITE_NO_RSP 0x04
#define BLE_GATT_CHR_F_WRITE 0x08
#define BLE_GATT_CHR_F_NOTIFY 0x10
#define BLE_GATT_CHR_F_WRITE_ENC 0x1000
#define BLE_GATT_ACCESS_OP_READ_CHR 0
#define BLE_GATT_ACCESS_OP_WRITE_CHR 1
#define BLE_GATT_SVC_TYPE_PRIMARY 1
#define BLE_ATT_ERR_UNLIKELY 0x0e
#define BLE_ATT_ERR_INSUFFICIENT_ENC 0x0f
#define BLE_ATT_ERR_INSUFFICIENT_RES 0x11

struct ble_gatt_access_ctxt {
    uint8_t op;
    struct os_mbuf *om;
};
struct ble_gatt_chr_def {
    const ble_uuid_t *uuid;
    int (*access_cb)(
        uint16_t connection, uint16_t handle, struct ble_gatt_access_ctxt *a, void *arg);
    void *arg;
    ble_gatt_chr_flags flags;
    uint16_t *val_handle;
};
struct ble_gatt_svc_def {
    uint8_t type;
    const ble_uuid_t *uuid;
    const struct ble_gatt_chr_def *characteristics;
};

int ble_gatts_count_cfg(const struct ble_gatt_svc_def *s);
int ble_gatts_add_svcs(const struct ble_gatt_svc_def *s);
/* Takes m over. */
int ble_gatts_notify_custom(uint16_t connection, uint16_t handle, struct os_mbuf *m);
void ble_svc_gap_init(void);
void ble_svc_gatt_init(void);
int ble_svc_gap_device_name_set(const char *name);

/* --- GAP -------------------------------------------------------------------------------------- */

#define BLE_HS_CONN_HANDLE_NONE 0xffff
#define BLE_HS_FOREVER INT32_MAX
#define BLE_HS_ENOMEM 6
#define BLE_HS_ENOTCONN 7
#define BLE_HS_HCI_ERR(e) (0x200 + (e))
#define BLE_ERR_CONN_SPVN_TMO 0x08
#define BLE_ERR_REM_USER_CONN_TERM 0x13
#define BLE_HS_ADV_F_DISC_GEN 0x02
#define BLE_HS_ADV_F_BREDR_UNSUP 0x04
#define BLE_GAP_CONN_MODE_UND 2
#define BLE_GAP_DISC_MODE_GEN 2
#define BLE_GAP_SUBSCRIBE_REASON_WRITE 1
#define BLE_GAP_SUBSCRIBE_REASON_TERM 2

enum {
    BLE_GAP_EVENT_CONNECT = 0,
    BLE_GAP_EVENT_DISCONNECT = 1,
    BLE_GAP_EVENT_SUBSCRIBE = 14,
    BLE_GAP_EVENT_MTU = 15,
    BLE_GAP_EVENT_REPEAT_PAIRING = 17
};
#define BLE_GAP_REPEAT_PAIRING_RETRY 1

struct ble_gap_event {
    uint8_t type;
    union {
        struct {
            int status;
            uint16_t conn_handle;
        } connect;
        struct {
            int reason;
            struct {
                uint16_t conn_handle;
            } conn;
        } disconnect;
        struct {
            uint16_t conn_handle, attr_handle;
            uint8_t reason, cur_notify;
        } subscribe;
        struct {
            uint16_t conn_handle, value;
        } mtu;
        struct {
            uint16_t conn_handle;
        } repeat_pairing;
    };
};

struct ble_hs_adv_fields {
    uint8_t flags;
    const ble_uuid128_t *uuids128;
    uint8_t num_uuids128;
    unsigned uuids128_is_complete : 1;
    const uint8_t *name;
    uint8_t name_len;
    unsigned name_is_complete : 1;
};
struct ble_gap_adv_params {
    uint8_t conn_mode, disc_mode;
    uint16_t itvl_min, itvl_max;
};
struct ble_gap_upd_params {
    uint16_t itvl_min, itvl_max, latency, supervision_timeout;
};

int ble_hs_synced(void);
int ble_hs_id_infer_auto(int privacy, uint8_t *ret);
int ble_gap_adv_active(void);
int ble_gap_adv_set_fields(const struct ble_hs_adv_fields *f);
int ble_gap_adv_rsp_set_fields(const struct ble_hs_adv_fields *f);
int ble_gap_adv_start(uint8_t type, const void *to, int32_t ms, const struct ble_gap_adv_params *p,
    int (*on_event)(struct ble_gap_event *e, void *arg), void *arg);
int ble_gap_terminate(uint16_t connection, uint8_t reason);
int ble_gap_set_data_len(uint16_t connection, uint16_t bytes, uint16_t us);
int ble_gap_update_params(uint16_t connection, const struct ble_gap_upd_params *p);

esp_err_t nimble_port_init(void);
void nimble_port_run(void);
void nimble_port_freertos_init(void (*run)(void *));
void nimble_port_freertos_deinit(void);

/* --- pairing ---------------------------------------------------------------------------------- */

#define BLE_HS_IO_NO_INPUT_OUTPUT 3
#define BLE_SM_PAIR_KEY_DIST_ENC 1
#define BLE_SM_PAIR_KEY_DIST_ID 2

typedef struct {
    uint8_t type, val[6];
} ble_addr_t;
struct ble_store_status_event;
struct ble_hs_cfg {
    uint8_t sm_io_cap, sm_our_key_dist, sm_their_key_dist;
    unsigned sm_bonding : 1, sm_mitm : 1, sm_sc : 1;
    int (*store_status_cb)(struct ble_store_status_event *e, void *arg);
};
extern struct ble_hs_cfg ble_hs_cfg;
struct ble_gap_conn_desc {
    struct {
        unsigned encrypted : 1;
    } sec_state;
    ble_addr_t peer_id_addr;
};

int ble_gap_conn_find(uint16_t connection, struct ble_gap_conn_desc *ret);
int ble_store_util_delete_peer(const ble_addr_t *host);
int ble_store_util_status_rr(struct ble_store_status_event *e, void *arg);
