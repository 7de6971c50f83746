/* Heads of requests: what is taken lies within what came, and is the same however much comes behind it. */
#include <stdint.h>
#include <stdlib.h>

#include "http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(struct span s, const char *bytes, size_t n)
{
    if (s.n > 0 && (s.at < bytes || s.at + s.n > bytes + n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct http_request r, again;
    int n = http_request_read(bytes, size, &r);

    if (n <= 0)
        return 0;
    if ((size_t)n > size || r.n_body > HTTP_REQUEST_BODY_MAX || r.path.n == 0 || *r.path.at != '/')
        abort();
    within(r.path, bytes, (size_t)n);
    within(r.websocket_key, bytes, (size_t)n);
    if (http_request_read(bytes, (size_t)n, &again) != n || again.n_body != r.n_body ||
        again.method != r.method || again.path.n != r.path.n || again.websocket != r.websocket)
        abort();
    if (http_request_read(bytes, (size_t)n - 1, &again) != 0)
        abort();
    return 0;
}
