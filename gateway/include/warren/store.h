/* store.h - a small memory of a driver, per device: keys and values that survive restarts.
 *
 * All of a device's keys are in memory before start(); get() never waits. put() is on the disk when
 * done() says 0.
 */
#ifndef WARREN_STORE_H
#define WARREN_STORE_H

#include "driver.h"

#define WR_STORE_MAX_KEYS 256
#define WR_STORE_MAX_VALUE_BYTES 65536

typedef void (*wr_store_fn)(struct wr_dev *dev, void *ctx, int result);

struct wr_store {
    uint32_t size;
    /* The value, valid until the next put() of that key; NULL: none. ret_n may be NULL. */
    const void *(*get)(struct wr_dev *dev, const char *key, size_t *ret_n);
    /* bytes NULL removes it. -ENOSPC: over the limits above. done may be NULL. A child's keys are
     * its own. */
    int (*put)(struct wr_dev *dev, const char *key, const void *bytes, size_t n, wr_store_fn done,
        void *ctx);
};

#endif
