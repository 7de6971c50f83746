#include "config/param.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static bool is_text(enum wr_type type)
{
    return type == WR_STRING || type == WR_LIST;
}

void param_value_fini(struct param_value *v)
{
    memory_wipe_free_text(v->text); /* it may be of a WR_SECRET row */
    *v = (struct param_value){0};
}

void param_values_fini(struct param_value *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        param_value_fini(&v[i]);
}

int param_value_copy(const struct param_value *from, struct param_value *ret)
{
    struct param_value copy = *from;

    if (is_text(from->v.type)) {
        copy.text = strdup(from->v.s);
        if (!copy.text)
            return -ENOMEM;
        copy.v.s = copy.text;
    }
    *ret = copy;
    return 0;
}

bool param_value_equal(const struct wr_value *a, const struct wr_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case WR_BOOL:
        return a->b == b->b;
    case WR_INT:
        return a->i == b->i;
    case WR_FLOAT:
        return a->f == b->f;
    case WR_STRING:
    case WR_LIST:
        return strcmp(a->s, b->s) == 0;
    }
    return true; /* both unset */
}

const char *param_type_name(enum wr_type type)
{
    switch (type) {
    case WR_BOOL:
        return "bool";
    case WR_INT:
        return "int";
    case WR_FLOAT:
        return "float";
    case WR_STRING:
        return "string";
    case WR_LIST:
        return "list";
    }
    return "none";
}

size_t param_count(const struct wr_param *rows)
{
    size_t n = 0;

    while (rows && rows[n].key)
        n++;
    return n;
}

const struct wr_param *param_find(const struct wr_param *rows, const char *key, unsigned *ret_index)
{
    for (unsigned i = 0; rows && rows[i].key; i++) {
        if (strcmp(rows[i].key, key) != 0)
            continue;
        if (ret_index)
            *ret_index = i;
        return &rows[i];
    }
    return NULL;
}

int param_default(const struct wr_param *p, struct param_value *ret)
{
    if (!p->def) {
        *ret = (struct param_value){0};
        return 0;
    }
    return param_from_text(p, p->def, ret, NULL);
}
