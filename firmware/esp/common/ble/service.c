/* service.c - see service.h. */
#include "service.h"

#include <string.h>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "os/os_mbuf.h"

static const char tag[] = "service";

/* --- in NimBLE's task ------------------------------------------------------------------------- */

static int on_read(struct service_value *v, struct os_mbuf *m)
{
    int r = 0;

    (void)xSemaphoreTake(v->service->lock, portMAX_DELAY);
    if (v->n > 0)
        r = os_mbuf_append(m, v->bytes, v->n);
    (void)xSemaphoreGive(v->service->lock);
    return r == 0 ? 0 : BLE_ATT_ERR_INSUFFICIENT_RES;
}

static int on_write(const struct service_value *v, uint16_t connection, const struct os_mbuf *m)
{
    const struct service *s = v->service;
    int host = peripheral_host(&s->link, connection);
    struct service_write w = {.row = v->row, .connection = connection, .m = m};

    if (host < 0)
        return BLE_ATT_ERR_UNLIKELY;
    w.host = (unsigned)host;
    return s->on_write(s->ctx, &w);
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

/* NimBLE has services of its own, to which hosts subscribe, too. */
static bool find_row(const struct service *s, uint16_t handle, uint16_t *ret)
{
    for (unsigned i = 0; i < s->n_rows; i++) {
        if (s->values[i].handle != handle)
            continue;
        *ret = (uint16_t)i;
        return true;
    }
    return false;
}

static void on_link(void *ctx, const struct peripheral_event *e)
{
    const struct service *s = ctx;
    struct peripheral_event told = *e;

    if (e->type != PERIPHERAL_SUBSCRIBED || find_row(s, e->value, &told.value))
        s->on_link(s->ctx, &told);
}

int service_copy(const struct service_write *w, uint16_t at, void *out, uint16_t cap)
{
    int left = OS_MBUF_PKTLEN(w->m) - at, n = left < cap ? left : cap;

    return n >= 0 && os_mbuf_copydata(w->m, at, n, out) == 0 ? n : -1;
}

/* --- in the owner's task ---------------------------------------------------------------------- */

void service_set(struct service *s, unsigned row, const void *bytes, size_t n)
{
    struct service_value *v = &s->values[row];
    size_t room = s->rows[row].room;

    (void)xSemaphoreTake(s->lock, portMAX_DELAY);
    v->n = (uint16_t)(n < room ? n : room);
    if (v->n > 0)
        memcpy(v->bytes, bytes, v->n);
    (void)xSemaphoreGive(s->lock);
}

bool service_notify(struct service *s, unsigned host, unsigned row, const void *bytes, size_t n)
{
    return peripheral_notify(&s->link, host, s->values[row].handle, bytes, n);
}

static bool describe_row(struct service *s, unsigned i)
{
    const struct service_row *row = &s->rows[i];
    struct service_value *v = &s->values[i];

    v->service = s;
    v->row = i;
    if (row->room > 0)
        v->bytes = heap_caps_calloc(1, row->room, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    s->characteristics[i] = (struct ble_gatt_chr_def){.uuid = &v->uuid.u,
        .access_cb = on_access,
        .arg = v,
        .flags = row->flags,
        .val_handle = &v->handle};
    return ble_uuid_from_str(&v->uuid, row->uuid) == 0 && (row->room == 0 || v->bytes);
}

static bool describe(struct service *s)
{
    bool done = ble_uuid_from_str(&s->id, s->uuid) == 0;

    for (unsigned i = 0; i < s->n_rows; i++)
        done = describe_row(s, i) && done;
    s->services[0] = (struct ble_gatt_svc_def){
        .type = BLE_GATT_SVC_TYPE_PRIMARY, .uuid = &s->id.u, .characteristics = s->characteristics};
    return done;
}

bool service_start(struct service *s)
{
    s->lock = xSemaphoreCreateMutex();
    if (s->n_rows > SERVICE_MAX_ROWS || !s->lock || !describe(s)) {
        ESP_LOGE(tag, "no memory, or a UUID that is none");
        return false;
    }
    s->link.advertised = &s->id.u128;
    s->link.services = s->services;
    s->link.on_link = on_link;
    s->link.ctx = s;
    return peripheral_start(&s->link);
}
