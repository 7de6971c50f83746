/* sim_options.h - command lines of virtual Bluetooth devices: what all kinds have in common, and how the rest is read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sim_faults.h"

/* Of one kind, with those in common. */
#define SIM_OPTIONS_MAX 32
/* What fits a scan response. */
#define SIM_NAME_MAX 29

/* First member of every kind's options. Texts are the command line's. */
struct sim_common {
    const char *bus;     /* address; NULL: one of its own, or the system's for `bluez` */
    const char *new_bus; /* where the socket of its own bus is; NULL: anywhere */
    const char *bluez;   /* adapter of a real BlueZ; NULL: a pretended one */
    unsigned pulse_ms;
    struct sim_faults faults;
    uint64_t seed;
    bool verbose;
};

struct sim_option {
    const char *name;
    int id;               /* from 256 on */
    const char *argument; /* NULL: none; "[=X]": it may be missing */
    const char *help;
};

struct sim_command_line {
    const char *kind, *what; /* for --help: "a camera that …" */
    const struct sim_option *rows;
    size_t n_rows;
    /* One of the rows' ids; `text` NULL: no argument. -EINVAL and a sentence. */
    int (*set)(void *options, int id, const char *text, struct error *e);
};

/* No faults, and another seed each time. */
void sim_common_init(struct sim_common *c);
/* Reads argv[1] … into `options`, which have their values already and begin with struct sim_common.
 * 0; 1: help was printed; -EINVAL and a sentence. */
int sim_options_parse(
    const struct sim_command_line *l, void *options, int argc, char **argv, struct error *e);

/* --- values: -EINVAL and a sentence with the option's name ------------------------------------- */

int sim_option_number(const char *option, const char *text, int64_t least, int64_t most,
    uint64_t *ret, struct error *e);
int sim_option_unsigned(const char *option, const char *text, unsigned least, unsigned most,
    unsigned *ret, struct error *e);
/* Also fractions; `scale` of them make one of *ret. */
int sim_option_scaled(const char *option, const char *text, double scale, double least, double most,
    int64_t *ret, struct error *e);
/* A device's name: 1 … SIM_NAME_MAX bytes. */
int sim_option_name(const char *text, const char **ret, struct error *e);
