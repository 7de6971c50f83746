/* log.h - structured lines on standard error: logfmt for people, JSON lines for collectors.
 *
 *     log_info("listening", F_STR("address", "127.0.0.1"), F_INT("port", 8080));
 *     → time=2026-01-01T00:00:00.000000Z level=info msg=listening address=127.0.0.1 port=8080
 *
 * The message is a constant text; what varies is in fields. Safe from any thread. Secrets never
 * come here.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
    const char *key; /* NULL ends the list */
    enum { LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_FLOAT } kind;
    union {
        const char *s;
        int64_t i;
        double f;
    };
};

#define F_STR(k, v) ((struct log_field){.key = (k), .kind = LOG_FIELD_STR, .s = (v)})
#define F_INT(k, v) ((struct log_field){.key = (k), .kind = LOG_FIELD_INT, .i = (int64_t)(v)})
#define F_FLOAT(k, v) ((struct log_field){.key = (k), .kind = LOG_FIELD_FLOAT, .f = (v)})
/* The reason of a failure, from a code or from a struct error. */
#define F_ERRNO(code) F_STR("error", error_name(code))
#define F_ERROR(e) F_STR("error", error_text(e))

/* Process-wide. Default: info, logfmt. */
void log_set(enum log_level level, enum log_format format);
bool log_enabled(enum log_level level);
/* Where whole lines go instead of standard error (tests; a ring for the UI). NULL: back. `line` has
 * no newline. */
void log_set_sink(void (*sink)(void *ctx, enum log_level level, const char *line), void *ctx);
/* 0 and *ret, or -EINVAL. Names: debug info warning error; logfmt json. */
int log_level_parse(const char *name, enum log_level *ret);
int log_format_parse(const char *name, enum log_format *ret);

/* `fields` ends with a row whose key is NULL. A NULL string is written as "". */
void log_write(enum log_level level, const char *message, const struct log_field *fields);

#define LOG_FIELDS_(...) ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = NULL}})
#define log_debug(msg, ...) log_write(LOG_LEVEL_DEBUG, (msg), LOG_FIELDS_(__VA_ARGS__))
#define log_info(msg, ...) log_write(LOG_LEVEL_INFO, (msg), LOG_FIELDS_(__VA_ARGS__))
#define log_warning(msg, ...) log_write(LOG_LEVEL_WARNING, (msg), LOG_FIELDS_(__VA_ARGS__))
#define log_error(msg, ...) log_write(LOG_LEVEL_ERROR, (msg), LOG_FIELDS_(__VA_ARGS__))
