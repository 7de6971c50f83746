/* driver.h - one driver in memory: a file checked, then loaded from a sealed copy.
 *
 * The file is read once into a sealed memfd; what is checked is what is run, and who overwrites the
 * file touches nothing of ours. All of the image is checked before the dynamic loader sees it,
 * because dlopen() of a cut-off file kills the process. Constructors run in dlopen(): a driver is
 * trusted code, so file and folder must belong to root or to us and be writable by nobody else.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <warren/driver.h>

#include "base/error.h"
#include "base/util.h"

/* Larger than any driver, small enough to read. */
#define DRIVER_MAX_FILE_BYTES (64u << 20)

struct driver {
    const struct wr_driver *table; /* valid while loaded */
    void *handle;
    /* open as long as the handle is: glibc tells loaded objects apart by name, and the name is
     * /proc/self/fd/<memfd> */
    int memfd;
    char name[WR_NAME_MAX + 1];
    unsigned generation; /* counts loads, for the log */
};

/* What stands at the front of `warren_driver`, read from the file without running any of it. */
struct driver_head {
    uint32_t abi, size;
    uint64_t needs;
};

/* Pure. -ENOEXEC and a sentence: not a shared object for this machine, cut off, or without a sound
 * `warren_driver`. */
int driver_image_check(const uint8_t *image, size_t n, struct driver_head *ret, struct error *e);
/* Pure. -EPERM and a sentence: who else could change it. `what` is "the folder" or "the file". */
int driver_owner_check(const struct stat *st, const char *what, struct error *e);
/* The tables of a loaded driver: names, types, defaults, no doubles. -EINVAL and a sentence. */
int driver_table_check(const struct wr_driver *t, struct error *e);

/* `available`: enum wr_service of this host. Negative and a sentence, and nothing stays loaded. */
int driver_load(const char *path, uint64_t available, struct driver **ret, struct error *e);
/* No code of it may be on the stack, no device may use it. Returns NULL. */
struct driver *driver_unload(struct driver *d);
DEFINE_CLEANUP(struct driver *, driver_unload)
