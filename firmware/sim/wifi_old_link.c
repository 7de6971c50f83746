/* wifi_old_link.c - an old debug camera joins a network, shows itself there, and tells of it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "loop/loop.h"
#include "wifi_news.h"
#include "wifi_old_camera.h"
#include "wifi_old_http.h"
#include "wifi_old_private.h"
#include "wifi_text.h"

/* How long enable waits, and how often it looks. */
#define JOIN_LIMIT_US (15 * US_PER_S)
#define JOIN_LOOK_US (500 * US_PER_MS)
#define STATUS_US (5 * US_PER_S)
#define HTTP_PORT 80
#define URL_BYTES sizeof(((struct wifi_status *)NULL)->url)

static bool is_connected(const struct wifi_old *c)
{
    return c->air.state == WIFI_AIR_JOINED;
}

/* --- STATUS ------------------------------------------------------------------------------------- */

static void write_url(const struct wifi_old *c, char out[URL_BYTES])
{
    if (c->port == HTTP_PORT)
        snprintf(out, URL_BYTES, "http://%s", c->air.address);
    else
        snprintf(out, URL_BYTES, "http://%s:%u", c->air.address, c->port);
}

/* Of its own accord, and not while it waits. */
static void notify_status(struct wifi_old *c)
{
    struct wifi_status s = {.enabled = c->enabled, .connected = is_connected(c)};
    struct wifi_old_value *v = &c->values[WIFI_OLD_CHAR_STATUS];

    snprintf(s.ssid, sizeof s.ssid, "%.32s", c->ssid);
    if (s.connected) {
        snprintf(s.ip, sizeof s.ip, "%s", c->air.address);
        s.rssi_dbm = c->options->air.rssi_dbm;
        write_url(c, s.url);
    }
    v->n = wifi_status_write(&s, (char *)v->bytes, sizeof v->bytes);
    (void)gatt_notify(&c->app, WIFI_OLD_CHAR_STATUS, v->bytes, v->n);
    if (c->enabled)
        (void)timer_once(&c->tell, STATUS_US);
    else
        timer_stop(&c->tell);
}

static void notice_connection(struct wifi_old *c)
{
    if (is_connected(c) == c->was_connected)
        return;
    c->was_connected = is_connected(c);
    notify_status(c);
}

static void on_tell(struct timer *t)
{
    notify_status(container_of(t, struct wifi_old, tell));
}

/* --- HTTP, while there is a network ------------------------------------------------------------- */

static void open_http(struct wifi_old *c)
{
    struct error e = ERROR_NULL;
    char url[URL_BYTES];

    if (c->http)
        return;
    if (wifi_old_http_new(c->loop, c->options, c->camera, c->air.address, c->port, &c->http, &e) <
        0) {
        log_error("the camera cannot be asked", F_STR("camera", c->options->name), F_ERROR(&e));
        return;
    }
    c->port = wifi_old_http_port(c->http);
    wifi_old_camera_start(c->camera);
    write_url(c, url);
    wifi_news("joined", c->options->name, url);
}

static void close_http(struct wifi_old *c)
{
    if (!c->http)
        return;
    c->http = wifi_old_http_free(c->http);
    wifi_old_camera_stop(c->camera);
    wifi_news("lost", c->options->name, NULL);
}

static void on_air(void *ctx)
{
    struct wifi_old *c = ctx;

    if (is_connected(c))
        open_http(c);
    else
        close_http(c);
    if (c->air.state == WIFI_AIR_FAILED)
        wifi_news("failed", c->options->name, NULL);
    if (c->enabled && c->air.state == WIFI_AIR_OFF)
        wifi_air_join(&c->air, c->ssid, c->pass);
    if (!timer_armed(&c->look))
        notice_connection(c);
}

/* --- CONTROL ------------------------------------------------------------------------------------ */

static void connect_wifi(struct wifi_old *c)
{
    if (!*c->ssid) {
        notify_status(c);
        return;
    }
    wifi_air_leave(&c->air);
    close_http(c);
    wifi_air_join(&c->air, c->ssid, c->pass);
    c->enabled = true;
    c->limit_us = loop_now_us(c->loop) + JOIN_LIMIT_US;
    timer_stop(&c->tell);
    (void)timer_every(&c->look, JOIN_LOOK_US);
}

static void disconnect_wifi(struct wifi_old *c)
{
    wifi_air_leave(&c->air);
    close_http(c);
    c->enabled = false;
    notify_status(c);
    notice_connection(c);
}

static void configure(struct wifi_old *c, const struct wifi_old_control *q)
{
    struct wifi_old_value *v = &c->values[WIFI_OLD_CHAR_SSID];

    snprintf(c->ssid, sizeof c->ssid, "%s", q->ssid);
    snprintf(c->pass, sizeof c->pass, "%s", q->pass);
    v->n = strlen(c->ssid);
    memcpy(v->bytes, c->ssid, v->n);
    if (c->enabled)
        connect_wifi(c);
}

static void control(struct wifi_old *c, const uint8_t *bytes, size_t n)
{
    struct wifi_old_control q;

    if (wifi_old_control_read((struct span){(const char *)bytes, n}, &q) < 0)
        return;
    if (c->options->common.verbose)
        log_info("command", F_STR("camera", c->options->name), F_STR("cmd", q.cmd));
    if (strcmp(q.cmd, "enable") == 0)
        connect_wifi(c);
    else if (strcmp(q.cmd, "disable") == 0)
        disconnect_wifi(c);
    else if (strcmp(q.cmd, "status") == 0)
        notify_status(c);
    else if (strcmp(q.cmd, "configure") == 0)
        configure(c, &q);
}

/* What came while it waited, until one makes it wait again. */
static void catch_up(struct wifi_old *c)
{
    while (c->n_waiting > 0 && !timer_armed(&c->look)) {
        struct wifi_old_value v = c->waiting[0];

        memmove(&c->waiting[0], &c->waiting[1], --c->n_waiting * sizeof c->waiting[0]);
        control(c, v.bytes, v.n);
    }
}

static void on_look(struct timer *t)
{
    struct wifi_old *c = container_of(t, struct wifi_old, look);

    if (!is_connected(c) && loop_now_us(c->loop) < c->limit_us)
        return;
    timer_stop(&c->look);
    notice_connection(c);
    notify_status(c);
    catch_up(c);
}

/* --- from outside ------------------------------------------------------------------------------- */

void wifi_old_take_control(struct wifi_old *c, const uint8_t *bytes, size_t n)
{
    if (!timer_armed(&c->look)) {
        control(c, bytes, n);
    } else if (c->n_waiting < WIFI_OLD_WAITING_MAX) {
        struct wifi_old_value *v = &c->waiting[c->n_waiting++];

        v->n = n;
        memcpy(v->bytes, bytes, n);
    }
}

void wifi_old_go_online(struct wifi_old *c)
{
    const struct wifi_air_config *air = &c->options->air;

    snprintf(c->ssid, sizeof c->ssid, "%s", air->ssid ? air->ssid : "Home");
    snprintf(c->pass, sizeof c->pass, "%s", air->password ? air->password : "");
    c->enabled = true;
    wifi_air_join(&c->air, c->ssid, c->pass);
}

void wifi_old_link_init(struct wifi_old *c)
{
    c->port = c->options->port;
    timer_init(&c->tell, c->loop, on_tell);
    timer_init(&c->look, c->loop, on_look);
    wifi_air_init(&c->air, c->loop, &c->options->air, on_air, c);
}

void wifi_old_link_fini(struct wifi_old *c)
{
    timer_stop(&c->tell);
    timer_stop(&c->look);
    wifi_air_fini(&c->air);
    c->http = wifi_old_http_free(c->http);
}
