/* config_value.h - one option's field in its struct: set from text, compared, freed. Private to
 * config/. */
#pragma once

#include "config/config.h"

/* Checks `text` and stores it at `target` + o->offset, whose old value is freed. Untouched on
 * failure; the sentence says what was expected. */
int config_value_set(
    const struct config_option *o, void *target, const char *text, struct error *e);
bool config_value_equal(const struct config_option *o, const void *a, const void *b);
void config_value_fini(const struct config_option *o, void *target);
