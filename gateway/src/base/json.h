/* json.h - reading JSON from outside: jansson with our limits. Writing is warren/json_write.h. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include <warren/json_write.h>

#include "base/error.h"
#include "base/util.h"

/* Deeper input is refused before it is parsed: nothing we read needs more, and recursion costs
 * stack. */
#define JSON_MAX_DEPTH 32

/* One JSON text, duplicates refused, no trailing bytes. NULL and a sentence with line and column.
 * The caller owns a reference. */
json_t *json_read(const char *text, size_t n, struct error *e);

/* A NULL-safe cleanup: `_cleanup_(json_freep) json_t *j = …` */
static inline void json_freep(json_t **j)
{
    json_decref(*j);
}

/* Writes a value, keys in the order they came. */
void json_write(struct wr_json *w, const json_t *j);
/* Compact text of a value, keys in the order they came; free() it. NULL: no memory. */
char *json_text(const json_t *j);
