/* service_private.h - what the files of the service share.
 *
 *     service.c          life; the core's log, memory and files; pictures from the pipeline
 *     service_source.c   where pictures come from
 *     service_faces.c    triggers and HTTP
 */
#pragma once

#include "log_file.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "service.h"

struct export_work;
struct http_face;
struct pipeline;
struct source;
struct trigger_face;

struct service {
    struct loop *loop;
    struct service_config config;
    const struct service_events *events;
    void *ctx;
    struct log_file *log;
    struct source *source;
    struct pipeline *pipeline;
    struct export_work *exports;
    struct trigger_face *triggers;
    struct http_face *http;
    struct service_peer_events peers;
    struct timer step;
    bool running;
    uint64_t n_frames;
    void *memory;
    size_t n_memory;
    struct pi_camera camera;
};

static inline int64_t service_now(const struct service *s)
{
    return loop_now_us(s->loop);
}

/* Time goes on: whatever happened may have moved the camera's next deadline. */
void service_step(struct service *s);

/* --- service_source.c: of the core's port ----------------------------------------------------- */

extern const struct source_events service_source_events;
int service_source_start(void *ctx, const struct pi_source_want *want);
void service_source_stop(void *ctx);
int service_source_adjust(void *ctx, const struct pi_source_want *want);
int service_exposure(void *ctx, struct pi_exposure *ret);
unsigned service_controls(void *ctx, struct pi_control *out, unsigned cap);

/* --- service_faces.c -------------------------------------------------------------------------- */

/* None where they are somebody else's; a sentence on failure. */
int service_open_faces(struct service *s, struct error *e);
/* Of the core's port. */
void service_publish(void *ctx, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n);
void service_live(void *ctx, bool live);
int service_send(
    void *ctx, void *peer, const void *head, size_t n_head, const void *body, size_t n_body);
void service_finish(void *ctx, void *peer);
