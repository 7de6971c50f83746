/* options.h - the command line of warren-pi-camera, and of the simulated camera, which takes the
 * same and one more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "pi_config.h"

struct options {
    struct pi_config config; /* file and command line together */
    const char *config_path, *source, *listen, *log_folder;
    const char *folder; /* to work in; NULL: where it was started */
    char *source_path;  /* where `source` was made absolute for that */
    char *token;        /* read from its file; NULL: none */
    uint64_t log_max_bytes;
    unsigned log_backups;
    uint64_t exit_after_frames; /* 0: never */
    bool print_config;
    bool seed_dialect; /* the simulated camera only */
    bool config_found;
    char unknown_keys[512]; /* of the file, for the log; "" none */
};

/* All settings as a Markdown table. */
void options_list_settings(FILE *to);

/* For the daemon; sim: loopback, the drawn garden at a lively rate, no log file, nothing saved
 * by itself. */
void options_init(struct options *o, bool sim);
/* Reads the command line, then the configuration file below it. 0; 1: help or version were
 * printed; negative and a sentence. */
int options_parse(struct options *o, int argc, char **argv, struct error *e);
void options_fini(struct options *o);
