/* play_options.h - the command line of warren-sim playground-hub. */
#pragma once

#include "play_world.h"
#include "sim_options.h"

struct play_options {
    struct sim_common common;
    const char *name; /* of the hub */
    struct play_world_config world;
    bool serial;
    const char *serial_link; /* a name for the serial line; NULL: only its own */
    const char *picture;     /* file; NULL: none */
};

/* 0; 1: help was printed; -EINVAL and a sentence. Texts stay the command line's. */
int play_options_parse(struct play_options *o, int argc, char **argv, struct error *e);
