#include "sim_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/util.h"

enum {
    COMMON_BUS = 1,
    COMMON_NEW_BUS,
    COMMON_BLUEZ,
    COMMON_PULSE,
    COMMON_FAULTS,
    COMMON_SEED,
    COMMON_VERBOSE,
    COMMON_HELP,
};

static const struct sim_option commons[] = {
    {"bus", COMMON_BUS, "ADDRESS", "the D-Bus to be on, as unix:path=/run/x (one of its own)"},
    {"new-bus", COMMON_NEW_BUS, "PATH", "start a dbus-daemon whose socket is there"},
    {"bluez", COMMON_BLUEZ, "hciN",
        "be a peripheral of this adapter, by the BlueZ that runs on the system's bus (or --bus)"},
    {"pulse", COMMON_PULSE, "MS",
        "with --bluez: begin the advertisement anew so often, for virtual controllers"},
    {"faults", COMMON_FAULTS, "LIST", "name=value,… of the table below; not with --bluez"},
    {"seed", COMMON_SEED, "N", "of everything that is random (another each time)"},
    {"verbose", COMMON_VERBOSE, NULL,
        "log what the device's display shows, and what it is asked for"},
    {"help", COMMON_HELP, NULL, "this text"},
};

void sim_common_init(struct sim_common *c)
{
    *c = (struct sim_common){0};
    sim_faults_init(&c->faults);
    if (getrandom(&c->seed, sizeof c->seed, 0) < 0)
        c->seed = (uint64_t)clock_wall_us();
}

/* --- help ------------------------------------------------------------------------------------- */

static void print_rows(const struct sim_option *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *argument = rows[i].argument ? rows[i].argument : "";
        char left[64];

        snprintf(
            left, sizeof left, "--%s%s%s", rows[i].name, *argument == '[' ? "" : " ", argument);
        printf("  %-22s %s\n", left, rows[i].help);
    }
}

static void print_help(const struct sim_command_line *l)
{
    printf("warren-sim %s: %s\n\n"
           "Without --bluez a BlueZ is pretended on a D-Bus of its own, whose address is printed:\n"
           "listening bus=ADDRESS. SIGUSR1 breaks all links; SIGUSR2 ends the pretended\n"
           "bluetoothd, which comes back after two seconds.\n\n",
        l->kind, l->what);
    print_rows(l->rows, l->n_rows);
    printf("\n");
    print_rows(commons, N_ELEMENTS(commons));
    printf("\nFaults, with their ranges and what holds without them:\n");
    sim_faults_help(stdout);
}

/* --- reading ---------------------------------------------------------------------------------- */

static int set_common(struct sim_common *c, int id, const char *text, struct error *e)
{
    switch (id) {
    case COMMON_BUS:
        c->bus = text;
        return 0;
    case COMMON_NEW_BUS:
        c->new_bus = text;
        return 0;
    case COMMON_BLUEZ:
        c->bluez = text;
        return 0;
    case COMMON_PULSE:
        return sim_option_unsigned("pulse", text, 0, 3600000, &c->pulse_ms, e);
    case COMMON_FAULTS:
        return sim_faults_parse(&c->faults, text, e);
    case COMMON_SEED:
        return sim_option_number("seed", text, 0, INT64_MAX, &c->seed, e);
    default:
        c->verbose = true;
        return 0;
    }
}

static struct option option_of(const struct sim_option *o)
{
    int has = !o->argument    ? no_argument
        : *o->argument == '[' ? optional_argument
                              : required_argument;

    return (struct option){o->name, has, NULL, o->id};
}

static int check(const struct sim_common *c, struct error *e)
{
    if (c->bluez && c->new_bus)
        return error_set(e, -EINVAL, "--bluez and --new-bus exclude each other");
    if (c->bus && c->new_bus)
        return error_set(e, -EINVAL, "--bus and --new-bus exclude each other");
    return 0;
}

int sim_options_parse(
    const struct sim_command_line *l, void *options, int argc, char **argv, struct error *e)
{
    struct option all[SIM_OPTIONS_MAX + 1] = {{0}};
    size_t n = 0;
    int id, r = 0;

    for (size_t i = 0; i < l->n_rows && n < SIM_OPTIONS_MAX; i++)
        all[n++] = option_of(&l->rows[i]);
    for (size_t i = 0; i < N_ELEMENTS(commons) && n < SIM_OPTIONS_MAX; i++)
        all[n++] = option_of(&commons[i]);
    optind = 0; /* a command line of its own, also behind another one */
    opterr = 0;
    while (r >= 0 && (id = getopt_long(argc, argv, "", all, NULL)) != -1) {
        if (id == COMMON_HELP) {
            print_help(l);
            return 1;
        }
        if (id == '?')
            return error_set(e, -EINVAL, "\"%.60s\" is unknown or lacks a value; --help tells all",
                argv[optind - 1]);
        r = id > COMMON_HELP ? l->set(options, id, optarg, e) : set_common(options, id, optarg, e);
    }
    if (r >= 0 && optind < argc)
        return error_set(e, -EINVAL, "\"%.60s\" is too much; --help tells all", argv[optind]);
    return r < 0 ? r : check(options, e);
}

/* --- values ----------------------------------------------------------------------------------- */

int sim_option_number(const char *option, const char *text, int64_t least, int64_t most,
    uint64_t *ret, struct error *e)
{
    int64_t n;

    if (text_to_int(text, &n) < 0 || n < least || n > most)
        return error_set(e, -EINVAL, "--%s %.40s is not a number from %lld to %lld", option, text,
            (long long)least, (long long)most);
    *ret = (uint64_t)n;
    return 0;
}

int sim_option_unsigned(const char *option, const char *text, unsigned least, unsigned most,
    unsigned *ret, struct error *e)
{
    uint64_t n;
    int r = sim_option_number(option, text, least, most, &n, e);

    if (r >= 0)
        *ret = (unsigned)n;
    return r;
}

int sim_option_scaled(const char *option, const char *text, double scale, double least, double most,
    int64_t *ret, struct error *e)
{
    double x;

    if (text_to_float(text, &x) < 0 || x < least || x > most)
        return error_set(
            e, -EINVAL, "--%s %.40s is not a number from %g to %g", option, text, least, most);
    *ret = llround(x * scale);
    return 0;
}

int sim_option_name(const char *text, const char **ret, struct error *e)
{
    if (!*text || strlen(text) > SIM_NAME_MAX)
        return error_set(e, -EINVAL, "--name has 1 to %d bytes", SIM_NAME_MAX);
    *ret = text;
    return 0;
}
