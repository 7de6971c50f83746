/* mjpeg.h - live pictures for programs that know nothing else: multipart/x-mixed-replace.
 *
 * The same rule as for WebSockets: one slot per viewer, the newest picture wins. The bytes of a
 * part are built once per frame and shared.
 */
#pragma once

struct api;
struct mjpeg;

int mjpeg_new(struct api *a, struct mjpeg **ret);
/* Viewers must be gone (http_server_free). Returns NULL. */
struct mjpeg *mjpeg_free(struct mjpeg *m);
