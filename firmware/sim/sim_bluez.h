/* sim_bluez.h - a BlueZ that is pretended: the objects of org.bluez on any D-Bus, and behind them
 * peripherals that are programs of this process. For clients it looks as BlueZ 5.66 does, with its
 * habits (see docs/virtual-cameras.md) and with the faults of sim_faults.h.
 *
 *     private_bus_new(NULL, &bus, &e);
 *     sim_bluez_new(loop, private_bus_address(bus), 1, 42, &z, &e);
 *     sim_bluez_add(z, 0, "00:AA:01:00:00:23", &camera, &faults, &device);
 *     … the client finds, connects and uses it …
 *     sim_device_drop(device);      the link breaks
 *     sim_bluez_stop(z);            bluetoothd has died
 *     sim_bluez_start(z, &e);       and is back
 *     z = sim_bluez_free(z);
 *
 * Time is the loop's; the same seed gives the same losses and signal strengths.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "gatt_app.h"
#include "sim_faults.h"

struct loop;
struct sim_bluez;
struct sim_device;

#define SIM_ADAPTERS_MAX 4
#define SIM_DEVICES_MAX 64

/* `address` of the bus, NULL: the system's. With adapters hci0 …, powered. The name org.bluez and the
 * objects come on later turns. */
int sim_bluez_new(struct loop *l, const char *address, unsigned n_adapters, uint64_t seed,
    struct sim_bluez **ret, struct error *e);
/* With all devices. NULL-safe; returns NULL. */
struct sim_bluez *sim_bluez_free(struct sim_bluez *z);
/* The name is ours. */
bool sim_bluez_ready(const struct sim_bluez *z);

/* bluetoothd ends: its name is gone from the bus, all links are cut; what is known of devices is
 * forgotten. */
void sim_bluez_stop(struct sim_bluez *z);
/* Nothing when it runs. */
int sim_bluez_start(struct sim_bluez *z, struct error *e);
/* Unplugged, and plugged in again (powered). */
void sim_bluez_plug(struct sim_bluez *z, unsigned adapter, bool in);
void sim_bluez_power(struct sim_bluez *z, unsigned adapter, bool on);
/* The kernel has something else to do with it: StartDiscovery says InProgress the next `n` times, and no scan begins. */
void sim_bluez_busy(struct sim_bluez *z, unsigned adapter, unsigned n);

/* Calls of its own that begin with gatt_advertise() show it. `address`: "00:AA:01:00:00:23", upper
 * case. The app's memory stays the caller's. -ENOSPC, -EINVAL. */
int sim_bluez_add(struct sim_bluez *z, unsigned adapter, const char *address, struct gatt_app *app,
    const struct sim_faults *faults, struct sim_device **ret);
/* It is switched off for good. NULL-safe; returns NULL. */
struct sim_device *sim_device_remove(struct sim_device *d);
/* May be changed at any time; the MTU counts from the next connection on. */
struct sim_faults *sim_device_faults(struct sim_device *d);
/* The link breaks now. */
void sim_device_drop(struct sim_device *d);
/* How strong it is heard; changes a little by itself. */
void sim_device_rssi(struct sim_device *d, int dbm);
bool sim_device_connected(const struct sim_device *d);

struct sim_bluez_stats {
    uint64_t connects; /* Connect() that were tried */
    uint64_t connects_while_scanning;
    unsigned most_connects_at_once;
    uint64_t notifications; /* that reached the client's socket, or were signalled */
    uint64_t lost;          /* by the fault "loss" */
    uint64_t dropped;       /* the client's socket was full */
    uint64_t written, read;
    uint64_t scans; /* StartDiscovery() that began */
};
const struct sim_bluez_stats *sim_bluez_stats(const struct sim_bluez *z);
