/* world.h - a server on a virtual loop, an owner who answers by path, and clients with plain sockets in
 * the same process, driven turn by turn. */
#pragma once

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/server.h"
#include "loop/loop.h"

#define WORLD_MAX 8
#define REPLY_MAX (16u << 20)

struct world {
    struct loop *loop;
    struct http_server *server;
    struct http_server_events events;
    struct http_server_config config;

    unsigned n_requests, n_gone, n_released;
    struct http_request *waiting[WORLD_MAX]; /* of /later */
    unsigned n_waiting;

    struct http_stream *streams[WORLD_MAX]; /* of /stream */
    unsigned n_streams, n_writable, n_closed;
    const uint8_t *piece; /* what /stream writes when it may */
    size_t n_piece;

    struct ws *ws[WORLD_MAX];
    unsigned n_ws, n_ws_closed, n_ws_writable;
    char peer[64];
    int ws_status; /* what ws_check answers */
    char text[128 << 10];
    size_t n_text;
    unsigned n_texts;
    uint8_t *message; /* what ws_writable writes once; HTTP_HEADROOM in front */
    size_t n_message;
    bool binary;

    const char *file_path;
    char reply[REPLY_MAX]; /* what the client read last */
    size_t n_reply;
    bool end; /* and whether the server closed behind it */
};

void world_init(struct world *w);
/* Frees server and loop, which asserts that nothing is left. */
void world_fini(struct world *w);
void turns(struct world *w, unsigned n);

/* A connected, non-blocking socket. */
int client_new(struct world *w);
void client_send(struct world *w, int fd, const void *bytes, size_t n);
void client_say(struct world *w, int fd, const char *text);
/* Reads until `until` stands in the reply (NULL: until the end), in w->reply; fails after a while. */
const char *client_read(struct world *w, int fd, const char *until);
/* Until n bytes were read. */
void client_read_n(struct world *w, int fd, size_t n);
/* A connection of its own: says it, reads to the end. */
const char *ask(struct world *w, const char *text);
/* Did the peer close, with nothing more to read? */
bool client_ended(struct world *w, int fd);

/* A WebSocket that is open. */
int ws_client_new(struct world *w);
/* A masked frame. first: FIN, opcode. */
void ws_client_send(struct world *w, int fd, uint8_t first, const void *bytes, size_t n);
/* Reads one frame; its first byte. The content is in w->reply. */
uint8_t ws_client_read(struct world *w, int fd);
/* Reads a close frame; its code. */
unsigned ws_client_read_close(struct world *w, int fd);
