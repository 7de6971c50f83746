#include "fanread.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

enum { OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9 };

void fanread_init(struct fanread *r, bool websocket, const struct fanread_events *events)
{
    *r = (struct fanread){.events = events, .websocket = websocket};
}

static void fanread_enter(struct fanread *r, int state)
{
    r->state = state;
    r->n_head = 0;
    r->got = 0;
}

/* Appends to the head up to the empty line; true: it is there. */
static bool head_until_empty_line(struct fanread *r, const uint8_t **bytes, size_t *n)
{
    while (*n > 0) {
        if (r->n_head + 1 >= sizeof r->head) {
            r->state = FANREAD_BROKEN;
            return false;
        }
        r->head[r->n_head++] = (char)*(*bytes)++;
        (*n)--;
        if (r->n_head >= 4 && memcmp(r->head + r->n_head - 4, "\r\n\r\n", 4) == 0) {
            r->head[r->n_head] = '\0';
            return true;
        }
    }
    return false;
}

static void read_answer(struct fanread *r, const uint8_t **bytes, size_t *n)
{
    if (!head_until_empty_line(r, bytes, n))
        return;
    if (strncmp(r->head + strcspn(r->head, " "), r->websocket ? " 101" : " 200", 4) != 0) {
        r->state = FANREAD_BROKEN;
        return;
    }
    fanread_enter(r, FANREAD_HEAD);
    r->events->opened(r);
}

static void read_part_head(struct fanread *r, const uint8_t **bytes, size_t *n)
{
    const char *length;

    if (!head_until_empty_line(r, bytes, n))
        return;
    length = strcasestr(r->head, "content-length:");
    if (length) {
        r->length = strtoul(length + strlen("content-length:"), NULL, 10);
        r->opcode = OP_BINARY;
        fanread_enter(r, r->length > 0 ? FANREAD_BODY : FANREAD_HEAD);
    } else {
        r->n_head = 0; /* an empty line before the boundary */
    }
}

static size_t message_head_bytes(const uint8_t *head, size_t n)
{
    if (n < 2)
        return 2;
    return head[1] < 126 ? 2 : head[1] == 126 ? 4 : 10;
}

/* Servers do not mask; the length has no bit to spare. */
static void read_message_head(struct fanread *r, const uint8_t **bytes, size_t *n)
{
    const uint8_t *head = (const uint8_t *)r->head;

    while (*n > 0 && r->n_head < message_head_bytes(head, r->n_head)) {
        r->head[r->n_head++] = (char)*(*bytes)++;
        (*n)--;
    }
    if (r->n_head < message_head_bytes(head, r->n_head))
        return;
    r->length = r->n_head == 2 ? head[1] : 0;
    for (size_t i = 2; i < r->n_head; i++)
        r->length = r->length << 8 | head[i];
    r->opcode = head[0] & 15;
    fanread_enter(r, FANREAD_BODY);
}

static void read_body(struct fanread *r, const uint8_t **bytes, size_t *n)
{
    size_t k = MIN(*n, r->length - r->got);

    if (r->got < sizeof r->beginning)
        memcpy(r->beginning + r->got, *bytes, MIN(k, sizeof r->beginning - r->got));
    r->got += k;
    *bytes += k;
    *n -= k;
    if (r->got < r->length)
        return;
    fanread_enter(r, r->opcode == OP_CLOSE ? FANREAD_BROKEN : FANREAD_HEAD);
    if (r->opcode == OP_BINARY)
        r->events->picture(r, r->length);
    else if (r->opcode == OP_TEXT)
        r->events->text(r);
    else if (r->opcode == OP_PING)
        r->events->ping(r, r->length);
}

bool fanread_feed(struct fanread *r, const uint8_t *bytes, size_t n)
{
    /* A body may be empty, so that nothing is left of the bytes and there is still something to do. */
    while ((n > 0 || (r->state == FANREAD_BODY && r->length == 0)) && r->state != FANREAD_BROKEN) {
        if (r->state == FANREAD_ANSWER)
            read_answer(r, &bytes, &n);
        else if (r->state == FANREAD_BODY)
            read_body(r, &bytes, &n);
        else if (r->websocket)
            read_message_head(r, &bytes, &n);
        else
            read_part_head(r, &bytes, &n);
    }
    return r->state != FANREAD_BROKEN;
}
