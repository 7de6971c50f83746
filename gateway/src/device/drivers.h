/* drivers.h - the folder of drivers: loaded, watched, replaced and removed while running. */
#pragma once

#include "base/error.h"
#include "device/devices.h"

struct driver;
struct drivers;

/* Most drivers at a time. */
#define DRIVERS_MAX 64
/* A file is loaded this long after it was last touched, so that a slow copy is loaded once. */
#define DRIVERS_SETTLE_US INT64_C(200000)
#define DRIVERS_RESCAN_US INT64_C(30000000)

/* Looks at the folder once, before it returns; a folder that cannot be used is a warning and is looked for again. */
int drivers_new(struct loop *l, struct bus *b, struct devices *devices, const char *folder, struct drivers **ret);
/* The devices must be gone. Returns NULL. */
struct drivers *drivers_free(struct drivers *d);

/* NULL: not loaded. */
struct driver *drivers_find(const struct drivers *d, const char *name);
/* What became of each file, loaded or refused. `why`: a sentence, "" when loaded and well. */
struct driver_status {
    const char *name, *file, *version, *summary; /* "" where unknown */
    bool loaded;
    const char *why;
};
int drivers_each(const struct drivers *d, int (*fn)(void *ctx, const struct driver_status *s), void *ctx);
