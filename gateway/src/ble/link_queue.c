/* link_queue.c - which link is made next, with which device, on which adapter. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "ble/ble_private.h"

static bool has_service(const struct mirror_device *d, const char *uuid)
{
    for (size_t i = 0; i < d->services.n; i++) {
        if (text_match(uuid, d->services.rows[i].value))
            return true;
    }
    return false;
}

static bool is_wanted_by(const struct ble_link *k, const struct mirror_device *d)
{
    if (k->address)
        return strcasecmp(k->address, d->address) == 0;
    return (!k->name || text_match_list(k->name, d->name)) &&
        (!k->service || has_service(d, k->service)) &&
        (!k->events->may_have || k->events->may_have(k->ctx, d->address));
}

/* By another link, on whichever adapter; also one that is being left. */
static bool is_taken(const struct ble_link *k, const struct mirror_device *d)
{
    const struct ble_link *other;

    list_for_each (other, &k->ble->links, link) {
        if (other != k && other->path[0] && other->state != LINK_GONE &&
            strcmp(other->stats.address, d->address) == 0)
            return true;
    }
    return false;
}

static bool is_fresh(const struct ble_link *k, const struct mirror_device *d)
{
    int64_t since = loop_now_us(k->ble->loop) - d->seen_us;

    return d->is_connected ||
        (d->seen_us != 0 && d->seen_us > k->seen_after_us && since < BLE_FRESH_US);
}

/* Of those that see it, the adapter with the fewest links, then the one that hears it best. */
static bool is_better(const struct ble_adapter *a, const struct mirror_object *o,
    const struct ble_adapter *best, const struct mirror_object *best_o)
{
    size_t n = adapter_n_links(a), best_n = best ? adapter_n_links(best) : 0;

    if (!best || n != best_n)
        return !best || n < best_n;
    return o->device.rssi_dbm > best_o->device.rssi_dbm;
}

static struct mirror_object *pick(const struct ble_link *k)
{
    struct mirror_object *o, *best = NULL;
    struct ble_adapter *best_a = NULL;

    list_for_each (o, &k->ble->mirror.kinds[MIRROR_DEVICE], of_kind) {
        struct ble_adapter *a = adapter_of(k->ble, o->path);

        if (a && adapter_is_ready(a) && is_wanted_by(k, &o->device) && is_fresh(k, &o->device) &&
            !is_taken(k, &o->device) && is_better(a, o, best_a, best)) {
            best = o;
            best_a = a;
        }
    }
    return best;
}

/* Its adapter is gone, without power, or not to be used any more. */
static bool is_lost(const struct ble_link *k)
{
    const struct ble_adapter *a = adapter_of(k->ble, k->path);

    return k->path[0] && !link_is_over(k) && (!a || !adapter_is_ready(a));
}

static size_t n_made(const struct ble *b)
{
    const struct ble_link *k;
    size_t n = 0;

    list_for_each (k, &b->links, link)
        n += k->state != LINK_WAITING && !link_is_over(k);
    return n;
}

void links_pump(struct ble *b)
{
    size_t n = n_made(b);
    struct ble_link *k;

    list_for_each (k, &b->links, link) {
        struct mirror_object *o;
        struct ble_adapter *a;

        if (is_lost(k))
            link_end_lost(k);
        if (k->state != LINK_WAITING || !b->listed || n >= BLE_MAX_LINKS || !(o = pick(k)))
            continue;
        a = adapter_of(b, o->path);
        if (adapter_is_connecting(a) || !adapter_quiet(a))
            continue;
        link_begin(k, o);
        n++;
    }
}
