/* status.c - what the camera says of its Wi-Fi: over Bluetooth in STATUS, and ours at /wifi/status, too. */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_PORT 80

enum wifi_state status_state(const struct wifi_status *s)
{
    if (s->state != WIFI_STATE_UNKNOWN)
        return s->state;
    if (s->connected)
        return WIFI_STATE_CONNECTED;
    return s->enabled ? WIFI_STATE_FAILED : WIFI_STATE_OFF;
}

/* --- for people ------------------------------------------------------------------------------- */

static void put_text(struct wr_json *j, const char *key, const char *text)
{
    char clean[WHY_MAX];

    wr_text_clean(text, strlen(text), clean, sizeof clean);
    wr_json_key(j, key);
    wr_json_string(j, clean);
}

static void put_rssi(struct wr_json *j, const struct wifi_status *s)
{
    wr_json_key(j, "rssi_dbm");
    if (s->connected && s->rssi_dbm != 0)
        wr_json_int(j, s->rssi_dbm);
    else
        wr_json_null(j);
}

const char *status_json(const struct wifi_status *s, char out[STATUS_JSON_MAX])
{
    struct wr_json j = wr_json_into(out, STATUS_JSON_MAX);

    wr_json_object(&j);
    wr_json_key(&j, "enabled");
    wr_json_bool(&j, s->enabled);
    wr_json_key(&j, "connected");
    wr_json_bool(&j, s->connected);
    put_text(&j, "state", wifi_state_name(status_state(s)));
    put_text(&j, "reason", s->reason);
    put_text(&j, "ssid", s->ssid);
    put_text(&j, "ip", s->ip);
    put_text(&j, "url", s->url);
    put_rssi(&j, s);
    wr_json_end(&j);
    return wr_json_text(&j);
}

void status_why(const struct wifi_status *s, char out[WHY_MAX])
{
    char ssid[WIFI_SSID_BYTES], reason[sizeof s->reason];

    wr_text_clean(s->ssid, strlen(s->ssid), ssid, sizeof ssid);
    wr_text_clean(s->reason, strlen(s->reason), reason, sizeof reason);
    switch (status_state(s)) {
    case WIFI_STATE_CONNECTED:
        *out = '\0';
        break;
    case WIFI_STATE_CONNECTING:
        snprintf(out, WHY_MAX, "The camera is joining the network %s", ssid);
        break;
    case WIFI_STATE_FAILED:
        snprintf(out, WHY_MAX, "The camera has not joined the network %s: %s", ssid,
            *reason ? reason : "is the password right, and the network one of 2.4 GHz?");
        break;
    default:
        snprintf(out, WHY_MAX, "%s",
            *ssid ? "The camera's Wi-Fi is off: switch it on"
                  : "No Wi-Fi yet: tell the camera its network");
    }
}

/* --- what has changed ------------------------------------------------------------------------- */

static void tell_event(struct wr_dev *dev, const struct wifi_status *s)
{
    char text[STATUS_JSON_MAX];
    struct wr_json j = wr_json_into(text, sizeof text);

    wr_json_object(&j);
    put_text(&j, "state", wifi_state_name(status_state(s)));
    wr_json_key(&j, "connected");
    wr_json_bool(&j, s->connected);
    put_text(&j, "ssid", s->ssid);
    put_text(&j, "ip", s->ip);
    put_rssi(&j, s);
    put_text(&j, "reason", s->reason);
    wr_json_end(&j);
    dev->host->publish(dev, "wifi.status", wr_json_text(&j));
}

/* How strong the signal is changes all the time. */
static bool differs(const struct wifi_status *a, const struct wifi_status *b)
{
    return status_state(a) != status_state(b) || a->connected != b->connected ||
        strcmp(a->ssid, b->ssid) != 0 || strcmp(a->ip, b->ip) != 0 ||
        strcmp(a->reason, b->reason) != 0;
}

static void report_text(struct wr_dev *dev, const char *key, const char *text)
{
    char clean[WHY_MAX];

    wr_text_clean(text, strlen(text), clean, sizeof clean);
    wr_report_text(dev, key, clean);
}

static void report_settings(struct wr_dev *dev, const struct wifi_settings *s)
{
    if (s->has & WIFI_HAS_WEB_ENABLED)
        wr_report_bool(dev, "web_enabled", s->web_enabled);
    if (s->has & WIFI_HAS_WEB_PORT)
        wr_report_int(dev, "web_port", s->web_port);
    if (s->has & WIFI_HAS_FPS)
        wr_report_int(dev, "stream_fps", s->stream_fps);
    if (s->has & WIFI_HAS_SIZE)
        wr_report_text(dev, "frame_size", wifi_frame_size_name(s->frame_size));
}

static void report(struct wr_dev *dev, const struct wifi_status *s)
{
    report_text(dev, "wifi_state", wifi_state_name(status_state(s)));
    report_text(dev, "wifi_ssid", s->ssid);
    report_text(dev, "ip", s->ip);
    report_text(dev, "url", s->url);
    if (s->connected && s->rssi_dbm != 0)
        wr_report_int(dev, "wifi_rssi_dbm", s->rssi_dbm);
    else
        wr_report_none(dev, "wifi_rssi_dbm");
    if (*s->fw)
        report_text(dev, "firmware", s->fw);
    report_settings(dev, &s->settings);
}

/* --- who and where it is ---------------------------------------------------------------------- */

/* False: another device is this camera. */
static bool identify(struct wr_dev *dev, const struct wifi_status *s)
{
    const struct status *known = &camera_of(dev)->status;

    if (!*s->mac || (known->known && strcmp(known->is.mac, s->mac) == 0))
        return true;
    return dev->host->identify(dev, s->mac) != -EEXIST;
}

/* "http://192.168.1.7:8080" → 8080; without one it is 80. 0: that is no port. */
static uint16_t port_of(const char *url)
{
    const char *host = strstr(url, "://"), *colon = host ? strchr(host + 3, ':') : NULL;
    struct span digits = {colon ? colon + 1 : "", colon ? strcspn(colon + 1, "/") : 0};
    int64_t port;

    if (!colon)
        return DEFAULT_PORT;
    return span_int(digits, &port) == 0 && port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* Of one host: 0/8 is whoever asks, and from 224 on it is many. */
static bool is_host_ipv4(const char *ip)
{
    unsigned a, b, c, d;
    char end;

    return strspn(ip, "0123456789.") == strlen(ip) &&
        sscanf(ip, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) == 4 && a > 0 && a < 224 && b < 256 &&
        c < 256 && d < 256;
}

/* Where its HTTP server is, as it says over Bluetooth. */
static void follow(struct wr_dev *dev, const struct wifi_status *s, bool was_connected)
{
    if (!s->connected) {
        web_left(dev);
        return;
    }
    if (!was_connected)
        web_joined(dev);
    if (is_host_ipv4(s->ip) && port_of(s->url) > 0)
        web_move(dev, s->ip, port_of(s->url));
}

bool status_take(struct wr_dev *dev, const struct wifi_status *s, bool by_ble)
{
    struct status *known = &camera_of(dev)->status;
    bool changed = known->known && differs(&known->is, s);
    bool was_connected = known->known && known->is.connected;

    if (!identify(dev, s))
        return false;
    known->known = true;
    known->is = *s;
    report(dev, s);
    if (changed)
        tell_event(dev, s);
    if (by_ble)
        follow(dev, s, was_connected);
    presence_update(dev);
    return true;
}
