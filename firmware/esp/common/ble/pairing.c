/* pairing.c - see pairing.h. */
#include "pairing.h"

#include "host/ble_store.h"

/* In no header of NimBLE's: its examples say it so, too. */
void ble_store_config_init(void);

void pairing_begin(void)
{
    ble_hs_cfg.sm_io_cap = BLE_HS_IO_NO_INPUT_OUTPUT;
    ble_hs_cfg.sm_bonding = 1;
    ble_hs_cfg.sm_mitm = 0;
    ble_hs_cfg.sm_sc = 1;
    ble_hs_cfg.sm_our_key_dist = BLE_SM_PAIR_KEY_DIST_ENC | BLE_SM_PAIR_KEY_DIST_ID;
    ble_hs_cfg.sm_their_key_dist = BLE_SM_PAIR_KEY_DIST_ENC | BLE_SM_PAIR_KEY_DIST_ID;
    ble_hs_cfg.store_status_cb = ble_store_util_status_rr;
    ble_store_config_init();
}

/* A host that has forgotten its bond pairs anew: the old one is of no use to anybody. */
int pairing_event(const struct ble_gap_event *e)
{
    struct ble_gap_conn_desc link;

    if (e->type != BLE_GAP_EVENT_REPEAT_PAIRING)
        return 0;
    if (ble_gap_conn_find(e->repeat_pairing.conn_handle, &link) == 0)
        (void)ble_store_util_delete_peer(&link.peer_id_addr);
    return BLE_GAP_REPEAT_PAIRING_RETRY;
}

bool pairing_is_encrypted(uint16_t connection)
{
    struct ble_gap_conn_desc link;

    return ble_gap_conn_find(connection, &link) == 0 && link.sec_state.encrypted;
}
