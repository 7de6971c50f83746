#include "play_options.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "hub_line.h"

#define HOUR_S 3600

enum {
    OPTION_MODULES = 256,
    OPTION_DIALECT,
    OPTION_MODULES_DIALECT,
    OPTION_NAME,
    OPTION_LOSS,
    OPTION_ANTENNAS,
    OPTION_ROUNDS,
    OPTION_WAKE,
    OPTION_RESETS,
    OPTION_CUTS,
    OPTION_SERIAL,
    OPTION_PICTURE,
};

static const struct sim_option rows[] = {
    {"modules", OPTION_MODULES, "N", "around the hub, 0…64 (12)"},
    {"dialect", OPTION_DIALECT, "NAME",
        "warren (ours, the cores of the firmware), or seed: the first hub and modules, with their "
        "faults"},
    {"modules-dialect", OPTION_MODULES_DIALECT, "NAME",
        "the same for the modules alone, behind --dialect: a new hub among old modules"},
    {"name", OPTION_NAME, "NAME", "of the hub, in its advertisement (" HUB_NAME ")"},
    {"loss", OPTION_LOSS, "PERCENT", "of the ESP-NOW messages get lost, besides collisions (0)"},
    {"antennas", OPTION_ANTENNAS, "N",
        "of the hub: 1, which Bluetooth and ESP-NOW share and some answers miss, or 2 (1)"},
    {"rounds", OPTION_ROUNDS, "S",
        "somebody presses a module's button about every S seconds; 0: nobody does (0)"},
    {"wake", OPTION_WAKE, "S",
        "a module that sleeps is woken by its button after S seconds; 0: never (30)"},
    {"resets", OPTION_RESETS, "N", "the first N scans end after 2 s, with a reset of the hub (0)"},
    {"cuts", OPTION_CUTS, "N",
        "the first N lists of modules break off in the middle, with the link (0)"},
    {"serial", OPTION_SERIAL, "[=PATH]",
        "the hub's USB, a serial line whose name is printed; a link to it at PATH"},
    {"picture", OPTION_PICTURE, "FILE",
        "draw the playground and its lights there, as SVG, whenever they change"},
};

static int read_dialect(const char *text, bool *ret_old, struct error *e)
{
    if (strcmp(text, "seed") != 0 && strcmp(text, "warren") != 0)
        return error_set(e, -EINVAL, "dialect %.40s is neither warren nor seed", text);
    *ret_old = text[0] == 's';
    return 0;
}

static int set_dialect(struct play_options *o, const char *text, struct error *e)
{
    int r = read_dialect(text, &o->world.old_hub, e);

    o->world.old_modules = o->world.old_hub;
    /* Its name stands in the advertisement, not in what is asked for behind it. */
    if (o->world.old_hub)
        o->common.faults.name_ms = 0;
    return r;
}

static int set_loss(struct play_options *o, const char *text, struct error *e)
{
    int64_t permille;
    int r = sim_option_scaled("loss", text, 10, 0, 100, &permille, e);

    if (r >= 0)
        o->world.loss_permille = (unsigned)permille;
    return r;
}

static int set_antennas(struct play_options *o, const char *text, struct error *e)
{
    unsigned n;
    int r = sim_option_unsigned("antennas", text, 1, 2, &n, e);

    if (r >= 0)
        o->world.two_antennas = n == 2;
    return r;
}

static int set(void *options, int id, const char *text, struct error *e)
{
    struct play_options *o = options;
    struct play_world_config *w = &o->world;

    switch (id) {
    case OPTION_MODULES:
        return sim_option_unsigned("modules", text, 0, PLAY_PLACES_MAX, &w->n_modules, e);
    case OPTION_DIALECT:
        return set_dialect(o, text, e);
    case OPTION_MODULES_DIALECT:
        return read_dialect(text, &w->old_modules, e);
    case OPTION_NAME:
        return sim_option_name(text, &o->name, e);
    case OPTION_LOSS:
        return set_loss(o, text, e);
    case OPTION_ANTENNAS:
        return set_antennas(o, text, e);
    case OPTION_ROUNDS:
        return sim_option_scaled("rounds", text, US_PER_S, 0, HOUR_S, &w->round_us, e);
    case OPTION_WAKE:
        return sim_option_scaled("wake", text, US_PER_S, 0, HOUR_S, &w->wake_us, e);
    case OPTION_RESETS:
        return sim_option_unsigned("resets", text, 0, 1000000, &w->n_resets, e);
    case OPTION_CUTS:
        return sim_option_unsigned("cuts", text, 0, 1000000, &w->n_cuts, e);
    case OPTION_PICTURE:
        o->picture = text;
        return 0;
    default:
        o->serial = true;
        o->serial_link = text;
        return 0;
    }
}

int play_options_parse(struct play_options *o, int argc, char **argv, struct error *e)
{
    static const struct sim_command_line line = {.kind = "playground-hub",
        .what = "a playground: a hub by Bluetooth LE, and modules around it",
        .rows = rows,
        .n_rows = N_ELEMENTS(rows),
        .set = set};
    int r;

    *o = (struct play_options){
        .name = HUB_NAME, .world = {.n_modules = 12, .wake_us = 30 * US_PER_S}};
    sim_common_init(&o->common);
    r = sim_options_parse(&line, o, argc, argv, e);
    if (r == 0 && o->serial && o->world.old_hub)
        return error_set(e, -EINVAL, "--serial goes with the dialect warren");
    o->world.seed = o->common.seed;
    return r;
}
