/* http_request.c - what a request says: its URL, method, headers, password and body, checked and
 * copied. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/http_private.h"

/* One read of libcurl's: a picture is some of them, and more would keep others waiting. */
#define READ_BYTES (64L << 10)

static bool one_line(const char *s)
{
    return !s || !strpbrk(s, "\r\n");
}

static bool is_method(const char *s)
{
    return *s && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static bool is_header(const struct http_header *h)
{
    return *h->name && !strpbrk(h->name, "\r\n: ") && one_line(h->value);
}

/* libcurl wants "Name;" for a header without a value, or it is left out. */
static int add_header(struct http_fetch *f, const char *name, const char *value)
{
    struct curl_slist *list;
    char *line;

    if (asprintf(&line, *value ? "%s: %s" : "%s;%s", name, value) < 0)
        return -ENOMEM;
    list = curl_slist_append(f->headers, line);
    free(line);
    if (!list)
        return -ENOMEM;
    f->headers = list;
    return 0;
}

static int set_headers(struct http_fetch *f, const struct http_fetch_options *o)
{
    /* An "Expect: 100-continue" costs a second with servers that do not know it. */
    f->headers = curl_slist_append(NULL, "Expect:");
    if (!f->headers)
        return -ENOMEM;
    for (size_t i = 0; i < o->n_headers; i++) {
        int r = is_header(&o->headers[i]) ? add_header(f, o->headers[i].name, o->headers[i].value)
                                          : -EINVAL;

        if (r < 0)
            return r;
    }
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
    return 0;
}

static int url_part(CURLU *u, CURLUPart part, char **ret)
{
    return curl_url_get(u, part, ret, CURLU_DEFAULT_PORT) == CURLUE_OK ? 0 : -EINVAL;
}

/* Host and port; an IPv6 address comes in brackets and with its scope apart. */
static int set_host(struct http_fetch *f, CURLU *u)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *zone = NULL;
    size_t n;
    int r = -EINVAL;

    if (url_part(u, CURLUPART_SCHEME, &scheme) == 0 && url_part(u, CURLUPART_HOST, &host) == 0 &&
        url_part(u, CURLUPART_PORT, &port) == 0 &&
        (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0)) {
        url_part(u, CURLUPART_ZONEID, &zone);
        n = strlen(host);
        f->port = (uint16_t)atoi(port);
        if (host[0] == '[')
            r = asprintf(
                &f->host, "%.*s%s%s", (int)n - 2, host + 1, zone ? "%" : "", zone ? zone : "");
        else
            r = asprintf(&f->host, "%s", host);
        if (r < 0)
            f->host = NULL;
        r = r < 0 ? -ENOMEM : 0;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(zone);
    return r == 0 && f->port == 0 ? -EINVAL : r;
}

static int set_url(struct http_fetch *f, const char *url)
{
    CURLU *u = curl_url();
    int r;

    if (!u)
        return -ENOMEM;
    r = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK ? set_host(f, u) : -EINVAL;
    curl_url_cleanup(u);
    if (r < 0)
        return r;
    return curl_easy_setopt(f->easy, CURLOPT_URL, url) == CURLE_OK ? 0 : -ENOMEM;
}

static int set_method(struct http_fetch *f, const struct http_fetch_options *o)
{
    const char *method = o->method ? o->method : "GET";
    bool failed = false;

    if (!is_method(method))
        return -EINVAL;
    if (o->body_len > 0 || strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0) {
        curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body_len);
        failed |= curl_easy_setopt(f->easy, CURLOPT_COPYPOSTFIELDS, o->body_len ? o->body : "") !=
            CURLE_OK;
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(f->easy, CURLOPT_NOBODY, 1L);
    else
        failed |= curl_easy_setopt(f->easy, CURLOPT_CUSTOMREQUEST, method) != CURLE_OK;
    if (o->user) {
        failed |= curl_easy_setopt(f->easy, CURLOPT_USERNAME, o->user) != CURLE_OK;
        failed |=
            curl_easy_setopt(f->easy, CURLOPT_PASSWORD, o->password ? o->password : "") != CURLE_OK;
    }
    return failed ? -ENOMEM : 0;
}

/* What holds for all: no redirects, no proxy of the environment, no signals, HTTP/1.1, and no
 * connection kept: small devices serve few, and an idle one of ours would keep others out. */
static void set_rules(CURL *e)
{
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, READ_BYTES);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "warren");
}

int http_fetch_set_request(struct http_fetch *f, const struct http_fetch_options *o)
{
    int r;

    set_rules(f->easy);
    r = set_url(f, o->url);
    if (r == 0)
        r = set_method(f, o);
    if (r == 0)
        r = set_headers(f, o);
    return r;
}
