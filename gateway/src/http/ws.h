/* ws.h - everybody who watches through a WebSocket (docs/websocket.md).
 *
 * A viewer has one slot per camera, which holds the newest frame only, with at most one overlay, and a
 * place in the bus's tail of events. It is written to when its socket takes more: answers first, then
 * events, then the cameras in turn. So a slow viewer skips pictures, and touches nobody.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct api;
struct http_request;
struct ws;
struct ws_hub;

/* No byte taken for so long: closed with 4408. */
#define WS_STALLED_US INT64_C(10000000)
/* Pictures of one camera on their way to a viewer that acknowledges them. */
#define WS_MAX_UNACKED 2

enum ws_close_code {
    WS_CLOSE_POLICY = 1008,
    WS_CLOSE_NOT_AUTHENTICATED = 4401,
    WS_CLOSE_FORBIDDEN = 4403,
    WS_CLOSE_SLOW = 4408
};

int ws_hub_new(struct api *a, struct ws_hub **ret);
/* Viewers must be gone (http_server_free). Returns NULL. */
struct ws_hub *ws_hub_free(struct ws_hub *h);

/* http_server_events */
int ws_hub_check(struct ws_hub *h, struct http_request *q);
void ws_hub_opened(struct ws_hub *h, struct ws *w);
void ws_hub_text(struct ws *w, const char *text, size_t n);
void ws_hub_writable(struct ws *w);
void ws_hub_closed(struct ws *w);

struct ws_hub_stats {
    unsigned n_viewers;
    uint64_t n_frames_sent, n_frames_skipped, n_events_sent, n_slow_closed;
    uint64_t n_overlays_sent,
        n_overlays_skipped; /* skipped: the viewer had one of a newer frame, or its frame was long over */
    /* Received here to acknowledged by the viewer; only of viewers that acknowledge. */
    uint64_t n_acked;
    int64_t age_sum_us, age_max_us;
};
const struct ws_hub_stats *ws_hub_stats(const struct ws_hub *h);
