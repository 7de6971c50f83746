/* pi_json.h - reads JSON value by value, without memory: what the camera's dump commands answer.
 *
 *     {"camera": {"framerate": 10}, "export": {"formats": ["jpg", "png"]}}
 *
 *     → "camera.framerate" NUMBER 10 · "export.formats" STRING jpg, in_list · … STRING png, in_list
 *
 * The whole text is checked on the way: who came to the end has seen valid JSON. (NaN and Infinity,
 * as Python writes them, are none.)
 */
#ifndef PI_JSON_H
#define PI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pi_trigger.h"

/* Deeper than any dump; each level costs a byte. */
#define PI_JSON_MAX_DEPTH 16
/* Of a path, and of a string's value; what is longer is cut there, and is_cut is set. */
#define PI_JSON_TEXT_MAX 256

enum pi_json_kind {
    PI_JSON_NULL,
    PI_JSON_BOOL,
    PI_JSON_NUMBER,
    PI_JSON_STRING,
    PI_JSON_EMPTY /* {} or [] */
};

struct pi_json_value {
    enum pi_json_kind kind;
    bool in_list; /* an element; elements have the path of their list */
    bool is_cut;
    bool b;
    double f;  /* numbers */
    int64_t i; /* numbers that are whole (6, not 6.0) and fit */
    bool is_whole;
    const char *path;    /* keys joined by points; "" for a text that is one value */
    struct pi_span text; /* a number as it stands there; a string without quotes and escapes */
};

struct pi_json {
    const char *at, *end;
    unsigned depth;
    bool is_list[PI_JSON_MAX_DEPTH];
    uint16_t path_end[PI_JSON_MAX_DEPTH]; /* the path's length outside of this level */
    bool outer_cut[PI_JSON_MAX_DEPTH];    /* and whether it is cut */
    bool began;                           /* this level had a value before */
    bool is_cut;                          /* the path */
    size_t path_len;
    char path[PI_JSON_TEXT_MAX], text[PI_JSON_TEXT_MAX];
};

void pi_json_init(struct pi_json *j, const char *text, size_t n);
/* 1: a value, valid until the next call; 0: the end, all was well; -EBADMSG: it is no JSON, or
 * deeper than PI_JSON_MAX_DEPTH. */
int pi_json_next(struct pi_json *j, struct pi_json_value *ret);
/* Is this one whole JSON text? */
bool pi_json_is_valid(const char *text, size_t n);

#endif
