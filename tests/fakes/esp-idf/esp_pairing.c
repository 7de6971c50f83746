/* esp_pairing.c - NimBLE's pairing: links that the test encrypts, and bonds that are counted. */
#include "esp_fake.h"

struct ble_hs_cfg ble_hs_cfg;

/* In no header of NimBLE's. */
void ble_store_config_init(void);

void ble_store_config_init(void)
{
    esp->keeps_bonds = true;
}

int ble_gap_conn_find(uint16_t connection, struct ble_gap_conn_desc *ret)
{
    *ret = (struct ble_gap_conn_desc){.sec_state.encrypted = esp->is_encrypted};
    return 0;
}

int ble_store_util_delete_peer(const ble_addr_t *host)
{
    esp->n_bonds_deleted++;
    return 0;
}

int ble_store_util_status_rr(struct ble_store_status_event *e, void *arg)
{
    return 0;
}
