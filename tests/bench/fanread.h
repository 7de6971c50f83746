/* fanread.h - takes what a viewer receives apart: the head of the answer, then parts of MJPEG or messages of a
 * WebSocket. Pictures are not kept: of each, only the beginning, for its stamp. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A binary message's header and the stamp behind it. */
#define FANREAD_BEGINNING 64

struct fanread;

struct fanread_events {
    /* The answer's head is complete. */
    void (*opened)(struct fanread *r);
    /* A picture (or a binary message) of n bytes is complete; its first FANREAD_BEGINNING are in r->beginning. */
    void (*picture)(struct fanread *r, size_t n);
    /* A text message. */
    void (*text)(struct fanread *r);
    /* A ping of n bytes, which are in r->beginning. */
    void (*ping)(struct fanread *r, size_t n);
};

struct fanread {
    const struct fanread_events *events;
    bool websocket;
    enum { FANREAD_ANSWER, FANREAD_HEAD, FANREAD_BODY, FANREAD_BROKEN } state;
    char head[8192]; /* of the answer, a part or a message */
    size_t n_head;
    uint8_t opcode;
    size_t length, got; /* of what is being read */
    uint8_t beginning[FANREAD_BEGINNING];
};

void fanread_init(struct fanread *r, bool websocket, const struct fanread_events *events);
/* false: that is no stream of pictures, or it has ended. */
bool fanread_feed(struct fanread *r, const uint8_t *bytes, size_t n);
