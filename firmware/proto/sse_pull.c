/* sse_pull.c - see sse_pull.h.
 *
 *     room   data …  NUL  line …         the line is read behind the data, where "data: x" moves its x up to them
 */
#include "sse_pull.h"

#include <errno.h>
#include <string.h>

#include "span.h"

void sse_pull_init(struct sse_pull *s, char *room, size_t cap)
{
    *s = (struct sse_pull){.room = room, .cap = cap};
}

void sse_pull_restart(struct sse_pull *s)
{
    memcpy(s->next_id, s->id, sizeof s->next_id);
    s->n_data = s->n_line = 0;
    s->after_cr = s->has_data = false;
    s->type[0] = '\0';
}

/* --- lines ------------------------------------------------------------------------------------ */

/* A byte between stays free for the LF or NUL behind the data. */
static char *line_at(const struct sse_pull *s)
{
    return s->room + s->n_data + 1;
}

static int add_to_line(struct sse_pull *s, const char *bytes, size_t n)
{
    if (s->n_data + 1 >= s->cap || n > s->cap - s->n_data - 1 - s->n_line)
        return -EMSGSIZE;
    memcpy(line_at(s) + s->n_line, bytes, n);
    s->n_line += n;
    return 0;
}

/* The value lies behind the data, so it only moves down. */
static void take_data(struct sse_pull *s, struct span value)
{
    if (s->has_data)
        s->room[s->n_data++] = '\n';
    memmove(s->room + s->n_data, value.at, value.n);
    s->n_data += value.n;
    s->has_data = true;
}

static void take_retry(struct sse_pull *s, struct span value)
{
    int64_t ms;

    for (size_t i = 0; i < value.n; i++)
        if (value.at[i] < '0' || value.at[i] > '9')
            return;
    if (span_int(value, &ms) == 0)
        s->retry_ms = ms;
}

static void take_text(struct span value, char *out, size_t cap)
{
    memcpy(out, value.at, value.n < cap ? value.n : 0);
    out[value.n < cap ? value.n : 0] = '\0';
}

static void take_field(struct sse_pull *s, struct span line)
{
    const char *colon = memchr(line.at, ':', line.n);
    struct span name = {line.at, colon ? (size_t)(colon - line.at) : line.n};
    struct span value = {line.at + name.n, line.n - name.n};

    if (colon && !span_take(&value, ": "))
        span_take(&value, ":");
    if (span_is(name, "data"))
        take_data(s, value);
    else if (span_is(name, "event"))
        take_text(value, s->type, sizeof s->type);
    else if (span_is(name, "id") && value.n < sizeof s->next_id && !memchr(value.at, '\0', value.n))
        take_text(value, s->next_id, sizeof s->next_id);
    else if (span_is(name, "retry"))
        take_retry(s, value);
}

/* --- events ----------------------------------------------------------------------------------- */

static void end_event(struct sse_pull *s, sse_event_fn event, void *ctx)
{
    memcpy(s->id, s->next_id, sizeof s->id);
    if (s->has_data) {
        s->room[s->n_data] = '\0';
        event(ctx, s->room, s->n_data);
    }
    s->n_data = 0;
    s->has_data = false;
    s->type[0] = '\0';
}

static void end_line(struct sse_pull *s, sse_event_fn event, void *ctx)
{
    struct span line = {line_at(s), s->n_line};

    s->n_line = 0;
    if (line.n == 0)
        end_event(s, event, ctx);
    else
        take_field(s, line);
}

static size_t line_length(const char *at, size_t n)
{
    size_t i = 0;

    while (i < n && at[i] != '\n' && at[i] != '\r')
        i++;
    return i;
}

int sse_pull_feed(struct sse_pull *s, const void *bytes, size_t n, sse_event_fn event, void *ctx)
{
    const char *at = bytes, *end = at + n;

    while (at < end) {
        size_t len;
        int r;

        /* CR LF is one end of a line, even when the two come apart. */
        if (s->after_cr && *at == '\n')
            at++;
        s->after_cr = false;
        len = line_length(at, (size_t)(end - at));
        r = add_to_line(s, at, len);
        if (r < 0)
            return r;
        at += len;
        if (at == end)
            break;
        s->after_cr = *at++ == '\r';
        end_line(s, event, ctx);
    }
    return 0;
}
