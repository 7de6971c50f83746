/* http_face.h - the camera over HTTP: /stream for any number of viewers, /snapshot, and the saved
 * pictures at /captures/<name>.
 *
 * A picture is made into a part of the stream once; every viewer sends from the same bytes. Each
 * has room for one that waits: the newest. While the camera has no picture to show, /stream and
 * /snapshot say 503.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pi_ring.h"

struct loop;
struct http_face;

#define HTTP_FACE_MAX_CLIENTS 256
/* A viewer that takes no byte for so long is let go. */
#define HTTP_FACE_BLOCKED_US INT64_C(10000000)

struct http_face_config {
    const char *address;
    uint16_t port;        /* 0: any */
    const char *captures; /* folder of saved pictures; borrowed */
};

/* What it asks the camera. */
struct http_face_events {
    /* The newest picture, if there is one to show. */
    bool (*newest)(void *ctx, struct pi_ring_frame *ret);
    /* The most pictures per second for a viewer. */
    unsigned (*fps)(void *ctx);
};

int http_face_new(struct loop *l, const struct http_face_config *config,
    const struct http_face_events *events, void *ctx, struct http_face **ret, struct error *e);
uint16_t http_face_port(const struct http_face *f);
struct http_face *http_face_free(struct http_face *f);

/* A new picture; copied once if anybody looks. */
void http_face_publish(
    struct http_face *f, const struct pi_frame_meta *meta, const uint8_t *jpeg, size_t n);
/* There are no pictures any more: viewers are let go, so that they learn of it. */
void http_face_stop_streams(struct http_face *f);

struct http_face_stats {
    uint64_t n_parts, n_sent; /* parts made; sent to all viewers together */
    unsigned n_viewers;
};
const struct http_face_stats *http_face_stats(const struct http_face *f);
