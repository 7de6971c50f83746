/* ble-batch-camera.c - driver of the BLE batch camera: tables and lifecycle.
 * docs/protocols/ble-batch-camera.md has the wire. */
#include "camera.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define TAKE_TIMEOUT_MS 130000

void camera_place(const struct wr_dev *dev, struct picture_meta *meta)
{
    const struct wr_value *lat = &dev->options[OPTION_LATITUDE],
                          *lon = &dev->options[OPTION_LONGITUDE];
    bool both = lat->type == WR_FLOAT && lon->type == WR_FLOAT;

    *meta =
        (struct picture_meta){.latitude = both ? lat->f : NAN, .longitude = both ? lon->f : NAN};
}

/* --- lifecycle -------------------------------------------------------------------------------- */

/* The name says it: the service's UUID alone is that of thousands of other things. */
static int probe(const struct wr_found *found)
{
    return wr_found_has(found, "service", BATCH_SERVICE_UUID) &&
            strncmp(found->name, BATCH_NAME_PREFIX, strlen(BATCH_NAME_PREFIX)) == 0
        ? 0
        : -ENODEV;
}

static int start(struct wr_dev *dev)
{
    static const char *const counters[] = {"chunks_lost", "chunks_repeated", "pictures_failed"};

    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
        wr_report_int(dev, counters[i], 0);
    wr_report_text(dev, "trouble", "");
    dev->host->clock(dev, WR_CLOCK_UTC);
    link_start(dev);
    return 0;
}

static void stop(struct wr_dev *dev)
{
    older_lost(dev);
    trigger_lost(dev);
    save_drop(dev);
    window_stop(dev);
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    int r = trigger_now(dev, call->id);

    if (r != -EOPNOTSUPP)
        return r;
    dev->host->done(dev, call->id, r,
        "this camera takes its pictures by itself; only those of the oldest generation are asked");
    return 0;
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct wr_match matches[] = {
    {.bus = "ble", .key = "service", .pattern = BATCH_SERVICE_UUID},
    {0},
};

static const struct wr_param options[] = {
    [OPTION_ADDRESS] = WR_SEEK_ADDRESS_OPTION,
    [OPTION_NAMES] = WR_SEEK_NAMES_OPTION(BATCH_NAME_PREFIX "*"),
    [OPTION_STAY] = {.key = "stay",
        .type = WR_BOOL,
        .def = "true",
        .help = "Keep the link between pictures; false spares the battery of a newer camera"},
    [OPTION_REVISIT] = {.key = "revisit_s",
        .type = WR_INT,
        .unit = "s",
        .def = "60",
        .min = 1,
        .max = 86400,
        .help = "Without stay: the camera is visited again after so long"},
    [OPTION_LATITUDE] = {.key = "latitude",
        .type = WR_FLOAT,
        .unit = "°",
        .min = -90,
        .max = 90,
        .help = "Where it stands, for its captures; with longitude"},
    [OPTION_LONGITUDE] = {.key = "longitude",
        .type = WR_FLOAT,
        .unit = "°",
        .min = -180,
        .max = 180,
        .help = "Where it stands, for its captures; with latitude"},
    {0},
};

static const struct wr_param settings[] = {
    [SETTING_FREQUENCY] = {.key = "frequency",
        .type = WR_INT,
        .unit = "s",
        .min = BATCH_FREQUENCY_MIN_S,
        .max = BATCH_FREQUENCY_MAX_S,
        .help = "Between two pictures"},
    [SETTING_THRESHOLD] = {.key = "threshold",
        .type = WR_FLOAT,
        .unit = "%",
        .min = BATCH_THRESHOLD_MIN_PERMILLE / 10.0,
        .max = BATCH_THRESHOLD_MAX_PERMILLE / 10.0,
        .help =
            "Memory in use at which the camera hands its pictures over; the batch dialect takes "
            "10 and more only"},
    {0},
};

static const struct wr_attribute attributes[] = {
    {.key = "trouble", .type = WR_STRING, .help = "What does not work now, in a sentence"},
    {.key = "dialect", .type = WR_STRING, .help = "v0, batch, low-power or warren"},
    {.key = "storage_used_percent", .type = WR_FLOAT, .unit = "%", .help = "Memory in use"},
    {.key = "images_waiting", .type = WR_INT, .help = "Pictures that wait in the camera"},
    /* The next five the host reports by itself. */
    {.key = "rssi_dbm", .type = WR_INT, .unit = "dBm", .help = "How strongly it was heard last"},
    {.key = "mtu", .type = WR_INT, .unit = "B", .help = "Longest packet of the link"},
    {.key = "bytes_per_s", .type = WR_INT, .unit = "B/s", .help = "What the link carries"},
    {.key = "notifications", .type = WR_INT, .help = "Packets that came on this link"},
    {.key = "retries", .type = WR_INT, .help = "Connects that failed before this link"},
    {.key = "chunks_lost", .type = WR_INT, .help = "Pieces that had to be asked for again"},
    {.key = "chunks_repeated", .type = WR_INT, .help = "Pieces or pictures that came twice"},
    {.key = "pictures_failed",
        .type = WR_INT,
        .help = "Pictures that did not come whole or could not be kept"},
    {.key = "camera_failed", .type = WR_INT, .help = "Pictures that its sensor did not give"},
    {.key = "camera_dropped",
        .type = WR_INT,
        .help = "Pictures that it forgot unsent, for its memory was full"},
    {0},
};

static const struct wr_command commands[] = {
    {.name = "take_picture",
        .timeout_ms = TAKE_TIMEOUT_MS,
        .flags = WR_EXCLUSIVE,
        .help = "Takes a picture now (v0 only; the others take theirs by themselves)"},
    {0},
};

static const struct wr_topic topics[] = {
    {.type = "transfer.progress",
        .help = "How far the picture is that comes in just now",
        .flags = WR_TOPIC_LIVE},
    {.type = "device.error", .help = "Something does not work, in a sentence"},
    {0},
};

static const struct wr_kind kinds[] = {
    {.name = "ble-batch-camera",
        .flags = WR_KIND_CAMERA,
        .settings = settings,
        .attributes = attributes,
        .commands = commands,
        .topics = topics,
        .state_size = sizeof(struct camera)},
    {0},
};

WR_EXPORT const struct wr_driver warren_driver = {
    .abi = WR_ABI,
    .size = sizeof(struct wr_driver),
    .needs = WR_NEEDS_BLE | WR_NEEDS_STORE,
    .name = "ble-batch-camera",
    .version = "1.0",
    .summary = "Bluetooth camera that takes pictures by itself and hands them over in batches",
    .matches = matches,
    .options = options,
    .kinds = kinds,
    .probe = probe,
    .start = start,
    .stop = stop,
    .configure = config_configure,
    .run = run,
};
