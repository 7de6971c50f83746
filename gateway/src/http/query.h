/* query.h - what stands behind the "?": which names a route knows, and the cursors of its pages. Pure. */
#pragma once

#include <stdint.h>

#include <warren/driver.h>

#include "base/error.h"

/* Two numbers of 64 bits, a dash and a NUL. */
#define CURSOR_TEXT_BYTES 48

/* Is each name of the query one of `known` (the route's rows; NULL: none), and there only once? -EINVAL and a sentence that names it and those
 * that are known. */
int query_check(const char *query, const struct wr_param *known, struct error *e);

/* A cursor is the last row of the page before: "<id>", or "<captured µs>-<id>" where the rows are ordered by time. */
void cursor_text(const int64_t *us, uint64_t id, char out[static CURSOR_TEXT_BYTES]);
/* The same back; ret_us is NULL where there is no time. -EINVAL: not what cursor_text() has written. */
int cursor_parse(const char *text, int64_t *ret_us, uint64_t *ret_id);
