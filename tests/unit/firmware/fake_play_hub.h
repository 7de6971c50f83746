/* fake_play_hub.h - a playground hub's world on a virtual clock: apps that read frames, a radio to modules, a display. */
#pragma once

#include "play_hub.h"

#define FAKE_HUB_MAX_AIR 256

struct fake_hub_air {
    int64_t at_us;
    bool to_all;
    uint8_t mac[HUB_MAC_RAW_BYTES];
    char text[AIR_MAX_BYTES + 1];
};

/* An app, which takes no more than hubs in use give: a header alone, then so many bytes of ASCII. */
struct fake_hub_app {
    unsigned mtu;
    int64_t last_us; /* notification; and the first one of the answer that came last */
    int64_t begun_us;
    size_t expected, n; /* of the answer that comes */
    char coming[PLAY_HUB_LIST_BYTES];
    char answers[16 * 1024]; /* whole ones since it was last asked, each with a newline */
    size_t n_text;
    unsigned n_answers, n_notifications;
};

struct fake_hub {
    struct play_hub hub;
    int64_t now_us;
    struct fake_hub_app apps[PLAY_HUB_MAX_CENTRALS];
    struct fake_hub_air air[FAKE_HUB_MAX_AIR];
    unsigned n_air, n_air_refusing, n_refused;
    bool notify_full; /* the radio's stack has no room */
    bool has_serial, serial_full;
    char serial[16 * 1024]; /* what the app on USB got */
    size_t n_serial;
    unsigned n_advertised, n_watched;
    int64_t watched_us;
    char lines[4][20];
    enum play_hub_light light;
};

void fake_hub_boot(struct fake_hub *f);
void fake_hub_pass(struct fake_hub *f, int64_t us);
/* Connects and subscribes. */
void fake_hub_connect(struct fake_hub *f, unsigned app, unsigned mtu);
void fake_hub_write(struct fake_hub *f, unsigned app, const char *text);
/* From module `number`: 02:00:00:00:… */
void fake_hub_hear(struct fake_hub *f, unsigned number, int rssi_dbm, const char *text);
/* An answer to a scan, from a module of that name. */
void fake_hub_answer(struct fake_hub *f, unsigned number, int rssi_dbm, const char *name);
/* What the app has got since this was last asked. Valid until the next call. */
const char *fake_hub_got(struct fake_hub *f, unsigned app);
