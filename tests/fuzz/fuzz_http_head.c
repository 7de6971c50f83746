/* Input: what a client sends first. A head is found at the same place however it is cut into
 * pieces, and what is taken from it is text without line ends. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/head.h"

static void must(bool ok)
{
    if (!ok)
        abort();
}

static int find_in_pieces(const uint8_t *data, size_t size, size_t step)
{
    size_t at = 0;
    int r = 0;

    for (size_t n = step; r == 0 && n < size; n += step)
        r = head_find(data, n, &at);
    return r != 0 ? r : head_find(data, size, &at);
}

static void check_text(const char *s)
{
    for (; s && *s; s++)
        must(*s != '\r' && *s != '\n');
}

static void check_head(const struct http_head *h)
{
    must(h->path[0] == '/' && strlen(h->path) <= HTTP_MAX_PATH_BYTES);
    must(strlen(h->query) <= HTTP_MAX_QUERY_BYTES);
    must(!(h->chunked && h->content_length > 0));
    must(h->minor == 0 || h->field[HTTP_FIELD_HOST]);
    must(!h->websocket_key || strlen(h->websocket_key) == 24);
    check_text(h->query);
    for (int f = 0; f < HTTP_N_FIELDS; f++)
        check_text(h->field[f]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head;
    const char *why = NULL;
    size_t at = 0;
    char *text;
    int n = head_find(data, size, &at), r;

    must(n == find_in_pieces(data, size, 1) && n == find_in_pieces(data, size, 7));
    if (n <= 0)
        return 0;
    text = malloc((size_t)n + 1);
    memcpy(text, data, (size_t)n);
    r = head_parse(&head, text, (size_t)n, &why);
    must(r == 0 || (r >= 400 && r < 600 && why));
    if (r == 0)
        check_head(&head);
    free(text);
    return 0;
}
