#include <errno.h>
#include <string.h>

#include "loop/http_private.h"

void response_head_init(struct response_head *h)
{
    *h = (struct response_head){
        .text = BUF_INIT(HTTP_CLIENT_MAX_HEAD_BYTES + HTTP_CLIENT_MAX_HEADERS)};
}

void response_head_fini(struct response_head *h)
{
    buf_fini(&h->text);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim(const char **s, size_t *n)
{
    while (*n > 0 && is_blank((*s)[*n - 1]))
        --*n;
    while (*n > 0 && is_blank(**s)) {
        ++*s;
        --*n;
    }
}

/* "HTTP/1.1 200 OK": the three digits after the first space; 0 when there are none. */
static int status_of(const char *line, size_t n)
{
    const char *space = memchr(line, ' ', n);
    int status = 0;

    if (!space || n - (size_t)(space - line) < 4)
        return 0;
    for (int i = 1; i <= 3; i++) {
        if (space[i] < '0' || space[i] > '9')
            return 0;
        status = status * 10 + (space[i] - '0');
    }
    return status;
}

static void begin(struct response_head *h, const char *line, size_t n)
{
    buf_clear(&h->text);
    h->n = 0;
    h->open = true;
    h->status = status_of(line, n);
}

static int append(struct response_head *h, const char *s, size_t n, uint32_t *ret_at)
{
    uint32_t at = (uint32_t)h->text.len;
    int r = buf_append(&h->text, s, n);

    if (r == 0)
        r = buf_append(&h->text, "", 1);
    if (r < 0)
        return r == -ENOBUFS ? -EMSGSIZE : r;
    *ret_at = at;
    return 0;
}

/* Lines without a colon and those of the old folding say nothing that we need. */
static int add(struct response_head *h, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n), *value;
    size_t n_name, n_value;
    int r;

    if (!colon || is_blank(line[0]))
        return 0;
    if (h->n == HTTP_CLIENT_MAX_HEADERS)
        return -EMSGSIZE;
    n_name = (size_t)(colon - line);
    value = colon + 1;
    n_value = n - n_name - 1;
    trim(&line, &n_name);
    trim(&value, &n_value);
    r = append(h, line, n_name, &h->at[h->n].name);
    if (r == 0)
        r = append(h, value, n_value, &h->at[h->n].value);
    if (r < 0)
        return r;
    for (char *p = (char *)buf_data(&h->text) + h->at[h->n].name; *p; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    h->n++;
    return 0;
}

int response_head_line(struct response_head *h, const char *line, size_t n)
{
    const char *rest = line;
    size_t n_rest = n;

    h->n_bytes += n;
    if (h->n_bytes > HTTP_CLIENT_MAX_HEAD_BYTES)
        return -EMSGSIZE;
    if (!h->open) {
        /* What else comes outside of a head are trailers, which nobody reads. */
        if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
            begin(h, line, n);
        return 0;
    }
    trim(&rest, &n_rest);
    if (n_rest > 0)
        return add(h, line, n);
    h->open = false;
    return h->status >= 200;
}

size_t response_head_list(
    const struct response_head *h, struct http_header list[HTTP_CLIENT_MAX_HEADERS])
{
    const char *text = (const char *)buf_data(&h->text);

    for (size_t i = 0; i < h->n; i++)
        list[i] = (struct http_header){text + h->at[i].name, text + h->at[i].value};
    return h->n;
}
