/* metrics_nearby.c - by what devices are found: Bluetooth, and mDNS. */
#include "ble/ble.h"
#include "http/metrics.h"
#include "mdns/mdns.h"

void metrics_ble(struct buf *b, const struct ble *ble)
{
    const struct ble_stats *s = ble_stats(ble);

    metrics_single(
        b, "warren_bluetooth_ready", "gauge", "1: an adapter can be used.", ble_is_ready(ble));
    metrics_single(
        b, "warren_bluetooth_links", "gauge", "Open links.", (double)ble_n_open_links(ble));
    metrics_single(b, "warren_bluetooth_connects_total", "counter", "Links that were opened.",
        (double)s->n_connects);
    metrics_single(b, "warren_bluetooth_connect_failures_total", "counter",
        "Connects that failed, or whose device was not seen.", (double)s->n_connect_failures);
    metrics_single(b, "warren_bluetooth_links_lost_total", "counter",
        "Open links that ended by themselves.", (double)s->n_links_lost);
    metrics_single(b, "warren_bluetooth_notifications_total", "counter", "Notifications received.",
        (double)s->n_notifications);
    metrics_single(b, "warren_bluetooth_notified_bytes_total", "counter", "Bytes of notifications.",
        (double)s->n_notified_bytes);
    metrics_single(
        b, "warren_bluetooth_scans_total", "counter", "Scans that were begun.", (double)s->n_scans);
    metrics_single(b, "warren_bluetooth_sightings_total", "counter",
        "Sightings passed on to drivers.", (double)s->n_sightings);
    metrics_single(b, "warren_bluetooth_timeouts_total", "counter",
        "Calls that bluetoothd did not answer in time.", (double)s->n_timeouts);
}

void metrics_mdns(struct buf *b, const struct mdns *m)
{
    const struct mdns_stats *s = mdns_stats(m);

    metrics_single(b, "warren_mdns_ready", "gauge", "1: devices are looked for in the network.",
        mdns_is_ready(m));
    metrics_single(b, "warren_mdns_services", "gauge",
        "Things of the types looked for that announce themselves, whoever they belong to.",
        (double)mdns_n_services(m));
    metrics_single(b, "warren_mdns_sightings_total", "counter", "Sightings passed on to drivers.",
        (double)s->n_sightings);
    metrics_single(b, "warren_mdns_failures_total", "counter",
        "What avahi-daemon could not look for or resolve, or did not answer.",
        (double)s->n_failures);
    metrics_single(b, "warren_mdns_left_out_total", "counter",
        "What was announced while there was no room for more.", (double)s->n_left_out);
    metrics_single(b, "warren_mdns_senseless_total", "counter",
        "Messages of avahi-daemon's that were not understood.", (double)s->n_senseless);
}
