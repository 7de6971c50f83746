/* wifi_options.h - the command line of warren-sim wifi-debug-camera. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sim_options.h"
#include "wifi_air.h"

enum wifi_dialect {
    WIFI_DIALECT_ROADMAP,
    WIFI_DIALECT_SHIPPED,
    WIFI_DIALECT_HEAD,
    WIFI_DIALECT_WARREN,
};

/* Of the old cameras: when it runs. */
enum wifi_detector { WIFI_DETECTOR_ON, WIFI_DETECTOR_WAITS, WIFI_DETECTOR_NONE };

struct wifi_options {
    struct sim_common common;
    enum wifi_dialect dialect;
    const char *name;
    const char *source;
    char address[16]; /* of `http` */
    uint16_t port;    /* 0: any */
    struct wifi_air_config air;
    bool online; /* joined when it starts */
    unsigned fps, quality;
    /* old cameras */
    bool raw_grey;
    unsigned stream_limit; /* bytes that fit a piece of the stream; 0: all do */
    bool no_snapshot;
    enum wifi_detector detector;
    unsigned grid; /* head: 8 or 6 blocks to a side */
    /* ours */
    const char *flash; /* file of what it keeps; NULL: it forgets */
    unsigned heap_kb, cpu_percent;
    bool plain;       /* the Bluetooth link is not encrypted */
    const char *mdns; /* the D-Bus of the avahi-daemon that announces it; NULL: nobody does */
};

/* 0; 1: help was printed; -EINVAL and a sentence. Texts stay the command line's. */
int wifi_options_parse(struct wifi_options *o, int argc, char **argv, struct error *e);
