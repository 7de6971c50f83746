/* param.h - one checked value: rows of struct wr_param against text (YAML, environment, query) and
 * JSON (REST, WebSocket).
 *
 * The rows are the one source of what a value may be; this file is the one place that knows how to
 * check, show and describe them.
 */
#pragma once

#include <warren/driver.h>
#include <warren/json_write.h>

#include "base/error.h"
#include "base/json.h"
#include "base/util.h"

/* Longest text of a value, in bytes, where the row states no smaller one. */
#define PARAM_MAX_TEXT 4096
/* Most rows in one table, and most choices in one row: a form with more is no form. */
#define PARAM_MAX_ROWS 128
#define PARAM_MAX_CHOICES 256

/* A value that owns its text. Zeroed: unset. */
struct param_value {
    struct wr_value v; /* v.type 0: unset */
    char *text;        /* what v.s points to; NULL for numbers */
};

void param_value_fini(struct param_value *v);
int param_value_copy(const struct param_value *from, struct param_value *ret);
bool param_value_equal(const struct wr_value *a, const struct wr_value *b);

/* Is the row itself sound (key, type, default in range, choices)? For the plugin check; a sentence
 * names the row. */
int param_check_row(const struct wr_param *p, struct error *e);
/* A whole table: every row, no key twice, at most PARAM_MAX_ROWS; rows may be NULL. */
int param_check_table(const struct wr_param *rows, struct error *e);
/* "bool", "int", "float", "string", "list", as REST and docs name them; "none" for unset. */
const char *param_type_name(enum wr_type type);
size_t param_count(const struct wr_param *rows);
/* NULL when there is none; ret_index may be NULL. */
const struct wr_param *param_find(
    const struct wr_param *rows, const char *key, unsigned *ret_index);

/* -EINVAL and a sentence that says what was expected: "expected an integer from 1 to 65535, got
 * \"abc\"". Booleans: true/false, yes/no, on/off, 1/0. Lists: elements between commas. */
int param_from_text(
    const struct wr_param *p, const char *text, struct param_value *ret, struct error *e);
/* JSON types are taken strictly, but for an integer where a float is expected. */
int param_from_json(
    const struct wr_param *p, const json_t *j, struct param_value *ret, struct error *e);
/* Checks range, choices and length of a value that has the row's type (drivers' report()). */
int param_check(const struct wr_param *p, const struct wr_value *v, struct error *e);
/* The default; unset where the row has none. */
int param_default(const struct wr_param *p, struct param_value *ret);

/* A whole JSON object of arguments against a table: unknown keys, missing required ones and wrong
 * values are errors that name the key. Fills `ret[param_count(rows)]`, defaults put in. `args` may
 * be NULL for {}. */
int param_args_from_json(
    const struct wr_param *rows, const json_t *args, struct param_value *ret, struct error *e);
void param_values_fini(struct param_value *v, size_t n);

/* The value as JSON; a WR_SECRET row's never comes out (null). type 0 is null. p may be NULL: no
 * row, not secret. */
void param_to_json(struct wr_json *j, const struct wr_param *p, const struct wr_value *v);
/* Keys of the row for REST:
 * "type","unit","default","min","max","choices","required","secret","unreadable","format","help" (not
 * "key"). */
void param_row_to_json(struct wr_json *j, const struct wr_param *p);
/* A table as an array of such objects, with "key" first. rows may be NULL: []. */
void param_rows_to_json(struct wr_json *j, const struct wr_param *rows);
/* The row as a JSON Schema (2020-12) object. */
void param_schema(struct wr_json *j, const struct wr_param *p);
