/* world.h - this board as the world of the core. */
#ifndef WORLD_H
#define WORLD_H

#include "cpu_load.h"
#include "encoder.h"
#include "gatt.h"
#include "lens.h"
#include "sockets.h"
#include "station.h"
#include "worker.h"

struct world {
    struct inbox inbox;
    struct service service;
    struct station station;
    struct lens lens;
    struct worker worker;
    struct encoder encoder;
    struct sockets sockets;
    struct cpu_load load;
    struct wifi_camera_identity who;
};

/* What the core is given; w must not move. */
struct wifi_camera_port world_port(struct world *w);

#endif
