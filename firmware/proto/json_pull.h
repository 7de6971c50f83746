/* json_pull.h - reads JSON value by value, without memory.
 *
 *     {"camera": {"framerate": 10}, "export": {"formats": ["jpg", "png"]}}
 *
 *     → "camera.framerate" NUMBER 10 · "export.formats" STRING jpg, in_list · … STRING png, in_list
 *
 * The whole text is checked on the way: who came to the end has seen valid JSON. (NaN and Infinity,
 * as Python writes them, are none.)
 */
#ifndef JSON_PULL_H
#define JSON_PULL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

/* Deeper than any dump; each level costs a byte. */
#define JSON_PULL_MAX_DEPTH 16
/* Of a path, and of a string's value; what is longer is cut there, and is_cut is set. */
#define JSON_PULL_TEXT_MAX 256

enum json_pull_kind {
    JSON_PULL_NULL,
    JSON_PULL_BOOL,
    JSON_PULL_NUMBER,
    JSON_PULL_STRING,
    JSON_PULL_EMPTY /* {} or [] */
};

struct json_pull_value {
    enum json_pull_kind kind;
    bool in_list; /* an element; elements have the path of their list */
    /* Which element of the list around it this is, or is in: what has the same path and element in
     * a list of objects is of the same object. 0 outside of lists. */
    uint32_t element;
    bool is_cut;
    bool b;
    double f;  /* numbers */
    int64_t i; /* numbers that are whole (6, not 6.0) and fit */
    bool is_whole;
    const char *path; /* keys joined by points; "" for a text that is one value */
    struct span text; /* a number as it stands there; a string without quotes and escapes */
};

struct json_pull {
    const char *at, *end;
    unsigned depth;
    bool is_list[JSON_PULL_MAX_DEPTH];
    uint16_t path_end[JSON_PULL_MAX_DEPTH]; /* the path's length outside of this level */
    bool outer_cut[JSON_PULL_MAX_DEPTH];    /* and whether it is cut */
    uint32_t element[JSON_PULL_MAX_DEPTH];  /* that this level is at, when it is a list */
    bool began;                             /* this level had a value before */
    bool is_cut;                            /* the path */
    size_t path_len;
    char path[JSON_PULL_TEXT_MAX], text[JSON_PULL_TEXT_MAX];
};

void json_pull_init(struct json_pull *j, const char *text, size_t n);
/* 1: a value, valid until the next call; 0: the end, all was well; -EBADMSG: it is no JSON, or
 * deeper than JSON_PULL_MAX_DEPTH. */
int json_pull_next(struct json_pull *j, struct json_pull_value *ret);
/* Is this one whole JSON text? */
bool json_pull_is_valid(const char *text, size_t n);

#endif
