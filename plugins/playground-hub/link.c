/* link.c - the link: looked for (warren/ble_seek.h), set up, lost.
 *
 *     DOWN ─▶ SETTING_UP ─▶ READY
 *
 * The service is that of thousands of other things: its name says that it is a hub, and its characteristics must be able to do
 * what a hub's can.
 */
#include "hub.h"

#include <stdio.h>

static void lost(struct wr_dev *dev)
{
    static const char why[] = "The link to the hub was lost before it answered";
    struct hub *h = hub_of(dev);

    h->link.state = LINK_DOWN;
    lines_lost(dev);
    answers_lost(dev);
    queue_lost(dev, why);
    scan_lost(dev, why);
    modules_lost(dev);
    tell_link(dev);
}

/* --- setting up ------------------------------------------------------------------------------- */

static const char *why_not(const struct link *l)
{
    if (!(l->rx_props & (WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE)))
        return "It has no RX to write to: it is no playground hub";
    return l->tx_props & WR_BLE_NOTIFY ? NULL
                                       : "It has no TX that notifies: it is no playground hub";
}

static void subscribed(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct hub *h = hub_of(dev);
    char why[WHY_MAX];

    if (result < 0) {
        snprintf(why, sizeof why, "The hub refuses notifications: %s", strerror(-result));
        wr_seek_fail(dev, &h->link.seek, why);
        return;
    }
    h->link.state = LINK_READY;
    h->link.seek.n_failures = 0;
    answers_begin(dev);
    dev->host->online(dev, true, NULL);
    tell_link(dev);
    scan_ready(dev);
}

static void on_opened(struct wr_dev *dev, wr_handle link, void *ctx,
    const struct wr_ble_char *chars, size_t n_chars, unsigned mtu)
{
    struct link *l = &hub_of(dev)->link;
    int r;

    wr_seek_opened(&l->seek);
    l->rx_props = l->tx_props = 0;
    for (size_t i = 0; i < n_chars; i++) {
        if (strcmp(chars[i].uuid, HUB_RX_UUID) == 0)
            l->rx_props = chars[i].props;
        else if (strcmp(chars[i].uuid, HUB_TX_UUID) == 0)
            l->tx_props = chars[i].props;
    }
    if (why_not(l)) {
        dev->host->reject(dev, why_not(l));
        return;
    }
    l->state = LINK_SETTING_UP;
    tell_link(dev);
    wr_status(dev, "Connected: setting up notifications");
    r = dev->host->ble->subscribe(dev, link, HUB_TX_UUID, subscribed, NULL);
    if (r < 0)
        subscribed(dev, NULL, r, NULL, 0);
}

static void on_notified(
    struct wr_dev *dev, wr_handle link, void *ctx, const char *uuid, const uint8_t *bytes, size_t n)
{
    if (link_ready(&hub_of(dev)->link) && strcmp(uuid, HUB_TX_UUID) == 0)
        answers_take(dev, bytes, n);
}

static void on_closed(struct wr_dev *dev, wr_handle link, void *ctx, int why, const char *error)
{
    wr_seek_closed(dev, &hub_of(dev)->link.seek, why, error);
}

static void on_connecting(struct wr_dev *dev, wr_handle link, void *ctx, const char *address)
{
    wr_seek_connecting(dev, &hub_of(dev)->link.seek, address);
    tell_link(dev);
}

static const struct wr_ble_events events = {
    sizeof events, on_opened, on_notified, on_closed, on_connecting};

void link_start(struct wr_dev *dev)
{
    struct link *l = &hub_of(dev)->link;

    l->seek = (struct wr_seek){.what = "hub",
        .address = dev->options[OPTION_ADDRESS].s,
        .names = dev->options[OPTION_NAMES].s,
        .service = HUB_SERVICE_UUID,
        .events = &events,
        .lost = lost};
    wr_seek_start(dev, &l->seek);
    tell_link(dev);
}
