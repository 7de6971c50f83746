#include "http/chunked.h"

#include <errno.h>

#include "base/text.h"
#include "base/util.h"

/* More could not be a body here, and fewer cannot overflow. */
#define SIZE_MAX_DIGITS 8

static void chunked_enter(struct chunked *c, int state)
{
    c->state = state;
    c->n_line = 0;
    c->n_digits = 0;
    c->last = '\0';
}

/* The size, up to its line's end. Digits come first; then nothing but an extension may follow. */
static int chunked_size(struct chunked *c, char byte)
{
    int digit = c->n_line == c->n_digits ? text_hex_digit(byte) : -1;

    if (digit >= 0) {
        if (c->n_digits == SIZE_MAX_DIGITS)
            return -EMSGSIZE;
        c->left = c->left << 4 | (size_t)digit;
        c->n_digits++;
    } else if (c->n_digits == 0 || (c->n_line == c->n_digits && !(byte == '\r' || byte == ';'))) {
        return -EBADMSG;
    } else if ((byte == '\n') != (c->last == '\r')) {
        return -EBADMSG;
    }
    if (++c->n_line > CHUNKED_MAX_LINE_BYTES)
        return -EBADMSG;
    c->last = byte;
    if (byte == '\n')
        chunked_enter(c, c->left > 0 ? CHUNKED_DATA : CHUNKED_TRAILER);
    return 0;
}

/* CR LF behind the data. */
static int chunked_data_end(struct chunked *c, char byte)
{
    if (byte != (c->last == '\r' ? '\n' : '\r'))
        return -EBADMSG;
    c->last = byte;
    if (byte == '\n')
        chunked_enter(c, CHUNKED_SIZE);
    return 0;
}

/* Lines, of which an empty one is the last. */
static int chunked_trailer(struct chunked *c, char byte)
{
    bool at_start = c->last == '\0' || c->last == '\n';

    if ((byte == '\n') != (c->last == '\r') || ++c->n_line > CHUNKED_MAX_LINE_BYTES)
        return -EBADMSG;
    if (at_start)
        c->line_first = byte;
    c->last = byte;
    if (byte == '\n' && c->line_first == '\r')
        chunked_enter(c, CHUNKED_DONE);
    return 0;
}

static int chunked_byte(struct chunked *c, char byte)
{
    switch (c->state) {
    case CHUNKED_SIZE:
        return chunked_size(c, byte);
    case CHUNKED_DATA_END:
        return chunked_data_end(c, byte);
    default:
        return chunked_trailer(c, byte);
    }
}

static int chunked_data(struct chunked *c, const uint8_t *bytes, size_t n, struct buf *body)
{
    int r = buf_append(body, bytes, n);

    if (r < 0)
        return r == -ENOBUFS ? -EMSGSIZE : r;
    c->left -= n;
    if (c->left == 0)
        chunked_enter(c, CHUNKED_DATA_END);
    return 0;
}

int chunked_feed(
    struct chunked *c, const uint8_t *bytes, size_t n, struct buf *body, size_t *ret_used)
{
    size_t at = 0;

    while (at < n && c->state != CHUNKED_DONE) {
        size_t piece = c->state == CHUNKED_DATA ? MIN(c->left, n - at) : 1;
        int r = c->state == CHUNKED_DATA ? chunked_data(c, bytes + at, piece, body)
                                         : chunked_byte(c, (char)bytes[at]);

        if (r < 0)
            return r;
        at += piece;
    }
    *ret_used = at;
    return c->state == CHUNKED_DONE;
}
