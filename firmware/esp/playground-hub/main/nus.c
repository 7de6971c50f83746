/* nus.c - see nus.h. */
#include "nus.h"

#include "event.h"
#include "hub_line.h"
#include "os/os_mbuf.h"

/* TX can be read, as that of hubs in use; there is nothing in it. */
static const struct service_row rows[] = {
    [NUS_RX] = {HUB_RX_UUID, BLE_GATT_CHR_F_WRITE | BLE_GATT_CHR_F_WRITE_NO_RSP, 0},
    [NUS_TX] = {HUB_TX_UUID, BLE_GATT_CHR_F_READ | BLE_GATT_CHR_F_NOTIFY, 0},
};

/* --- in NimBLE's task ------------------------------------------------------------------------- */

static int put_piece(struct inbox *inbox, const struct service_write *w, uint16_t at)
{
    struct event e = {.type = EVENT_WRITTEN, .written.app = w->host};
    int n = service_copy(w, at, e.written.bytes, sizeof e.written.bytes);

    if (n < 0)
        return BLE_ATT_ERR_UNLIKELY;
    e.written.n = (uint16_t)n;
    return inbox_offer(inbox, &e, EVENT_KEPT_PLACES) ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

/* All of it or nothing: who is refused writes the same again. Nobody else takes the places that are seen here. */
static int on_write(void *ctx, const struct service_write *w)
{
    unsigned n = OS_MBUF_PKTLEN(w->m), pieces = (n + EVENT_WRITE_BYTES - 1) / EVENT_WRITE_BYTES;
    int r = 0;

    if (pieces > 1 && inbox_room(ctx) < EVENT_KEPT_PLACES + pieces)
        return BLE_ATT_ERR_INSUFFICIENT_RES;
    for (unsigned at = 0; at < n && r == 0; at += EVENT_WRITE_BYTES)
        r = put_piece(ctx, w, (uint16_t)at);
    return r;
}

static void on_link(void *ctx, const struct peripheral_event *e)
{
    inbox_put(ctx, &(struct event){.type = EVENT_LINK, .link = *e});
}

/* --- in the core's task ----------------------------------------------------------------------- */

bool nus_start(struct service *s, const char *name, unsigned n_apps, struct inbox *inbox)
{
    *s = (struct service){.uuid = HUB_SERVICE_UUID,
        .rows = rows,
        .n_rows = sizeof rows / sizeof *rows,
        .link = {.name = name, .n_hosts = n_apps, .shares_radio = true},
        .on_write = on_write,
        .on_link = on_link,
        .ctx = inbox};
    return service_start(s);
}
