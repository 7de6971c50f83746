/* suggest.h - "did you mean …": the known name that is nearest to what a person wrote. */
#pragma once

#include <stddef.h>

/* Longer names are not compared: nobody mistypes that much, and the cost grows with the square. */
#define SUGGEST_MAX_NAME 64

/* The nearest so far. Zeroed but for `wanted`: nothing offered yet. */
struct suggest {
    const char *wanted;
    const char *best; /* borrowed from suggest_offer(); NULL: nothing was near */
    size_t distance;
};

/* Considers one known name. Near is: at least one and at most a third of its letters differ
 * (insert, delete, replace, swap of neighbours). */
void suggest_offer(struct suggest *s, const char *known);
/* ", did you mean \"listen\"?" or "" where nothing was near; returns `out`. */
const char *suggest_text(const struct suggest *s, char *out, size_t cap);
