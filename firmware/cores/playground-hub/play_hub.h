/* play_hub.h - the whole behaviour of a playground's hub, without any hardware, clock or radio: lines of apps come in by
 * Bluetooth, messages for modules go out by ESP-NOW, and each line gets an answer.
 *
 *     app ──"Play":"-60"\n──▶ hub ──updateGame, RSSI -60──▶ modules          app ──PING──▶ hub ──pingCall, 3 times──▶
 *         ◀──MSG:60| ack──                                                       ◀──devices, 5 s later── ◀──deviceScan …
 *
 * Its world is struct play_hub_port; what happens in the world is told by the functions below, each with the time on a clock
 * that is never set. Called from one thread. After any of them play_hub_next_us() says when play_hub_step() is due at the
 * latest. Port functions must not call back into the hub from within. It allocates nothing.
 *
 * On a board with one antenna for both radios Bluetooth makes ESP-NOW deaf: during a scan answers wait, and none is lost.
 */
#ifndef PLAY_HUB_H
#define PLAY_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "air_message.h"
#include "hub_frame.h"
#include "hub_line.h"
#include "hub_message.h"

/* What the controller of an ESP32-C3 holds by default. */
#define PLAY_HUB_MAX_CENTRALS 3
/* Answers that wait for one app; lines beyond wait in the room for lines. Hubs in use hold as many commands. */
#define PLAY_HUB_MAX_REPLIES 10
/* Modules that are remembered; 50 at one place are the most that were ever seen. */
#define PLAY_HUB_MAX_MODULES 64
#define PLAY_HUB_MTU_MIN 23

/* With an echo of command and threshold of which each byte is written as six. */
#define PLAY_HUB_REPLY_BYTES (12 * HUB_TEXT_BYTES + 512)
/* A name of which each byte is written as six, and what stands around it. */
#define PLAY_HUB_LIST_BYTES (PLAY_HUB_MAX_MODULES * (6 * (HUB_ID_BYTES + HUB_TYPE_BYTES) + 80) + 64)

/* Three questions, for a message may be lost; the last answers have 3 s to come. */
#define PLAY_HUB_SCAN_US INT64_C(5000000)
#define PLAY_HUB_PING_US INT64_C(1000000)
#define PLAY_HUB_N_PINGS 3
/* Either radio's stack was full and has not said that there is room. */
#define PLAY_HUB_RETRY_US INT64_C(10000)
/* Modules say something once a minute: after three times that they are not taken for present, after five they are forgotten. */
#define PLAY_HUB_STALE_US INT64_C(180000000)
#define PLAY_HUB_GONE_US INT64_C(300000000)
/* Between two pieces of one answer. A hub in use sleeps 20 ms, for it does not hear when its radio's stack is full: ours does, and
 * a list of 50 modules is out in 0.2 s instead of 0.9 s. Around the header it stays HUB_FRAME_PAUSE_US. */
#define PLAY_HUB_PIECE_US INT64_C(4000)
/* So often at the least the watchdog hears of the hub. */
#define PLAY_HUB_WATCH_US INT64_C(1000000)

/* Lines of the display, at most 16 letters. */
enum { PLAY_HUB_LINE_TITLE, PLAY_HUB_LINE_BUFFER, PLAY_HUB_LINE_BLE, PLAY_HUB_LINE_SCAN };
enum play_hub_light { PLAY_HUB_ALONE, PLAY_HUB_CONNECTED, PLAY_HUB_SCANNING };

struct play_hub_port {
    void *ctx;
    /* To one module, or to all (NULL); at most AIR_MAX_BYTES. Negative: not now. */
    int (*air)(void *ctx, const uint8_t *mac, const char *bytes, size_t n);
    /* On TX, to one app; all or nothing. Negative: not now; asked again after play_hub_room() or PLAY_HUB_RETRY_US. */
    int (*notify)(void *ctx, unsigned central, const void *bytes, size_t n);
    /* Be found and connected to. */
    void (*advertise)(void *ctx);
    /* The hub is alive: a watchdog that does not hear it for some seconds starts it anew. May be NULL. */
    void (*watch)(void *ctx);
    /* A line of JSON, with its end, to who listens on USB. All or nothing; negative: not now, asked again after
     * PLAY_HUB_RETRY_US. NULL: there is no such front. */
    int (*serial)(void *ctx, const char *line, size_t n);
    /* Called when they change. May be NULL. */
    void (*display)(void *ctx, unsigned line, const char *text);
    void (*light)(void *ctx, enum play_hub_light light);
};

/* --- modules ---------------------------------------------------------------------------------- */

struct play_hub_module {
    uint8_t mac[HUB_MAC_RAW_BYTES];
    char id[HUB_ID_BYTES], type[HUB_TYPE_BYTES];
    int battery_percent;
    int rssi_dbm; /* of its last message; during a scan of its loudest; 0: not known */
    int64_t seen_us;
    bool answers;  /* it speaks the first dialect: it has answered a scan, ever */
    bool answered; /* this scan, or the last one */
};

/* In no order, without gaps. */
struct play_hub_modules {
    struct play_hub_module rows[PLAY_HUB_MAX_MODULES];
    unsigned n;
};

/* --- apps ------------------------------------------------------------------------------------- */

struct play_hub_reply {
    enum { PLAY_REPLY_SENT, PLAY_REPLY_FAILED, PLAY_REPLY_ERROR, PLAY_REPLY_LIST } kind;
    char command[HUB_TEXT_BYTES]; /* ERROR: its sentence */
    char threshold[HUB_TEXT_BYTES];
};

struct play_hub_central {
    bool connected, subscribed;
    unsigned mtu;
    struct hub_lines lines;
    bool skips; /* what comes up to a line's end, which belongs to a line that was too long */
    bool lost;  /* lines, for want of room; it is to be told */
    struct play_hub_reply replies[PLAY_HUB_MAX_REPLIES]; /* oldest first */
    unsigned n_replies;
    /* The one that is on its way. */
    bool sending, header_sent;
    const char *payload; /* in `text`, or the list of all */
    size_t n, at;
    bool refused;   /* by the radio's stack */
    int64_t due_us; /* the next piece */
    char text[PLAY_HUB_REPLY_BYTES];
};

#define PLAY_HUB_NOBODY (-1)
#define PLAY_HUB_SERIAL (-2)
/* An app on USB that hears nothing for twice as long takes the hub for dead. */
#define PLAY_HUB_HEARTBEAT_US INT64_C(5000000)
#define PLAY_HUB_LIST_US INT64_C(30000000)
/* "near": as loud as that, and heard within this time. */
#define PLAY_HUB_NEAR_DBM (-60)
#define PLAY_HUB_NEAR_US INT64_C(120000000)
/* The version of the hub whose lines these are. */
#define PLAY_HUB_SERIAL_VERSION "v2.1.0"

/* --- the app on USB --------------------------------------------------------------------------- */

struct play_hub_serial_reply {
    bool error, sent;
    char text[HUB_TEXT_BYTES]; /* the command, or the error's sentence */
    char mode[8];
    unsigned n_recipients;
};

struct play_hub_serial {
    struct hub_lines lines;
    bool skips, lost; /* as with an app's lines */
    bool ready_due, list_due;
    struct play_hub_serial_reply replies[PLAY_HUB_MAX_REPLIES];
    unsigned n_replies;
    int64_t started_us, heartbeat_us, list_us;
    int64_t retry_us; /* it refused: not before */
};

struct play_hub_scan {
    bool on;
    int asker; /* a central, PLAY_HUB_SERIAL, or PLAY_HUB_NOBODY: it left */
    int threshold_dbm;
    unsigned n_pings;
    int64_t ping_us, end_us;
};

struct play_hub {
    struct play_hub_port port;
    int64_t now_us;
    struct play_hub_modules modules;
    struct play_hub_central centrals[PLAY_HUB_MAX_CENTRALS];
    struct play_hub_scan scan;
    struct play_hub_serial serial;
    uint8_t mac[HUB_MAC_RAW_BYTES];
    /* The list that was made last; nobody else's is made while one is being sent. */
    struct hub_module listed[PLAY_HUB_MAX_MODULES];
    unsigned n_listed;
    char list[PLAY_HUB_LIST_BYTES];
    int64_t watch_us;
    char lines[4][20]; /* as the display shows them */
    int light;
    uint64_t n_messages, n_not_understood, n_forgotten; /* of modules; never reset */
};

/* The port is copied. `mac`: the hub's own. */
void play_hub_init(
    struct play_hub *h, const struct play_hub_port *port, const uint8_t mac[HUB_MAC_RAW_BYTES]);
/* The radios are ready. */
void play_hub_start(struct play_hub *h, int64_t now_us);
/* Does what time asks for. Too early is harmless. */
void play_hub_step(struct play_hub *h, int64_t now_us);
/* When to step at the latest; may lie in the past. */
int64_t play_hub_next_us(const struct play_hub *h);

/* An app, by a number below PLAY_HUB_MAX_CENTRALS, which is its own until it leaves. mtu 0: not known yet. */
void play_hub_connected(struct play_hub *h, int64_t now_us, unsigned central, unsigned mtu);
void play_hub_mtu(struct play_hub *h, int64_t now_us, unsigned central, unsigned mtu);
void play_hub_disconnected(struct play_hub *h, int64_t now_us, unsigned central);
/* To TX. */
void play_hub_subscribed(struct play_hub *h, int64_t now_us, unsigned central, bool on);
/* To RX; any number of bytes. */
void play_hub_written(
    struct play_hub *h, int64_t now_us, unsigned central, const void *bytes, size_t n);
/* After notify() refused: there is room again. */
void play_hub_room(struct play_hub *h, int64_t now_us);

/* Bytes of the app on USB, any number:
 *
 *     {"cmd":"Rainbow","mode":"all"}\n    {"cmd":"Stop","mode":"near"}\n    {"cmd":"Notes","mode":"target","target_mac":"02…"}\n
 *     → {"type":"ack","command":"Rainbow","status":"sent","mode":"all","recipients":12}
 *
 * Lines that no app asked for: ready once, heartbeat every 5 s, devices every 30 s (and after {"cmd":"PING"}). */
void play_hub_serial_received(struct play_hub *h, int64_t now_us, const void *bytes, size_t n);

/* A message of a module; rssi_dbm 0: not known. */
void play_hub_received(struct play_hub *h, int64_t now_us, const uint8_t mac[HUB_MAC_RAW_BYTES],
    int rssi_dbm, const void *bytes, size_t n);

#endif
