/* auth.h - who may: the one place that decides, before any route runs.
 *
 * Closed by default: the gateway listens on loopback only, unless http.allow_unauthenticated says
 * otherwise. A browser on the same machine is let in only from our own page: Host must name us
 * (else a foreign name that resolves to 127.0.0.1 would pass, "DNS rebinding"), and Origin, which
 * browsers add to what another page sends, must be ours. Names that are ours: those of http.origins
 * in full; without it localhost, 127.0.0.1 and [::1] on any port.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct auth;
struct config;
struct http_request;

/* A route without one does not start: 0 is no permission. */
enum permission {
    PERMISSION_UNSET = 0,
    PERMISSION_PUBLIC,  /* the page's own files, liveness */
    PERMISSION_VIEW,    /* look */
    PERMISSION_OPERATE, /* move devices, keep and remove pictures */
    PERMISSION_ADMIN,   /* add, remove and set up devices */
};

int auth_new(const struct config *c, struct auth **ret, struct error *e);
struct auth *auth_free(struct auth *a);
/* After a reload; on error the old rules stay. */
int auth_configure(struct auth *a, const struct config *c, struct error *e);
/* May we listen there? -EPERM and a sentence that says what to do. */
int auth_check_listen(const struct auth *a, const char *address, struct error *e);

/* Somebody who was let in, and how far. Without tokens there is one: whoever reaches us. */
struct auth_who {
    enum permission most;
};

/* 0 and who it is, or the HTTP status to refuse with (400 no Host, 403 a foreign Host or Origin)
 * and a sentence. For requests and upgrades. */
int auth_identify(
    const struct auth *a, const struct http_request *q, struct auth_who *ret, struct error *e);
/* Whoever was let in without saying who they are. */
struct auth_who auth_anybody(const struct auth *a);
/* May they? `device` NULL: none in particular. */
bool auth_may(const struct auth_who *who, enum permission p, const char *device);
/* Both, for one request. 0 or a status and a sentence. */
int auth_check(const struct auth *a, const struct http_request *q, enum permission p,
    const char *device, struct error *e);
/* Is this text of an Origin header one of ours, for a request to `host`? Pure, for tests. */
bool auth_origin_is_ours(const struct auth *a, const char *origin, const char *host);
bool auth_host_is_ours(const struct auth *a, const char *host);
