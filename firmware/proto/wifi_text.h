/* wifi_text.h - what a debug camera and who provisions it say to each other over its Bluetooth WiFi service, as JSON.
 * docs/protocols/wifi-debug-camera.md is the same as a page.
 *
 *     CONTROL   {"cmd":"configure","ssid":"Home","pass":"secret"}   {"cmd":"enable"}   {"cmd":"disable"}   {"cmd":"status"}
 *               {"cmd":"set","stream_fps":5}                        ours
 *     STATUS    {"enabled":true,"connected":true,"ssid":"Home","ip":"192.168.1.100","rssi":-45,"url":"http://192.168.1.100"}
 *
 * One value of a characteristic is one text, without an end mark. Neither side allocates.
 */
#ifndef WIFI_TEXT_H
#define WIFI_TEXT_H

#include "json_put.h"
#include "span.h"

#define WIFI_SERVICE_UUID "8a7f1234-5678-90ab-cdef-1234567890ac"
#define WIFI_CONTROL_UUID "8a7f1235-5678-90ab-cdef-1234567890ac"
#define WIFI_STATUS_UUID "8a7f1236-5678-90ab-cdef-1234567890ac"
#define WIFI_SSID_UUID "8a7f1237-5678-90ab-cdef-1234567890ac"
#define WIFI_PASSWORD_UUID "8a7f1238-5678-90ab-cdef-1234567890ac"
/* The service is not advertised; names of these cameras hold this. */
#define WIFI_NAME_PART "LedSaber"

/* 802.11: a name of 32 bytes, a passphrase of 8 … 63 characters or a key of 64 hex digits. Room includes a NUL. */
#define WIFI_SSID_BYTES 33
#define WIFI_PASS_BYTES 65
#define WIFI_PASS_MIN 8
/* The longest value that ATT carries. */
#define WIFI_TEXT_MAX 512

/* --- settings --------------------------------------------------------------------------------- */

enum wifi_frame_size {
    WIFI_QVGA,  /* 320 x 240 */
    WIFI_QQVGA, /* 160 x 120 */
};

#define WIFI_STREAM_FPS_MAX 25

/* What was said of them. */
enum { WIFI_HAS_WEB_ENABLED = 1, WIFI_HAS_WEB_PORT = 2, WIFI_HAS_FPS = 4, WIFI_HAS_SIZE = 8 };

struct wifi_settings {
    unsigned has;
    bool web_enabled;   /* the HTTP server runs when there is a network */
    uint16_t web_port;  /* 1 … 65535 */
    uint8_t stream_fps; /* 1 … WIFI_STREAM_FPS_MAX */
    enum wifi_frame_size frame_size;
};

/* "QVGA", "QQVGA". */
const char *wifi_frame_size_name(enum wifi_frame_size size);
/* The members that it has, into an object that is open. */
void wifi_settings_put(struct json_put *j, const struct wifi_settings *s);
/* A JSON object of settings, and nothing else. -EINVAL, with a sentence for people. */
int wifi_settings_read(struct span json, struct wifi_settings *ret, const char **ret_why);
/* Takes what `have` says of `from` over. */
void wifi_settings_apply(struct wifi_settings *to, const struct wifi_settings *from);
/* Those whose values are not the same, as in `has`, which is not looked at. */
unsigned wifi_settings_differ(const struct wifi_settings *a, const struct wifi_settings *b);

/* --- CONTROL ---------------------------------------------------------------------------------- */

enum wifi_command { WIFI_CONFIGURE, WIFI_ENABLE, WIFI_DISABLE, WIFI_TELL_STATUS, WIFI_SET };

struct wifi_control {
    enum wifi_command command;
    /* Of WIFI_CONFIGURE. Firmware of the seed's time takes what is missing for the text "null". */
    bool has_ssid, has_pass;
    char ssid[WIFI_SSID_BYTES];
    char pass[WIFI_PASS_BYTES];    /* "": an open network */
    struct wifi_settings settings; /* of WIFI_SET */
};

/* Bytes without a NUL; 0: it did not fit. Both texts of a configure are written, whether they are empty or not. */
size_t wifi_control_write(const struct wifi_control *c, char *out, size_t cap);
/* An object with an ssid and no cmd configures, as the first description has it. -EINVAL, with a sentence for people that
 * repeats nothing of what was said: it may hold a password. */
int wifi_control_read(struct span json, struct wifi_control *ret, const char **ret_why);
/* NULL: they can be of a network; else why not. */
const char *wifi_ssid_fault(struct span ssid);
const char *wifi_pass_fault(struct span pass);

/* --- STATUS ----------------------------------------------------------------------------------- */

enum wifi_state {
    WIFI_STATE_UNKNOWN, /* not told: older firmware */
    WIFI_STATE_OFF,
    WIFI_STATE_CONNECTING,
    WIFI_STATE_CONNECTED,
    WIFI_STATE_FAILED,
};

struct wifi_status {
    bool enabled, connected;
    char ssid[WIFI_SSID_BYTES];
    char ip[16], url[32]; /* "" while not connected */
    int rssi_dbm;         /* 0 while not connected */
    /* The rest is ours; older firmware says nothing of it. */
    enum wifi_state state;
    bool secure;          /* takes a password over an encrypted link only */
    char reason[64];      /* why it is not connected, for people */
    char fw[24], mac[13]; /* version; 12 hex digits */
    char error[96];       /* why a command was refused, for people */
    struct wifi_settings settings;
};

/* The six members of the first cameras, and behind them the others, if the state is known. */
size_t wifi_status_write(const struct wifi_status *s, char *out, size_t cap);
/* Reads what any generation says. A network called "null" that is not connected to is none: so the first cameras say it.
 * -EBADMSG: no JSON (a notification that was cut short, maybe), no object, a member of another type than it has, or too long. */
int wifi_status_read(struct span json, struct wifi_status *ret);
/* "off", "connecting", "connected", "failed"; "" for what is not known. */
const char *wifi_state_name(enum wifi_state state);

#endif
