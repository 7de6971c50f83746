/* camera.h - what the files of this driver share.
 *
 *     wifi-debug-camera.c   tables and lifecycle
 *     ble.c                 the Bluetooth link: only while there is something to learn or to do
 *     status.c              what the camera says of its Wi-Fi, by either way
 *     job.c                 what is to be done over Bluetooth, one thing at a time
 *     job_answer.c          … and how it ended
 *     settings.c            what people want it to be
 *     web.c                 its HTTP server: there or not
 *     metrics.c             … and how it does
 *     stream.c              pictures from /stream, or stills where that does not work
 *     snapshot.c            a picture from /snapshot: for people, and as stills
 *     motion.c              overlays, as they come (SSE) or asked for again and again
 *     presence.c            what all of that makes: online, `link`, `trouble`
 *
 *          Bluetooth: STATUS ─▶ status ─▶ address ─▶ web ─▶ stream, motion       CONTROL ◀─ job ◀─ run(), configure()
 *                                 ▲                   │
 *                                 └──── /wifi/status ─┘
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/ble_seek.h>
#include <warren/driver.h>
#include <warren/frame.h>
#include <warren/http.h>
#include <warren/json_write.h>
#include <warren/overlay.h>
#include <warren/picture_stream.h>
#include <warren/shorthand.h>
#include <warren/store.h>
#include <warren/text.h>

#include "overlay_json.h"
#include "pi_part.h"
#include "sse_pull.h"
#include "wifi_text.h"

#define US_PER_S INT64_C(1000000)
#define US_PER_MS INT64_C(1000)

/* One sentence for people. */
#define WHY_MAX 256

enum option { OPTION_ADDRESS, OPTION_PORT, OPTION_BLE_ADDRESS, OPTION_NAMES };

enum command {
    COMMAND_CONFIGURE,
    COMMAND_ENABLE,
    COMMAND_DISABLE,
    COMMAND_STATUS,
    COMMAND_SNAPSHOT,
};

enum setting { SETTING_WEB_ENABLED, SETTING_WEB_PORT, SETTING_STREAM_FPS, SETTING_FRAME_SIZE };

/* --- ble.c ------------------------------------------------------------------------------------ */

enum ble_state { BLE_DOWN, BLE_SETTING_UP, BLE_READY };

struct ble {
    bool usable; /* it may be reached so: the gateway has Bluetooth, and we know whom to look for */
    enum ble_state state;
    struct wr_seek seek;
    char address[18]; /* of the camera that the last link was made to */
    bool secure; /* who is at this link has said so there: a password is taken encrypted only */
    bool reading;
    wr_handle settle, release;
};

void ble_start(struct wr_dev *dev);
/* Something has changed that may have it looked for, or let go. */
void ble_update(struct wr_dev *dev);
/* STATUS is read, unless it is being read; status_take() and job_status() hear what it says. */
void ble_read_status(struct wr_dev *dev);
/* A write request. `done` is not called where the result is negative. */
int ble_write(struct wr_dev *dev, const char *uuid, const void *bytes, size_t n, wr_ble_done done);

/* --- status.c --------------------------------------------------------------------------------- */

struct status {
    bool known;
    struct wifi_status is;
};

/* Takes what the camera says: attributes, event, and over Bluetooth its address. False: it is another device's camera, and nothing
 * was taken. */
bool status_take(struct wr_dev *dev, const struct wifi_status *s, bool by_ble);
/* Older firmware does not tell its state: what follows from the rest. */
enum wifi_state status_state(const struct wifi_status *s);
/* {enabled, connected, state, reason, ssid, ip, url, rssi_dbm} */
#define STATUS_JSON_MAX 1024
const char *status_json(const struct wifi_status *s, char out[STATUS_JSON_MAX]);
/* In a sentence: why there is no network; "" where there is one. */
void status_why(const struct wifi_status *s, char out[WHY_MAX]);

/* --- job.c, job_answer.c ---------------------------------------------------------------------- */

enum job_step {
    JOB_NONE,
    JOB_WAITING,   /* for the link */
    JOB_SECURING,  /* the link is being encrypted */
    JOB_WRITING,   /* … and the camera has not taken it */
    JOB_ANSWERING, /* the camera may have something to say */
};

struct job {
    enum job_step step;
    wr_handle call;              /* 0: settings */
    struct wifi_control control; /* wiped as soon as it is written */
    bool allow_unencrypted;
    bool asked;  /* for a status, behind the command */
    bool doubt;  /* what it said may be of before the command was: it is asked behind that */
    int refusal; /* of the write: the status that is asked for says why; 0: it was taken */
    int64_t sent_us;
    wr_handle limit, ask;
};

bool job_busy(const struct wr_dev *dev);
/* 0: it was or will be answered. */
int job_run(struct wr_dev *dev, const struct wr_call *call);
/* None is busy. The job is copied, and the original's password wiped. */
void job_start(struct wr_dev *dev, struct job *job);
/* The link is ready, and what the camera says first was read. */
void job_ready(struct wr_dev *dev);
/* The link is over. */
void job_lost(struct wr_dev *dev);
/* The camera has said this, as it was asked (`read`) or by itself: is it what the job waits for? */
void job_status(struct wr_dev *dev, const struct wifi_status *s, bool read);

/* job_answer.c: the end of the job. */
void job_done(struct wr_dev *dev, const struct wifi_status *s);
void job_fail(struct wr_dev *dev, int result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Whether what the camera says ends it; then it was answered. */
bool job_judge(struct wr_dev *dev, const struct wifi_status *s);

/* --- settings.c ------------------------------------------------------------------------------- */

/* What is wanted and not told yet, and what is being told over HTTP. */
struct settings {
    struct wifi_settings by_ble, by_http, patching;
    wr_handle http;
};

int settings_configure(struct wr_dev *dev, const struct wr_setting *changed, size_t n);
/* The way is free: no job is busy, or the camera has answered. */
void settings_next(struct wr_dev *dev);
/* All that is wanted is so. */
bool settings_are(const struct wifi_settings *is, const struct wifi_settings *wanted);
/* These were written; 0, or what went wrong. */
void settings_applied(struct wr_dev *dev, const struct wifi_settings *s, int result);

/* --- web.c ------------------------------------------------------------------------------------ */

enum web_state {
    WEB_NONE,   /* no address is known */
    WEB_TRYING, /* is it there, and a debug camera? */
    WEB_UP,
    WEB_DOWN, /* tried again in a while */
};

#define HOST_MAX 254
#define URL_MAX 320

struct web {
    enum web_state state;
    char host[HOST_MAX];
    uint16_t port;
    wr_handle metrics, status, timer;
    unsigned n_failures, n_beats;
    int64_t alive_us; /* something came at that time */
    /* It has /wifi/status. unsure: it was asked, and said neither. */
    bool tells_status, unsure;
    wr_handle call; /* that waits for what it says there */
    char mac
        [13]; /* of the camera that was there the last time, where that is all we know; else "" */
    char why[WHY_MAX]; /* it is not up; "" */
};

void web_start(struct wr_dev *dev);
/* The camera says that this is its address. */
void web_move(struct wr_dev *dev, const char *host, uint16_t port);
/* The camera says that it has joined a network just now: what failed before is no reason to wait. */
void web_joined(struct wr_dev *dev);
/* The camera says that it is in no network. */
void web_left(struct wr_dev *dev);
/* Something came from it. */
void web_alive(struct wr_dev *dev);
/* A request to the camera, with what it points to: it must not move. */
struct web_request {
    struct wr_http_request http;
    struct wr_prop headers[2];
    char url[URL_MAX];
};
/* For http://<host>:<port><path>; `header`, one more, may be NULL. All else is the caller's to fill in. */
void web_request(const struct wr_dev *dev, const char *path, const struct wr_prop *header,
    struct web_request *ret);
/* Asks it at /wifi/status, and answers the call with what it says. */
int web_tell_status(struct wr_dev *dev, const struct wr_call *call);
/* A GET with this driver's time limits. 0: it cannot be asked for. */
wr_handle web_get(
    struct wr_dev *dev, const char *path, bool into_frame, wr_http_done done, void *ctx);
static inline bool web_up(const struct web *w)
{
    return w->state == WEB_UP;
}

/* --- metrics.c -------------------------------------------------------------------------------- */

/* Reports what /metrics says. -EBADMSG: no debug camera says such a thing. */
int metrics_take(struct wr_dev *dev, const char *json, size_t n);

/* --- stream.c --------------------------------------------------------------------------------- */

struct stream {
    bool watched;
    struct wr_picture_stream http;
    unsigned n_parts; /* of this stream */
    unsigned n_short; /* streams in a row that ended with a picture or none */
    bool stills;      /* … so that stills are fetched instead */
    wr_handle still, again;
    int64_t stills_since_us, still_us; /* still_us: when the last one came */
};

void stream_start(struct wr_dev *dev);
void stream_watch(struct wr_dev *dev, bool wanted);
/* The web side has come or gone, or somebody looks: opens or closes it. */
void stream_update(struct wr_dev *dev);
/* Pictures come. */
bool stream_live(const struct stream *s);

/* --- snapshot.c ------------------------------------------------------------------------------- */

/* A picture as this camera sends it: a JPEG, or the bare grey pixels of the first ones, of which a JPEG is made. Takes the frame
 * over and returns one that is a JPEG; NULL, with a sentence: it is neither, or there is no room for it. */
struct wr_frame *snapshot_picture(struct wr_dev *dev, struct wr_frame *frame, const char **ret_why);
/* Of an answer of /snapshot. */
struct wr_frame *snapshot_of(
    struct wr_dev *dev, const struct wr_http_response *r, char why[WHY_MAX]);
int snapshot_run(struct wr_dev *dev, const struct wr_call *call);
/* For people, at a time. */
#define SNAPSHOTS_MAX 4

/* --- motion.c --------------------------------------------------------------------------------- */

/* Longest overlay: a grid of 32 x 32 with all its blocks, as the first cameras write it. */
#define OVERLAY_TEXT_MAX (160u << 10)

struct motion {
    enum { OVERLAY_NONE, OVERLAY_ASKING, OVERLAY_SSE, OVERLAY_POLL } how;
    wr_handle http, timer;
    int status; /* of the answer to ASKING */
    unsigned n_failures;
    int64_t asked_us;
    unsigned n_taken, n_said; /* since rate_since_us: overlays; events, whatever they are */
    int64_t rate_since_us;
    wr_handle rate;
    char grid[48];
    bool said_bad;
    struct sse_pull sse;
    size_t n_text; /* of an answer that is no event stream */
    char text[OVERLAY_TEXT_MAX];
    struct overlay_block room[OVERLAY_BLOCKS_MAX];
    struct wr_overlay_block blocks[OVERLAY_BLOCKS_MAX];
};

/* The web side has come or gone, or somebody looks. */
void motion_update(struct wr_dev *dev);

/* --- presence.c ------------------------------------------------------------------------------- */

enum trouble { TROUBLE_PICTURES, TROUBLE_OVERLAY, TROUBLE_ADDRESS, TROUBLE_STATUS, N_TROUBLES };

struct presence {
    bool online, gone; /* gone: the host was told, it will stop us */
    const char *link;
    char trouble[N_TROUBLES][WHY_MAX];
};

/* Something has changed: is the device there, and what is to be said of it? */
void presence_update(struct wr_dev *dev);
/* Neither way leads to it now. */
void presence_away(struct wr_dev *dev, const char *why);
/* What does not work although it is there; "" when it does. */
void presence_trouble(struct wr_dev *dev, enum trouble which, const char *why);

/* --- all of it -------------------------------------------------------------------------------- */

struct camera {
    struct ble ble;
    struct status status;
    struct job job;
    struct settings settings;
    struct web web;
    struct stream stream;
    wr_handle snapshots[SNAPSHOTS_MAX]; /* the calls; 0: free */
    struct motion motion;
    struct presence presence;
};

static inline struct camera *camera_of(const struct wr_dev *dev)
{
    return dev->state;
}
