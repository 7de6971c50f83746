/* json_put.h - writes JSON into a given room, for firmware: ASCII only, no allocation.
 *
 *     struct json_put j = json_put_into(room, sizeof room, JSON_PUT_COMPACT);
 *     json_put_begin(&j, '{');
 *     json_put_key(&j, "rssi"); json_put_int(&j, -50);
 *     json_put_end(&j, '}');
 *     n = json_put_length(&j);          0 when it did not fit
 *
 * Commas, quotes and escapes are the writer's; what must nest is the caller's. What is no UTF-8 becomes U+FFFD.
 */
#ifndef JSON_PUT_H
#define JSON_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_put_style {
    JSON_PUT_COMPACT,
    JSON_PUT_SPACED, /* ", " and ": ", as MicroPython writes it */
};

struct json_put {
    char *text;
    size_t cap, n;
    enum json_put_style style;
    bool comma;  /* a value stands before, on this level */
    bool failed; /* did not fit; nothing more is written */
};

struct json_put json_put_into(char *room, size_t cap, enum json_put_style style);

/* '{' or '[', and what ends it: '}' or ']'. */
void json_put_begin(struct json_put *j, char bracket);
void json_put_end(struct json_put *j, char bracket);
void json_put_key(struct json_put *j, const char *key);
void json_put_text(struct json_put *j, const char *text, size_t n);
void json_put_string(struct json_put *j, const char *text);
void json_put_int(struct json_put *j, int64_t v);
/* v tenths, hundredths … by `digits`, at most 9, without zeros at the end: (150, 2) is 1.5, (-5, 2) is -0.05, (200, 2) is 2. */
void json_put_decimal(struct json_put *j, int64_t v, unsigned digits);
void json_put_bool(struct json_put *j, bool v);

/* A key and its value. */
void json_put_named_string(struct json_put *j, const char *key, const char *text);
void json_put_named_int(struct json_put *j, const char *key, int64_t v);
void json_put_named_decimal(struct json_put *j, const char *key, int64_t v, unsigned digits);
void json_put_named_bool(struct json_put *j, const char *key, bool v);

/* Bytes, without a NUL (there is none); 0: it did not fit. */
size_t json_put_length(const struct json_put *j);

#endif
