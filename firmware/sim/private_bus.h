/* private_bus.h - a dbus-daemon of one's own: for tests and for the virtual devices, that need no
 * system bus and no rights. It ends with the thread that started it.
 */
#pragma once

#include "base/error.h"
#include "base/util.h"

struct private_bus;

/* Waits until it can be reached (milliseconds). At `path` where that is not NULL (the socket's file;
 * its folder is there), else in a folder of its own under $TMPDIR or /tmp. -ENOENT: dbus-daemon is
 * not installed. */
int private_bus_new(const char *path, struct private_bus **ret, struct error *e);
/* "unix:path=…" */
const char *private_bus_address(const struct private_bus *b);
/* Ends it and takes its files away. NULL-safe; returns NULL. */
struct private_bus *private_bus_free(struct private_bus *b);
DEFINE_CLEANUP(struct private_bus *, private_bus_free)
