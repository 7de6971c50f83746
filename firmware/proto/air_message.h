/* air_message.h - what a playground's hub and modules say to each other: JSON in ESP-NOW messages, which have at most 250 bytes.
 *
 *     v1   {"updateGame": {"RSSI": -60, "value": 0}}          to whom it reaches with more than -60 dBm
 *          {"deviceScan": {"RSSI": -45, "value": "duck", "battery": 85, "type": "module"}}
 *     v2   {"topic":"/game","value":[1,"qrvMChEi\n"]}        /battery/duck → 85
 *
 * RSSI is a threshold: who receives the message weaker leaves it alone. Modules in use put their own there when they answer; the
 * value may be a number, a text, or a list (a colour). Battery and type are ours: modules in use say neither, and ignore both.
 * The reader takes either dialect. Neither side allocates.
 */
#ifndef AIR_MESSAGE_H
#define AIR_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub_line.h"
#include "json_put.h"
#include "span.h"

/* What the radio carries in one message. */
#define AIR_MAX_BYTES 250
#define AIR_CHANNEL 1
/* Of a text value, with its NUL: a message has no room for more. */
#define AIR_TEXT_BYTES 200
#define AIR_LIST_MAX 4
/* Of a module's kind, with its NUL. */
#define AIR_TYPE_BYTES 24
#define AIR_BATTERY_UNKNOWN (-1)

enum air_dialect { AIR_V1, AIR_V2 };

/* What is said: v1's keys, and v2's topics, where one thing has one name. */
enum air_topic {
    AIR_GAME,      /* updateGame · /game: its number; -1 stops */
    AIR_LIGHT_OFF, /* lightOff */
    AIR_RAINBOW,   /* rainbow */
    AIR_SLEEP,     /* deepSleep */
    AIR_PING,      /* pingCall: "app", or the name of a module that looks for others · /ping */
    AIR_PONG,      /* pongCall: the name */
    AIR_FINAL,     /* finalCall: friends, modulo 7 */
    AIR_SCAN,      /* deviceScan: the name; the answer to AIR_PING "app" */
    AIR_BATTERY,   /* batteryCheck · /battery/<name>: percent */
    AIR_COLOR,     /* color: red, green, blue · /color */
    AIR_THRESHOLD, /* updateThreshold: dBm, kept */
    AIR_RESET,     /* resetLog · /reset */
    AIR_NORMAL,    /* normalMode */
    AIR_NOTIFY,    /* /notify */
    AIR_GEM,       /* /gem: an address; by now a part of /game */
    AIR_N_TOPICS
};

struct air_value {
    enum { AIR_NOTHING, AIR_INT, AIR_TEXT, AIR_LIST } kind;
    int32_t i;
    char text[AIR_TEXT_BYTES]; /* TEXT, and the text in a LIST */
    int32_t list[AIR_LIST_MAX];
    unsigned n_list; /* numbers in it */
};

struct air_message {
    enum air_dialect dialect;
    enum air_topic topic;
    int threshold_dbm; /* v1; HUB_THRESHOLD_ALL in v2, which has none */
    struct air_value value;
    char name[AIR_TEXT_BYTES]; /* v2: behind "/battery/" */
    int battery_percent;       /* 0 … 100, or AIR_BATTERY_UNKNOWN */
    char type[AIR_TYPE_BYTES]; /* "": it did not say */
};

/* 0; -EBADMSG: it is no JSON, or of neither form; -ENOENT: of a topic that is not known here, which is to be ignored. */
int air_message_read(struct span json, struct air_message *ret);

/* Returns its length; 0: it would be longer than AIR_MAX_BYTES, or its dialect has no such topic. */
size_t air_message_write(
    const struct air_message *m, enum json_put_style style, char out[AIR_MAX_BYTES]);

/* What a command of an app says to modules. -EOPNOTSUPP: there is no such thing in that dialect. */
int air_of_command(
    enum hub_command c, int threshold_dbm, enum air_dialect dialect, struct air_message *ret);

#endif
