/* bluez_client.h - a client of org.bluez for tests: calls that are waited for, and what is on the bus
 * by the signals that came. */
#pragma once

#include <stdbool.h>

#include "dbus/dbus.h"
#include "firmware/sim/private_bus.h"
#include "loop/loop.h"

#define ADAPTER "org.bluez.Adapter1"
#define DEVICE "org.bluez.Device1"
#define CHARACTERISTIC "org.bluez.GattCharacteristic1"

struct bluez_client {
    struct loop *loop;
    struct dbus *dbus;
    bool ready;
    unsigned n_objects;
    char objects[128][96]; /* by InterfacesAdded, in order, without those removed */
    unsigned n_values, n_value_bytes;
    char log[8192]; /* "+path" "-path" "path:Property" lines */
    bool answered;
    sd_bus_message *answer;
    char error[96]; /* of the last answer; "": none */
};

void client_open(struct bluez_client *c, struct loop *l, const char *address);
void client_close(struct bluez_client *c);
bool client_has(const struct bluez_client *c, const char *path);
/* The path that ends so; NULL. */
const char *client_find(const struct bluez_client *c, const char *end);
bool client_logged(const struct bluez_client *c, const char *line);
/* Sends it, and does not wait. `types` and what follows as for sd_bus_message_append. */
void client_send(struct bluez_client *c, const char *path, const char *interface,
    const char *method, const char *types, ...);
/* And waits; the error's name within org.bluez.Error. or "" when there was none. */
const char *client_call(struct bluez_client *c, const char *path, const char *interface,
    const char *method, const char *types, ...);
/* A boolean; -1: it has none of that name. */
int client_flag(
    struct bluez_client *c, const char *path, const char *interface, const char *property);
/* AcquireNotify, AcquireWrite: the socket; negative: refused. */
int client_acquire(struct bluez_client *c, const char *path, const char *method, uint16_t *ret_mtu);
