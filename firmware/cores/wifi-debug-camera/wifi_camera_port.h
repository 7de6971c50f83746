/* wifi_camera_port.h - the whole world of the WiFi debug camera's core: what it can do, as functions that a board, the virtual
 * device and the tests fill in. What happens in the world is told by the functions of wifi_camera.h.
 *
 * All are called from the one thread that the core runs in, must not wait, and must not call back into the core. now_us() alone is
 * called from where work() is done, too.
 */
#ifndef WIFI_CAMERA_PORT_H
#define WIFI_CAMERA_PORT_H

#include "wifi_text.h"

/* Connections at a time, numbered from 0 by the world, as it likes. The last two are for saying no. */
#define WIFI_CAMERA_CONNECTIONS 8

/* What outlives a loss of power; written and read as a whole. */
struct wifi_camera_kept {
    bool enabled;
    char ssid[WIFI_SSID_BYTES];
    char pass[WIFI_PASS_BYTES];
    struct wifi_settings settings;
};

/* Of the Bluetooth service; what a host reads. */
enum wifi_camera_value { WIFI_CAMERA_STATUS, WIFI_CAMERA_SSID };

/* One grey picture becomes a JPEG. Both rooms stay the core's, and as they are, until wifi_camera_encoded(). */
struct wifi_camera_encoding {
    const uint8_t *grey; /* rows without gaps */
    uint16_t width, height;
    uint8_t quality; /* percent, as libjpeg has it */
    uint8_t *jpeg;
    size_t cap;
};

struct wifi_camera_port {
    void *ctx;

    /* --- Bluetooth: one host at a time. --- */

    /* What it reads from now on. */
    void (*set_value)(void *ctx, enum wifi_camera_value which, const void *bytes, size_t n);
    /* A notification of STATUS, of no more bytes than the link carries. False: not now; it is tried again. */
    bool (*notify)(void *ctx, const void *bytes, size_t n);

    /* --- WiFi --- */

    /* Joins, leaving another network before; wifi_camera_joined() or _not_joined() comes later. "": an open network. */
    void (*join)(void *ctx, const char *ssid, const char *pass);
    /* Also gives up joining. After it nothing comes of what was before. The radio is off. */
    void (*leave)(void *ctx);
    /* Of the network it is in, dBm. */
    int (*rssi)(void *ctx);
    /* Be found by name while the server runs on `port`; 0: not any more. */
    void (*announce)(void *ctx, uint16_t port);

    /* --- the sensor: grey --- */

    /* Sets it up, or anew. buffers: pictures that its driver has room for, 1 or 2. Negative: there is none. */
    int (*camera_open)(void *ctx, enum wifi_frame_size size, unsigned buffers);
    void (*camera_close)(void *ctx);
    /* The next picture that is taken into `to`, which is as large as it: wifi_camera_captured() comes later. Asked once at a
     * time, and not while the sensor is not set up. */
    void (*capture)(void *ctx, uint8_t *to);
    /* Begins; wifi_camera_encoded() comes later. One at a time. */
    void (*encode)(void *ctx, const struct wifi_camera_encoding *what);
    /* Has job(arg) done where it does not hold this thread up: it takes some 50 ms of a small processor. wifi_camera_worked() comes
     * later. One at a time. */
    void (*work)(void *ctx, void (*job)(void *arg), void *arg);

    /* --- connections over TCP --- */

    /* Negative: it cannot be. */
    int (*listen)(void *ctx, uint16_t port);
    /* No new ones; the connections that there are go on. */
    void (*unlisten)(void *ctx);
    /* As many bytes as there is room for now, 0 too: then wifi_camera_room() comes. Negative: it is broken. */
    int (*send)(void *ctx, unsigned connection, const void *bytes, size_t n);
    /* Nothing more will be sent. */
    void (*end)(void *ctx, unsigned connection);
    /* Lets go of it: nothing comes of it any more, and its number is free. */
    void (*close)(void *ctx, unsigned connection);

    /* --- the rest --- */

    /* Room for pictures, in whatever memory has most of it. NULL: there is none. */
    void *(*memory_new)(void *ctx, size_t n);
    void (*memory_free)(void *ctx, void *room);
    /* Bytes of the memory that the radios and the network live on. */
    size_t (*heap_free)(void *ctx);
    /* Busy in the last second, 0 … 100: the busiest processor. */
    unsigned (*cpu_percent)(void *ctx);
    /* False: nothing was ever saved, or it cannot be read. */
    bool (*load)(void *ctx, struct wifi_camera_kept *ret);
    /* All or nothing, whenever the power goes. Negative: it was not saved. */
    int (*save)(void *ctx, const struct wifi_camera_kept *kept);
    uint32_t (*random)(void *ctx);
    /* The clock that all times here are of: for how long the core itself takes. */
    int64_t (*now_us)(void *ctx);
    /* One line, without secrets. */
    void (*log)(void *ctx, const char *line);
};

#endif
