/* websocket.h - a WebSocket's server (RFC 6455) as far as one needs it that talks and hardly listens: the opening, heads of what
 * goes out, frames that come in.
 *
 *      0               1               2
 *     ┌─┬─────┬───────┬─┬─────────────┬───────────────────┬──────────────┬─────────┐
 *     │F│0 0 0│opcode │M│   length    │ 2 or 8 bytes more │ 4: mask, if M │ payload │
 *     └─┴─────┴───────┴─┴─────────────┴───────────────────┴──────────────┴─────────┘
 */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include "span.h"

/* A key is 16 bytes in base64. What answers it has this many letters, and a NUL. */
#define WEBSOCKET_KEY_LETTERS 24
#define WEBSOCKET_ANSWER_BYTES 29
/* What a control frame carries, and the head of any frame of ours. */
#define WEBSOCKET_CONTROL_MAX 125
#define WEBSOCKET_HEAD_MAX 4

enum websocket_opcode {
    WEBSOCKET_MORE = 0,
    WEBSOCKET_TEXT = 1,
    WEBSOCKET_BINARY = 2,
    WEBSOCKET_CLOSE = 8,
    WEBSOCKET_PING = 9,
    WEBSOCKET_PONG = 10,
};

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key. False: it is none. */
bool websocket_answer(struct span key, char out[WEBSOCKET_ANSWER_BYTES]);

/* The head of a whole message of at most 65535 bytes; its length. */
size_t websocket_head(enum websocket_opcode opcode, size_t n, uint8_t out[WEBSOCKET_HEAD_MAX]);

struct websocket_frame {
    enum websocket_opcode opcode;
    uint64_t n; /* of the payload */
    uint8_t mask[4];
};

/* Reads the head of a client's frame. Its length; 0: there is more to come; -EBADMSG: a client that does not mask, or says what
 * RFC 6455 forbids. */
int websocket_read(const uint8_t *bytes, size_t n, struct websocket_frame *ret);
/* The payload's bytes, in place; `at`: how many came before. */
void websocket_unmask(const struct websocket_frame *f, uint64_t at, uint8_t *bytes, size_t n);

#endif
