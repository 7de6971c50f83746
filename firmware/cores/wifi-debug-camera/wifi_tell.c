/* wifi_tell.c - STATUS: what is read, and notified of; see wifi_camera_private.h. */
#include "wifi_camera_private.h"

#include <stdio.h>
#include <string.h>

/* After the radio's stack was full. */
#define RETRY_US INT64_C(50000)

static void write_address(const struct wifi_camera *c, struct wifi_status *s)
{
    memcpy(s->ip, c->net.ip, sizeof s->ip);
    s->rssi_dbm = c->port.rssi(c->port.ctx);
    if (!c->server || c->server->port == 0)
        return;
    if (c->server->port == WIFI_CAMERA_DEFAULT_PORT)
        (void)snprintf(s->url, sizeof s->url, "http://%s", s->ip);
    else
        (void)snprintf(s->url, sizeof s->url, "http://%s:%u", s->ip, c->server->port);
}

static const char *reason(const struct wifi_camera *c)
{
    return c->no_server ? "the HTTP server could not begin; it is tried again" : c->net.reason;
}

size_t wifi_tell_write(const struct wifi_camera *c, char *out)
{
    struct wifi_status s = {.enabled = c->kept.enabled,
        .connected = c->net.state == WIFI_STATE_CONNECTED,
        .state = c->net.state,
        .secure = true,
        .settings = c->kept.settings};
    const char *why = reason(c);

    if (s.connected)
        write_address(c, &s);
    memcpy(s.ssid, c->kept.ssid, sizeof s.ssid);
    span_copy((struct span){why, strlen(why)}, s.reason, sizeof s.reason);
    memcpy(s.fw, c->who.fw, sizeof s.fw);
    memcpy(s.mac, c->who.mac, sizeof s.mac);
    memcpy(s.error, c->tell.error, sizeof s.error);
    return wifi_status_write(&s, out, WIFI_TEXT_MAX);
}

void wifi_tell(struct wifi_camera *c, const char *error)
{
    if (error)
        span_copy((struct span){error, strlen(error)}, c->tell.error, sizeof c->tell.error);
    c->tell.due = true;
}

/* Of a network whose name is all escapes it is too long for one value: what matters most is said. */
static void compose(struct wifi_camera *c)
{
    struct wifi_tell *t = &c->tell;

    t->n = wifi_tell_write(c, t->text);
    if (t->n == 0) {
        struct wifi_status s = {.enabled = c->kept.enabled,
            .connected = c->net.state == WIFI_STATE_CONNECTED,
            .state = c->net.state,
            .secure = true};

        memcpy(s.ip, c->net.ip, sizeof s.ip);
        memcpy(s.error, t->error, sizeof s.error);
        t->n = wifi_status_write(&s, t->text, sizeof t->text);
    }
    t->error[0] = '\0';
    t->due = false;
    t->notify_due = t->subscribed;
    t->retry_us = c->now_us;
    t->periodic_us = c->now_us + WIFI_CAMERA_STATUS_EVERY_US;
    c->port.set_value(c->port.ctx, WIFI_CAMERA_STATUS, t->text, t->n);
}

/* What does not fit a notification is read by who sees that it was cut. */
static void notify(struct wifi_camera *c)
{
    struct wifi_tell *t = &c->tell;
    size_t room = t->mtu - WIFI_MTU_HEAD;

    t->notify_due = !c->port.notify(c->port.ctx, t->text, t->n < room ? t->n : room);
    t->retry_us = c->now_us + RETRY_US;
}

void wifi_tell_step(struct wifi_camera *c)
{
    struct wifi_tell *t = &c->tell;

    if (t->due || (c->kept.enabled && c->now_us >= t->periodic_us))
        compose(c);
    if (t->notify_due && c->now_us >= t->retry_us)
        notify(c);
}

int64_t wifi_tell_next_us(const struct wifi_camera *c)
{
    int64_t at = c->kept.enabled ? c->tell.periodic_us : WIFI_NEVER_US;

    if (c->tell.due)
        return c->now_us;
    return c->tell.notify_due ? wifi_sooner(at, c->tell.retry_us) : at;
}
