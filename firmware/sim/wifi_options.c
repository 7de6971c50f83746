#include "wifi_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"

#define JOIN_MAX_S 600
/* More than any such board has. */
#define HEAP_MAX_KB 8192

enum {
    OPTION_DIALECT = 256,
    OPTION_NAME,
    OPTION_SOURCE,
    OPTION_HTTP,
    OPTION_SSID,
    OPTION_PASSWORD,
    OPTION_JOIN,
    OPTION_JOIN_FAIL,
    OPTION_MOVE,
    OPTION_ONLINE,
    OPTION_FPS,
    OPTION_QUALITY,
    OPTION_DETECTOR,
    OPTION_GRID,
    OPTION_RAW_GREY,
    OPTION_STREAM_LIMIT,
    OPTION_NO_SNAPSHOT,
    OPTION_FLASH,
    OPTION_HEAP,
    OPTION_CPU,
    OPTION_PLAIN,
    OPTION_MDNS,
};

static const struct sim_option rows[] = {
    {"dialect", OPTION_DIALECT, "NAME",
        "warren (ours, the core of the firmware), or an old camera with its faults: roadmap, "
        "shipped, head"},
    {"name", OPTION_NAME, "NAME", "in the advertisement (LedSaber-BLE)"},
    {"source", OPTION_SOURCE, "SPEC",
        "walk, pan[:DX,DY], still: it is known what moves; a folder of JPEGs, video:FILE, "
        "drawn[:day], v4l2:DEVICE (walk)"},
    {"http", OPTION_HTTP, "IP:PORT", "where it is when it has joined; port 0: any (127.0.0.1:0)"},
    {"ssid", OPTION_SSID, "NAME", "of the only network there is (whichever is asked for)"},
    {"password", OPTION_PASSWORD, "TEXT", "that it takes (whichever is said)"},
    {"join", OPTION_JOIN, "S", "seconds until it has joined (1)"},
    {"join-fail", OPTION_JOIN_FAIL, "WHY",
        "no join ever succeeds: not-found, wrong-password, refused, no-address"},
    {"move", OPTION_MOVE, NULL, "with SIGUSR1 it gets the next address"},
    {"online", OPTION_ONLINE, NULL, "it joins by itself when it starts"},
    {"fps", OPTION_FPS, "N", "frames per second, at the beginning, 1…25 (10)"},
    {"flash", OPTION_FLASH, "FILE", "what it keeps while it is off; without, it forgets all"},
    {"heap", OPTION_HEAP, "KB", "that are free, as it believes (160)"},
    {"cpu", OPTION_CPU, "PERCENT", "that are busy, as it believes (30)"},
    {"plain", OPTION_PLAIN, NULL, "the Bluetooth link counts as not encrypted"},
    {"mdns", OPTION_MDNS, "BUS",
        "it announces itself by the avahi-daemon on this D-Bus: system, or unix:path=FILE "
        "(nowhere)"},
    {"quality", OPTION_QUALITY, "N", "old cameras: of their JPEGs, 1…100 (60)"},
    {"detector", OPTION_DETECTOR, "WORD",
        "old cameras: on; waits (for the Bluetooth command \"start\"); none: the overlay is {} "
        "(on)"},
    {"grid", OPTION_GRID, "N",
        "old cameras, head: 8x8 blocks of 30 px as its detector has, or 6x6 of 40 as was drawn "
        "(8)"},
    {"raw-grey", OPTION_RAW_GREY, NULL,
        "old cameras: what is labelled JPEG are the sensor's grey bytes, as it truly was"},
    {"stream-limit", OPTION_STREAM_LIMIT, "BYTES",
        "old cameras: a stream ends with the first frame that does not fit, as it truly did at "
        "5736 (none)"},
    {"no-snapshot", OPTION_NO_SNAPSHOT, NULL, "old cameras: /snapshot fails with 503"},
};

static const char *const dialects[] = {
    [WIFI_DIALECT_ROADMAP] = "roadmap",
    [WIFI_DIALECT_SHIPPED] = "shipped",
    [WIFI_DIALECT_HEAD] = "head",
    [WIFI_DIALECT_WARREN] = "warren",
};
static const char *const detectors[] = {
    [WIFI_DETECTOR_ON] = "on",
    [WIFI_DETECTOR_WAITS] = "waits",
    [WIFI_DETECTOR_NONE] = "none",
};

/* The number of a word in a list, or -EINVAL. */
static int word_in(const char *const *words, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], text) == 0)
            return (int)i;
    return -EINVAL;
}

static int set_dialect(struct wifi_options *o, const char *text, struct error *e)
{
    int i = word_in(dialects, N_ELEMENTS(dialects), text);

    if (i < 0)
        return error_set(
            e, i, "--dialect %.40s is none of warren, roadmap, shipped and head", text);
    o->dialect = (enum wifi_dialect)i;
    return 0;
}

static int set_detector(struct wifi_options *o, const char *text, struct error *e)
{
    int i = word_in(detectors, N_ELEMENTS(detectors), text);

    if (i < 0)
        return error_set(e, i, "--detector %.40s is none of on, waits and none", text);
    o->detector = (enum wifi_detector)i;
    return 0;
}

/* "127.0.0.1:18090" */
static int set_http(struct wifi_options *o, const char *text, struct error *e)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : 0;
    struct in_addr in;
    unsigned port;
    int r;

    if (n == 0 || n >= sizeof o->address)
        return error_set(e, -EINVAL, "--http %.40s is no IPv4 address with a port", text);
    r = sim_option_unsigned("http", colon + 1, 0, 65535, &port, e);
    if (r < 0)
        return r;
    snprintf(o->address, sizeof o->address, "%.*s", (int)n, text);
    o->port = (uint16_t)port;
    return inet_pton(AF_INET, o->address, &in) == 1
        ? 0
        : error_set(e, -EINVAL, "--http %.40s is no IPv4 address with a port", text);
}

static int set_fault(struct wifi_options *o, const char *text, struct error *e)
{
    int r = wifi_air_fault_of(text, &o->air.fault);

    return r < 0 ? error_set(e, r,
                       "--join-fail %.40s is none of not-found, wrong-password, refused and "
                       "no-address",
                       text)
                 : 0;
}

static int set_grid(struct wifi_options *o, const char *text, struct error *e)
{
    int r = sim_option_unsigned("grid", text, 6, 8, &o->grid, e);

    return r >= 0 && o->grid == 7 ? error_set(e, -EINVAL, "--grid is 6 or 8") : r;
}

static int set_number(struct wifi_options *o, int id, const char *text, struct error *e)
{
    switch (id) {
    case OPTION_JOIN:
        return sim_option_scaled("join", text, US_PER_S, 0, JOIN_MAX_S, &o->air.join_us, e);
    case OPTION_FPS:
        return sim_option_unsigned("fps", text, 1, 25, &o->fps, e);
    case OPTION_QUALITY:
        return sim_option_unsigned("quality", text, 1, 100, &o->quality, e);
    case OPTION_GRID:
        return set_grid(o, text, e);
    case OPTION_HEAP:
        return sim_option_unsigned("heap", text, 0, HEAP_MAX_KB, &o->heap_kb, e);
    case OPTION_CPU:
        return sim_option_unsigned("cpu", text, 0, 100, &o->cpu_percent, e);
    default:
        return sim_option_unsigned("stream-limit", text, 1, 1u << 20, &o->stream_limit, e);
    }
}

static int set(void *options, int id, const char *text, struct error *e)
{
    struct wifi_options *o = options;

    switch (id) {
    case OPTION_DIALECT:
        return set_dialect(o, text, e);
    case OPTION_NAME:
        return sim_option_name(text, &o->name, e);
    case OPTION_SOURCE:
        o->source = text;
        return 0;
    case OPTION_HTTP:
        return set_http(o, text, e);
    case OPTION_SSID:
        o->air.ssid = text;
        return 0;
    case OPTION_PASSWORD:
        o->air.password = text;
        return 0;
    case OPTION_JOIN_FAIL:
        return set_fault(o, text, e);
    case OPTION_MOVE:
        o->air.move = true;
        return 0;
    case OPTION_ONLINE:
        o->online = true;
        return 0;
    case OPTION_DETECTOR:
        return set_detector(o, text, e);
    case OPTION_RAW_GREY:
        o->raw_grey = true;
        return 0;
    case OPTION_NO_SNAPSHOT:
        o->no_snapshot = true;
        return 0;
    case OPTION_FLASH:
        o->flash = text;
        return 0;
    case OPTION_PLAIN:
        o->plain = true;
        return 0;
    case OPTION_MDNS:
        o->mdns = text;
        return 0;
    }
    return set_number(o, id, text, e);
}

int wifi_options_parse(struct wifi_options *o, int argc, char **argv, struct error *e)
{
    static const struct sim_command_line line = {.kind = "wifi-debug-camera",
        .what = "a camera that shows over Wi-Fi what its optical flow sees",
        .rows = rows,
        .n_rows = N_ELEMENTS(rows),
        .set = set};

    *o = (struct wifi_options){.dialect = WIFI_DIALECT_WARREN,
        .name = "LedSaber-BLE",
        .source = "walk",
        .address = "127.0.0.1",
        .air = {.join_us = US_PER_S, .rssi_dbm = -58},
        .fps = 10,
        .quality = 60,
        .grid = 8,
        .heap_kb = 160,
        .cpu_percent = 30};
    sim_common_init(&o->common);
    o->air.address = o->address;
    return sim_options_parse(&line, o, argc, argv, e);
}
