/* world.h - the service on a pretended BlueZ: a dbus-daemon of its own, cameras on the air, and links
 * whose events are kept. */
#pragma once

#include "ble/ble.h"
#include "firmware/sim/private_bus.h"
#include "firmware/sim/sim_bluez.h"
#include "loop/wait.h"

#define SERVICE "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
#define STATUS "beb5483e-36e1-4688-b7f5-ea07361b26a8"  /* read, notify */
#define COMMAND "a244c201-1fb5-459e-8fcc-c5c9c331914b" /* write, write without response */
#define CONFIG "a31a6820-8437-4f55-8898-5226c04a29a3"  /* write */
#define N_CHARS 3
#define CAMERAS_MAX 8

/* A peripheral, and what its program saw. */
struct camera {
    char name[32], address[18];
    struct gatt_app app;
    struct sim_device *device;
    struct sim_faults *faults;
    unsigned n_connected, n_disconnected, n_subscribed, n_written, n_with_response;
    size_t last_n;
    uint8_t last[GATT_VALUE_MAX];
};

/* The client's side of a link. */
struct link {
    struct ble_link *k; /* NULL: closed, or never made */
    unsigned n_opened, n_closed, n_notified, n_answers;
    size_t n_chars, bytes;
    unsigned mtu;
    int why;
    char error[ERROR_TEXT_MAX];
    int result; /* of the last answer */
    uint8_t value[GATT_VALUE_MAX];
    size_t value_n;
    uint32_t next; /* notifications carry a number; the next one expected */
    bool out_of_order;
    bool close_at_notification; /* the owner closes it from within */
};

struct world {
    struct loop *loop;
    struct private_bus *bus;
    struct sim_bluez *z;
    struct ble *ble;
    struct camera cameras[CAMERAS_MAX];
    size_t n_cameras;
    unsigned n_seen, n_ready;
    struct wr_prop seen_props[32];
    size_t n_seen_props;
    char seen_text[32][128];
    char seen_name[64], seen_address[32];
};

extern struct world w;

/* With short times, one adapter, and nobody on the air. */
void world_open(void);
void world_open_with(unsigned n_adapters, const struct ble_config *c);
struct ble_config world_config(void);
void world_close(void);
/* One more camera: 00:AA:01:00:00:<23 + n>, on that adapter. */
struct camera *world_camera(unsigned adapter);
/* Begins to connect to a camera. */
void link_start(struct link *l, const struct camera *c, uint32_t timeout_ms);
/* The same, and waits until it is open. */
void link_open(struct link *l, const struct camera *c);
/* A done function for operations of `link`, which is its ctx. */
void link_done(struct wr_dev *dev, void *ctx, int result, const uint8_t *bytes, size_t n);
/* Subscribes to STATUS and waits for the answer. */
void link_subscribe(struct link *l);
/* One notification that carries the camera's next number. */
int camera_notify(struct camera *c, uint32_t number, size_t n);
/* The same, when there is room for it. */
void camera_send(struct camera *c, uint32_t number, size_t n);
