#include "batch_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/util.h"
#include "batch_text.h"

/* Picture sizes of cameras of this kind; a drawn scene takes its time. */
#define SIDE_MIN 16
#define SIDE_MAX 2048
#define MEMORY_MIN 65536
#define MEMORY_MAX (UINT64_C(1) << 30)
#define SOUND_MAX_S 60

enum {
    OPTION_DIALECT = 256,
    OPTION_NAME,
    OPTION_PICTURES,
    OPTION_SIZE,
    OPTION_QUALITY,
    OPTION_INTERVAL,
    OPTION_THRESHOLD,
    OPTION_MEMORY,
    OPTION_SOUND,
    OPTION_COUNT,
    OPTION_CAMERAS,
    OPTION_ONE_CONNECTION,
    OPTION_BUS,
    OPTION_NEW_BUS,
    OPTION_BLUEZ,
    OPTION_PULSE,
    OPTION_FAULTS,
    OPTION_SEED,
    OPTION_VERBOSE,
    OPTION_HELP,
};

static const struct {
    const char *name;
    int id;
    const char *argument, *help;
} rows[] = {
    {"dialect", OPTION_DIALECT, "NAME",
        "warren (ours, the core of the firmware), or an old camera with its faults: batch, "
        "low-power, v0"},
    {"name", OPTION_NAME, "NAME", "in the advertisement (T-Camera-BLE-Batch; v0: T-Camera-BLE)"},
    {"pictures", OPTION_PICTURES, "SPEC",
        "drawn[:SECONDS|:day|:night], a JPEG, a folder of JPEGs, video:FILE, v4l2:DEVICE (drawn)"},
    {"size", OPTION_SIZE, "WxH", "of what is not a JPEG already (640x480)"},
    {"quality", OPTION_QUALITY, "N", "of such a picture's JPEG, 1…100 (40)"},
    {"interval", OPTION_INTERVAL, "S",
        "seconds between pictures, at the beginning; whole ones with warren (5)"},
    {"threshold", OPTION_THRESHOLD, "PERCENT",
        "of memory at which a batch is due, at the beginning (80; old cameras: 5)"},
    {"memory", OPTION_MEMORY, "SIZE", "for pictures (4MB)"},
    {"sound", OPTION_SOUND, "S", "seconds of sound after each picture, v0 only (10)"},
    {"count", OPTION_COUNT, "N", "pictures that each camera's sensor gives; 0: no end (0)"},
    {"cameras", OPTION_CAMERAS, "N", "so many, their names and addresses numbered (1)"},
    {"one-connection", OPTION_ONE_CONNECTION, NULL,
        "not found again after it was left, as the first batch cameras (old dialects)"},
    {"bus", OPTION_BUS, "ADDRESS", "the D-Bus to be on, as unix:path=/run/x (one of its own)"},
    {"new-bus", OPTION_NEW_BUS, "PATH", "start a dbus-daemon whose socket is there"},
    {"bluez", OPTION_BLUEZ, "hciN",
        "be a peripheral of this adapter, by the BlueZ that runs on the system's bus (or --bus)"},
    {"pulse", OPTION_PULSE, "MS",
        "with --bluez: begin the advertisement anew so often, for virtual controllers"},
    {"faults", OPTION_FAULTS, "LIST", "name=value,… of the table below; not with --bluez"},
    {"seed", OPTION_SEED, "N",
        "of everything that is random, also of the start's own number (another each time)"},
    {"verbose", OPTION_VERBOSE, NULL, "log what the display of the camera shows"},
    {"help", OPTION_HELP, NULL, "this text"},
};

static const char *const dialects[] = {
    [BATCH_DIALECT_V0] = "v0",
    [BATCH_DIALECT_BATCH] = "batch",
    [BATCH_DIALECT_LOW_POWER] = "low-power",
    [BATCH_DIALECT_WARREN] = "warren",
};

static void print_help(void)
{
    printf("warren-sim ble-batch-camera: a camera that hands over pictures by Bluetooth LE\n\n"
           "Without --bluez a BlueZ is pretended on a D-Bus of its own, whose address is printed:\n"
           "listening bus=ADDRESS. SIGUSR1 breaks all links; SIGUSR2 ends the pretended\n"
           "bluetoothd, which comes back after two seconds.\n\n");
    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        char left[64];

        snprintf(
            left, sizeof left, "--%s %s", rows[i].name, rows[i].argument ? rows[i].argument : "");
        printf("  %-20s %s\n", left, rows[i].help);
    }
    printf("\nFaults, with their ranges and what holds without them:\n");
    sim_faults_help(stdout);
}

static int set_dialect(struct batch_options *o, const char *text, struct error *e)
{
    for (unsigned i = 0; i < N_ELEMENTS(dialects); i++)
        if (strcmp(dialects[i], text) == 0) {
            o->dialect = (enum batch_dialect)i;
            return 0;
        }
    return error_set(
        e, -EINVAL, "--dialect %.40s is none of warren, batch, low-power and v0", text);
}

static int set_number(const char *option, const char *text, int64_t least, int64_t most,
    uint64_t *ret, struct error *e)
{
    int64_t n;

    if (text_to_int(text, &n) < 0 || n < least || n > most)
        return error_set(e, -EINVAL, "--%s %.40s is not a number from %lld to %lld", option, text,
            (long long)least, (long long)most);
    *ret = (uint64_t)n;
    return 0;
}

static int set_unsigned(const char *option, const char *text, unsigned least, unsigned most,
    unsigned *ret, struct error *e)
{
    uint64_t n;
    int r = set_number(option, text, least, most, &n, e);

    if (r >= 0)
        *ret = (unsigned)n;
    return r;
}

/* Also fractions; `scale` of them make one of *ret. */
static int set_scaled(const char *option, const char *text, double scale, double least, double most,
    int64_t *ret, struct error *e)
{
    double x;

    if (text_to_float(text, &x) < 0 || x < least || x > most)
        return error_set(
            e, -EINVAL, "--%s %.40s is not a number from %g to %g", option, text, least, most);
    *ret = llround(x * scale);
    return 0;
}

static int set_size(struct batch_options *o, const char *text, struct error *e)
{
    char rest;

    if (sscanf(text, "%4ux%4u%c", &o->width, &o->height, &rest) != 2 || o->width < SIDE_MIN ||
        o->width > SIDE_MAX || o->height < SIDE_MIN || o->height > SIDE_MAX)
        return error_set(e, -EINVAL, "--size %.40s is not a size from %dx%d to %dx%d", text,
            SIDE_MIN, SIDE_MIN, SIDE_MAX, SIDE_MAX);
    return 0;
}

static int set_memory(struct batch_options *o, const char *text, struct error *e)
{
    if (text_to_bytes(text, &o->memory_bytes) < 0 || o->memory_bytes < MEMORY_MIN ||
        o->memory_bytes > MEMORY_MAX)
        return error_set(e, -EINVAL, "--memory %.40s is not a size from 64KiB to 1GiB", text);
    return 0;
}

static int set_threshold(struct batch_options *o, const char *text, struct error *e)
{
    int64_t permille;
    int r = set_scaled("threshold", text, 10, 0.1, 100, &permille, e);

    if (r >= 0)
        o->threshold_permille = (unsigned)permille;
    return r;
}

static int set(struct batch_options *o, int id, const char *text, struct error *e)
{
    switch (id) {
    case OPTION_DIALECT:
        return set_dialect(o, text, e);
    case OPTION_SIZE:
        return set_size(o, text, e);
    case OPTION_QUALITY:
        return set_unsigned("quality", text, 1, 100, &o->quality, e);
    case OPTION_INTERVAL:
        return set_scaled("interval", text, 1000, 0.01, BATCH_FREQUENCY_MAX_S, &o->interval_ms, e);
    case OPTION_THRESHOLD:
        return set_threshold(o, text, e);
    case OPTION_MEMORY:
        return set_memory(o, text, e);
    case OPTION_SOUND:
        return set_unsigned("sound", text, 0, SOUND_MAX_S, &o->sound_s, e);
    case OPTION_COUNT:
        return set_number("count", text, 0, INT64_MAX, &o->count, e);
    case OPTION_CAMERAS:
        return set_unsigned("cameras", text, 1, BATCH_SIM_CAMERAS_MAX, &o->cameras, e);
    case OPTION_PULSE:
        return set_unsigned("pulse", text, 0, 3600000, &o->pulse_ms, e);
    case OPTION_FAULTS:
        return sim_faults_parse(&o->faults, text, e);
    case OPTION_SEED:
        return set_number("seed", text, 0, INT64_MAX, &o->seed, e);
    }
    return 0;
}

static int set_text(struct batch_options *o, int id, const char *text, struct error *e)
{
    switch (id) {
    case OPTION_NAME:
        /* What fits a scan response. */
        if (!*text || strlen(text) > 29)
            return error_set(e, -EINVAL, "--name has 1 to 29 bytes");
        o->name = text;
        return 0;
    case OPTION_PICTURES:
        o->pictures = text;
        return 0;
    case OPTION_BUS:
        o->bus = text;
        return 0;
    case OPTION_NEW_BUS:
        o->new_bus = text;
        return 0;
    case OPTION_BLUEZ:
        o->bluez = text;
        return 0;
    case OPTION_ONE_CONNECTION:
        o->one_connection = true;
        return 0;
    case OPTION_VERBOSE:
        o->verbose = true;
        return 0;
    }
    return set(o, id, text, e);
}

static int check(struct batch_options *o, struct error *e)
{
    if (o->bluez && (o->new_bus || o->cameras > 1))
        return error_set(e, -EINVAL, "--bluez goes with one camera and without --new-bus");
    if (o->bus && o->new_bus)
        return error_set(e, -EINVAL, "--bus and --new-bus exclude each other");
    if (o->dialect == BATCH_DIALECT_WARREN && o->interval_ms % 1000 != 0)
        return error_set(e, -EINVAL, "--interval is in whole seconds with the dialect warren");
    if (o->name && o->cameras > 1 && strlen(o->name) > 26)
        return error_set(e, -EINVAL, "--name has at most 26 bytes where numbers follow");
    return 0;
}

int batch_options_parse(struct batch_options *o, int argc, char **argv, struct error *e)
{
    struct option options[N_ELEMENTS(rows) + 1] = {{0}};
    int id, r = 0;

    *o = (struct batch_options){.dialect = BATCH_DIALECT_WARREN,
        .pictures = "drawn",
        .width = 640,
        .height = 480,
        .quality = 40,
        .interval_ms = 5000,
        .memory_bytes = 4000000,
        .sound_s = 10,
        .cameras = 1};
    /* A camera that says the number of an earlier start says that its pictures are of then. */
    if (getrandom(&o->seed, sizeof o->seed, 0) < 0)
        o->seed = (uint64_t)clock_wall_us();
    sim_faults_init(&o->faults);
    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        options[i] = (struct option){
            rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, rows[i].id};
    optind = 1;
    opterr = 0;
    while (r >= 0 && (id = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (id == OPTION_HELP) {
            print_help();
            return 1;
        }
        if (id == '?')
            return error_set(e, -EINVAL, "\"%.60s\" is unknown or lacks a value; --help tells all",
                argv[optind - 1]);
        r = set_text(o, id, optarg, e);
    }
    if (r >= 0 && optind < argc)
        return error_set(e, -EINVAL, "\"%.60s\" is too much; --help tells all", argv[optind]);
    return r < 0 ? r : check(o, e);
}

void batch_options_name(
    const struct batch_options *o, unsigned camera, char *out, unsigned long cap)
{
    const char *name = o->name           ? o->name
        : o->dialect == BATCH_DIALECT_V0 ? BATCH_NAME_PREFIX
                                         : BATCH_NAME_PREFIX "-Batch";

    if (camera == 0)
        snprintf(out, cap, "%s", name);
    else
        snprintf(out, cap, "%s-%u", name, camera + 1);
}
