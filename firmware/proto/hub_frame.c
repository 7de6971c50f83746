/* hub_frame.c - see hub_frame.h. */
#include "hub_frame.h"

#include <stdio.h>
#include <string.h>

static const char HEAD[] = "MSG:";

#define HEAD_BYTES (sizeof HEAD - 1)

size_t hub_frame_header(size_t n, char out[HUB_FRAME_HEADER_MAX])
{
    return (size_t)snprintf(out, HUB_FRAME_HEADER_MAX, "%s%zu|", HEAD, n);
}

void hub_frame_reader_init(struct hub_frame_reader *r, char *room, size_t cap)
{
    *r = (struct hub_frame_reader){.room = room, .cap = cap};
}

bool hub_frame_is_open(const struct hub_frame_reader *r)
{
    return r->announced > 0;
}

/* --- the header ------------------------------------------------------------------------------- */

static bool head_digit(struct hub_frame_reader *r, char c)
{
    if (c < '0' || c > '9' || r->head_value > HUB_FRAME_MAX_BYTES)
        return false;
    r->head_value = r->head_value * 10 + (size_t)(c - '0');
    r->n_head++;
    return true;
}

/* True: with `c` a header is whole, and head_value what it says. What is none is dropped as it comes. */
static bool head_takes(struct hub_frame_reader *r, char c)
{
    if (r->n_head < HEAD_BYTES && c == HEAD[r->n_head]) {
        r->n_head++;
        r->head_value = 0;
        return false;
    }
    if (r->n_head >= HEAD_BYTES && head_digit(r, c))
        return false;
    if (r->n_head > HEAD_BYTES && c == '|') {
        r->n_head = 0;
        return r->head_value > 0 && r->head_value <= HUB_FRAME_MAX_BYTES;
    }
    r->n_head = c == HEAD[0];
    return false;
}

static void frame_open(struct hub_frame_reader *r, size_t announced)
{
    r->announced = announced;
    r->n = 0;
    r->n_head = 0;
    r->depth = 0;
    r->in_string = r->escaped = false;
}

static bool frame_close(struct hub_frame_reader *r, size_t n, bool whole, struct hub_frame *ret)
{
    *ret = (struct hub_frame){{r->room, n}, whole, r->announced};
    r->announced = 0;
    r->n_head = 0;
    return true;
}

/* --- the JSON --------------------------------------------------------------------------------- */

/* True: with `c` the brackets are closed. */
static bool json_ends(struct hub_frame_reader *r, char c)
{
    if (r->escaped) {
        r->escaped = false;
    } else if (r->in_string) {
        r->escaped = c == '\\';
        r->in_string = c != '"';
    } else if (c == '"') {
        r->in_string = true;
    } else if (c == '{' || c == '[') {
        r->depth++;
    } else if ((c == '}' || c == ']') && r->depth > 0) {
        return --r->depth == 0;
    }
    return false;
}

/* True: *ret is an answer. */
static bool payload_takes(struct hub_frame_reader *r, char c, struct hub_frame *ret)
{
    size_t head = r->n_head;
    bool over = r->n >= r->announced;

    /* Behind the bytes that were announced a header is one, wherever it stands. */
    if (over && head_takes(r, c)) {
        size_t announced = r->head_value;

        frame_close(r, r->n - head, false, ret);
        frame_open(r, announced);
        return ret->payload.n > 0;
    }
    if (r->n == r->cap) {
        r->n_too_long++;
        r->announced = 0;
        return false;
    }
    r->room[r->n++] = c;
    if (json_ends(r, c))
        return frame_close(r, r->n, true, ret);
    /* No JSON: then the header is all there is to go by. */
    return r->n == r->announced && r->depth == 0 && !r->in_string &&
        frame_close(r, r->n, false, ret);
}

/* --- for the caller --------------------------------------------------------------------------- */

static bool begins_with_header(struct span s)
{
    struct hub_frame_reader probe = {0};

    for (size_t i = 0; i < s.n && i < HUB_FRAME_HEADER_MAX; i++) {
        if (head_takes(&probe, s.at[i]))
            return true;
        if (probe.n_head != i + 1)
            return false;
    }
    return false;
}

bool hub_frame_begin(struct hub_frame_reader *r, struct span notification, struct hub_frame *ret)
{
    return hub_frame_is_open(r) && begins_with_header(notification) && hub_frame_end(r, ret);
}

bool hub_frame_read(struct hub_frame_reader *r, struct span *s, struct hub_frame *ret)
{
    while (s->n > 0) {
        char c = *s->at;

        s->at++;
        s->n--;
        if (hub_frame_is_open(r)) {
            if (payload_takes(r, c, ret))
                return true;
        } else if (head_takes(r, c)) {
            frame_open(r, r->head_value);
        } else if (r->n_head == 0) {
            r->n_skipped_bytes++;
        }
    }
    return false;
}

bool hub_frame_end(struct hub_frame_reader *r, struct hub_frame *ret)
{
    return hub_frame_is_open(r) && frame_close(r, r->n, false, ret) && ret->payload.n > 0;
}
