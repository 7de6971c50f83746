/* wifi_old_camera.h - the camera in an old debug camera: its frames, each as a picture and as what the detector says of it. Both
 * are made on a worker.
 */
#pragma once

#include "wifi_options.h"

struct loop;
struct wifi_old_camera;

/* What can be asked for now. Valid until the next turn of the loop. */
struct wifi_old_view {
    const uint8_t *picture; /* a JPEG, or grey bytes that are called one */
    size_t n_picture;       /* 0: there is none yet */
    const char *overlay, *metrics;
};

/* `shown`: there is another view. */
int wifi_old_camera_new(struct loop *l, const struct wifi_options *o, void (*shown)(void *ctx),
    void *ctx, struct wifi_old_camera **ret, struct error *e);
void wifi_old_camera_start(struct wifi_old_camera *c);
void wifi_old_camera_stop(struct wifi_old_camera *c);
/* The Bluetooth commands "start" and "stop". */
void wifi_old_camera_detect(struct wifi_old_camera *c, bool on);
struct wifi_old_view wifi_old_camera_view(const struct wifi_old_camera *c);
/* NULL-safe; returns NULL. */
struct wifi_old_camera *wifi_old_camera_free(struct wifi_old_camera *c);
