/* http_request.h - the head of a request over HTTP/1, as much of it as a small server looks at.
 *
 *     GET /overlay?x=1 HTTP/1.1\r\n
 *     Host: 192.168.1.100\r\n
 *     Accept: text/event-stream\r\n
 *     \r\n
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "span.h"

/* No body of ours is larger; a length that is is told as this. */
#define HTTP_REQUEST_BODY_MAX 65535

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_PATCH, HTTP_OTHER };

struct http_request {
    enum http_method method;
    struct span path; /* of the target, without the query; as it came */
    bool keep_alive;  /* the connection may go on after the answer */
    bool gzip;        /* an answer may be compressed so */
    bool events;      /* text/event-stream is asked for by name */
    bool json;        /* the body is */
    /* A browser asks on behalf of a page that is not from here: its Origin is not our Host. */
    bool foreign;
    /* Our Host is a name that a page's owner may have led here (http_host.h), and nothing says that there is no page. What does is
     * "Sec-Fetch-Site: none": no page can have its browser send it, and programs can. */
    bool rebound;
    bool websocket; /* it is to become one: version 13, with that key */
    struct span websocket_key;
    size_t n_body; /* that follow the head */
};

/* Spans point into `bytes`. How long the head is; 0: it is not whole yet; -EBADMSG: it is no request; -ENOTSUP: a body without a
 * length, or another version of HTTP. */
int http_request_read(const char *bytes, size_t n, struct http_request *ret);

#endif
