/* http_request.c - see http_request.h. */
#include "http_request.h"

#include <errno.h>
#include <string.h>

#include "http_host.h"

/* "q=0", "q=0.000": not that one. */
static bool is_excluded(struct span parameters)
{
    while (parameters.n > 0) {
        struct span p = span_strip(span_take_until(&parameters, ';'));

        if (!span_take(&p, "q=0"))
            continue;
        while (p.n > 0 && (*p.at == '.' || *p.at == '0'))
            p.at++, p.n--;
        return p.n == 0;
    }
    return false;
}

/* Is it in a list like "gzip;q=0.8, br"? */
static bool lists(struct span list, const char *word)
{
    while (list.n > 0) {
        struct span item = span_take_until(&list, ',');
        struct span name = span_strip(span_take_until(&item, ';'));

        if (span_is_word(name, word))
            return !is_excluded(item);
    }
    return false;
}

/* --- headers ---------------------------------------------------------------------------------- */

/* What several headers say together. */
struct heard {
    bool upgrade, to_websocket, version_13, close, no_page;
    struct span host, origin;
};

static int take_length(struct span value, struct http_request *r)
{
    int64_t n;

    if (value.n == 0 || value.at[0] == '+' || value.at[0] == '-')
        return -EBADMSG;
    if (span_int(value, &n) == -EINVAL)
        return -EBADMSG;
    if (span_int(value, &n) < 0 || n > HTTP_REQUEST_BODY_MAX)
        n = HTTP_REQUEST_BODY_MAX;
    r->n_body = (size_t)n;
    return 0;
}

/* Of two, who stands in between may have taken the other. */
static int take_host(struct span value, struct heard *h)
{
    if (h->host.at)
        return -EBADMSG;
    h->host = value;
    return 0;
}

static int take_header(struct span name, struct span value, struct http_request *r, struct heard *h)
{
    if (span_is_word(name, "content-length"))
        return take_length(value, r);
    if (span_is_word(name, "transfer-encoding"))
        return -ENOTSUP;
    if (span_is_word(name, "host"))
        return take_host(value, h);
    if (span_is_word(name, "accept-encoding"))
        r->gzip = lists(value, "gzip");
    else if (span_is_word(name, "accept"))
        r->events = lists(value, "text/event-stream");
    else if (span_is_word(name, "content-type"))
        r->json = span_is_word(span_strip(span_take_until(&value, ';')), "application/json");
    else if (span_is_word(name, "upgrade"))
        h->to_websocket = lists(value, "websocket");
    else if (span_is_word(name, "sec-websocket-key"))
        r->websocket_key = value;
    else if (span_is_word(name, "sec-websocket-version"))
        h->version_13 = span_is(value, "13");
    else if (span_is_word(name, "origin"))
        h->origin = value;
    else if (span_is_word(name, "sec-fetch-site"))
        h->no_page = span_is(value, "none");
    else if (span_is_word(name, "connection")) {
        h->upgrade |= lists(value, "upgrade");
        h->close |= lists(value, "close");
    }
    return 0;
}

/* A line without a name, or with a blank before the colon, is how requests are smuggled. */
static int take_header_line(struct span line, struct http_request *r, struct heard *h)
{
    struct span rest = line, name = span_take_until(&rest, ':');

    if (name.n == 0 || name.n == line.n || span_strip(name).n != name.n)
        return -EBADMSG;
    return take_header(name, span_strip(rest), r, h);
}

/* --- the first line --------------------------------------------------------------------------- */

static int take_version(struct span version, struct heard *h)
{
    if (span_is(version, "HTTP/1.1"))
        return 0;
    h->close = true;
    if (span_is(version, "HTTP/1.0"))
        return 0;
    return span_take(&version, "HTTP/") ? -ENOTSUP : -EBADMSG;
}

static int take_first_line(struct span line, struct http_request *r, struct heard *h)
{
    struct span method = span_take_until(&line, ' '), target = span_take_until(&line, ' ');

    if (method.n == 0 || target.n == 0 || target.at[0] != '/')
        return -EBADMSG;
    r->method = span_is(method, "GET") ? HTTP_GET
        : span_is(method, "HEAD")      ? HTTP_HEAD
        : span_is(method, "PATCH")     ? HTTP_PATCH
                                       : HTTP_OTHER;
    r->path = span_take_until(&target, '?');
    return take_version(line, h);
}

/* --- the whole -------------------------------------------------------------------------------- */

static bool take_line(struct span *rest, struct span *ret)
{
    struct span line;

    if (rest->n == 0 || !memchr(rest->at, '\n', rest->n))
        return false;
    line = span_take_until(rest, '\n');
    if (line.n > 0 && line.at[line.n - 1] == '\r')
        line.n--;
    *ret = line;
    return true;
}

static bool has_control(struct span line)
{
    for (size_t i = 0; i < line.n; i++)
        if (((unsigned char)line.at[i] < 0x20 && line.at[i] != '\t') || line.at[i] == 0x7f)
            return true;
    return false;
}

static bool is_foreign(const struct heard *h)
{
    struct span from = h->origin;

    if (from.n == 0)
        return false;
    return !span_take(&from, "http://") || from.n == 0 || from.n != h->host.n ||
        memcmp(from.at, h->host.at, from.n) != 0;
}

static void settle(struct http_request *r, const struct heard *h)
{
    r->keep_alive = !h->close;
    r->foreign = is_foreign(h);
    r->rebound = h->host.n > 0 && !h->no_page && !http_host_is_local(h->host);
    r->websocket =
        r->method == HTTP_GET && h->upgrade && h->to_websocket && h->version_13 && r->n_body == 0;
}

int http_request_read(const char *bytes, size_t n, struct http_request *ret)
{
    struct span rest = {bytes, n}, line;
    struct http_request r = {0};
    struct heard h = {0};
    bool first = true;

    while (take_line(&rest, &line)) {
        int e;

        if (line.n == 0 && !first) {
            settle(&r, &h);
            *ret = r;
            return (int)(n - rest.n);
        }
        if (has_control(line))
            return -EBADMSG;
        e = first ? take_first_line(line, &r, &h) : take_header_line(line, &r, &h);
        if (e < 0)
            return e;
        first = false;
    }
    return 0;
}
