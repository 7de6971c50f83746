#include "http/auth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "config/config.h"
#include "http/server.h"

struct auth {
    bool allow_unauthenticated;
    char **origins; /* "http://garden.example:8080"; NULL-terminated; empty: loopback names */
};

static void origins_free(char **origins)
{
    for (char **o = origins; o && *o; o++)
        free(*o);
    free(origins);
}

static bool origin_is_sound(const char *o)
{
    const char *host = strncmp(o, "http://", 7) == 0 ? o + 7
        : strncmp(o, "https://", 8) == 0             ? o + 8
                                                     : NULL;

    return host && *host && !strpbrk(host, "/?#@ ");
}

static int copy_origins(char *const *from, char ***ret, struct error *e)
{
    size_t n = 0;
    char **to;

    while (from && from[n])
        n++;
    to = calloc(n + 1, sizeof *to);
    if (!to)
        return error_set(e, -ENOMEM, "no memory");
    for (size_t i = 0; i < n; i++) {
        if (!origin_is_sound(from[i])) {
            error_set(e, -EINVAL,
                "http.origins: expected scheme://host[:port] without a path, got \"%.100s\"",
                from[i]);
            origins_free(to);
            return -EINVAL;
        }
        to[i] = strdup(from[i]);
        if (!to[i]) {
            origins_free(to);
            return error_set(e, -ENOMEM, "no memory");
        }
    }
    *ret = to;
    return 0;
}

int auth_configure(struct auth *a, const struct config *c, struct error *e)
{
    char **origins;
    int r = copy_origins(c->http.origins, &origins, e);

    if (r < 0)
        return r;
    origins_free(a->origins);
    a->origins = origins;
    a->allow_unauthenticated = c->http.allow_unauthenticated;
    return 0;
}

int auth_new(const struct config *c, struct auth **ret, struct error *e)
{
    struct auth *a = calloc(1, sizeof *a);
    int r = a ? auth_configure(a, c, e) : error_set(e, -ENOMEM, "no memory");

    if (r < 0) {
        free(a);
        return r;
    }
    *ret = a;
    return 0;
}

struct auth *auth_free(struct auth *a)
{
    if (a)
        origins_free(a->origins);
    free(a);
    return NULL;
}

static bool is_loopback_address(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
        strcmp(address, "localhost") == 0;
}

int auth_check_listen(const struct auth *a, const char *address, struct error *e)
{
    if (a->allow_unauthenticated || is_loopback_address(address))
        return 0;
    return error_set(e, -EPERM,
        "http.listen is %s, which others can reach, and nobody has to log in: listen on 127.0.0.1, "
        "or set http.allow_unauthenticated: true "
        "if the network in front of it keeps strangers out",
        address);
}

/* The host of "name:port", "[v6]:port" or "name" is exactly `name`, and what follows is a port or
 * nothing. */
static bool host_is(const char *host, const char *name)
{
    size_t n = strlen(name);

    if (strncasecmp(host, name, n) != 0)
        return false;
    if (host[n] == '\0')
        return true;
    return host[n] == ':' && host[n + 1] != '\0' &&
        strspn(host + n + 1, "0123456789") == strlen(host + n + 1);
}

static bool is_loopback_name(const char *host)
{
    return host_is(host, "localhost") || host_is(host, "127.0.0.1") || host_is(host, "[::1]");
}

/* Default ports are left out by browsers, and are the same place. */
static bool same_place(const char *origin, const char *host)
{
    bool https = strncmp(origin, "https://", 8) == 0;
    const char *o = origin + (https ? 8 : 7), *port = https ? ":443" : ":80";
    size_t n = strlen(o), m = strlen(host), k = strlen(port);

    if (strcasecmp(o, host) == 0)
        return true;
    if (n == m + k && strncasecmp(o, host, m) == 0 && strcmp(o + m, port) == 0)
        return true;
    return m == n + k && strncasecmp(o, host, n) == 0 && strcmp(host + n, port) == 0;
}

bool auth_host_is_ours(const struct auth *a, const char *host)
{
    for (char **o = a->origins; *o; o++) {
        if (same_place(*o, host))
            return true;
    }
    return !a->origins[0] && is_loopback_name(host);
}

bool auth_origin_is_ours(const struct auth *a, const char *origin, const char *host)
{
    if (!origin_is_sound(origin))
        return false;
    for (char **o = a->origins; *o; o++) {
        if (strcasecmp(*o, origin) == 0)
            return true;
    }
    return !a->origins[0] && same_place(origin, host) && is_loopback_name(host);
}

int auth_identify(
    const struct auth *a, const struct http_request *q, struct auth_who *ret, struct error *e)
{
    const char *host = http_field(q, HTTP_FIELD_HOST), *origin = http_field(q, HTTP_FIELD_ORIGIN);

    if (!host || !*host) {
        error_set(e, -EINVAL, "the request names no host");
        return 400;
    }
    if (!auth_host_is_ours(a, host)) {
        error_set(
            e, -EPERM, "\"%.100s\" is not a name of this gateway: name it in http.origins", host);
        return 403;
    }
    if (origin && !auth_origin_is_ours(a, origin, host)) {
        error_set(e, -EPERM, "pages from %.100s may not use this gateway: name it in http.origins",
            origin);
        return 403;
    }
    *ret = auth_anybody(a);
    return 0;
}

struct auth_who auth_anybody(const struct auth *a)
{
    return (struct auth_who){.most = PERMISSION_ADMIN};
}

bool auth_may(const struct auth_who *who, enum permission p, const char *device)
{
    return p != PERMISSION_UNSET && p <= who->most;
}

int auth_check(const struct auth *a, const struct http_request *q, enum permission p,
    const char *device, struct error *e)
{
    struct auth_who who = {PERMISSION_UNSET};
    int status;

    if (p == PERMISSION_PUBLIC)
        return 0;
    status = auth_identify(a, q, &who, e);
    if (status == 0 && !auth_may(&who, p, device)) {
        error_set(e, -EPERM, "you may not do that");
        return 403;
    }
    return status;
}
