/* wifi_old_private.h - between the files of the old debug cameras.
 *
 *     wifi_old.c       what they are at Bluetooth
 *     wifi_old_link.c  what they do at Wi-Fi, and what they say of it
 */
#pragma once

#include "loop/timer.h"
#include "wifi_old_control.h"
#include "wifi_sim.h"

/* Writes that come while it waits. */
#define WIFI_OLD_WAITING_MAX 8

enum {
    WIFI_OLD_CHAR_STATE,
    WIFI_OLD_CHAR_COLOR,
    WIFI_OLD_CHAR_BRIGHTNESS,
    WIFI_OLD_CHAR_CAMERA,
    WIFI_OLD_CHAR_CONTROL,
    WIFI_OLD_CHAR_STATUS,
    WIFI_OLD_CHAR_SSID,
    WIFI_OLD_CHAR_PASSWORD,
    WIFI_OLD_N_CHARS
};

struct wifi_old_value {
    uint8_t bytes[GATT_VALUE_MAX];
    size_t n;
};

struct wifi_old {
    struct loop *loop;
    const struct wifi_options *options;
    struct gatt_app app;
    struct wifi_air air;
    struct wifi_old_camera *camera;
    struct wifi_old_http *http; /* NULL: not joined */
    uint16_t port;              /* once it is known it stays */
    char ssid[JSON_PULL_TEXT_MAX], pass[JSON_PULL_TEXT_MAX];
    bool enabled, was_connected;
    struct timer tell; /* STATUS, while enabled */
    struct timer look; /* armed: it waits for a join, and hears nothing */
    int64_t limit_us;
    struct wifi_old_value values[WIFI_OLD_N_CHARS], waiting[WIFI_OLD_WAITING_MAX];
    unsigned n_waiting;
};

/* --- wifi_old_link.c ---------------------------------------------------------------------------- */

void wifi_old_link_init(struct wifi_old *c);
/* A write to CONTROL. */
void wifi_old_take_control(struct wifi_old *c, const uint8_t *bytes, size_t n);
/* Joins by itself. */
void wifi_old_go_online(struct wifi_old *c);
void wifi_old_link_fini(struct wifi_old *c);
