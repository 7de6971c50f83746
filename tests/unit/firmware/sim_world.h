/* sim_world.h - a pretended BlueZ with one camera on the air, and a client on the same bus: for the tests of what such a client
 * sees. */
#pragma once

#include "bluez_client.h"
#include "firmware/sim/sim_bluez.h"
#include "loop/wait.h"

#define HCI0 "/org/bluez/hci0"
#define DEV HCI0 "/dev_00_AA_01_00_00_23"
#define SERVICE "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
/* As BlueZ numbers handles. */
#define STATUS_PATH DEV "/service000a/char000b"
#define COMMAND_PATH DEV "/service000a/char000e"
#define CONFIG_PATH DEV "/service000a/char0011"

enum { STATUS, COMMAND, CONFIG };

struct sim_world {
    struct loop *loop;
    struct private_bus *bus;
    struct sim_bluez *z;
    struct bluez_client client;
    struct gatt_app app;
    struct sim_device *device;
    struct sim_faults *faults;
    struct { /* by the camera */
        unsigned mtu, n_connected, n_disconnected, n_subscribed, n_unsubscribed, n_written, n_room;
        unsigned last_chr;
        size_t last_n;
        bool last_response, by_host;
        int write_result;
    } seen;
};

extern struct sim_world w;

/* TestSuite(…, .init = sim_world_open, .fini = sim_world_close): nobody scans yet, and what takes time takes 1 ms. */
void sim_world_open(void);
void sim_world_close(void);
/* The client has scanned, and the device is there. */
void discover(void);
/* … and has connected: all objects are there. */
void link_up(void);
