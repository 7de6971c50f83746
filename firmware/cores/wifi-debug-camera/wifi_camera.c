/* wifi_camera.c - see wifi_camera.h: what happens is handed to whom it concerns; then all look whether they have something to do.
 */
#include "wifi_camera_private.h"

#include <errno.h>
#include <string.h>

/* --- life ------------------------------------------------------------------------------------- */

size_t wifi_camera_bytes(void)
{
    return sizeof(struct wifi_camera);
}

static const struct wifi_settings defaults = {
    .has = WIFI_HAS_WEB_ENABLED | WIFI_HAS_WEB_PORT | WIFI_HAS_FPS | WIFI_HAS_SIZE,
    .web_enabled = true,
    .web_port = WIFI_CAMERA_DEFAULT_PORT,
    .stream_fps = WIFI_CAMERA_DEFAULT_FPS,
    .frame_size = WIFI_QVGA,
};

static bool makes_sense(const struct wifi_camera_kept *k)
{
    return memchr(k->ssid, 0, sizeof k->ssid) && memchr(k->pass, 0, sizeof k->pass) &&
        k->settings.stream_fps >= 1 && k->settings.stream_fps <= WIFI_STREAM_FPS_MAX &&
        k->settings.web_port >= 1 && k->settings.frame_size <= WIFI_QQVGA;
}

static void load(struct wifi_camera *c)
{
    if (c->port.load(c->port.ctx, &c->kept) && makes_sense(&c->kept))
        c->kept.settings.has = defaults.has;
    else
        c->kept = (struct wifi_camera_kept){.settings = defaults};
    c->saved = c->kept;
}

struct wifi_camera *wifi_camera_init(
    void *room, const struct wifi_camera_port *port, const struct wifi_camera_identity *who)
{
    struct wifi_camera *c = room;

    memset(c, 0, sizeof *c);
    c->port = *port;
    c->who = *who;
    c->net.state = WIFI_STATE_OFF;
    c->tell.mtu = WIFI_MTU_MIN;
    c->lens.encoding = -1;
    load(c);
    c->watch.fps = c->kept.settings.stream_fps;
    c->port.set_value(c->port.ctx, WIFI_CAMERA_SSID, c->kept.ssid, strlen(c->kept.ssid));
    return c;
}

void wifi_camera_fini(struct wifi_camera *c)
{
    c->lens.capturing = c->lens.comparing = false;
    c->lens.encoding = -1;
    wifi_server_close_all(c);
}

void wifi_camera_start(struct wifi_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    if (c->kept.enabled && c->kept.ssid[0])
        wifi_net_begin(c);
    wifi_tell(c, NULL);
    wifi_camera_step(c, now_us);
}

void wifi_camera_step(struct wifi_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    wifi_net_step(c);
    wifi_watch_step(c);
    wifi_server_step(c);
    wifi_lens_step(c);
    wifi_tell_step(c);
}

int64_t wifi_camera_next_us(const struct wifi_camera *c)
{
    int64_t at = wifi_sooner(wifi_net_next_us(c), wifi_watch_next_us(c));

    at = wifi_sooner(at, wifi_server_next_us(c));
    at = wifi_sooner(at, wifi_lens_next_us(c));
    return wifi_sooner(at, wifi_tell_next_us(c));
}

/* --- Bluetooth -------------------------------------------------------------------------------- */

void wifi_camera_connected(struct wifi_camera *c, int64_t now_us)
{
    c->tell.subscribed = c->tell.notify_due = false;
    c->tell.mtu = WIFI_MTU_MIN;
    wifi_camera_step(c, now_us);
}

void wifi_camera_mtu(struct wifi_camera *c, int64_t now_us, unsigned mtu)
{
    c->tell.mtu = mtu < WIFI_MTU_MIN ? WIFI_MTU_MIN : mtu;
    wifi_camera_step(c, now_us);
}

void wifi_camera_subscribed(struct wifi_camera *c, int64_t now_us, bool on)
{
    c->tell.subscribed = on;
    c->tell.notify_due = c->tell.notify_due && on;
    wifi_camera_step(c, now_us);
}

void wifi_camera_disconnected(struct wifi_camera *c, int64_t now_us)
{
    wifi_camera_connected(c, now_us);
}

static struct span text(const void *bytes, size_t n)
{
    return (struct span){bytes, n};
}

int wifi_camera_control_written(
    struct wifi_camera *c, int64_t now_us, bool encrypted, const void *bytes, size_t n)
{
    int r;

    c->now_us = now_us;
    r = wifi_orders_control(c, encrypted, text(bytes, n));
    wifi_camera_step(c, now_us);
    return r;
}

int wifi_camera_ssid_written(struct wifi_camera *c, int64_t now_us, const void *bytes, size_t n)
{
    int r;

    c->now_us = now_us;
    r = wifi_orders_ssid(c, text(bytes, n));
    wifi_camera_step(c, now_us);
    return r;
}

int wifi_camera_password_written(
    struct wifi_camera *c, int64_t now_us, bool encrypted, const void *bytes, size_t n)
{
    int r;

    c->now_us = now_us;
    r = wifi_orders_password(c, encrypted, text(bytes, n));
    wifi_camera_step(c, now_us);
    return r;
}

/* --- WiFi ------------------------------------------------------------------------------------- */

void wifi_camera_joined(struct wifi_camera *c, int64_t now_us, const char *ip)
{
    c->now_us = now_us;
    wifi_net_joined(c, ip);
    wifi_camera_step(c, now_us);
}

void wifi_camera_not_joined(struct wifi_camera *c, int64_t now_us, enum wifi_camera_failure why)
{
    c->now_us = now_us;
    wifi_net_not_joined(c, why);
    wifi_camera_step(c, now_us);
}

void wifi_camera_lost(struct wifi_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    wifi_net_lost(c);
    wifi_camera_step(c, now_us);
}

/* --- the sensor ------------------------------------------------------------------------------- */

void wifi_camera_captured(struct wifi_camera *c, int64_t now_us, bool taken)
{
    c->now_us = now_us;
    wifi_lens_captured(c, taken);
    wifi_camera_step(c, now_us);
}

void wifi_camera_worked(struct wifi_camera *c, int64_t now_us)
{
    c->now_us = now_us;
    wifi_lens_compared(c);
    wifi_camera_step(c, now_us);
}

void wifi_camera_encoded(struct wifi_camera *c, int64_t now_us, size_t n)
{
    c->now_us = now_us;
    wifi_pictures_encoded(c, n);
    wifi_camera_step(c, now_us);
}

/* --- connections ------------------------------------------------------------------------------ */

/* NULL: it is none that we know of. */
static struct wifi_connection *find(struct wifi_camera *c, unsigned connection)
{
    if (!c->server || connection >= WIFI_CAMERA_CONNECTIONS ||
        c->server->connections[connection].state == WIFI_FREE)
        return NULL;
    return &c->server->connections[connection];
}

void wifi_camera_accepted(struct wifi_camera *c, int64_t now_us, unsigned connection)
{
    c->now_us = now_us;
    wifi_server_accepted(c, connection);
    wifi_camera_step(c, now_us);
}

void wifi_camera_received(
    struct wifi_camera *c, int64_t now_us, unsigned connection, const void *bytes, size_t n)
{
    c->now_us = now_us;
    if (find(c, connection))
        wifi_connection_received(c, connection, bytes, n);
    wifi_camera_step(c, now_us);
}

void wifi_camera_room(struct wifi_camera *c, int64_t now_us, unsigned connection)
{
    struct wifi_connection *n = find(c, connection);

    c->now_us = now_us;
    if (n)
        n->blocked = false;
    wifi_camera_step(c, now_us);
}

void wifi_camera_hung_up(struct wifi_camera *c, int64_t now_us, unsigned connection)
{
    c->now_us = now_us;
    if (find(c, connection))
        wifi_connection_close(c, connection);
    wifi_camera_step(c, now_us);
}
