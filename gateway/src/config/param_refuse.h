/* param_refuse.h - the one sentence of a refused value: "expected an integer from 1 to 65535, got
 * \"abc\"". Private to config/. */
#pragma once

#include <stddef.h>

#include "config/param.h"

/* What the row takes, in words: "one of night, day". Returns `out`. */
const char *param_expected(const struct wr_param *p, char *out, size_t cap);

/* Both set `e` and return -EINVAL. What was got is left out for secrets. */
int param_refuse_text(const struct wr_param *p, const char *got, struct error *e);
/* `got` is said as it is: "an object", "null". */
int param_refuse(const struct wr_param *p, const char *got, struct error *e);

/* `text` fit for a terminal and a sentence: control characters replaced, cut with "…", not quoted.
 * Returns `out`. */
const char *param_quote(const char *text, char *out, size_t cap);
