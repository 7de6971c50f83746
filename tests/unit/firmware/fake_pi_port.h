/* fake_pi_port.h - a world for the camera's core: time goes by calls, files and sockets are
 * buffers, everything can be made to fail. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pi_camera.h"

#define FAKE_PEERS 24
#define FAKE_EXPORTS 8

/* One connection that sent a command. */
struct fake_peer {
    char got[1 << 16];
    size_t n;
    bool finished;
    int refuse_after; /* sends that are taken before -EAGAIN; 0: all */
};

struct fake_export {
    struct pi_export job;
    struct pi_ring_frame frames[PI_STACK_MAX_FRAMES];
};

struct fake_pi {
    struct pi_camera camera;
    struct fake_peer peers[FAKE_PEERS];
    int64_t now_us, wall_us;
    void *memory;
    struct pi_memory readings;
    char log[1 << 16];
    size_t n_log;
    bool running, live;
    unsigned n_starts, n_stops, n_adjusts, n_published, n_peers;
    struct pi_source_want want;
    struct pi_frame_meta published;
    int start_result, adjust_result, export_result, save_result, memory_result;
    struct fake_export exports[FAKE_EXPORTS];
    unsigned n_exports;
    char saved_config[PI_CONFIG_DUMP_MAX];
    unsigned n_controls;
};

/* At 1000 s on the steady clock, at 2026-01-01 in the world. The config may be changed before
 * fake_pi_start(). */
struct fake_pi *fake_pi_new(void);
void fake_pi_free(struct fake_pi *w);
void fake_pi_init(struct fake_pi *w, const struct pi_config *config, const char *token);
/* With the first configuration, started. */
struct fake_pi *fake_pi_started(void);

/* Time goes on, with every step that is due. */
void fake_pi_wait(struct fake_pi *w, int64_t us);
/* The source has a frame now. Returns what it was wanted for; a wanted one is taken in with this
 * brightness. */
unsigned fake_pi_frame(struct fake_pi *w, double score);
/* `n` frames at the camera's own pace, the last one now. */
void fake_pi_frames(struct fake_pi *w, unsigned n, double score);
/* A command on a connection of its own. */
struct fake_peer *fake_pi_send(struct fake_pi *w, const char *text);
/* The oldest export job that is out comes back with one file per format and picture (or stack); why
 * NULL: all is well. */
void fake_pi_exported(struct fake_pi *w, const char *path, const char *why);
bool fake_pi_logged(const struct fake_pi *w, const char *text);
