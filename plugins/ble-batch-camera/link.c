/* link.c - the link: looked for, set up, lost, looked for again.
 *
 *     DOWN ─▶ SETTING_UP ─▶ READY      warren/ble_seek.h looks for it: what has come of a picture outlives the link, and a
 *       ▲          │          │          camera that sleeps has its radio on for seconds only
 *       └──────────┴──────────┘
 *
 * The service's UUID says nothing (it is that of a well-known example): the set of characteristics does.
 * The order of the older dialects: DATA, then STATUS, then STATUS is read, for its COUNT may have come
 * before we listened, and is not said again; then `R` (generation.c).
 */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Of LedSaber, which has the same service and STATUS. */
#define LEDSABER_COLOR_UUID "d1e5a4c3-eb10-4a3e-8a4c-1234567890ab"

/* --- the end of a link ------------------------------------------------------------------------ */

static void lost(struct wr_dev *dev)
{
    camera_of(dev)->link.state = LINK_DOWN;
    older_lost(dev);
    generation_lost(dev);
    trigger_lost(dev);
    window_lost(dev);
    config_lost(dev);
}

void link_leave(struct wr_dev *dev, const char *why, int64_t pause_us)
{
    wr_seek_leave(dev, &camera_of(dev)->link.seek, why, pause_us);
}

void link_fail(struct wr_dev *dev, const char *why)
{
    wr_seek_fail(dev, &camera_of(dev)->link.seek, why);
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    wr_seek_closed(dev, &camera_of(dev)->link.seek, why, error);
}

/* --- what is on the other side ---------------------------------------------------------------- */

static void note_char(struct link *l, const struct wr_ble_char *c)
{
    const struct {
        const char *uuid;
        uint32_t *props;
    } known[] = {
        {BATCH_STATUS_UUID, &l->status_props},
        {BATCH_DATA_UUID, &l->data_props},
        {BATCH_COMMAND_UUID, &l->command_props},
        {BATCH_CONFIG_UUID, &l->config_props},
        {BATCH_LINK_UUID, &l->link_props},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(c->service, BATCH_SERVICE_UUID) == 0 && strcmp(c->uuid, known[i].uuid) == 0)
            *known[i].props = c->props;
    }
}

/* NULL: it is one of ours. */
static const char *why_not(const struct link *l, const struct wr_ble_char *chars, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strncmp(chars[i].uuid, LEDSABER_COLOR_UUID, 8) == 0)
            return "It is a LedSaber, which has the same service UUID";
    }
    if (!l->data_props && !l->command_props)
        return "It has the service's UUID, but neither DATA nor COMMAND: some other device of "
               "that well-known example";
    if (!(l->status_props & WR_BLE_NOTIFY) || !(l->data_props & WR_BLE_NOTIFY) ||
        !(l->command_props & (WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE)))
        return "Its characteristics are not those of a batch camera";
    return NULL;
}

static enum dialect guess_dialect(const struct link *l)
{
    uint32_t write = WR_BLE_WRITE | WR_BLE_WRITE_NO_RESPONSE;

    if ((l->link_props & write) && (l->link_props & WR_BLE_NOTIFY))
        return DIALECT_WARREN;
    return l->config_props ? DIALECT_BATCH : DIALECT_V0;
}

/* --- setting up ------------------------------------------------------------------------------- */

static void ready(struct wr_dev *dev)
{
    camera_of(dev)->link.state = LINK_READY;
    dev->host->online(dev, true, NULL);
}

static bool step_failed(struct wr_dev *dev, int result, const char *what)
{
    char text[WHY_MAX];

    if (result >= 0)
        return false;
    snprintf(text, sizeof text, "The camera refuses %s: %s", what, strerror(-result));
    link_fail(dev, text);
    return true;
}

static void status_read(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    ready(dev);
    older_ready(dev, bytes, result == 0 ? n : 0); /* what cannot be read says nothing */
}

static void status_subscribed(
    struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    struct link *l = &camera_of(dev)->link;

    if (step_failed(dev, result, "notifications of STATUS"))
        return;
    generation_begin(dev);
    if (l->state != LINK_SETTING_UP)
        return;
    if (!(l->status_props & WR_BLE_READ) ||
        dev->host->ble->read(dev, l->seek.link, BATCH_STATUS_UUID, status_read, NULL) < 0)
        status_read(dev, NULL, -EOPNOTSUPP, NULL, 0);
}

static void data_subscribed(
    struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    if (!step_failed(dev, result, "notifications of DATA"))
        step_failed(dev,
            dev->host->ble->subscribe(
                dev, camera_of(dev)->link.seek.link, BATCH_STATUS_UUID, status_subscribed, NULL),
            "notifications of STATUS");
}

static void config_was_read(struct wr_dev *dev)
{
    ready(dev);
    window_ready(dev);
}

static void link_subscribed(
    struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    if (step_failed(dev, result, "notifications of LINK"))
        return;
    config_generation(dev);
    config_read(dev, config_was_read);
}

static void set_up(struct wr_dev *dev)
{
    struct link *l = &camera_of(dev)->link;
    bool ours = l->dialect == DIALECT_WARREN;

    l->state = LINK_SETTING_UP;
    wr_status(dev, "Connected: setting up notifications");
    step_failed(dev,
        dev->host->ble->subscribe(dev, l->seek.link, ours ? BATCH_LINK_UUID : BATCH_DATA_UUID,
            ours ? link_subscribed : data_subscribed, NULL),
        "notifications");
}

static void on_opened(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_ble_char *chars,
    size_t n_chars, unsigned mtu)
{
    struct link *l = &camera_of(dev)->link;
    enum dialect dialect;
    char text[WHY_MAX];
    const char *why;

    wr_seek_opened(&l->seek);
    l->status_props = l->data_props = l->command_props = l->config_props = l->link_props = 0;
    for (size_t i = 0; i < n_chars; i++)
        note_char(l, &chars[i]);
    why = why_not(l, chars, n_chars);
    if (why) {
        dev->host->reject(dev, why);
        return;
    }
    l->mtu = mtu;
    l->opened_us = dev->host->now_us(dev);
    wr_report_int(dev, "mtu", mtu);
    dialect = guess_dialect(l);
    if (dialect != DIALECT_BATCH || l->dialect != DIALECT_LOW_POWER) /* it slept the last time */
        tell_dialect(dev, dialect);
    if (l->dialect == DIALECT_WARREN || mtu >= BATCH_CHUNK_MTU) {
        set_up(dev);
        return;
    }
    snprintf(text, sizeof text,
        "The link has an MTU of %u, and this camera sends pieces that need %d: pictures would "
        "arrive cut. Another Bluetooth adapter may do better",
        mtu, BATCH_CHUNK_MTU);
    tell_trouble(dev, "%s", text);
    link_fail(dev, text);
}

static void on_notified(
    struct wr_dev *dev, wr_handle h, void *ctx, const char *uuid, const uint8_t *bytes, size_t n)
{
    if (strcmp(uuid, BATCH_LINK_UUID) == 0)
        window_take(dev, bytes, n);
    else if (strcmp(uuid, BATCH_STATUS_UUID) == 0)
        older_status(dev, bytes, n);
    else if (strcmp(uuid, BATCH_DATA_UUID) == 0 && !trigger_early(dev, bytes, n))
        pieces_take(dev, bytes, n);
}

static void on_connecting(struct wr_dev *dev, wr_handle h, void *ctx, const char *address)
{
    wr_seek_connecting(dev, &camera_of(dev)->link.seek, address);
}

static const struct wr_ble_events events = {
    sizeof events, on_opened, on_notified, on_closed, on_connecting};

void link_start(struct wr_dev *dev)
{
    struct link *l = &camera_of(dev)->link;

    l->seek = (struct wr_seek){.what = "camera",
        .address = dev->options[OPTION_ADDRESS].s,
        .names = dev->options[OPTION_NAMES].s,
        .service = BATCH_SERVICE_UUID,
        .events = &events,
        .lost = lost};
    wr_seek_start(dev, &l->seek);
}

/* --- writing ---------------------------------------------------------------------------------- */

int link_write(struct wr_dev *dev, const char *uuid, bool response, const void *bytes, size_t n,
    wr_ble_done done)
{
    struct link *l = &camera_of(dev)->link;
    char text[WHY_MAX];
    int r;

    if (l->state < LINK_SETTING_UP)
        return -ENOTCONN;
    r = dev->host->ble->write(dev, l->seek.link, uuid,
        response ? WR_BLE_WRITE_WITH_RESPONSE : WR_BLE_WRITE_BEST, bytes, n, done, NULL);
    if (r < 0 && r != -EAGAIN) {
        snprintf(text, sizeof text, "The camera cannot be written to: %s", strerror(-r));
        link_fail(dev, text);
    }
    return r;
}
