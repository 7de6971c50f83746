/* talk.h - clients with plain sockets in the same process as the server, driven turn by turn. */
#pragma once

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

#define REPLY_MAX (16u << 20)

/* Embedded in a test's world. */
struct talk {
    struct loop *loop;
    uint16_t port;
    char *reply; /* what was read last, with a NUL */
    size_t n_reply;
    bool end; /* and whether the server closed behind it */
};

void talk_init(struct talk *t, struct loop *l, uint16_t port);
void talk_fini(struct talk *t);
void turns(struct talk *t, unsigned n);

/* A connected, non-blocking socket. */
int client_new(struct talk *t);
void client_send(struct talk *t, int fd, const void *bytes, size_t n);
void client_say(struct talk *t, int fd, const char *text);
/* Reads until `until` stands in the reply (NULL: until the end); fails after a while. */
const char *client_read(struct talk *t, int fd, const char *until);
/* Reads the head of an answer and not one byte more. */
const char *client_read_head(struct talk *t, int fd);
/* Until n bytes were read. */
void client_read_n(struct talk *t, int fd, size_t n);
/* A connection of its own: says it, reads to the end. */
const char *ask(struct talk *t, const char *text);
/* Did the peer close, with nothing more to read? */
bool client_ended(struct talk *t, int fd);
/* Is there nothing to read? */
bool client_silent(struct talk *t, int fd);

/* A WebSocket that is open. */
int ws_client_new(struct talk *t, const char *path);
/* A masked frame. first: FIN, opcode. */
void ws_client_send(struct talk *t, int fd, uint8_t first, const void *bytes, size_t n);
void ws_client_say(struct talk *t, int fd, const char *text);
/* Reads one frame; its first byte. The content is the reply. */
uint8_t ws_client_read(struct talk *t, int fd);
/* Reads up to a close frame; its code. */
unsigned ws_client_read_close(struct talk *t, int fd);
