/* world.h - everything a device lives on, real but for the time, and a driver whose behaviour the
 * test sets. */
#pragma once

#include <warren/frame.h>
#include <warren/store.h>

#include "bus/bus.h"
#include "bus/last.h"
#include "device/device.h"
#include "device/devices.h"
#include "loop/loop.h"

#define EVENTS_MAX 4096

/* What the driver of the tests does and saw. Reset by world_open(). */
struct toy {
    int start_result;
    bool online_at_start;
    unsigned n_starts, n_stops, n_configures, n_runs, n_timers;
    int64_t started_us[32];
    struct wr_dev *dev; /* of the last start */
    struct wr_dev *ran_on, *configured_on;
    bool watched;
    unsigned n_watches;
    int apply_result;
    bool silent_apply; /* applied() is not called */
    struct {
        char key[64];
        struct wr_value value;
        char text[64];
    } configured[16];
    size_t n_configured;
    int run_result;
    bool answer_at_once;
    const char *answer;
    wr_handle call;
    struct wr_value args[4];
    char arg_text[64];
    void (*in_start)(struct wr_dev *dev);
    bool inside; /* a call into the driver is on the stack */
    bool reentered;
};

struct world {
    char folder[64];
    struct loop *loop;
    struct store *store;
    struct bus *bus;
    struct last *last;
    struct frame_pool *pool;
    struct resolver *resolver;
    struct http_client *http;
    struct devices *devices;
    struct bus_listener ear;
    struct {
        char device[64], type[64], data[512];
        bool transient;
    } events[EVENTS_MAX];
    size_t n_events, n_frames;
    uint32_t last_seq;
};

extern struct world world;
extern struct toy toy;
extern struct driver toy_driver, toy_driver_2;

/* folder NULL: a new one; else that of a world that was closed by world_leave(). */
void world_open(const char *folder);
/* On a loop that is there, with Bluetooth; loop_free() is world_leave()'s. */
struct ble;
void world_open_on(const char *folder, struct loop *l, struct ble *ble);
void world_close(void);
/* Closes all but the folder, whose name goes to out. */
void world_leave(char out[64]);
/* Moves time on, with turns for the store's thread to answer. */
void world_pass(int64_t us);
/* Turns until `*flag` (or 5 s of real time): for what a thread does. */
void world_wait(const bool *flag);
/* The configuration's devices from YAML text; fails the test on errors. */
void world_configure(const char *yaml);
/* One device "toy" with the toy driver, started and one turn on. */
struct device *world_toy(void);
/* How many events of that type came; data of the last one in *ret_data where not NULL. */
size_t world_events(const char *type, const char **ret_data);
/* How many of them are for the history. */
size_t world_kept(const char *type);
/* A sound frame of `n` bytes from the toy. */
struct wr_frame *toy_frame(size_t n);
