/* websocket.c - see websocket.h. */
#include "websocket.h"

#include <errno.h>
#include <string.h>

#include "sha1.h"

/* --- the opening ------------------------------------------------------------------------------ */

static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_key(struct span key)
{
    for (size_t i = 0; i < key.n; i++)
        if (!memchr(LETTERS, key.at[i], sizeof LETTERS - 1) && !(i >= 22 && key.at[i] == '='))
            return false;
    return key.n == WEBSOCKET_KEY_LETTERS;
}

/* 20 bytes are six times three, and two. */
static void put_base64(const uint8_t in[SHA1_BYTES], char out[WEBSOCKET_ANSWER_BYTES])
{
    for (unsigned i = 0; i < SHA1_BYTES; i += 3) {
        uint32_t three = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 |
            (i + 2 < SHA1_BYTES ? in[i + 2] : 0u);

        for (int shift = 18; shift >= 0; shift -= 6)
            *out++ = LETTERS[three >> shift & 63];
    }
    out[-1] = '=';
    *out = '\0';
}

bool websocket_answer(struct span key, char out[WEBSOCKET_ANSWER_BYTES])
{
    char both[WEBSOCKET_KEY_LETTERS + sizeof GUID - 1];
    uint8_t digest[SHA1_BYTES];

    if (!is_key(key))
        return false;
    memcpy(both, key.at, key.n);
    memcpy(both + key.n, GUID, sizeof GUID - 1);
    sha1(both, sizeof both, digest);
    put_base64(digest, out);
    return true;
}

/* --- frames ----------------------------------------------------------------------------------- */

#define FINAL 0x80
#define RESERVED 0x70
#define MASKED 0x80
#define TWO_MORE 126
#define EIGHT_MORE 127

size_t websocket_head(enum websocket_opcode opcode, size_t n, uint8_t out[WEBSOCKET_HEAD_MAX])
{
    out[0] = (uint8_t)(FINAL | opcode);
    if (n < TWO_MORE) {
        out[1] = (uint8_t)n;
        return 2;
    }
    out[1] = TWO_MORE;
    out[2] = (uint8_t)(n >> 8);
    out[3] = (uint8_t)n;
    return 4;
}

static bool is_allowed(uint8_t first, uint64_t length)
{
    unsigned opcode = first & 15;

    if (first & RESERVED)
        return false;
    if (opcode >= WEBSOCKET_CLOSE)
        return opcode <= WEBSOCKET_PONG && first & FINAL && length <= WEBSOCKET_CONTROL_MAX;
    return opcode <= WEBSOCKET_BINARY;
}

int websocket_read(const uint8_t *bytes, size_t n, struct websocket_frame *ret)
{
    unsigned short_length, n_more;
    uint64_t length = 0;

    if (n < 2)
        return 0;
    if (!(bytes[1] & MASKED))
        return -EBADMSG;
    short_length = bytes[1] & 127;
    n_more = short_length == EIGHT_MORE ? 8 : short_length == TWO_MORE ? 2 : 0;
    if (!is_allowed(bytes[0], short_length))
        return -EBADMSG;
    if (n < 2 + n_more + sizeof ret->mask)
        return 0;
    for (unsigned i = 0; i < n_more; i++)
        length = length << 8 | bytes[2 + i];
    if (length >> 63)
        return -EBADMSG;
    ret->opcode = (enum websocket_opcode)(bytes[0] & 15);
    ret->n = n_more ? length : short_length;
    memcpy(ret->mask, bytes + 2 + n_more, sizeof ret->mask);
    return (int)(2 + n_more + sizeof ret->mask);
}

void websocket_unmask(const struct websocket_frame *f, uint64_t at, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] ^= f->mask[(at + i) % sizeof f->mask];
}
