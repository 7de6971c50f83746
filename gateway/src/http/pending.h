/* pending.h - a request that waits for the store, whose answer comes on a later turn; the client may be gone by then.
 *
 *     p = pending_new(a, q, args);
 *     if (p && (r = store_…(…, answered, p)) < 0)
 *         pending_failed(p, r, NULL);
 *
 * and in answered(): q = pending_take(p), answer q unless it is NULL, free(p).
 */
#pragma once

#include "http/api.h"

struct pending {
    struct api *api;
    struct http_request *request; /* NULL: gone */
    struct route_args args;
    uint64_t id; /* of a capture */
    enum capture_file file;
};

/* NULL: no memory, and it was answered. */
struct pending *pending_new(struct api *a, struct http_request *q, const struct route_args *args);
/* The store did not take the job: answers with `why`, or with the store's own reason, and frees it. */
void pending_failed(struct pending *p, int result, const char *why);
/* The request, to be answered now; NULL: nobody waits any more. */
struct http_request *pending_take(struct pending *p);
