/* sim_show.h - shows virtual Bluetooth devices of one or several kinds, on one pretended BlueZ or on a real one, until a signal
 * ends it.
 *
 *     SIGINT, SIGTERM   it ends
 *     SIGUSR1           all links break
 *     SIGUSR2           the pretended bluetoothd ends, and is back after two seconds
 *
 * When all devices are there it prints "listening bus=ADDRESS" or "listening adapter=hciN", and behind that what each kind
 * tells of itself; at the end, with a pretended BlueZ, "ended notifications=N dropped=N".
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "gatt_app.h"
#include "sim_options.h"

struct loop;
struct sim_show;

/* Of a command line. */
#define SIM_KINDS_MAX 8

struct sim_kind {
    const char *name, *help;
    size_t n_options; /* bytes of its options, whose first member is struct sim_common */
    /* 0; 1: help was printed; -EINVAL and a sentence. */
    int (*parse)(void *options, int argc, char **argv, struct error *e);
    /* Makes its devices, shows them with sim_show_add(), and starts them. *ret is what there is to close, also when it fails. */
    int (*open)(struct sim_show *s, const void *options, void **ret, struct error *e);
    /* " cameras=1" */
    void (*tell)(const void *opened, FILE *to);
    /* All links break: those it has besides Bluetooth. NULL: none. */
    void (*strike)(void *opened);
    /* Nobody shows its devices any more. NULL-safe. */
    void (*close)(void *opened);
};

/* What one kind is to show. */
struct sim_part {
    const struct sim_kind *kind;
    void *options;
};

/* Returns the exit status. */
int sim_show_run(const struct sim_part *parts, unsigned n);

/* --- for kinds that open ------------------------------------------------------------------------ */

struct loop *sim_show_loop(const struct sim_show *s);
/* With a pretended BlueZ its address is 00:AA:01:00:<group>:01, and counts on with the next of that group; with a real one
 * it is the adapter's, and there is only one device. `o` says where, and must stay. */
int sim_show_add(struct sim_show *s, const struct sim_common *o, unsigned group,
    struct gatt_app *app, struct error *e);
