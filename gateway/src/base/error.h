/* error.h - errors for programs (a negative errno) and for people (one sentence).
 *
 * Negative results travel up unchanged; positive ones belong to the function that documents them. A
 * function that can say more than its code takes a `struct error *` (may be NULL) and fills in one
 * sentence without a final full stop.
 */
#pragma once

#include <stdarg.h>

#define ERROR_TEXT_MAX 256

struct error {
    int code; /* negative errno; 0: none */
    char text[ERROR_TEXT_MAX];
};

#define ERROR_NULL ((struct error){0})

/* Fills `e` in (when not NULL) and returns `code`, so that failing is one line: `return
 * error_set(e, -EINVAL, "…", …);` */
#define error_set(e, code, ...)                                                                    \
    __extension__({                                                                                \
        const int error_code_ = (code); /* handed back here, so that the compiler sees its sign */ \
        error_fill((e), error_code_, __VA_ARGS__);                                                 \
        error_code_;                                                                               \
    })
void error_fill(struct error *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<prefix>: " before a sentence that is there already; cut at ERROR_TEXT_MAX. Returns
 * e->code; -EINVAL where `e` is NULL, so that a failure never looks like a success. */
int error_prefix(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The sentence, or what errno says for the code where there is none. Valid until `e` changes. Never
 * NULL. */
const char *error_text(const struct error *e);

/* What errno says for a negative code, in a thread-safe way: "Connection refused". */
const char *error_name(int code);
