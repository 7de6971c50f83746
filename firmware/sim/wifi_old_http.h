/* wifi_old_http.h - the web server of old debug cameras, as they wrote it and as the library beneath it did:
 *
 *     HTTP/1.1 200 OK                                            GET /stream
 *     Content-Type: multipart/x-mixed-replace;boundary=frame      no space
 *     Connection: close · Accept-Ranges: none
 *     Transfer-Encoding: chunked
 *
 *     12f3␣␣CR LF                                                 the size of a chunk, filled up to four places
 *     CR LF --frame CR LF                                          a line break also before the first
 *     Content-Type: image/jpeg CR LF CR LF                         no length
 *     picture CR LF
 *
 * also /overlay and /metrics (JSON), /snapshot, and a page at /. Each connection has one request.
 */
#pragma once

#include "wifi_options.h"

struct loop;
struct wifi_old_camera;
struct wifi_old_http;

/* Listens; `port` 0: any. */
int wifi_old_http_new(struct loop *l, const struct wifi_options *o, struct wifi_old_camera *camera,
    const char *address, uint16_t port, struct wifi_old_http **ret, struct error *e);
uint16_t wifi_old_http_port(const struct wifi_old_http *h);
/* The camera has another view. */
void wifi_old_http_shown(struct wifi_old_http *h);
/* Cuts all connections off. NULL-safe; returns NULL. */
struct wifi_old_http *wifi_old_http_free(struct wifi_old_http *h);
