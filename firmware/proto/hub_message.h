/* hub_message.h - what a playground hub answers, as JSON in a frame (hub_frame.h).
 *
 *     {"type":"devices","list":[{"id":"M-0a1b2c","rssi":-50,"battery":-1,"type":"Unknown","mac":"aabbcc0a1b2c"}]}
 *     {"type":"ack","command":"Play","status":"sent","rssi":"all"}
 *     {"type":"error","message":"Unknown command: Test","available_commands":["Play","Pause"]}
 *
 * Keys come in any order. Hubs in use put a blank behind each comma and colon, and names as they are; ours writes neither,
 * for apps count characters where hubs count bytes. Neither side allocates.
 */
#ifndef HUB_MESSAGE_H
#define HUB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_pull.h"
#include "json_put.h"
#include "span.h"

/* Texts are cut to these, between code points; the last byte is a NUL. */
#define HUB_ID_BYTES 64
#define HUB_TYPE_BYTES 24
#define HUB_TEXT_BYTES 128
/* 12 hexadecimal digits in lower case. */
#define HUB_MAC_BYTES 13
#define HUB_MAC_RAW_BYTES 6

/* What hubs in use say of what they do not know. */
#define HUB_BATTERY_UNKNOWN (-1)
#define HUB_TYPE_UNKNOWN "Unknown"
#define HUB_RSSI_UNKNOWN (-50)

/* A module of a list. */
struct hub_module {
    char id[HUB_ID_BYTES];
    char mac[HUB_MAC_BYTES]; /* "": none, or not of this form */
    char type[HUB_TYPE_BYTES];
    int rssi_dbm; /* HUB_RSSI_UNKNOWN also when it says so */
    bool rssi_known;
    int battery_percent; /* 0 … 100, or HUB_BATTERY_UNKNOWN */
};

enum hub_message_kind {
    HUB_DEVICES,
    HUB_ACK,
    HUB_ERROR,
    HUB_OTHER, /* JSON of a type that is not known here */
};

struct hub_message {
    enum hub_message_kind kind;
    char type[HUB_TYPE_BYTES];
    char command[HUB_TEXT_BYTES];   /* ACK */
    char threshold[HUB_TEXT_BYTES]; /* ACK: as the app sent it */
    bool sent;                      /* ACK: false when the hub could not */
    char message[HUB_TEXT_BYTES];   /* ERROR */
};

/* 0; -EBADMSG: it is no JSON object, or none with a type. */
int hub_message_read(struct span json, struct hub_message *ret);

/* Walks the list of HUB_DEVICES, in its order, doubles and all. `json` must stay. */
struct hub_modules {
    struct json_pull json;
    struct json_pull_value next;
    bool has_next;
};
void hub_modules_begin(struct hub_modules *m, struct span json);
bool hub_modules_next(struct hub_modules *m, struct hub_module *ret);

/* Walks the names of HUB_ERROR's available_commands; each is valid until the next call. */
void hub_available_begin(struct json_pull *j, struct span json);
bool hub_available_next(struct json_pull *j, struct span *ret);

/* Makes JSON of an answer whose end is missing, in its room: the end that apps in use try, else a list of the devices that are
 * whole. Returns its new length; 0: nothing can be made of it, and the room is as before. */
size_t hub_message_repair(char *text, size_t n, size_t cap);

/* --- the hub's side: lengths; 0: it does not fit ------------------------------------------------ */

size_t hub_ack_write(struct span command, bool sent, struct span threshold,
    enum json_put_style style, char *out, size_t cap);
/* With the commands there are. */
size_t hub_error_write(struct span message, enum json_put_style style, char *out, size_t cap);
size_t hub_devices_write(
    const struct hub_module *modules, size_t n, enum json_put_style style, char *out, size_t cap);

void hub_mac_text(const uint8_t raw[HUB_MAC_RAW_BYTES], char out[HUB_MAC_BYTES]);
/* False: not 12 hexadecimal digits. Digits in upper case, and colons or dashes between pairs, are taken as well. */
bool hub_mac_parse(struct span text, uint8_t ret[HUB_MAC_RAW_BYTES]);

/* --- how apps show it ------------------------------------------------------------------------- */

/* Bars of signal, 0 … 3. */
int hub_signal_bars(int rssi_dbm);
/* "full", "high", "medium", "low"; NULL: unknown. */
const char *hub_battery_level(int battery_percent);

#endif
