#include "http/head.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "http/target.h"

/* A longer one is none that anybody means. */
#define METHOD_MAX 20

int head_find(const uint8_t *bytes, size_t n, size_t *at)
{
    for (; *at < n; (*at)++) {
        size_t i = *at;

        if (bytes[i] == '\0' || (bytes[i] == '\n' && (i == 0 || bytes[i - 1] != '\r')))
            return -EBADMSG;
        if (bytes[i] == '\n' && i >= 3 && bytes[i - 2] == '\n') {
            *at = 0;
            return (int)(i + 1);
        }
    }
    return 0;
}

/* The characters of a method or of a header's name. */
static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *s)
{
    size_t n = 0;

    while (is_token_char(s[n]))
        n++;
    return n > 0 && s[n] == '\0';
}

static enum http_method method_of(const char *s)
{
    static const char *const names[] = {[HTTP_GET] = "GET",
        [HTTP_HEAD] = "HEAD",
        [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH",
        [HTTP_DELETE] = "DELETE",
        [HTTP_OPTIONS] = "OPTIONS"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        if (strcmp(names[i], s) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

static int refuse(int status, const char *why, const char **ret_why)
{
    *ret_why = why;
    return status;
}

/* --- the request line ------------------------------------------------------------------------- */

static int parse_version(struct http_head *h, const char *s, const char **ret_why)
{
    if (strncmp(s, "HTTP/", 5) != 0 || s[5] < '0' || s[5] > '9' || s[6] != '.' || s[7] < '0' ||
        s[7] > '9' || s[8] != '\0')
        return refuse(400, "the request line does not end with an HTTP version", ret_why);
    if (s[5] != '1')
        return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here", ret_why);
    h->minor = s[7] == '0' ? 0 : 1;
    return 0;
}

/* "http://authority/path": what proxies get. The authority then counts as the Host. Moves *target to
 * the path; the authority's bytes move one down so that a NUL fits behind them. */
static void split_absolute(struct http_head *h, char **target)
{
    char *authority = *target + strlen("http://");
    size_t n = strcspn(authority, "/?");

    memmove(authority - 1, authority, n);
    authority[n - 1] = '\0';
    h->field[HTTP_FIELD_HOST] = authority - 1;
    *target = authority + n;
}

static int parse_target(struct http_head *h, char *target, const char **ret_why)
{
    char *query;
    size_t n;

    if (strncasecmp(target, "http://", 7) == 0)
        split_absolute(h, &target);
    n = strcspn(target, "?");
    query = target + n;
    h->query = *query ? query + 1 : "";
    if (n > HTTP_MAX_PATH_BYTES)
        return refuse(414, "the path is too long", ret_why);
    if (strlen(h->query) > HTTP_MAX_QUERY_BYTES)
        return refuse(414, "the query is too long", ret_why);
    if (strchr(h->query, '#'))
        return refuse(400, "the query has a #", ret_why);
    h->path = target;
    return target_path_decode(target, n, ret_why) < 0 ? 400 : 0;
}

/* Exactly two spaces, as the RFC has it; control characters are none of method, target or version. */
static int parse_line(struct http_head *h, char *line, const char **ret_why)
{
    char *target = strchr(line, ' ');
    char *version = target ? strchr(target + 1, ' ') : NULL;
    int r;

    if (!version)
        return refuse(400, "the request line is not \"METHOD target HTTP/1.1\"", ret_why);
    *target++ = '\0';
    *version++ = '\0';
    for (const char *s = target; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return refuse(400, "the target has a control character", ret_why);
    if (!is_token(line) || strlen(line) > METHOD_MAX)
        return refuse(400, "the method is not a word", ret_why);
    h->method = method_of(line);
    r = parse_version(h, version, ret_why);
    return r ? r : parse_target(h, target, ret_why);
}

/* --- headers ---------------------------------------------------------------------------------- */

/* What the head says beside the kept fields, while it is taken apart. */
struct head_notes {
    const char *connection[4]; /* Connection may come as several lines; nobody needs more */
    size_t n_connection;
    const char *length, *transfer, *expect, *upgrade, *ws_key, *ws_version;
    bool absolute; /* the target named the host */
};

static const struct {
    const char *name;
    enum http_field field;
    bool list; /* may be repeated: the first counts */
} kept[] = {
    {"host", HTTP_FIELD_HOST, false},
    {"origin", HTTP_FIELD_ORIGIN, false},
    {"authorization", HTTP_FIELD_AUTHORIZATION, false},
    {"cookie", HTTP_FIELD_COOKIE, false},
    {"content-type", HTTP_FIELD_CONTENT_TYPE, false},
    {"accept", HTTP_FIELD_ACCEPT, true},
    {"accept-encoding", HTTP_FIELD_ACCEPT_ENCODING, true},
    {"range", HTTP_FIELD_RANGE, false},
    {"if-range", HTTP_FIELD_IF_RANGE, false},
    {"if-none-match", HTTP_FIELD_IF_NONE_MATCH, true},
    {"if-match", HTTP_FIELD_IF_MATCH, true},
    {"last-event-id", HTTP_FIELD_LAST_EVENT_ID, false},
};

static int keep_field(
    struct http_head *h, size_t i, const char *value, bool absolute, const char **ret_why)
{
    const char **slot = &h->field[kept[i].field];

    /* The host in the target wins over the header. */
    if (absolute && kept[i].field == HTTP_FIELD_HOST)
        return 0;
    if (*slot && !kept[i].list)
        return refuse(400, "a header that must be alone comes twice", ret_why);
    if (!*slot)
        *slot = value;
    return 0;
}

static int note_once(const char **slot, const char *value, const char **ret_why)
{
    if (*slot)
        return refuse(400, "a header that must be alone comes twice", ret_why);
    *slot = value;
    return 0;
}

static int note_header(struct http_head *h, struct head_notes *notes, const char *name,
    const char *value, const char **ret_why)
{
    for (size_t i = 0; i < N_ELEMENTS(kept); i++)
        if (strcasecmp(name, kept[i].name) == 0)
            return keep_field(h, i, value, notes->absolute, ret_why);
    if (strcasecmp(name, "content-length") == 0)
        return note_once(&notes->length, value, ret_why);
    if (strcasecmp(name, "transfer-encoding") == 0)
        return note_once(&notes->transfer, value, ret_why);
    if (strcasecmp(name, "expect") == 0)
        return note_once(&notes->expect, value, ret_why);
    if (strcasecmp(name, "upgrade") == 0)
        return note_once(&notes->upgrade, value, ret_why);
    if (strcasecmp(name, "sec-websocket-key") == 0)
        return note_once(&notes->ws_key, value, ret_why);
    if (strcasecmp(name, "sec-websocket-version") == 0)
        return note_once(&notes->ws_version, value, ret_why);
    if (strcasecmp(name, "connection") == 0 && notes->n_connection < N_ELEMENTS(notes->connection))
        notes->connection[notes->n_connection++] = value;
    return 0;
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
            return true;
    return false;
}

static int parse_header(
    struct http_head *h, struct head_notes *notes, char *line, const char **ret_why)
{
    char *colon = strchr(line, ':'), *value, *end;

    if (!colon)
        return refuse(400, "a header line has no colon", ret_why);
    *colon = '\0';
    if (!is_token(line))
        return refuse(400, "a header's name is not a word", ret_why);
    value = colon + 1 + strspn(colon + 1, " \t");
    for (end = value + strlen(value); end > value && strchr(" \t", end[-1]);)
        *--end = '\0';
    if (has_control(value))
        return refuse(400, "a header has a control character", ret_why);
    return note_header(h, notes, line, value, ret_why);
}

/* --- what the headers mean -------------------------------------------------------------------- */

/* Is `word` in the comma-separated list? */
static bool list_has(const char *list, const char *word)
{
    size_t n = strlen(word);

    while (*list) {
        size_t k;

        list += strspn(list, ", \t");
        k = strcspn(list, ", \t");
        if (k == n && strncasecmp(list, word, n) == 0)
            return true;
        list += k;
    }
    return false;
}

static bool connection_has(const struct head_notes *notes, const char *word)
{
    for (size_t i = 0; i < notes->n_connection; i++)
        if (list_has(notes->connection[i], word))
            return true;
    return false;
}

static int parse_length(const char *s, uint64_t *ret)
{
    uint64_t n = 0;
    size_t digits = strspn(s, "0123456789");

    /* 18 digits fit; more are nobody's body. */
    if (digits == 0 || digits > 18 || s[digits] != '\0')
        return -EINVAL;
    for (; *s; s++)
        n = n * 10 + (uint64_t)(*s - '0');
    *ret = n;
    return 0;
}

static int mean_body(struct http_head *h, const struct head_notes *notes, const char **ret_why)
{
    if (notes->length && parse_length(notes->length, &h->content_length) < 0)
        return refuse(400, "Content-Length is not a number", ret_why);
    if (notes->transfer && (notes->length || h->minor == 0))
        return refuse(400, "Transfer-Encoding cannot stand here", ret_why);
    if (notes->transfer && strcasecmp(notes->transfer, "chunked") != 0)
        return refuse(501, "of transfer encodings only chunked is known", ret_why);
    h->chunked = notes->transfer;
    h->expect_continue =
        h->minor > 0 && notes->expect && strcasecmp(notes->expect, "100-continue") == 0;
    return 0;
}

static bool is_websocket_key(const char *s)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /* 16 bytes */
    return strspn(s, base64) == 22 && strcmp(s + 22, "==") == 0;
}

/* Other upgrades are not taken, and the request is answered as if it had not asked. */
static int mean_upgrade(struct http_head *h, const struct head_notes *notes, const char **ret_why)
{
    if (!notes->upgrade || !list_has(notes->upgrade, "websocket") ||
        !connection_has(notes, "upgrade"))
        return 0;
    if (h->method != HTTP_GET || h->minor == 0)
        return refuse(400, "a WebSocket begins with GET and HTTP/1.1", ret_why);
    if (h->chunked || h->content_length > 0)
        return refuse(400, "a WebSocket begins without a body", ret_why);
    if (!notes->ws_version || strcmp(notes->ws_version, "13") != 0)
        return refuse(426, "of WebSocket only version 13 is spoken here", ret_why);
    if (!notes->ws_key || !is_websocket_key(notes->ws_key))
        return refuse(400, "Sec-WebSocket-Key is not 16 bytes in base64", ret_why);
    h->websocket_key = notes->ws_key;
    return 0;
}

static int mean_all(struct http_head *h, const struct head_notes *notes, const char **ret_why)
{
    int r;

    if (h->minor > 0 && !h->field[HTTP_FIELD_HOST])
        return refuse(400, "there is no Host header", ret_why);
    h->keep = h->minor > 0 ? !connection_has(notes, "close") : connection_has(notes, "keep-alive");
    r = mean_body(h, notes, ret_why);
    return r ? r : mean_upgrade(h, notes, ret_why);
}

/* The next line without its end; *text moves behind it. */
static char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');

    *text = end + 1;
    end[-1] = '\0';
    return line;
}

int head_parse(struct http_head *h, char *text, size_t n, const char **ret_why)
{
    struct head_notes notes = {0};
    unsigned n_headers = 0;
    char *line;
    int r;

    *h = (struct http_head){0};
    text[n] = '\0';
    r = parse_line(h, next_line(&text), ret_why);
    notes.absolute = h->field[HTTP_FIELD_HOST];
    while (r == 0 && *(line = next_line(&text)) != '\0') {
        if (++n_headers > HTTP_MAX_HEADERS)
            return refuse(431, "there are too many headers", ret_why);
        r = parse_header(h, &notes, line, ret_why);
    }
    return r ? r : mean_all(h, &notes, ret_why);
}
