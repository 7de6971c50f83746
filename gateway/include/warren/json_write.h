/* json_write.h - writes JSON into a buffer; header-only, for drivers and host alike.
 *
 *     char text[256];
 *     struct wr_json j = wr_json_into(text, sizeof text);
 *     wr_json_object(&j);
 *     wr_json_key(&j, "level"); wr_json_int(&j, 3);
 *     wr_json_end(&j);
 *     host->publish(dev, "camera.night", wr_json_text(&j));   NULL when it did not fit
 *
 * Commas, quotes and escapes are the writer's. Bytes that are not UTF-8 become U+FFFD; NaN and
 * infinities become null. A `grow` function makes the buffer larger when it is full: the host's
 * growing buffers use it.
 */
#ifndef WARREN_JSON_WRITE_H
#define WARREN_JSON_WRITE_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define WR_JSON_MAX_DEPTH 32

struct wr_json {
    char *text;
    size_t len, cap; /* cap counts the NUL */
    bool failed;     /* did not fit, nested too deep, a key without a value: wr_json_text is NULL */
    unsigned depth;
    uint32_t array;   /* bit d - 1: level d is an array */
    uint32_t started; /* bit d - 1: level d has an element */
    bool after_key;
    /* Makes room for `more` further bytes and sets text and cap; false: cannot. NULL: the buffer is
     * what it is. */
    bool (*grow)(struct wr_json *j, size_t more);
    void *ctx;
};

static inline struct wr_json wr_json_into(char *text, size_t cap)
{
    if (cap > 0)
        text[0] = '\0';
    return (struct wr_json){.text = text, .cap = cap, .failed = cap == 0};
}

static inline const char *wr_json_text(const struct wr_json *j)
{
    return j->failed || j->depth != 0 ? NULL : j->text;
}

static inline void wr_json_bytes_(struct wr_json *j, const char *s, size_t n)
{
    if (j->failed)
        return;
    if (n >= j->cap - j->len && (!j->grow || !j->grow(j, n + 1))) {
        j->failed = true;
        return;
    }
    memcpy(j->text + j->len, s, n);
    j->len += n;
    j->text[j->len] = '\0';
}

static inline uint32_t wr_json_bit_(const struct wr_json *j)
{
    return j->depth > 0 ? 1u << (j->depth - 1) : 0;
}

static inline void wr_json_before_(struct wr_json *j)
{
    if (!j->after_key && (j->started & wr_json_bit_(j)))
        wr_json_bytes_(j, ",", 1);
    j->started |= wr_json_bit_(j);
    j->after_key = false;
}

static inline void wr_json_open_(struct wr_json *j, bool array)
{
    wr_json_before_(j);
    if (j->depth >= WR_JSON_MAX_DEPTH) {
        j->failed = true;
        return;
    }
    wr_json_bytes_(j, array ? "[" : "{", 1);
    j->depth++;
    j->started &= ~wr_json_bit_(j);
    j->array = array ? j->array | wr_json_bit_(j) : j->array & ~wr_json_bit_(j);
}

static inline void wr_json_object(struct wr_json *j)
{
    wr_json_open_(j, false);
}

static inline void wr_json_array(struct wr_json *j)
{
    wr_json_open_(j, true);
}

/* Closes the innermost object or array; a key must have got its value. */
static inline void wr_json_end(struct wr_json *j)
{
    if (j->depth == 0 || j->after_key) {
        j->failed = true;
        return;
    }
    wr_json_bytes_(j, j->array & wr_json_bit_(j) ? "]" : "}", 1);
    j->depth--;
}

/* Length of the UTF-8 sequence at s (1 … 4), or 0 when it is none (RFC 3629: no surrogates, no
 * overlong forms). */
static inline size_t wr_utf8_len_(const unsigned char *s, size_t n)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        return n >= 2 && (s[1] & 0xC0) == 0x80 ? 2 : 0;
    if ((s[0] & 0xF0) == 0xE0) {
        if (n < 3 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80)
            return 0;
        return (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) ? 0 : 3;
    }
    if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        if (n < 4 || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 || (s[3] & 0xC0) != 0x80)
            return 0;
        return (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F) ? 0 : 4;
    }
    return 0;
}

static inline void wr_json_quoted_(struct wr_json *j, const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;

    wr_json_bytes_(j, "\"", 1);
    for (size_t i = 0; i < n && !j->failed;) {
        size_t k = wr_utf8_len_(p + i, n - i);
        char esc[8];

        if (k == 0) {
            wr_json_bytes_(j, "\xEF\xBF\xBD", 3);
            i++;
            continue;
        }
        if (k == 1 && (p[i] < 0x20 || p[i] == '"' || p[i] == '\\' || p[i] == 0x7F)) {
            const char *from = "\"\\\n\r\t", *to = "\"\\nrt", *at = strchr(from, p[i]);
            int len = p[i] != 0 && at ? snprintf(esc, sizeof esc, "\\%c", to[at - from])
                                      : snprintf(esc, sizeof esc, "\\u%04x", p[i]);
            wr_json_bytes_(j, esc, (size_t)len);
        } else {
            wr_json_bytes_(j, s + i, k);
        }
        i += k;
    }
    wr_json_bytes_(j, "\"", 1);
}

static inline void wr_json_key(struct wr_json *j, const char *key)
{
    wr_json_before_(j);
    wr_json_quoted_(j, key, strlen(key));
    wr_json_bytes_(j, ":", 1);
    j->after_key = true;
}

static inline void wr_json_string_n(struct wr_json *j, const char *s, size_t n)
{
    wr_json_before_(j);
    wr_json_quoted_(j, s, n);
}

/* NULL writes null. */
static inline void wr_json_string(struct wr_json *j, const char *s)
{
    if (s) {
        wr_json_string_n(j, s, strlen(s));
        return;
    }
    wr_json_before_(j);
    wr_json_bytes_(j, "null", 4);
}

/* `json` is valid JSON already; it is taken as it is. */
static inline void wr_json_raw(struct wr_json *j, const char *json, size_t n)
{
    wr_json_before_(j);
    wr_json_bytes_(j, json, n);
}

static inline void wr_json_null(struct wr_json *j)
{
    wr_json_raw(j, "null", 4);
}

static inline void wr_json_bool(struct wr_json *j, bool v)
{
    wr_json_raw(j, v ? "true" : "false", v ? 4 : 5);
}

static inline void wr_json_int(struct wr_json *j, int64_t v)
{
    char t[24];
    wr_json_raw(j, t, (size_t)snprintf(t, sizeof t, "%lld", (long long)v));
}

static inline void wr_json_uint(struct wr_json *j, uint64_t v)
{
    char t[24];
    wr_json_raw(j, t, (size_t)snprintf(t, sizeof t, "%llu", (unsigned long long)v));
}

/* The shortest form that reads back as the same double. The locale must be C for numbers, as the
 * host's is. */
static inline void wr_json_float(struct wr_json *j, double v)
{
    char t[40];
    int n = 0;

    if (!isfinite(v)) {
        wr_json_null(j);
        return;
    }
    if (v == 0 && signbit(v)) {
        wr_json_raw(j, "-0.0", 4); /* "-0" would be read as an integer, which has no such zero */
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        double back;
        n = snprintf(t, sizeof t, "%.*g", digits, v);
        if (sscanf(t, "%lf", &back) == 1 && memcmp(&back, &v, sizeof v) == 0)
            break;
    }
    wr_json_raw(j, t, (size_t)n);
}

#endif
