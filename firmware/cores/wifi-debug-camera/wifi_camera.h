/* wifi_camera.h - the whole behaviour of the WiFi debug camera, without any hardware, clock, thread or radio.
 *
 *     Bluetooth ──CONTROL, SSID, PASSWORD──▶ joins a network ──▶ HTTP server ◀── browsers, gateways
 *               ◀───────STATUS──────────────┘                     ▲  /  /stream  /overlay  /snapshot  /metrics  /wifi/status
 *     sensor ──grey picture──▶ flow ──▶ overlay ──────────────────┤
 *                     └───────────────▶ JPEG (only if one looks) ─┘
 *
 * Its world is struct wifi_camera_port; what happens in the world is told by the functions below, each with the time on a
 * clock that is never set. Called from one thread. After any of them wifi_camera_next_us() says when wifi_camera_step() is
 * due at the latest. What is only needed while there is a network is taken from the port's memory then, and given back after.
 *
 * docs/protocols/wifi-debug-camera.md tells what goes over Bluetooth and HTTP.
 */
#ifndef WIFI_CAMERA_H
#define WIFI_CAMERA_H

#include "wifi_camera_port.h"

/* As the first cameras: a join that takes longer has failed; how often STATUS is told while WiFi is on. */
#define WIFI_CAMERA_JOIN_LIMIT_US INT64_C(15000000)
#define WIFI_CAMERA_STATUS_EVERY_US INT64_C(5000000)
/* Memory that must be free to switch WiFi on, and while it is. */
#define WIFI_CAMERA_HEAP_TO_ENABLE (100u * 1024)
#define WIFI_CAMERA_HEAP_TO_KEEP (80u * 1024)
/* Above, fewer pictures a second are taken. */
#define WIFI_CAMERA_CPU_MAX_PERCENT 70
#define WIFI_CAMERA_DEFAULT_PORT 80
#define WIFI_CAMERA_DEFAULT_FPS 10

/* What it says of itself. Copied. */
struct wifi_camera_identity {
    char fw[24];  /* version */
    char mac[13]; /* of its WiFi, 12 hex digits */
};

struct wifi_camera;

/* How much room one needs; all else comes from the port's memory. */
size_t wifi_camera_bytes(void);
/* Makes one in the caller's room of wifi_camera_bytes(), aligned as for a pointer. The port is copied; what was saved is
 * loaded. */
struct wifi_camera *wifi_camera_init(
    void *room, const struct wifi_camera_port *port, const struct wifi_camera_identity *who);
/* Ends all connections and gives all memory back. Neither capture nor encoder nor work may go on. Nothing may be called after it
 * but init. */
void wifi_camera_fini(struct wifi_camera *c);
/* The radios are ready: joins, if WiFi was on. */
void wifi_camera_start(struct wifi_camera *c, int64_t now_us);
/* Does what time asks for. Too early is harmless. */
void wifi_camera_step(struct wifi_camera *c, int64_t now_us);
/* When to step at the latest; may lie in the past. */
int64_t wifi_camera_next_us(const struct wifi_camera *c);

/* --- Bluetooth --- */

void wifi_camera_connected(struct wifi_camera *c, int64_t now_us);
/* What a notification carries, and three bytes; 23 until told. */
void wifi_camera_mtu(struct wifi_camera *c, int64_t now_us, unsigned mtu);
void wifi_camera_subscribed(struct wifi_camera *c, int64_t now_us, bool on);
void wifi_camera_disconnected(struct wifi_camera *c, int64_t now_us);
/* What was written to CONTROL, SSID or PASSWORD, and whether the link is encrypted. Refusals are told in STATUS, too; for who
 * can answer the write: -EACCES: a password over a link that is not encrypted; -EINVAL. */
int wifi_camera_control_written(
    struct wifi_camera *c, int64_t now_us, bool encrypted, const void *bytes, size_t n);
int wifi_camera_ssid_written(struct wifi_camera *c, int64_t now_us, const void *bytes, size_t n);
int wifi_camera_password_written(
    struct wifi_camera *c, int64_t now_us, bool encrypted, const void *bytes, size_t n);

/* --- WiFi --- */

enum wifi_camera_failure {
    WIFI_CAMERA_NO_NETWORK, /* none of that name is heard */
    WIFI_CAMERA_WRONG_PASSWORD,
    WIFI_CAMERA_NO_ADDRESS, /* none was given */
    WIFI_CAMERA_REFUSED,    /* for another reason */
};

/* IPv4, dotted. Again when the address changes. */
void wifi_camera_joined(struct wifi_camera *c, int64_t now_us, const char *ip);
void wifi_camera_not_joined(struct wifi_camera *c, int64_t now_us, enum wifi_camera_failure why);
/* The network it was in is gone. */
void wifi_camera_lost(struct wifi_camera *c, int64_t now_us);

/* --- the sensor --- */

/* What capture() was asked for is there; false: the sensor gave none. */
void wifi_camera_captured(struct wifi_camera *c, int64_t now_us, bool taken);
/* What work() was asked for is done. */
void wifi_camera_worked(struct wifi_camera *c, int64_t now_us);
/* What encode() was asked for has so many bytes; 0: it did not fit, or failed. */
void wifi_camera_encoded(struct wifi_camera *c, int64_t now_us, size_t n);

/* --- connections --- */

/* Number below WIFI_CAMERA_CONNECTIONS, and free. */
void wifi_camera_accepted(struct wifi_camera *c, int64_t now_us, unsigned connection);
void wifi_camera_received(
    struct wifi_camera *c, int64_t now_us, unsigned connection, const void *bytes, size_t n);
/* After a send() that took less than all: there is room again. */
void wifi_camera_room(struct wifi_camera *c, int64_t now_us, unsigned connection);
/* The other side ended it, or it broke; its number stays in use until close(). */
void wifi_camera_hung_up(struct wifi_camera *c, int64_t now_us, unsigned connection);

#endif
