/* pi-trigger-camera.c - driver of the Raspberry Pi trigger camera: tables and lifecycle. README.md
 * has the wire on one screen. */
#include "camera.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Our own limits end a command before the host's does: it waits for others, connects, is answered,
 * and its picture is fetched (each of these takes
 * at most 30 s by the options), or past.c's limit. */
#define COMMAND_TIMEOUT_MS 130000

void camera_url(const struct wr_dev *dev, const char *path, char out[URL_MAX])
{
    const char *host = dev->options[OPTION_HOST].s;
    bool v6 = strchr(host, ':') != NULL;

    snprintf(out, URL_MAX, "http://%s%s%s:%d%s%s", v6 ? "[" : "", host, v6 ? "]" : "",
        (int)dev->options[OPTION_MJPEG_PORT].i, *path == '/' ? "" : "/", path);
}

/* --- lifecycle -------------------------------------------------------------------------------- */

static int start(struct wr_dev *dev)
{
    int r;

    dev->host->clock(dev, WR_CLOCK_UTC);
    stream_start(dev);
    r = presence_start(dev);
    stream_update(dev);
    return r;
}

static void stop(struct wr_dev *dev)
{
    past_stop(dev);
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct wr_param options[] = {
    [OPTION_HOST] = {.key = "host",
        .type = WR_STRING,
        .min = 1,
        .max = 253,
        .flags = WR_REQUIRED | WR_HOST,
        .help = "Name or address of the camera"},
    [OPTION_TRIGGER_PORT] = {.key = "trigger_port",
        .type = WR_INT,
        .def = "9999",
        .min = 1,
        .max = 65535,
        .help = "TCP port of its commands"},
    [OPTION_MJPEG_PORT] = {.key = "mjpeg_port",
        .type = WR_INT,
        .def = "8080",
        .min = 1,
        .max = 65535,
        .help = "TCP port of its pictures"},
    [OPTION_STREAM_PATH] = {.key = "stream_path",
        .type = WR_STRING,
        .def = "/stream",
        .min = 1,
        .max = 200,
        .help = "Path of the MJPEG stream"},
    [OPTION_HOLD] = {.key = "hold",
        .type = WR_BOOL,
        .def = "false",
        .help = "Keep the stream open although nobody looks"},
    [OPTION_TOKEN] = {.key = "token",
        .type = WR_STRING,
        .max = 200,
        .flags = WR_SECRET,
        .help = "What the newer service asks for before it is changed"},
    [OPTION_CONNECT_TIMEOUT] = {.key = "connect_timeout_s",
        .type = WR_INT,
        .unit = "s",
        .def = "5",
        .min = 1,
        .max = 30,
        .help = "For a connection to be made"},
    [OPTION_COMMAND_TIMEOUT] = {.key = "command_timeout_s",
        .type = WR_INT,
        .unit = "s",
        .def = "10",
        .min = 1,
        .max = 30,
        .help = "For a command to be answered; more than a night exposure"},
    [OPTION_STREAM_TIMEOUT] = {.key = "stream_timeout_s",
        .type = WR_INT,
        .unit = "s",
        .def = "15",
        .min = 2,
        .max = 300,
        .help = "Without a byte for so long, the stream is begun anew"},
    [OPTION_POLL] = {.key = "poll_s",
        .type = WR_INT,
        .unit = "s",
        .def = "20",
        .min = 5,
        .max = 3600,
        .help = "Its health is asked for so often when it is idle"},
    {0},
};

static const struct wr_attribute attributes[] = {
    {.key = "trigger",
        .type = WR_STRING,
        .help = "Commands: ok, refused, reset, silent, closed, unreachable, unknown"},
    {.key = "stream",
        .type = WR_STRING,
        .help = "Pictures: closed, connecting, live, stalled, failed"},
    {.key = "trouble", .type = WR_STRING, .help = "What does not work now, in a sentence"},
    {.key = "dialect", .type = WR_STRING, .help = "Who answers: warren or original"},
    {.key = "fps", .type = WR_FLOAT, .unit = "fps", .help = "Pictures per second that come"},
    {.key = "night", .type = WR_BOOL, .help = "The camera is in night mode"},
    {.key = "dark_score", .type = WR_FLOAT, .help = "Mean brightness, 0 to 255"},
    {.key = "rss_mib", .type = WR_FLOAT, .unit = "MiB", .help = "Memory of the camera's service"},
    {.key = "swap_percent", .type = WR_FLOAT, .unit = "%", .help = "Swap in use on the camera"},
    {.key = "bad_pictures", .type = WR_INT, .help = "Pictures that were no JPEGs"},
    {0},
};

static const char *const formats[] = {"jpg", "png", "npy", NULL};

static const struct wr_param format_args[] = {
    {.key = "formats",
        .type = WR_LIST,
        .def = "",
        .choices = formats,
        .help = "What to write; none: as export.formats says. The first JPEG becomes a capture"},
    {0},
};

static const struct wr_param past_args[] = {
    {.key = "n",
        .type = WR_INT,
        .def = "10",
        .min = 1,
        .max = PAST_MAX_FRAMES,
        .help = "So many of the newest"},
    {0},
};

#define COMMAND(n, ...)                                                                            \
    {                                                                                              \
        .name = (n), .timeout_ms = COMMAND_TIMEOUT_MS, __VA_ARGS__                                 \
    }

static const struct wr_command commands[] = {
    [COMMAND_SAVE] = COMMAND("save", .args = format_args,
        .help = "Saves a picture in full size on the camera, and here"),
    [COMMAND_PAST_STACK] = COMMAND("past_stack", .args = format_args,
        .help = "Saves what was seen a moment ago (export.save_before_s), averaged against noise"),
    [COMMAND_PAST_FRAMES] = COMMAND("past_frames", .args = past_args, .flags = WR_EXCLUSIVE,
        .help = "Keeps the camera's newest pictures as captures, each with its time"),
    [COMMAND_NIGHT_LEVEL] = COMMAND("night_level", .role = WR_ROLE_VIEWER,
        .help = "How bright it is, and what counts as dark and bright"),
    [COMMAND_HEALTH] =
        COMMAND("health", .role = WR_ROLE_VIEWER, .help = "Memory and swap of the camera"),
    [COMMAND_DUMP_CONFIG] = COMMAND("dump_config", .help = "All its settings as they are now"),
    [COMMAND_OVERWRITE_CONFIG] = COMMAND("overwrite_config", .role = WR_ROLE_ADMIN,
        .help = "Makes the settings of now those of its next start"),
    [COMMAND_DUMP_CAM_EXPOSURE] = COMMAND("dump_cam_exposure", .help = "Exposure and gain of now"),
    [COMMAND_DUMP_CAM_CONTROLS] =
        COMMAND("dump_cam_controls", .help = "The camera chip's controls and their ranges"),
    {0},
};

static const struct wr_topic topics[] = {
    {.type = "camera.night", .help = "It has become dark: the camera takes long exposures"},
    {.type = "camera.day", .help = "It has become bright again"},
    {.type = "transfer.progress", .flags = WR_TOPIC_LIVE, .help = "How far past_frames is"},
    {.type = "device.error",
        .help = "Something does not work, in a sentence; the camera is there nevertheless"},
    {0},
};

static const struct wr_kind kinds[] = {
    {.name = "pi-trigger-camera",
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
    .needs = WR_NEEDS_TCP | WR_NEEDS_HTTP,
    .name = "pi-trigger-camera",
    .version = "1.0",
    .summary = "Raspberry Pi camera that is triggered over TCP and streams MJPEG",
    .options = options,
    .kinds = kinds,
    .start = start,
    .stop = stop,
    .watch = stream_watch,
    .configure = config_configure,
    .run = command_run,
};
