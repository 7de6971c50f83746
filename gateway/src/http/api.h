/* api.h - what the routes of the gateway work on, and how they answer. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "config/config.h"
#include "device/devices.h"
#include "device/drivers.h"
#include "http/auth.h"
#include "http/server.h"

struct ble;
struct burn;
struct found;
struct mdns;
struct mjpeg;
struct overlay_stream;
struct sse;
struct ws_hub;

/* One JSON answer; a page of 500 captures or a hundred devices with all their tables fit. */
#define API_MAX_REPLY_BYTES (8u << 20)

/* Filled by main; outlives every request. */
struct api {
    struct loop *loop;
    struct bus *bus;
    struct last *last;
    struct frame_pool *pool;
    struct store *store;
    struct devices *devices;
    struct drivers *drivers;
    struct found *found;
    struct ble *ble;             /* NULL: none */
    struct mdns *mdns;           /* NULL: none */
    const struct config *config; /* changes with a reload */
    struct auth *auth;
    struct http_server *server;
    struct ws_hub *ws;
    struct mjpeg *mjpeg;
    struct sse *sse;
    struct overlay_stream *overlays;
    struct burn *burn;
    char boot_id[33];   /* random, new at each start */
    int64_t started_us; /* monotonic */
};

/* What the path's {…} stood for; decoded, at most 63 bytes each, "" when there is none. */
struct route_args {
    char id[WR_NAME_MAX + 1], name[WR_NAME_MAX + 1];
};

typedef void (*route_fn)(struct api *a, struct http_request *q, const struct route_args *args);

/* --- answers ---------------------------------------------------------------------------------- */

/* application/problem+json (RFC 9457). `detail` is a sentence. */
void reply_problem(struct http_request *q, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The text of such a problem; its length, 0 when it does not fit. */
size_t problem_text(int status, const char *detail, char *out, size_t cap);
/* 503 with Retry-After; 405 with Allow. */
void reply_unavailable(struct http_request *q, unsigned retry_after_s, const char *detail);
void reply_method_not_allowed(struct http_request *q, const char *allow);
/* The status that fits a negative errno: -ENOENT 404, -EINVAL 422, -EPERM and -EBUSY and -EEXIST
 * 409, -ENOTCONN 503, -ETIMEDOUT 504, -ENOSPC 507 … */
int status_of(int error);
/* The same with the sentence of `e`. */
void reply_error(struct http_request *q, const struct error *e);
/* Finishes `j` into `b`, answers with it and frees the buffer; 500 when it did not fit. */
void reply_json_consume(struct http_request *q, int status, struct buf *b, struct wr_json *j);
/* The same with an ETag. */
void reply_tagged_json_consume(
    struct http_request *q, int status, struct buf *b, struct wr_json *j, const char *etag);
/* A list, {"items":[…],"next":…}: begin, write the items, and answer with it; `next` NULL: that was the last page. */
struct wr_json list_begin(struct buf *b);
void reply_list_consume(struct http_request *q, struct buf *b, struct wr_json *j, const char *next);

/* --- what is asked (ask.c) -------------------------------------------------------------------- */

/* The request's body as a JSON object. NULL: it was answered (415 not JSON, 400 with line and
 * column). A missing body is {} where optional. */
json_t *request_json(struct http_request *q, bool optional);
/* One query parameter as an integer in [min, max]; false: it was answered (422). `def` when
 * absent. */
bool request_int(
    struct http_request *q, const char *name, int64_t min, int64_t max, int64_t def, int64_t *ret);
/* A text parameter; "" when absent; false: it was answered. */
bool request_text(struct http_request *q, const char *name, char *out, size_t cap);
/* 1 or 0; false when absent. Returns false: it was answered. */
bool request_bool(struct http_request *q, const char *name, bool *ret);
/* An RFC 3339 time; 0 when absent; false: it was answered. */
bool request_time(struct http_request *q, const char *name, int64_t *ret);
/* The cursor of a page; untouched when absent; false: it was answered (400). ret_us NULL: its rows have no time. */
bool request_cursor(struct http_request *q, int64_t *ret_us, uint64_t *ret_id);
/* The capture's number in the path; false: it was answered (404). */
bool request_capture(struct http_request *q, const struct route_args *args, uint64_t *ret);
/* The device of the path; NULL: it was answered (404). */
struct device *request_device(struct api *a, struct http_request *q, const struct route_args *args);
/* The same, and it is a camera. */
struct device *request_camera(struct api *a, struct http_request *q, const struct route_args *args);

/* --- the routes' functions, by file ----------------------------------------------------------- */

/* rest_devices.c */
void devices_list(struct api *a, struct http_request *q, const struct route_args *args);
void devices_post(struct api *a, struct http_request *q, const struct route_args *args);
void device_get(struct api *a, struct http_request *q, const struct route_args *args);
void device_patch(struct api *a, struct http_request *q, const struct route_args *args);
void device_delete(struct api *a, struct http_request *q, const struct route_args *args);
void device_command_post(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_found.c */
void found_list(struct api *a, struct http_request *q, const struct route_args *args);
void found_adopt_post(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_frame.c */
void device_frame(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_overlay.c */
/* A camera in whose pictures somebody looks for motion; NULL: it was answered (404, and how that is switched on). */
struct device *request_moving_camera(
    struct api *a, struct http_request *q, const struct route_args *args);
void device_overlay(struct api *a, struct http_request *q, const struct route_args *args);
/* mjpeg.c, overlay_stream.c, sse.c */
void device_mjpeg(struct api *a, struct http_request *q, const struct route_args *args);
void device_overlay_stream(struct api *a, struct http_request *q, const struct route_args *args);
void events_stream(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_captures.c */
void captures_list(struct api *a, struct http_request *q, const struct route_args *args);
void capture_get(struct api *a, struct http_request *q, const struct route_args *args);
void capture_patch(struct api *a, struct http_request *q, const struct route_args *args);
void capture_delete(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_capture_files.c */
void capture_image(struct api *a, struct http_request *q, const struct route_args *args);
void capture_thumb(struct api *a, struct http_request *q, const struct route_args *args);
void capture_sound(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_events.c */
void events_list(struct api *a, struct http_request *q, const struct route_args *args);
/* rest_system.c */
void plugins_list(struct api *a, struct http_request *q, const struct route_args *args);
void info_get(struct api *a, struct http_request *q, const struct route_args *args);
void healthz_get(struct api *a, struct http_request *q, const struct route_args *args);
void readyz_get(struct api *a, struct http_request *q, const struct route_args *args);
/* metrics.c, openapi.c */
void metrics_get(struct api *a, struct http_request *q, const struct route_args *args);
void openapi_get(struct api *a, struct http_request *q, const struct route_args *args);

/* --- face.c: the server's events to routes and WebSockets ------------------------------------- */

/* Listens and serves. `a` has everything but the server. A sentence that names address and port. */
int api_listen(
    struct api *a, const char *address, uint16_t port, unsigned max_connections, struct error *e);
/* Closes all. Safe to repeat. */
void api_close(struct api *a);
