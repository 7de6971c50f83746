/* source.h - where pictures come from: a camera of the kernel's, a camera program, a video, a
 * folder, or the drawn garden.
 *
 *     drawn[:<seconds of a day> | :day | :night]   v4l2:/dev/video0   rpicam[:<program>]   video:<file>   folder:<path>   auto
 *
 * A bare path is one of them by what lies there. `auto` is rpicam-vid where it is installed, else
 * the first /dev/video*.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/util.h"
#include "pi_camera.h"
#include "scene.h"

struct loop;
struct source;

/* The largest picture that is taken from anywhere. */
#define SOURCE_MAX_FRAME_BYTES (16u << 20)

/* One frame as the source has it. */
struct raw_frame {
    enum { RAW_JPEG, RAW_YUYV, RAW_SCENE } form;
    const uint8_t *bytes; /* valid for the call */
    size_t n;
    unsigned width, height; /* YUYV */
    size_t stride;
    struct scene *scene; /* SCENE: to be drawn; whoever keeps it takes a reference */
    struct scene_moment moment;
    int64_t age_us; /* since it was taken */
};

/* Who hears of it. Never called from within a call of the source's. */
struct source_events {
    void (*frame)(void *ctx, const struct raw_frame *f);
    /* It will give no more until it is stopped and started; a sentence. */
    void (*ended)(void *ctx, const char *why);
    /* Something worth a line in the log: the size that was agreed on. */
    void (*said)(void *ctx, const char *text);
};

struct source_kind {
    int (*start)(struct source *s, const struct pi_source_want *want, struct error *e);
    void (*stop)(struct source *s); /* also of one that never started */
    /* 0; 1: start it anew; negative. NULL: always anew. */
    int (*adjust)(struct source *s, const struct pi_source_want *want);
    /* NULL: nothing is known but what it was told. */
    int (*exposure)(struct source *s, struct pi_exposure *ret);
    unsigned (*controls)(struct source *s, struct pi_control *out, unsigned cap);
    void (*free)(struct source *s); /* stopped before */
};

/* First member of every source. */
struct source {
    const struct source_kind *kind;
    struct loop *loop;
    const struct source_events *events;
    void *ctx;
    char format[96]; /* what was agreed on: "MJPG 1280x720"; "" until then */
};

/* -EINVAL and a sentence: not a source. A device or program that is not there shows when it is
 * started. */
int source_new(struct loop *l, const char *spec, const struct source_events *events, void *ctx,
    struct source **ret, struct error *e);
/* Stops it. NULL-safe; returns NULL. */
struct source *source_free(struct source *s);
DEFINE_CLEANUP(struct source *, source_free)

/* --- the kinds; source_new() picks one -------------------------------------------------------- */

int source_scene_new(struct loop *l, const char *argument, struct source **ret, struct error *e);
int source_folder_new(struct loop *l, const char *path, struct source **ret, struct error *e);
int source_rpicam_new(struct loop *l, const char *program, struct source **ret, struct error *e);
int source_video_new(struct loop *l, const char *file, struct source **ret, struct error *e);
int source_v4l2_new(struct loop *l, const char *device, struct source **ret, struct error *e);
