#include "batch_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "batch_text.h"

/* Picture sizes of cameras of this kind; a drawn scene takes its time. */
#define SIDE_MIN 16
#define SIDE_MAX 2048
#define MEMORY_MIN 65536
#define MEMORY_MAX (UINT64_C(1) << 30)
#define SOUND_MAX_S 60
#define NUMBERED_NAME_MAX (SIM_NAME_MAX - 3)

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
    OPTION_LATE,
};

static const struct sim_option rows[] = {
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
    {"late", OPTION_LATE, NULL,
        "batch: one of the last, whose characteristics are those of low-power"},
};

static const char *const dialects[] = {
    [BATCH_DIALECT_V0] = "v0",
    [BATCH_DIALECT_BATCH] = "batch",
    [BATCH_DIALECT_LOW_POWER] = "low-power",
    [BATCH_DIALECT_WARREN] = "warren",
};

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
    int r = sim_option_scaled("threshold", text, 10, 0.1, 100, &permille, e);

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
        return sim_option_unsigned("quality", text, 1, 100, &o->quality, e);
    case OPTION_INTERVAL:
        return sim_option_scaled(
            "interval", text, 1000, 0.01, BATCH_FREQUENCY_MAX_S, &o->interval_ms, e);
    case OPTION_THRESHOLD:
        return set_threshold(o, text, e);
    case OPTION_MEMORY:
        return set_memory(o, text, e);
    case OPTION_SOUND:
        return sim_option_unsigned("sound", text, 0, SOUND_MAX_S, &o->sound_s, e);
    case OPTION_COUNT:
        return sim_option_number("count", text, 0, INT64_MAX, &o->count, e);
    case OPTION_CAMERAS:
        return sim_option_unsigned("cameras", text, 1, BATCH_SIM_CAMERAS_MAX, &o->cameras, e);
    }
    return 0;
}

static int set_any(void *options, int id, const char *text, struct error *e)
{
    struct batch_options *o = options;

    switch (id) {
    case OPTION_NAME:
        return sim_option_name(text, &o->name, e);
    case OPTION_PICTURES:
        o->pictures = text;
        return 0;
    case OPTION_ONE_CONNECTION:
        o->one_connection = true;
        return 0;
    case OPTION_LATE:
        o->late = true;
        return 0;
    }
    return set(o, id, text, e);
}

static int check(struct batch_options *o, struct error *e)
{
    if (o->common.bluez && o->cameras > 1)
        return error_set(e, -EINVAL, "--bluez goes with one camera");
    if (o->dialect == BATCH_DIALECT_WARREN && o->interval_ms % 1000 != 0)
        return error_set(e, -EINVAL, "--interval is in whole seconds with the dialect warren");
    if (o->late && o->dialect != BATCH_DIALECT_BATCH)
        return error_set(e, -EINVAL, "--late goes with --dialect batch");
    if (o->name && o->cameras > 1 && strlen(o->name) > NUMBERED_NAME_MAX)
        return error_set(
            e, -EINVAL, "--name has at most %d bytes where numbers follow", NUMBERED_NAME_MAX);
    return 0;
}

int batch_options_parse(struct batch_options *o, int argc, char **argv, struct error *e)
{
    static const struct sim_command_line line = {.kind = "ble-batch-camera",
        .what = "a camera that hands over pictures by Bluetooth LE",
        .rows = rows,
        .n_rows = N_ELEMENTS(rows),
        .set = set_any};
    int r;

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
    sim_common_init(&o->common);
    r = sim_options_parse(&line, o, argc, argv, e);
    return r != 0 ? r : check(o, e);
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
