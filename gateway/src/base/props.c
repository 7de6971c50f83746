#include "base/props.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int props_add(struct props *p, size_t max, const char *key, const char *value)
{
    struct wr_prop row = {0}, *rows;

    if (p->n >= max)
        return 0;
    rows = realloc(p->rows, (p->n + 1) * sizeof *rows);
    if (!rows)
        return -ENOMEM;
    p->rows = rows;
    row.key = strdup(key);
    row.value = strdup(value);
    if (!row.key || !row.value) {
        free((char *)row.key);
        free((char *)row.value);
        return -ENOMEM;
    }
    p->rows[p->n++] = row;
    return 0;
}

const char *props_find(const struct wr_prop *rows, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].key, key) == 0)
            return rows[i].value;
    }
    return NULL;
}

void props_fini(struct props *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free((char *)p->rows[i].key);
        free((char *)p->rows[i].value);
    }
    free(p->rows);
    *p = (struct props){0};
}
