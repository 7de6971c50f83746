/* ble.c - the Bluetooth link: looked for (warren/ble_seek.h), set up, let go.
 *
 *     DOWN ─▶ SETTING_UP ─▶ READY        SETTING_UP: STATUS is subscribed to and read
 *
 * A camera takes one link, and people have an app. So we have it while a job waits, or while its HTTP server cannot be reached
 * or found; when the server answers, the link is let go.
 */
#include "camera.h"

#include <stdio.h>
#include <string.h>

/* So that what follows at once needs no new link. */
#define RELEASE_US (3 * US_PER_S)
/* What every LED saber has; those without the WiFi service are of later firmware. */
#define LED_SERVICE_UUID "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
/* The first cameras' own, as plain text: "init", "start". */
#define CAMERA_SERVICE_UUID "5fafc301-1fb5-459e-8fcc-c5c9c331914b"
#define CAMERA_CONTROL_UUID "7dc5a4c3-eb10-4a3e-8a4c-1234567890ab"

static struct ble *ble_of(const struct wr_dev *dev)
{
    return &camera_of(dev)->ble;
}

/* --- wanted or not ---------------------------------------------------------------------------- */

static bool is_sought(const struct ble *b)
{
    return b->seek.state != WR_SEEK_DOWN || b->seek.again;
}

static bool is_wanted(const struct wr_dev *dev)
{
    const struct camera *c = camera_of(dev);

    if (!c->ble.usable)
        return false;
    if (job_busy(dev) || c->web.state == WEB_NONE || c->web.state == WEB_DOWN)
        return true;
    return c->web.state == WEB_TRYING && is_sought(&c->ble);
}

static void release(struct wr_dev *dev, void *ctx)
{
    struct ble *b = ble_of(dev);

    b->release = 0;
    if (!is_wanted(dev) && is_sought(b)) {
        wr_seek_stop(dev, &b->seek);
        presence_update(dev);
    }
}

static void seek(struct wr_dev *dev)
{
    const struct web *w = &camera_of(dev)->web;

    wr_seek_start(dev, &ble_of(dev)->seek);
    if (w->state == WEB_DOWN)
        wr_status(dev, "%.200s; it is looked for over Bluetooth", w->why);
}

/* Not from within what the link's end calls: it would be sought twice. */
static void settle(struct wr_dev *dev, void *ctx)
{
    struct ble *b = ble_of(dev);
    bool wanted = is_wanted(dev);

    b->settle = 0;
    if (wanted)
        wr_timer_set(dev, &b->release, 0, NULL);
    if (wanted && !is_sought(b))
        seek(dev);
    else if (!wanted && is_sought(b) && !b->release)
        wr_timer_set(dev, &b->release, RELEASE_US, release);
    presence_update(dev);
}

void ble_update(struct wr_dev *dev)
{
    struct ble *b = ble_of(dev);

    if (b->usable && !b->settle)
        b->settle = dev->host->after(dev, 1, settle, NULL);
}

/* --- STATUS ----------------------------------------------------------------------------------- */

static bool take(struct wr_dev *dev, const uint8_t *bytes, size_t n, bool read)
{
    struct wifi_status s;

    if (n == 0 || wifi_status_read((struct span){(const char *)bytes, n}, &s) < 0)
        return false;
    presence_trouble(dev, TROUBLE_STATUS, "");
    ble_of(dev)->secure = s.secure;
    if (status_take(dev, &s, true))
        job_status(dev, &s, read);
    else
        wr_seek_fail(dev, &ble_of(dev)->seek,
            "The camera that was heard is another device already: ble_address tells them apart");
    return true;
}

static void ready(struct wr_dev *dev)
{
    struct ble *b = ble_of(dev);

    b->state = BLE_READY;
    b->seek.n_failures = 0;
    job_ready(dev);
    presence_update(dev);
    ble_update(dev);
}

/* Before it has notified anything the value of older firmware is empty. */
static void status_read(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    static const char ask[] = "{\"cmd\":\"status\"}";
    struct ble *b = ble_of(dev);
    bool first = b->state == BLE_SETTING_UP;
    bool taken;

    b->reading = false;
    taken = result == 0 && take(dev, bytes, n, true);
    if (first && b->state == BLE_SETTING_UP)
        ready(dev);
    if (taken || b->state != BLE_READY)
        return;
    if (result == 0 && n > 0)
        presence_trouble(
            dev, TROUBLE_STATUS, "What the camera says of its Wi-Fi over Bluetooth cannot be read");
    else if (first && !job_busy(dev))
        ble_write(dev, WIFI_CONTROL_UUID, ask, sizeof ask - 1, NULL);
}

void ble_read_status(struct wr_dev *dev)
{
    struct ble *b = ble_of(dev);

    if (b->state == BLE_DOWN || b->reading)
        return;
    b->reading = dev->host->ble->read(dev, b->seek.link, WIFI_STATUS_UUID, status_read, NULL) == 0;
    if (!b->reading && b->state == BLE_SETTING_UP)
        ready(dev);
}

/* A notification is cut to what the link carries; a read is not. */
static void on_notified(
    struct wr_dev *dev, wr_handle h, void *ctx, const char *uuid, const uint8_t *bytes, size_t n)
{
    if (strcmp(uuid, WIFI_STATUS_UUID) == 0 && !take(dev, bytes, n, false))
        ble_read_status(dev);
}

/* --- setting up ------------------------------------------------------------------------------- */

static void subscribed(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n)
{
    char why[WHY_MAX];

    if (result == 0) {
        ble_read_status(dev);
        return;
    }
    snprintf(why, sizeof why, "The camera refuses notifications: %s", strerror(-result));
    wr_seek_fail(dev, &ble_of(dev)->seek, why);
}

static uint32_t props_of(
    const struct wr_ble_char *chars, size_t n, const char *service, const char *uuid)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(chars[i].service, service) == 0 && strcmp(chars[i].uuid, uuid) == 0)
            return chars[i].props;
    return 0;
}

static bool has_service(const struct wr_ble_char *chars, size_t n, const char *uuid)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(chars[i].service, uuid) == 0)
            return true;
    return false;
}

/* NULL: it is one of ours. */
static const char *why_not(const struct wr_ble_char *chars, size_t n)
{
    uint32_t control = props_of(chars, n, WIFI_SERVICE_UUID, WIFI_CONTROL_UUID);
    uint32_t status = props_of(chars, n, WIFI_SERVICE_UUID, WIFI_STATUS_UUID);

    if (!has_service(chars, n, WIFI_SERVICE_UUID))
        return has_service(chars, n, LED_SERVICE_UUID)
            ? "It is a LED saber whose firmware has no Wi-Fi (it was taken out in later versions): "
              "there are no pictures to be had from it"
            : "It has no Wi-Fi service: it is no debug camera";
    if (!(control & WR_BLE_WRITE) || !(status & WR_BLE_READ) || !(status & WR_BLE_NOTIFY))
        return "Its Wi-Fi service is not that of a debug camera";
    return NULL;
}

/* The first cameras look at no picture, and their overlay says nothing, before they are told to. */
static void start_detector(struct wr_dev *dev, const struct wr_ble_char *chars, size_t n)
{
    if (!(props_of(chars, n, CAMERA_SERVICE_UUID, CAMERA_CONTROL_UUID) & WR_BLE_WRITE))
        return;
    ble_write(dev, CAMERA_CONTROL_UUID, "init", 4, NULL);
    ble_write(dev, CAMERA_CONTROL_UUID, "start", 5, NULL);
}

static void on_opened(struct wr_dev *dev, wr_handle link, void *ctx,
    const struct wr_ble_char *chars, size_t n_chars, unsigned mtu)
{
    struct ble *b = ble_of(dev);
    const char *why = why_not(chars, n_chars);
    int r;

    wr_seek_opened(&b->seek);
    if (why) {
        camera_of(dev)->presence.gone = true;
        dev->host->reject(dev, why);
        return;
    }
    b->state = BLE_SETTING_UP;
    b->secure = b->reading = false;
    start_detector(dev, chars, n_chars);
    r = dev->host->ble->subscribe(dev, link, WIFI_STATUS_UUID, subscribed, NULL);
    if (r < 0)
        subscribed(dev, NULL, r, NULL, 0);
}

/* --- the link --------------------------------------------------------------------------------- */

static void lost(struct wr_dev *dev)
{
    struct ble *b = ble_of(dev);

    b->state = BLE_DOWN;
    b->reading = false;
    job_lost(dev);
}

static void away(struct wr_dev *dev, const char *why)
{
    presence_away(dev, why);
    ble_update(dev);
}

static void on_closed(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error)
{
    wr_seek_closed(dev, &ble_of(dev)->seek, why, error);
}

static void on_connecting(struct wr_dev *dev, wr_handle h, void *ctx, const char *address)
{
    struct ble *b = ble_of(dev);

    snprintf(b->address, sizeof b->address, "%s", address);
    wr_seek_connecting(dev, &b->seek, address);
    presence_update(dev);
}

static const struct wr_ble_events events = {
    sizeof events, on_opened, on_notified, on_closed, on_connecting};

int ble_write(struct wr_dev *dev, const char *uuid, const void *bytes, size_t n, wr_ble_done done)
{
    struct ble *b = ble_of(dev);

    if (b->state == BLE_DOWN)
        return -ENOTCONN;
    return dev->host->ble->write(
        dev, b->seek.link, uuid, WR_BLE_WRITE_WITH_RESPONSE, bytes, n, done, NULL);
}

/* An address alone means that camera, and by a name another one might be found. */
void ble_start(struct wr_dev *dev)
{
    const char *address = dev->options[OPTION_BLE_ADDRESS].s;
    struct ble *b = ble_of(dev);

    b->usable = dev->host->ble && (*address || !*dev->options[OPTION_ADDRESS].s);
    b->seek = (struct wr_seek){.what = "camera",
        .address = address,
        .names = dev->options[OPTION_NAMES].s,
        .events = &events,
        .lost = lost,
        .away = away};
    ble_update(dev);
}
