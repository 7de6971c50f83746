/* Heads of HTTP responses as libcurl hands them over: line by line, anything in them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "loop/http_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const struct response_head *h)
{
    struct http_header list[HTTP_CLIENT_MAX_HEADERS];
    size_t n = response_head_list(h, list), n_bytes = 0;

    if (n > HTTP_CLIENT_MAX_HEADERS || h->status < 200 || h->status > 999)
        abort();
    for (size_t i = 0; i < n; i++) {
        n_bytes += strlen(list[i].name) + strlen(list[i].value);
        for (const char *c = list[i].name; *c; c++)
            if (*c >= 'A' && *c <= 'Z')
                abort();
    }
    if (n_bytes > HTTP_CLIENT_MAX_HEAD_BYTES)
        abort();
}

/* Each line in memory of its own size, so that no byte after it can be read unseen. */
static int one_line(struct response_head *h, const uint8_t *bytes, size_t n)
{
    char *line = malloc(n);
    int r;

    memcpy(line, bytes, n);
    r = response_head_line(h, line, n);
    free(line);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct response_head h;
    int r = 0;

    response_head_init(&h);
    while (size > 0 && r >= 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t n = end ? (size_t)(end - data) + 1 : size;

        r = one_line(&h, data, n);
        if (r > 0)
            check_list(&h);
        data += n;
        size -= n;
    }
    response_head_fini(&h);
    return 0;
}
