/* multipart.c - the reader is always in one of four places:
 *
 *     SEEK ──delimiter──▶ HEAD ──empty line──▶ LENGTH ──its bytes──▶ SEEK
 *      ▲                                └────▶ BODY ──delimiter──▶ HEAD
 *      └──────────── end of the JPEG ───────────┘
 *
 * A part is handed over as soon as its last byte is there: by its stated length, by the end mark of
 * the JPEG that it is, and only else by the delimiter that comes with the next part. Everything is
 * decided by the bytes alone, never by how they were cut on their way.
 */
#include "media/multipart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "media/delimiter.h"
#include "media/jpeg_end.h"

enum place { SEEK, HEAD, LENGTH, BODY };

struct multipart {
    struct delimiter delimiter;
    struct multipart_sink sink;
    void *ctx;
    size_t max_part_bytes;
    struct multipart_stats stats;
    int failed; /* what feed() says from now on */

    enum place place;
    struct delimiter_scan scan; /* SEEK, BODY */

    bool begun;      /* SEEK: a delimiter was seen before */
    bool stated;     /* SEEK: what comes should be a delimiter, a length has led here */
    bool stray;      /* SEEK: something else came */
    size_t n_sought; /* SEEK: bytes since it began */

    char head[MULTIPART_MAX_HEAD_BYTES +
        1];              /* HEAD: as received; from then on "name\0value\0" strings */
    size_t n_head, line; /* bytes in it; where the current line begins */
    struct multipart_header headers[MULTIPART_MAX_HEADERS];
    size_t n_headers;

    struct jpeg_end jpeg; /* BODY */
    size_t length;        /* LENGTH: as stated */
    uint8_t *to;          /* where the part goes; NULL: it is skipped */
    size_t cap, used;
};

int multipart_new(const char *content_type, size_t max_part_bytes,
    const struct multipart_sink *sink, void *ctx, struct multipart **ret, struct error *e)
{
    _cleanup_(freep) struct multipart *m = calloc(1, sizeof *m);
    int r;

    if (!m)
        return error_set(e, -ENOMEM, "no memory for a stream reader");
    r = delimiter_init(&m->delimiter, content_type, e);
    if (r < 0)
        return r;
    m->max_part_bytes = max_part_bytes;
    m->sink = *sink;
    m->ctx = ctx;
    *ret = steal(m);
    return 0;
}

static void abandon(struct multipart *m)
{
    if (m->to)
        m->sink.abandon(m->ctx);
    m->to = NULL;
}

struct multipart *multipart_free(struct multipart *m)
{
    if (m)
        abandon(m);
    free(m);
    return NULL;
}

const struct multipart_stats *multipart_stats(const struct multipart *m)
{
    return &m->stats;
}

static void enter_head(struct multipart *m)
{
    m->place = HEAD;
    m->begun = true;
    m->n_head = m->line = m->n_headers = 0;
}

static void enter_seek(struct multipart *m, bool stated)
{
    m->place = SEEK;
    m->scan = (struct delimiter_scan){0};
    m->stated = stated;
    m->stray = false;
    m->n_sought = 0;
}

/* --- the part's bytes ------------------------------------------------------------------------- */

static void end_part(struct multipart *m, size_t length)
{
    if (!m->to) {
        m->stats.n_skipped++;
        return;
    }
    if (length == 0) {
        m->stats.n_bad++;
        abandon(m);
        return;
    }
    m->to = NULL;
    m->stats.n_parts++;
    m->sink.end(m->ctx, m->headers, m->n_headers, length);
}

/* Room for at least one more byte, or the part is skipped from here on. */
static void make_room(struct multipart *m)
{
    size_t cap = m->cap;
    uint8_t *to = m->sink.grow(m->ctx, m->used, &cap);

    if (!to || cap <= m->used) {
        abandon(m);
        return;
    }
    m->to = to;
    m->cap = cap;
}

static void put(struct multipart *m, const uint8_t *bytes, size_t n)
{
    while (m->to && n > 0) {
        size_t k;

        if (m->used == m->cap) {
            make_room(m);
            continue;
        }
        k = MIN(n, m->cap - m->used);
        memcpy(m->to + m->used, bytes, k);
        m->used += k;
        bytes += k;
        n -= k;
    }
    m->used += n; /* of a skipped part: counted for the ceiling */
}

/* --- head ------------------------------------------------------------------------------------- */

static int stated_length(const struct multipart *m, size_t *ret)
{
    size_t length = 0;

    *ret = 0;
    for (size_t i = 0; i < m->n_headers; i++) {
        const char *v = m->headers[i].value;

        if (strcmp(m->headers[i].name, "content-length") != 0)
            continue;
        if (!*v || v[strspn(v, "0123456789")])
            return 0; /* rubbish states nothing */
        for (; *v; v++) {
            length = length * 10 + (size_t)(*v - '0');
            if (length > m->max_part_bytes)
                return -EMSGSIZE;
        }
        *ret = length;
        return 0;
    }
    return 0;
}

static int enter_part(struct multipart *m)
{
    int r = stated_length(m, &m->length);

    if (r < 0)
        return r;
    m->cap = m->used = 0;
    m->scan = (struct delimiter_scan){0};
    m->jpeg = (struct jpeg_end){0};
    m->place = m->length > 0 ? LENGTH : BODY;
    m->to = m->sink.begin(m->ctx, m->length, &m->cap);
    if (m->to && m->cap < m->length)
        abandon(m);
    return 0;
}

/* `line` has become a string in m->head. Lines that are no headers are passed over. */
static int take_header(struct multipart *m, char *line)
{
    char *colon = strchr(line, ':'), *value, *end;

    if (!colon || colon == line || *line == ' ' || *line == '\t')
        return 0;
    if (m->n_headers == MULTIPART_MAX_HEADERS)
        return -EMSGSIZE;
    for (char *c = line; c < colon; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c += 'a' - 'A';
    value = colon + 1 + strspn(colon + 1, " \t");
    for (end = value + strlen(value); end > value && (end[-1] == ' ' || end[-1] == '\t');)
        end--;
    *colon = *end = '\0';
    m->headers[m->n_headers++] = (struct multipart_header){line, value};
    return 0;
}

/* The line that ends here, at a line feed, is whole. */
static int take_line(struct multipart *m)
{
    char *line = m->head + m->line;
    size_t n = m->n_head - m->line;

    if (n > 0 && line[n - 1] == '\r')
        n--;
    line[n] = '\0';
    m->line = ++m->n_head;
    if (n == 0)
        return enter_part(m);
    if (delimiter_is_line(&m->delimiter, line, n)) {
        m->stats.n_bad++; /* the part before it had no body */
        enter_head(m);
        return 0;
    }
    return take_header(m, line);
}

static int feed_head(struct multipart *m, const uint8_t *bytes, size_t n, size_t *ret_used)
{
    const uint8_t *lf = memchr(bytes, '\n', n);
    size_t k = lf ? (size_t)(lf - bytes) : n;

    if (m->n_head + k + 1 > MULTIPART_MAX_HEAD_BYTES)
        return -EMSGSIZE;
    memcpy(m->head + m->n_head, bytes, k);
    m->n_head += k;
    *ret_used = lf ? k + 1 : k;
    return lf ? take_line(m) : 0;
}

/* --- between and inside parts ----------------------------------------------------------------- */

static int feed_length(struct multipart *m, const uint8_t *bytes, size_t n, size_t *ret_used)
{
    *ret_used = MIN(n, m->length - m->used);
    put(m, bytes, *ret_used);
    if (m->used == m->length) {
        end_part(m, m->length);
        enter_seek(m, true);
    }
    return 0;
}

/* Steps over `n` bytes until the first delimiter; returns how many, the delimiter included. */
static size_t find_delimiter(
    struct multipart *m, const uint8_t *bytes, size_t n, enum delimiter_found *ret)
{
    size_t i = 0;

    *ret = DELIMITER_NONE;
    while (i < n && *ret == DELIMITER_NONE) {
        if (delimiter_held(&m->scan) == 0) {
            const uint8_t *dash = memchr(bytes + i, '-', n - i);
            if (!dash)
                return n;
            i = (size_t)(dash - bytes);
        }
        *ret = delimiter_step(&m->delimiter, &m->scan, bytes[i++]);
    }
    return i;
}

/* What lies between the body's last byte and the delimiter's text belongs to the delimiter. */
static size_t body_length(const struct multipart *m)
{
    size_t n = m->used - delimiter_held(&m->scan);

    while (n > 0 && m->to[n - 1] == '-')
        n--;
    if (n > 0 && m->to[n - 1] == '\n')
        n--;
    if (n > 0 && m->to[n - 1] == '\r')
        n--;
    return n;
}

static int feed_body(struct multipart *m, const uint8_t *bytes, size_t n, size_t *ret_used)
{
    enum delimiter_found found;
    size_t k = find_delimiter(m, bytes, n, &found), picture = jpeg_end_feed(&m->jpeg, bytes, k);

    *ret_used = picture > 0 ? picture : k;
    put(m, bytes, *ret_used);
    if (m->used > m->max_part_bytes + DELIMITER_MAX_HELD)
        return -EMSGSIZE;
    if (picture > 0) {
        end_part(m, m->used);
        enter_seek(m, false);
    } else if (found != DELIMITER_NONE) {
        end_part(m, m->to ? body_length(m) : 0);
        if (found == DELIMITER_PART)
            enter_head(m);
        else
            enter_seek(m, false);
    }
    return 0;
}

/* One byte outside of parts. Line ends and dashes are not worth a remark. */
static enum delimiter_found seek_step(struct multipart *m, uint8_t c)
{
    size_t before = delimiter_held(&m->scan);
    enum delimiter_found found = delimiter_step(&m->delimiter, &m->scan, c);
    size_t after = delimiter_held(&m->scan);

    if (found == DELIMITER_NONE &&
        (after <= before ? before > 2 || (after == 0 && c != '\r' && c != '\n') : false))
        m->stray = true;
    return found;
}

static int feed_seek(struct multipart *m, const uint8_t *bytes, size_t n, size_t *ret_used)
{
    size_t max = m->begun ? m->max_part_bytes : MULTIPART_MAX_HEAD_BYTES;

    for (size_t i = 0; i < n; i++) {
        enum delimiter_found found = seek_step(m, bytes[i]);

        if (found == DELIMITER_NONE) {
            if (++m->n_sought > max)
                return -EBADMSG;
            continue;
        }
        if (m->stated && m->stray)
            m->stats.n_bad++;
        if (found == DELIMITER_PART)
            enter_head(m);
        else
            enter_seek(m, false);
        *ret_used = i + 1;
        return 0;
    }
    *ret_used = n;
    return 0;
}

int multipart_feed(struct multipart *m, const uint8_t *bytes, size_t n)
{
    static int (*const feed[])(struct multipart *, const uint8_t *, size_t, size_t *) = {
        [SEEK] = feed_seek,
        [HEAD] = feed_head,
        [LENGTH] = feed_length,
        [BODY] = feed_body,
    };

    while (n > 0 && m->failed == 0) {
        size_t used = 0;

        m->failed = feed[m->place](m, bytes, n, &used);
        bytes += used;
        n -= used;
    }
    if (m->failed < 0)
        abandon(m);
    return m->failed;
}
