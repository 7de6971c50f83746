/* wifi-debug-camera.c - driver of the WiFi debug camera: tables and lifecycle. docs/protocols/wifi-debug-camera.md has the wire. */
#include "camera.h"

#include <errno.h>
#include <string.h>

/* The link's time and the camera's (job.c), before the host's. */
#define WIFI_TIMEOUT_MS 60000
#define SNAPSHOT_TIMEOUT_MS 20000

/* --- lifecycle -------------------------------------------------------------------------------- */

static int start(struct wr_dev *dev)
{
    struct camera *c = camera_of(dev);

    if (!WR_HAS(dev->host, overlay_publish)) {
        dev->host->log(dev, WR_LOG_ERROR, "this gateway is too old: it knows no overlays");
        return -ENOSYS;
    }
    dev->host->clock(dev, WR_CLOCK_MONOTONIC);
    wr_report_text(dev, "trouble", "");
    stream_start(dev);
    ble_start(dev);
    web_start(dev);
    if (!c->ble.usable && c->web.state == WEB_NONE)
        presence_away(dev,
            "Nothing leads to the camera: this gateway has no Bluetooth, and its option address is "
            "empty");
    presence_update(dev);
    return 0;
}

static void stop(struct wr_dev *dev)
{
    wr_report_text(dev, "link", "off");
    wr_report_float(dev, "fps", 0);
}

static int run(struct wr_dev *dev, const struct wr_call *call)
{
    const struct web *w = &camera_of(dev)->web;

    if (call->index == COMMAND_SNAPSHOT)
        return snapshot_run(dev, call);
    if (call->index == COMMAND_STATUS && web_up(w) && w->tells_status)
        return web_tell_status(dev, call);
    return job_run(dev, call);
}

/* mDNS has it: maybe at another address than the last time. While it answers where it is that does not matter: it may well have
 * several. */
static void seen(struct wr_dev *dev, const struct wr_found *found)
{
    const struct web *w = &camera_of(dev)->web;
    const char *text = "";
    int64_t port;

    if (w->state == WEB_UP)
        return;
    for (size_t i = 0; i < found->n_props; i++)
        if (strcmp(found->props[i].key, "port") == 0)
            text = found->props[i].value;
    if (strcmp(found->bus, "mdns") == 0 && strlen(found->address) < HOST_MAX &&
        span_int((struct span){text, strlen(text)}, &port) == 0 && port > 0 && port <= UINT16_MAX)
        web_move(dev, found->address, (uint16_t)port);
}

/* --- tables ----------------------------------------------------------------------------------- */

static const struct wr_match matches[] = {
    {.bus = "ble", .key = "name", .pattern = "*" WIFI_NAME_PART "*"},
    {.bus = "ble", .key = "service", .pattern = WIFI_SERVICE_UUID},
    {.bus = "mdns", .key = "txt.kind", .pattern = "wifi-debug-camera"},
    {0},
};

static const struct wr_param options[] = {
    [OPTION_ADDRESS] = {.key = "address",
        .type = WR_STRING,
        .def = "",
        .max = HOST_MAX - 1,
        .flags = WR_HOST,
        .help = "Its name or address in the network; empty: it is asked over Bluetooth"},
    [OPTION_PORT] = {.key = "port",
        .type = WR_INT,
        .def = "80",
        .min = 1,
        .max = 65535,
        .help = "TCP port of its HTTP server, with an address"},
    [OPTION_BLE_ADDRESS] = {.key = "ble_address",
        .type = WR_STRING,
        .def = "",
        .flags = WR_BLE_ADDRESS,
        .help = "Its Bluetooth address, AA:BB:CC:DD:EE:FF; empty, and without an address: the "
                "first of names that is heard"},
    [OPTION_NAMES] = {.key = "names",
        .type = WR_LIST,
        .def = "*" WIFI_NAME_PART "*",
        .min = 1,
        .max = 200,
        .help = "Without any address: names it may have, with * and ?"},
    {0},
};

static const char *const frame_sizes[] = {"QVGA", "QQVGA", NULL};

static const struct wr_param settings[] = {
    [SETTING_WEB_ENABLED] = {.key = "web_enabled",
        .type = WR_BOOL,
        .help = "Its HTTP server runs while it is in a network"},
    [SETTING_WEB_PORT] =
        {.key = "web_port", .type = WR_INT, .min = 1, .max = 65535, .help = "TCP port of that"},
    [SETTING_STREAM_FPS] = {.key = "stream_fps",
        .type = WR_INT,
        .unit = "1/s",
        .min = 1,
        .max = WIFI_STREAM_FPS_MAX,
        .help = "Pictures in a second, at most"},
    [SETTING_FRAME_SIZE] = {.key = "frame_size",
        .type = WR_STRING,
        .choices = frame_sizes,
        .help = "320x240 or 160x120"},
    {0},
};

static const struct wr_attribute attributes[] = {
    {.key = "trouble", .type = WR_STRING, .help = "What does not work now, in a sentence"},
    {.key = "link",
        .type = WR_STRING,
        .help = "off, looking, connecting, no_wifi, provisioning, joining, idle or streaming"},
    {.key = "ip", .type = WR_STRING, .help = "Its address in the network"},
    {.key = "url", .type = WR_STRING, .help = "Its own page"},
    {.key = "wifi_ssid", .type = WR_STRING, .help = "Its network"},
    {.key = "wifi_state", .type = WR_STRING, .help = "off, connecting, connected or failed"},
    {.key = "wifi_rssi_dbm",
        .type = WR_INT,
        .unit = "dBm",
        .help = "How well it hears its network"},
    /* The host's. */
    {.key = "rssi_dbm",
        .type = WR_INT,
        .unit = "dBm",
        .help = "How strongly it was heard last over Bluetooth"},
    {.key = "fps", .type = WR_FLOAT, .unit = "1/s", .help = "Pictures that come"},
    {.key = "overlay_hz", .type = WR_FLOAT, .unit = "1/s", .help = "Overlays that come"},
    {.key = "overlay_by", .type = WR_STRING, .help = "sse: as they come; poll: asked for"},
    {.key = "grid", .type = WR_STRING, .help = "Of its motion detector"},
    {.key = "heap_free_bytes", .type = WR_INT, .unit = "B", .help = "Its free memory"},
    {.key = "cpu_percent", .type = WR_INT, .unit = "%", .help = "How busy it is"},
    {.key = "compute_ms",
        .type = WR_FLOAT,
        .unit = "ms",
        .help = "Its motion detector, per picture"},
    {.key = "brightness", .type = WR_INT, .help = "Mean of its picture, 0 to 255"},
    {.key = "firmware", .type = WR_STRING, .help = "Version of its firmware, where it tells"},
    {0},
};

static const struct wr_param configure_args[] = {
    {.key = "ssid",
        .type = WR_STRING,
        .min = 1,
        .max = WIFI_SSID_BYTES - 1,
        .flags = WR_REQUIRED,
        .help = "Name of the network, of 2.4 GHz"},
    {.key = "password",
        .type = WR_STRING,
        .max = WIFI_PASS_BYTES - 1,
        .flags = WR_SECRET,
        .help = "8 to 63 characters; left empty: an open network"},
    {.key = "allow_unencrypted",
        .type = WR_BOOL,
        .def = "false",
        .help = "Send the password also to firmware that takes it over an open link only"},
    {0},
};

static const struct wr_command commands[] = {
    [COMMAND_CONFIGURE] = {.name = "wifi_configure",
        .args = configure_args,
        .timeout_ms = WIFI_TIMEOUT_MS,
        .role = WR_ROLE_ADMIN,
        .help = "Tells the camera its network, over Bluetooth"},
    [COMMAND_ENABLE] = {.name = "wifi_enable",
        .timeout_ms = WIFI_TIMEOUT_MS,
        .help = "The camera joins the network; answered when it has, or could not"},
    [COMMAND_DISABLE] = {.name = "wifi_disable",
        .timeout_ms = WIFI_TIMEOUT_MS,
        .help = "The camera leaves the network"},
    [COMMAND_STATUS] = {.name = "wifi_status",
        .timeout_ms = WIFI_TIMEOUT_MS,
        .flags = WR_EXCLUSIVE,
        .role = WR_ROLE_VIEWER,
        .help = "Asks the camera about its network"},
    [COMMAND_SNAPSHOT] = {.name = "snapshot",
        .timeout_ms = SNAPSHOT_TIMEOUT_MS,
        .help = "Keeps a picture that the camera takes for it"},
    {0},
};

static const struct wr_topic topics[] = {
    {.type = "wifi.status", .help = "The camera has joined or left a network, or could not join"},
    {0},
};

static const struct wr_kind kinds[] = {
    {.name = "wifi-debug-camera",
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
    .needs = WR_NEEDS_HTTP,
    .name = "wifi-debug-camera",
    .version = "1.0",
    .summary = "WiFi camera that shows what its optical flow sees, set up over Bluetooth",
    .matches = matches,
    .options = options,
    .kinds = kinds,
    .start = start,
    .stop = stop,
    .watch = stream_watch,
    .configure = settings_configure,
    .run = run,
    .seen = seen,
};
