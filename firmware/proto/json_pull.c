/* json_pull.c - see json_pull.h. No recursion: where we are stands in struct json_pull. */
#include "json_pull.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Longer numbers than this are nobody's. */
#define NUMBER_MAX 64

void json_pull_init(struct json_pull *j, const char *text, size_t n)
{
    *j = (struct json_pull){.at = text, .end = text + n};
}

static void skip_blanks(struct json_pull *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r'))
        j->at++;
}

static bool take(struct json_pull *j, char c)
{
    skip_blanks(j);
    if (j->at == j->end || *j->at != c)
        return false;
    j->at++;
    return true;
}

static bool take_word(struct json_pull *j, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(j->end - j->at) < n || memcmp(j->at, word, n) != 0)
        return false;
    j->at += n;
    return true;
}

/* --- strings ---------------------------------------------------------------------------------- */

struct out {
    char *text;
    size_t len, cap;
    bool is_cut;
};

static void put(struct out *o, const char *bytes, size_t n)
{
    if (o->is_cut || o->len + n > o->cap) {
        o->is_cut = true;
        return;
    }
    memcpy(o->text + o->len, bytes, n);
    o->len += n;
}

static void put_code_point(struct out *o, uint32_t c)
{
    char b[4];

    if (c < 0x80) {
        b[0] = (char)c;
        put(o, b, 1);
    } else if (c < 0x800) {
        b[0] = (char)(0xC0 | c >> 6);
        b[1] = (char)(0x80 | (c & 0x3F));
        put(o, b, 2);
    } else if (c < 0x10000) {
        b[0] = (char)(0xE0 | c >> 12);
        b[1] = (char)(0x80 | (c >> 6 & 0x3F));
        b[2] = (char)(0x80 | (c & 0x3F));
        put(o, b, 3);
    } else {
        b[0] = (char)(0xF0 | c >> 18);
        b[1] = (char)(0x80 | (c >> 12 & 0x3F));
        b[2] = (char)(0x80 | (c >> 6 & 0x3F));
        b[3] = (char)(0x80 | (c & 0x3F));
        put(o, b, 4);
    }
}

static int hex4(struct json_pull *j, uint32_t *ret)
{
    struct span rest = {j->at, (size_t)(j->end - j->at)};
    uint32_t v = 0;

    for (int i = 0; i < 4; i++) {
        int digit = span_hex(&rest);

        if (digit < 0)
            return -EBADMSG;
        v = v << 4 | (uint32_t)digit;
    }
    j->at = rest.at;
    *ret = v;
    return 0;
}

/* Behind "\u". NUL and halves of pairs are refused: no text of ours could hold them. */
static int take_code_point(struct json_pull *j, struct out *o)
{
    uint32_t c, low;

    if (hex4(j, &c) < 0 || c == 0 || (c >= 0xDC00 && c < 0xE000))
        return -EBADMSG;
    if (c >= 0xD800 && c < 0xDC00) {
        if (!take_word(j, "\\u") || hex4(j, &low) < 0 || low < 0xDC00 || low >= 0xE000)
            return -EBADMSG;
        c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00));
    }
    put_code_point(o, c);
    return 0;
}

static int take_escape(struct json_pull *j, struct out *o)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *which;

    if (j->at == j->end)
        return -EBADMSG;
    char c = *j->at++;
    if (c == 'u')
        return take_code_point(j, o);
    which = c ? strchr(from, c) : NULL;
    if (!which)
        return -EBADMSG;
    put(o, &to[which - from], 1);
    return 0;
}

/* Behind the opening quote. */
static int take_string(struct json_pull *j, struct out *o)
{
    while (j->at < j->end && *j->at != '"') {
        const char *plain = j->at;
        size_t n;

        while (j->at < j->end && *j->at != '"' && *j->at != '\\' && (unsigned char)*j->at >= 0x20)
            j->at++;
        n = (size_t)(j->at - plain);
        if (!span_is_utf8((struct span){plain, n}))
            return -EBADMSG;
        while (n > 0) { /* by code points, so that a cut splits none */
            size_t k = 1;
            while (k < n && ((unsigned char)plain[k] & 0xC0) == 0x80)
                k++;
            put(o, plain, k);
            plain += k;
            n -= k;
        }
        if (j->at == j->end || *j->at == '"')
            continue;
        if (*j->at != '\\')
            return -EBADMSG;
        j->at++;
        if (take_escape(j, o) < 0)
            return -EBADMSG;
    }
    if (j->at == j->end)
        return -EBADMSG;
    j->at++;
    return 0;
}

/* --- numbers ---------------------------------------------------------------------------------- */

static size_t digits(const char *at, const char *end)
{
    const char *p = at;

    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return (size_t)(p - at);
}

/* Its length by JSON's grammar; 0: it is none. */
static size_t number_length(const char *at, const char *end, bool *ret_whole)
{
    const char *p = at;
    size_t n;

    *ret_whole = true;
    p += p < end && *p == '-';
    n = digits(p, end);
    if (n == 0 || (*p == '0' && n > 1))
        return 0;
    p += n;
    if (p < end && *p == '.') {
        n = digits(++p, end);
        if (n == 0)
            return 0;
        p += n;
        *ret_whole = false;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        n = digits(p, end);
        if (n == 0)
            return 0;
        p += n;
        *ret_whole = false;
    }
    return (size_t)(p - at);
}

static int take_number(struct json_pull *j, struct json_pull_value *v)
{
    size_t n = number_length(j->at, j->end, &v->is_whole);
    char text[NUMBER_MAX + 1];

    if (n == 0 || n > NUMBER_MAX)
        return -EBADMSG;
    memcpy(text, j->at, n);
    text[n] = '\0';
    v->kind = JSON_PULL_NUMBER;
    v->text = (struct span){j->at, n};
    v->f = strtod(text, NULL);
    v->is_whole = v->is_whole && span_int(v->text, &v->i) == 0;
    j->at += n;
    return 1;
}

/* --- values ----------------------------------------------------------------------------------- */

static bool in_list(const struct json_pull *j)
{
    return j->depth > 0 && j->is_list[j->depth - 1];
}

static int take_scalar(struct json_pull *j, struct json_pull_value *v)
{
    struct out o = {.text = j->text, .cap = sizeof j->text};

    if (take_word(j, "null"))
        return v->kind = JSON_PULL_NULL, 1;
    if (take_word(j, "true"))
        return v->kind = JSON_PULL_BOOL, v->b = true, 1;
    if (take_word(j, "false"))
        return v->kind = JSON_PULL_BOOL, v->b = false, 1;
    if (!take(j, '"'))
        return take_number(j, v);
    if (take_string(j, &o) < 0)
        return -EBADMSG;
    v->kind = JSON_PULL_STRING;
    v->text = (struct span){o.text, o.len};
    v->is_cut |= o.is_cut;
    return 1;
}

/* Behind the key's opening quote. The path becomes the level's with the key behind it. */
static int take_key(struct json_pull *j)
{
    struct out o = {.text = j->path, .len = j->path_end[j->depth - 1], .cap = sizeof j->path - 1};

    if (o.len > 0)
        put(&o, ".", 1);
    if (take_string(j, &o) < 0 || !take(j, ':'))
        return -EBADMSG;
    j->path_len = o.len;
    j->is_cut = j->outer_cut[j->depth - 1] || o.is_cut;
    return 0;
}

static int leave(struct json_pull *j)
{
    j->depth--;
    j->path_len = j->path_end[j->depth];
    j->is_cut = j->outer_cut[j->depth];
    j->began = true;
    return 0;
}

/* 1: an empty one, which is a value; 0: one level deeper. */
static int enter(struct json_pull *j, bool list, struct json_pull_value *v)
{
    if (j->depth == JSON_PULL_MAX_DEPTH)
        return -EBADMSG;
    if (take(j, list ? ']' : '}')) {
        v->kind = JSON_PULL_EMPTY;
        return 1;
    }
    j->is_list[j->depth] = list;
    j->element[j->depth] = 0;
    j->path_end[j->depth] = (uint16_t)j->path_len;
    j->outer_cut[j->depth] = j->is_cut;
    j->depth++;
    j->began = false;
    return 0;
}

/* What stands before a value: the comma, the key. 0: a value follows; 1: the level was left. */
static int take_lead(struct json_pull *j)
{
    if (j->depth == 0)
        return 0;
    if (take(j, in_list(j) ? ']' : '}'))
        return j->began ? (leave(j), 1) : -EBADMSG;
    if (j->began && !take(j, ','))
        return -EBADMSG;
    if (in_list(j)) {
        j->element[j->depth - 1] += j->began;
        return 0;
    }
    return take(j, '"') ? take_key(j) : -EBADMSG;
}

/* Of the innermost list. */
static uint32_t element_of(const struct json_pull *j)
{
    for (unsigned d = j->depth; d > 0; d--)
        if (j->is_list[d - 1])
            return j->element[d - 1];
    return 0;
}

static int fill_in(struct json_pull *j, struct json_pull_value *v)
{
    j->path[j->path_len] = '\0';
    v->path = j->path;
    v->in_list = in_list(j);
    v->element = element_of(j);
    v->is_cut |= j->is_cut;
    j->began = true;
    return 1;
}

int json_pull_next(struct json_pull *j, struct json_pull_value *ret)
{
    for (;;) {
        struct json_pull_value v = {0};
        int r;

        if (j->depth == 0 && j->began) {
            skip_blanks(j);
            return j->at == j->end ? 0 : -EBADMSG;
        }
        r = take_lead(j);
        if (r < 0)
            return r;
        if (r > 0)
            continue;
        if (take(j, '{'))
            r = enter(j, false, &v);
        else if (take(j, '['))
            r = enter(j, true, &v);
        else
            r = take_scalar(j, &v);
        if (r < 0)
            return r;
        if (r > 0) {
            *ret = v;
            return fill_in(j, ret);
        }
    }
}

bool json_pull_is_valid(const char *text, size_t n)
{
    struct json_pull j;
    struct json_pull_value v;
    int r;

    json_pull_init(&j, text, n);
    while ((r = json_pull_next(&j, &v)) > 0)
        continue;
    return r == 0 && n > 0;
}
