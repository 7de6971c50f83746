/* drivers.h - the folders of drivers: loaded, watched, replaced and removed while running.
 *
 * One folder is the rule; more are separated by colons ("/plugins.d:/usr/lib/warren/plugins"), for
 * a container, whose own drivers lie in the image and a person's in a mounted folder. Of two files
 * of one driver the one that was there first counts, at start that of the earlier folder; the other
 * waits for its end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "device/devices.h"

struct driver;
struct drivers;
struct event;

/* Most drivers at a time. */
#define DRIVERS_MAX 64
/* More are a mistake. */
#define DRIVERS_MAX_FOLDERS 8
/* A file is loaded this long after it was last touched, so that a slow copy is loaded once. */
#define DRIVERS_SETTLE_US INT64_C(200000)
#define DRIVERS_RESCAN_US INT64_C(30000000)

/* Looks at each folder once, before it returns; one that cannot be used is a warning and is looked
 * for again. -E2BIG: too many. */
int drivers_new(struct loop *l, struct bus *b, struct devices *devices, const char *folders,
    struct drivers **ret);
/* The devices must be gone. Returns NULL. */
struct drivers *drivers_free(struct drivers *d);

/* NULL: not loaded. */
struct driver *drivers_find(const struct drivers *d, const char *name);
/* Those that are loaded, in that order; what fn() returns but 0 ends the walk and is returned. */
int drivers_each_loaded(
    const struct drivers *d, int (*fn)(void *ctx, struct driver *driver), void *ctx);
/* The event says that one has come or gone. */
bool drivers_have_changed(const struct event *e);
/* What became of each file, loaded or refused. `why`: a sentence, "" when loaded and well. */
struct driver_status {
    const char *name, *file, *version, *summary; /* "" where unknown */
    bool loaded;
    const char *why;
    const struct wr_param *options; /* how to reach a device; NULL: refused, or none */
};
int drivers_each(
    const struct drivers *d, int (*fn)(void *ctx, const struct driver_status *s), void *ctx);
/* The file of that driver in the first folder that has it; false: none has. */
bool drivers_path(const char *folders, const char *name, char *out, size_t cap);
