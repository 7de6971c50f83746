/* batch_options.h - the command line of warren-sim ble-batch-camera. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sim_options.h"

/* More than any adapter holds at once. */
#define BATCH_SIM_CAMERAS_MAX 16

enum batch_dialect {
    BATCH_DIALECT_V0,
    BATCH_DIALECT_BATCH,
    BATCH_DIALECT_LOW_POWER,
    BATCH_DIALECT_WARREN,
};

struct batch_options {
    struct sim_common common; /* its seed is also the number of the start */
    enum batch_dialect dialect;
    const char *name; /* NULL: that of the dialect */
    const char *pictures;
    unsigned width, height, quality;
    int64_t interval_ms;
    unsigned threshold_permille; /* 0: the dialect's own */
    uint64_t memory_bytes;
    unsigned sound_s; /* v0 */
    uint64_t count;   /* of pictures, for each camera; 0: no end */
    unsigned cameras;
    bool one_connection; /* an old camera that is not found again after it was left */
    bool late;           /* a batch camera whose CONFIG takes writes without response */
};

/* 0; 1: help was printed; -EINVAL and a sentence. Texts stay the command line's. */
int batch_options_parse(struct batch_options *o, int argc, char **argv, struct error *e);
/* The first camera's is the one that was asked for, or the dialect's; the others have a number. */
void batch_options_name(
    const struct batch_options *o, unsigned camera, char *out, unsigned long cap);
