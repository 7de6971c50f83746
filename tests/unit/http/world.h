/* world.h - a server on a virtual loop, and an owner who answers by path. */
#pragma once

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/server.h"
#include "loop/loop.h"
#include "talk.h"

#define WORLD_MAX 8

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
    struct talk talk;
};

void world_init(struct world *w);
/* Frees server and loop, which asserts that nothing is left. */
void world_fini(struct world *w);
