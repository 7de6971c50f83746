/* wifi_ours_private.h - the core of the debug camera's firmware with this host as its world, part by part.
 *
 *     wifi_ours.c         Wi-Fi, clock; its beginning and end
 *     wifi_ours_ble.c     Bluetooth
 *     wifi_ours_tcp.c     connections
 *     wifi_ours_sensor.c  pictures, and JPEGs of them
 *     wifi_ours_flash.c   what it keeps
 */
#pragma once

#include "gatt_core.h"
#include "loop/loop.h"
#include "loop/tcp.h"
#include "wifi_camera.h"
#include "wifi_sim.h"

struct grey_source;
struct sim_announce;
struct wifi_ours_encoder;

struct wifi_ours_connection {
    struct wifi_ours *camera;
    bool used;       /* the core has not let go of it */
    bool waits;      /* for room */
    struct tcp *tcp; /* NULL: it is broken, or free */
};

struct wifi_ours {
    struct loop *loop;
    const struct wifi_options *options;
    struct wifi_camera *core; /* in `room` */
    void *room;

    struct gatt_core ble;
    bool wrote_password; /* in this connection */
    struct wifi_air air;

    struct tcp_listener *listener;
    uint16_t port; /* of the first start */
    struct wifi_ours_connection connections[WIFI_CAMERA_CONNECTIONS];

    struct grey_source *source;
    uint8_t *to; /* of the capture that goes on; NULL: none does */
    size_t n_to;
    struct deferred no_picture, not_encoded, work;
    void (*job)(void *arg); /* of `work` */
    void *job_arg;
    struct wifi_ours_encoder *encoder;

    struct sim_announce *announce; /* NULL: by nobody */
    char txt_id[sizeof "id=" + 12];

    uint64_t random;
};

/* --- wifi_ours_ble.c: of the port, with its `ctx` ------------------------------------------------ */

void wifi_ours_set_value(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n);
bool wifi_ours_notify(void *ctx, const void *bytes, size_t n);
/* The app. */
void wifi_ours_ble_init(struct wifi_ours *c);

/* --- wifi_ours_tcp.c ------------------------------------------------ */

int wifi_ours_listen(void *ctx, uint16_t port);
void wifi_ours_unlisten(void *ctx);
int wifi_ours_send(void *ctx, unsigned connection, const void *bytes, size_t n);
void wifi_ours_end(void *ctx, unsigned connection);
void wifi_ours_close(void *ctx, unsigned connection);
/* The network is gone, and with it what was over it; the core hears of each. */
void wifi_ours_break_all(struct wifi_ours *c);

/* --- wifi_ours_sensor.c -------------------------------------------------------------------------- */

int wifi_ours_sensor_init(struct wifi_ours *c, struct error *e);
void wifi_ours_sensor_fini(struct wifi_ours *c);
int wifi_ours_camera_open(void *ctx, enum wifi_frame_size size, unsigned buffers);
void wifi_ours_camera_close(void *ctx);
void wifi_ours_capture(void *ctx, uint8_t *to);
void wifi_ours_encode(void *ctx, const struct wifi_camera_encoding *what);
void wifi_ours_work(void *ctx, void (*job)(void *arg), void *arg);

/* --- wifi_ours_flash.c --------------------------------------------------------------------------- */

bool wifi_ours_load(void *ctx, struct wifi_camera_kept *ret);
int wifi_ours_save(void *ctx, const struct wifi_camera_kept *kept);
