/* ws_message.h - what a viewer says over its WebSocket: text in, a checked struct out. Pure: no viewer, no devices; fuzzed.
 *
 *     {"id":1,"type":"subscribe","devices":["*"],"events":["camera.*"],"frames":true,"max_fps":30}
 *     {"id":1,"type":"subscribe","devices":["*"],"events":["*"],"frames":["porch"],"overlays":true}
 *     {"id":2,"type":"unsubscribe"}
 *     {"id":3,"type":"command","device":"porch","command":"save","args":{…}}
 *     {"id":4,"type":"ping"}
 *     {"type":"ack","channel":1,"seq":4711}
 *
 * Members that are not known are passed over, so that a page of tomorrow can talk to a gateway of today.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warren/driver.h>

#include "base/error.h"
#include "base/json.h"

/* Names in one list of a subscription: a `*` stands for many, and each is compared with each event. */
#define WS_MAX_PATTERNS 64

enum ws_message_type {
    WS_MESSAGE_ACK,
    WS_MESSAGE_COMMAND,
    WS_MESSAGE_PING,
    WS_MESSAGE_SUBSCRIBE,
    WS_MESSAGE_UNSUBSCRIBE,
};

/* Names with * and ?, each of at most WR_NAME_MAX bytes, owned. Zeroed: none. */
struct ws_patterns {
    char *at[WS_MAX_PATTERNS];
    size_t n;
};

struct ws_message {
    enum ws_message_type type;
    int64_t id; /* the client's; an ack has none: 0 */

    uint16_t channel; /* of an ack */
    uint32_t seq;

    struct ws_patterns devices, events;  /* of a subscription */
    struct ws_patterns frames, overlays; /* of which devices, too; `true` is all of them, "*" */
    double max_fps;                      /* 0: all */

    const char *device, *command; /* of a command: never NULL; they and args lie in `json` */
    const json_t *args;           /* an object, or NULL */
    json_t *json;
};

/* Reads one message. *ret_id is set in every case, to the message's id or to 0 when it has none that can be read: a refusal carries
 * it. -EINVAL or -ENOMEM and a sentence; *ret is untouched then. Else free it by ws_message_fini(). */
int ws_message_read(
    const char *text, size_t n, struct ws_message *ret, int64_t *ret_id, struct error *e);
/* Accepts a zeroed one. */
void ws_message_fini(struct ws_message *m);

bool ws_patterns_match(const struct ws_patterns *p, const char *text);
/* Zeroed again after it. */
void ws_patterns_fini(struct ws_patterns *p);
