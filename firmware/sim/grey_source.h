/* grey_source.h - what the sensor of a virtual debug camera sees: 8-bit grey frames of one size, so many per second. From a scene
 * with known motion (motion_scene.h), or from whatever the Raspberry Pi camera's virtual twin can show (source.h).
 *
 * A drawn scene goes one step on with each frame that is given, however late it is, so that what is known of its motion
 * holds on a slow machine, too.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct loop;
struct grey_source;

struct grey_events {
    /* A byte per pixel, rows without gaps, valid for the call; and when it was taken, by the loop's clock. */
    void (*frame)(void *ctx, const uint8_t *grey, int64_t taken_us);
    /* It will give no more until it is started again; a sentence. Neither is called from within a call of the source's. */
    void (*ended)(void *ctx, const char *why);
};

/* `spec`: "walk", "pan:2,0", "video:street.avi", a folder … -EINVAL and a sentence. */
int grey_source_new(struct loop *l, const char *spec, const struct grey_events *events, void *ctx,
    struct grey_source **ret, struct error *e);
/* Where it runs already it goes on in this size and at this rate. A video has a rate of its own; what is more than `fps` is left out. */
int grey_source_start(
    struct grey_source *s, unsigned width, unsigned height, unsigned fps, struct error *e);
/* Frames come one by one, each after it was asked for: at once from a scene, else the newest or the next. Before start. */
void grey_source_set_asked(struct grey_source *s);
/* One frame. -ENOTCONN: it has ended, or does not run. */
int grey_source_ask(struct grey_source *s);
void grey_source_stop(struct grey_source *s);
/* NULL-safe; returns NULL. */
struct grey_source *grey_source_free(struct grey_source *s);
