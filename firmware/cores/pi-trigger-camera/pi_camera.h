/* pi_camera.h - the whole behaviour of the Raspberry Pi trigger camera, without any hardware,
 * clock, socket or file.
 *
 *     source ──offer──▶ wanted? ──(scale, encode, score: the owner's)──▶ frame ──▶ ring ──▶ viewers
 *                                                                          ├──▶ night or day ──▶
 * exposure command ──▶ reply                                                    └──▶ saves that
 * wait for it
 *
 * Its world is struct pi_camera_port. It is called from one thread; it allocates nothing after
 * pi_camera_init(), sleeps never, has no globals. `now_us` is a clock that is never set. Port
 * functions must not call back into the camera from within.
 */
#ifndef PI_CAMERA_H
#define PI_CAMERA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pi_config.h"
#include "pi_export.h"
#include "pi_guard.h"
#include "pi_night.h"
#include "pi_ring.h"
#include "pi_trigger.h"
#include "pi_watch.h"

/* Commands that are being worked on at a time; more are told to come again. */
#define PI_MAX_SESSIONS 16
/* Export jobs that run at a time: each holds copies of its pictures. */
#define PI_MAX_TASKS 4
/* Pictures of a pastStack without stacking that go into one job. */
#define PI_TASK_BATCH 8
/* Between pictures in night mode `still`. */
#define PI_NIGHT_PAUSE_US INT64_C(2000000)
/* Rows of dump_cam_controls. */
#define PI_MAX_CONTROLS 64

enum pi_log { PI_LOG_DEBUG, PI_LOG_INFO, PI_LOG_WARNING, PI_LOG_ERROR };

/* What the source is to give. */
struct pi_source_want {
    unsigned width, height, framerate;
    bool manual; /* night: exposure and gain are fixed; else they are the camera's own business */
    int exposure_us;
    double gain;
};

/* What the source says of itself; a negative number or NaN: not known. */
struct pi_exposure {
    int64_t exposure_us;
    double gain;
    bool automatic;
};

struct pi_control {
    char name[32];
    int64_t min, max, fallback, value;
};

struct pi_camera_port {
    void *ctx;
    int64_t (*wall_us)(void *ctx);
    void (*log)(void *ctx, enum pi_log level, const char *text);
    int (*memory)(void *ctx, struct pi_memory *ret);
    /* Memory of the ring whose content is of no use any more. May be NULL. */
    void (*release)(void *ctx, void *at, size_t n);

    /* The source. It offers pictures from start to stop. Failing later: pi_camera_source_ended().
     */
    int (*source_start)(void *ctx, const struct pi_source_want *want);
    void (*source_stop)(void *ctx);
    /* Changes a running source. 0: done; 1: that takes a restart; negative: cannot. */
    int (*source_adjust)(void *ctx, const struct pi_source_want *want);
    int (*exposure)(void *ctx, struct pi_exposure *ret);
    unsigned (*controls)(void *ctx, struct pi_control *out, unsigned cap);

    /* A new picture for viewers, and: there are no more for now (false), or again (true). The bytes
     * are valid for the call. */
    void (*publish)(void *ctx, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n);
    void (*live)(void *ctx, bool live);

    /* Run pi_export_run() here or elsewhere, then pi_camera_export_done(), later. Frames are valid
     * for the call only: copy what is needed. */
    int (*export)(void *ctx, const struct pi_export *job);
    /* Write the configuration file, then pi_camera_config_saved(), later. */
    int (*save_config)(void *ctx, const char *text, size_t n);

    /* To the peer of a command. All or nothing: -EAGAIN (then pi_camera_drained()), else it is
     * gone. */
    int (*send)(
        void *ctx, void *peer, const void *head, size_t n_head, const void *body, size_t n_body);
    /* Close after what was sent. The peer is not named any more. */
    void (*finish)(void *ctx, void *peer);
};

/* What a frame that was offered is wanted for; 0: drop it. */
enum { PI_WANT_RING = 1, PI_WANT_FULL = 2 };

/* A picture, ready to be kept. */
struct pi_picture {
    const uint8_t *jpeg; /* of the ring's size */
    size_t n;
    uint16_t width, height;
    const uint8_t
        *full; /* of the camera's size; NULL when it was not wanted. May be the same as `jpeg` */
    size_t n_full;
    uint16_t full_width, full_height;
    double dark_score; /* mean of all samples of the ring's picture */
    int64_t time_us, mono_us;
};

struct pi_camera;

struct pi_session {
    void *peer; /* NULL: gone, its work goes on */
    enum {
        PI_IDLE,
        PI_AWAITS_FRAME,
        PI_AWAITS_TASK,
        PI_AWAITS_EXPORT,
        PI_AWAITS_CONFIG,
        PI_STREAMS
    } state;
    unsigned formats;
    int64_t since_us, deadline_us; /* awaits a frame taken after / until */
    uint64_t next_id, last_id;     /* streams */
    bool times;                    /* streams: pictures carry a comment (pi_part.h) */
    struct pi_stream_done done;
};

struct pi_task {
    enum { PI_TASK_FREE, PI_TASK_SAVE, PI_TASK_STACK, PI_TASK_SEPARATE, PI_TASK_AUTO } kind;
    uint32_t id, sessions; /* a bit for each that gets the reply */
    unsigned formats, n_frames, n_files;
    char first_path[PI_EXPORT_PATH_MAX];
    int64_t first_us, first_mono_us, last_us,
        last_mono_us; /* times of the first and the last picture */
    int64_t asked_us, save_before_us;
    uint64_t next_id, last_id; /* separate: what is still to be saved */
};

struct pi_camera {
    struct pi_camera_port port;
    struct pi_config config;
    struct pi_ring ring;
    struct pi_night night;
    struct pi_guard guard;
    struct pi_watch watch;
    struct pi_source_want want; /* what the source was last told */
    struct pi_session sessions[PI_MAX_SESSIONS];
    struct pi_task tasks[PI_MAX_TASKS];
    const char *token; /* NULL: none is asked for */
    const char *config_name;
    uint64_t next_id, n_bad;
    uint32_t next_task;
    uint32_t config_sessions; /* wait for the file; a bit for each */
    int64_t now_us, next_auto_us, next_bad_log_us;
    int64_t frame_due_us; /* when the last picture was due: pictures keep to a grid */
    bool auto_due;
    char mode_said[5]
                  [24]; /* what the log said last of mode, resolution, framerate, exposure, gain */
    char text[PI_CONFIG_DUMP_MAX + 1024]; /* for replies */
};

/* How much memory pi_camera_init() wants for this configuration. */
size_t pi_camera_memory(const struct pi_config *config);
/* Copies config and port; token and config_name ("config.json", as replies name it) are borrowed.
 * `memory` must be aligned as malloc's is. */
void pi_camera_init(struct pi_camera *c, const struct pi_camera_port *port,
    const struct pi_config *config, const char *config_name, const char *token, void *memory,
    size_t n);

/* Starts the source. */
void pi_camera_start(struct pi_camera *c, int64_t now_us);
/* Stops it, and lets every peer go. Jobs that are out must be waited for by the owner. */
void pi_camera_stop(struct pi_camera *c);
/* Does what time asks for. Returns when to call again at the latest. */
int64_t pi_camera_step(struct pi_camera *c, int64_t now_us);

/* The source has a frame: PI_WANT_… . A wanted one comes back by pi_camera_frame(), or by
 * pi_camera_bad_frame() when it is none. */
unsigned pi_camera_offer(struct pi_camera *c, int64_t now_us);
void pi_camera_frame(struct pi_camera *c, int64_t now_us, const struct pi_picture *p);
void pi_camera_bad_frame(struct pi_camera *c, int64_t now_us, const char *why);
/* The source ended by itself. */
void pi_camera_source_ended(struct pi_camera *c, int64_t now_us, const char *why);

/* A whole command, or what came of one. The reply may be sent within. */
void pi_camera_trigger(struct pi_camera *c, int64_t now_us, void *peer, const char *text, size_t n);
/* What a peer sent is no command: sends "ERROR: <why>" and finishes. */
void pi_camera_refuse(struct pi_camera *c, void *peer, const char *why);
/* A setting as `set` changes it, without anybody to tell. -EINVAL. */
int pi_camera_set(struct pi_camera *c, int64_t now_us, const struct pi_key *k, struct span value);
/* The peer takes bytes again after -EAGAIN; or it has gone. */
void pi_camera_drained(struct pi_camera *c, int64_t now_us, void *peer);
void pi_camera_gone(struct pi_camera *c, void *peer);

void pi_camera_export_done(
    struct pi_camera *c, int64_t now_us, uint32_t id, const struct pi_export_result *result);
/* why NULL: it is written. */
void pi_camera_config_saved(struct pi_camera *c, const char *why);

/* The newest picture, if it is one to show: false while the source is stalled or there was none
 * yet. */
bool pi_camera_newest(const struct pi_camera *c, struct pi_ring_frame *ret);

#endif
