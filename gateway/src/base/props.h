/* props.h - keys and values of something that was seen (struct wr_found), with a ceiling. */
#pragma once

#include <warren/driver.h>

struct props {
    struct wr_prop *rows; /* texts are ours */
    size_t n;
};

/* Copies. One over `max` is left out. -ENOMEM: as before. */
int props_add(struct props *p, size_t max, const char *key, const char *value);
/* The first of that key; NULL: none. */
const char *props_find(const struct wr_prop *rows, size_t n, const char *key);
/* Empty again. */
void props_fini(struct props *p);
