/* sse.h - events as they happen, for tools: text/event-stream. */
#pragma once

struct api;
struct sse;

int sse_new(struct api *a, struct sse **ret);
/* Readers must be gone (http_server_free). Returns NULL. */
struct sse *sse_free(struct sse *s);
