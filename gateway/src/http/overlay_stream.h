/* overlay_stream.h - the overlays of one camera as they come, for tools: text/event-stream. One slot per reader, the newest overlay
 * wins. */
#pragma once

struct api;
struct overlay_stream;

/* Listens on the API's bus from now on. -ENOMEM. */
int overlay_stream_new(struct api *a, struct overlay_stream **ret);
/* Readers must be gone (http_server_free). Returns NULL. */
struct overlay_stream *overlay_stream_free(struct overlay_stream *s);
