#include "ctl/sse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct feed {
    struct sse_reader *r;
    void (*event)(void *ctx, const char *data, size_t n);
    void *ctx;
};

static int too_long(int r)
{
    return r == -ENOBUFS ? -EMSGSIZE : r;
}

/* An id with a NUL is ignored by the standard; one that we could not send back is ignored, too. */
static void set_id(struct sse_reader *r, const char *value, size_t n)
{
    if (n < SSE_MAX_ID && !memchr(value, '\0', n))
        snprintf(r->next_id, sizeof r->next_id, "%.*s", (int)n, value);
}

/* One that is too long is none that we know. */
static void set_type(struct sse_reader *r, const char *value, size_t n)
{
    snprintf(r->type, sizeof r->type, "%.*s", n < sizeof r->type ? (int)n : 0, value);
}

static void set_retry(struct sse_reader *r, const char *value, size_t n)
{
    char text[20];
    int64_t ms;

    if (n == 0 || n >= sizeof text)
        return;
    memcpy(text, value, n);
    text[n] = '\0';
    if (strspn(text, "0123456789") == n && text_to_int(text, &ms) == 0)
        r->retry_ms = ms;
}

static int add_data(struct sse_reader *r, const char *value, size_t n)
{
    int result = r->has_data ? buf_append(&r->data, "\n", 1) : 0;

    r->has_data = true;
    return result < 0 ? result : buf_append(&r->data, value, n);
}

static bool is_field(const char *line, size_t n, const char *name)
{
    return strlen(name) == n && memcmp(line, name, n) == 0;
}

static int take_field(struct sse_reader *r, const char *line, size_t n)
{
    const char *colon = memchr(line, ':', n), *value = colon ? colon + 1 : line + n;
    size_t n_name = colon ? (size_t)(colon - line) : n, n_value = n - (size_t)(value - line);

    if (n_value > 0 && *value == ' ') {
        value++;
        n_value--;
    }
    if (is_field(line, n_name, "data"))
        return add_data(r, value, n_value);
    if (is_field(line, n_name, "id"))
        set_id(r, value, n_value);
    else if (is_field(line, n_name, "event"))
        set_type(r, value, n_value);
    else if (is_field(line, n_name, "retry"))
        set_retry(r, value, n_value);
    return 0;
}

/* An empty line ends the event. */
static int dispatch(struct feed *f)
{
    struct sse_reader *r = f->r;

    memcpy(r->id, r->next_id, sizeof r->id);
    if (r->has_data) {
        const char *text = buf_text(&r->data);

        if (!text)
            return -ENOMEM;
        f->event(f->ctx, text, r->data.len);
    }
    buf_clear(&r->data);
    r->has_data = false;
    r->type[0] = '\0';
    return 0;
}

static int end_line(struct feed *f)
{
    struct buf *line = &f->r->line;
    int r =
        line->len == 0 ? dispatch(f) : take_field(f->r, (const char *)buf_data(line), line->len);

    buf_clear(line);
    return too_long(r);
}

static size_t line_length(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] != '\n' && s[i] != '\r')
        i++;
    return i;
}

int sse_feed(struct sse_reader *r, const void *bytes, size_t n,
    void (*event)(void *ctx, const char *data, size_t n), void *ctx)
{
    struct feed f = {r, event, ctx};
    const char *s = bytes, *end = s + n;

    while (s < end) {
        size_t len;
        int result;

        /* CR LF is one end of a line, even when the two come apart. */
        if (r->after_cr && *s == '\n')
            s++;
        r->after_cr = false;
        len = line_length(s, (size_t)(end - s));
        result = buf_append(&r->line, s, len);
        s += len;
        if (result < 0)
            return too_long(result);
        if (s == end)
            break;
        r->after_cr = *s++ == '\r';
        result = end_line(&f);
        if (result < 0)
            return result;
    }
    return 0;
}

void sse_restart(struct sse_reader *r)
{
    buf_clear(&r->line);
    buf_clear(&r->data);
    memcpy(r->next_id, r->id, sizeof r->next_id);
    r->after_cr = r->has_data = false;
    r->type[0] = '\0';
}

void sse_fini(struct sse_reader *r)
{
    buf_fini(&r->line);
    buf_fini(&r->data);
}
