/* http.h - requests to devices that speak HTTP, and their picture streams. Redirects are not
 * followed; only http and https. A device that sends more than 24 MiB or 120 pictures a second, over all its
 * connections, is read more slowly; nothing is lost. */
#ifndef WARREN_HTTP_H
#define WARREN_HTTP_H

#include "frame.h"

struct wr_http_request {
    uint32_t size;
    const char *method; /* NULL: GET */
    const char *url;
    const struct wr_prop *headers;
    size_t n_headers;
    const void *body;
    size_t body_len;
    const char *user, *password; /* NULL: none */
    uint32_t connect_timeout_ms; /* look-up included; 0: 10 000 */
    /* whole request (request), or silence (stream, stream_raw); 0: 30 000 */
    uint32_t timeout_ms;
    /* of the body (request) or of one part (stream); 0: 1 MiB, streams WR_FRAME_MAX_BYTES */
    size_t max_bytes;
};

struct wr_http_response {
    int result; /* 0: a response came; negative: none did. -EMSGSIZE: over max_bytes */
    int status; /* as the server gave it, 404 included */
    const struct wr_prop *headers; /* names in lower case */
    size_t n_headers;
    const uint8_t *body;
    size_t body_len;
    /* the body as a frame where into_frame was asked for and it fits; the driver's to publish,
     * capture or drop */
    struct wr_frame *frame;
    const char *error; /* a sentence, "" when result is 0 */
};

typedef void (*wr_http_done)(
    struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_http_response *response);

/* opened() may be NULL. */
struct wr_http_stream_events {
    uint32_t size;
    /* The response's head came: status and headers. */
    void (*opened)(struct wr_dev *dev, wr_handle h, void *ctx, int status,
        const struct wr_prop *headers, size_t n_headers);
    /* stream: one part, in a frame that is the driver's to publish, capture or drop; NULL where the
     * readers were slow and the host threw it away. Header names are in lower case. */
    void (*part)(struct wr_dev *dev, wr_handle h, void *ctx, const struct wr_prop *headers,
        size_t n_headers, struct wr_frame *frame);
    /* stream_raw: bytes as they come; each counts as four of what the device may send. */
    void (*data)(struct wr_dev *dev, wr_handle h, void *ctx, const uint8_t *bytes, size_t n);
    /* why: 0 the server ended it; -EBADMSG not what was asked for (status, content type, not
     * multipart); -ETIMEDOUT; … */
    void (*closed)(struct wr_dev *dev, wr_handle h, void *ctx, int why, const char *error);
};

struct wr_http {
    uint32_t size;
    wr_handle (*request)(struct wr_dev *dev, const struct wr_http_request *request, bool into_frame,
        wr_http_done done, void *ctx);
    /* A multipart/x-mixed-replace stream, cut into its parts: with and without Content-Length and
     * final CRLF. */
    wr_handle (*stream)(struct wr_dev *dev, const struct wr_http_request *request,
        const struct wr_http_stream_events *events, void *ctx);
    wr_handle (*stream_raw)(struct wr_dev *dev, const struct wr_http_request *request,
        const struct wr_http_stream_events *events, void *ctx);
};

#endif
