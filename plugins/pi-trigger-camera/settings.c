/* settings.c - the keys of the camera's config.json, as settings. */
#include "camera.h"

#include <errno.h>
#include <string.h>

static const char *const formats[] = {"jpg", "png", "npy", NULL};
static const char *const levels[] = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", NULL};
static const char *const night_modes[] = {"still", "slow_video", NULL};

#define BOOL(k, h)                                                                                 \
    {                                                                                              \
        .key = (k), .type = WR_BOOL, .help = (h)                                                   \
    }
#define INT(k, u, lo, hi, h)                                                                       \
    {                                                                                              \
        .key = (k), .type = WR_INT, .unit = (u), .min = (lo), .max = (hi), .help = (h)             \
    }
#define FLOAT(k, u, lo, hi, h)                                                                     \
    {                                                                                              \
        .key = (k), .type = WR_FLOAT, .unit = (u), .min = (lo), .max = (hi), .help = (h)           \
    }
#define TEXT(k, n, h)                                                                              \
    {                                                                                              \
        .key = (k), .type = WR_STRING, .min = 1, .max = (n), .help = (h)                           \
    }
#define CHOICE(k, c, h)                                                                            \
    {                                                                                              \
        .key = (k), .type = WR_STRING, .choices = (c), .help = (h)                                 \
    }
#define LIST(k, c, h)                                                                              \
    {                                                                                              \
        .key = (k), .type = WR_LIST, .choices = (c), .help = (h)                                   \
    }

/* The keys of the camera's config.json. */
const struct wr_param settings[N_SETTINGS + 1] = {
    FLOAT("camera.capture_timeout_s", "s", 0.5, 600,
        "Without a picture for so long, the source is restarted (newer service only)"),
    TEXT("camera.codec", 31, "Kept, not used"),
    INT("camera.framerate", "fps", 1, 120, "Pictures per second that are kept"),
    INT("camera.height", "px", 16, 8192, "Height of the pictures"),
    INT("camera.jpeg_quality", "%", 1, 100,
        "Of pictures that the service encodes (newer service only)"),
    TEXT("camera.video_mode", 31, "Kept, not used"),
    INT("camera.width", "px", 16, 8192, "Width of the pictures"),
    INT("export.auto_save_interval_s", "s", 0, 31536000,
        "Between pictures saved by itself; 0: none"),
    BOOL("export.auto_save_use_ring",
        "Save the newest kept picture instead of a fresh one in full size"),
    TEXT("export.base_dir", 200,
        "Folder of saved pictures on the camera; counts from its next start on"),
    LIST("export.formats", formats, "What save and past_stack write where none are named"),
    INT("export.save_before_s", "s", 0, 86400, "How far back past_stack looks"),
    INT("export.stack_count", NULL, 1, 64, "Pictures that past_stack averages"),
    BOOL("export.stack_dark_frames", "past_stack averages; off: it saves each picture"),
    CHOICE("logging.level", levels, "Least level that the camera logs"),
    BOOL("mjpeg_server.enable", "Serve pictures over HTTP; counts from its next start on"),
    INT("mjpeg_server.fps", "fps", 1, 120, "Most pictures per second that a viewer gets"),
    INT("mjpeg_server.port", NULL, 0, 65535,
        "TCP port of the pictures; counts from its next start on"),
    INT("network.trigger_port", NULL, 0, 65535,
        "TCP port of the commands; counts from its next start on"),
    INT("night.bright_threshold", NULL, 0, 255, "Night ends above this mean brightness"),
    INT("night.dark_threshold", NULL, 0, 255, "A picture is dark below this mean brightness"),
    BOOL("night.enable", "Switch to night mode by itself"),
    INT("night.exposure_us", "us", 1, 240000000, "Exposure in night mode"),
    FLOAT("night.gain", NULL, 0.1, 100, "Analogue gain in night mode"),
    INT("night.min_dark_frames", NULL, 1, 100000, "Dark pictures in a row that make it night"),
    CHOICE("night.mode", night_modes,
        "still: two seconds between pictures; slow_video: as fast as the exposure allows"),
    BOOL("ring.downscale.enable", "Keep and stream smaller pictures"),
    INT("ring.downscale.height", "px", 16, 8192, "Height of these"),
    INT("ring.downscale.width", "px", 16, 8192, "Width of these"),
    INT("ring.max_mib", "MiB", 1, 65536,
        "Most memory for pictures of the past (newer service only)"),
    INT("ring.rss_limit_mib", "MiB", 0, 65536,
        "Memory of the service above which the past shrinks; 0: none (newer service only)"),
    INT("ring.size", NULL, 1, 10000, "Most pictures of the past"),
    {0},
};

int settings_index(const char *key)
{
    for (int i = 0; i < N_SETTINGS; i++) {
        if (strcmp(settings[i].key, key) == 0)
            return i;
    }
    return -ENOENT;
}
