/* config_problem.c - what is wrong with a configuration, collected, so that one look at the list
 * mends all of it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"

void config_problem_add(struct config_problems *p, bool warning, unsigned line, unsigned column,
    const char *key, const char *format, ...)
{
    struct config_problem *items, item = {.warning = warning, .line = line, .column = column};
    va_list args;

    p->n_errors += !warning;
    if (p->n == CONFIG_MAX_PROBLEMS)
        return;
    va_start(args, format);
    if (vasprintf(&item.text, format, args) < 0)
        item.text = NULL;
    va_end(args);
    item.key = strdup(key);
    items = reallocarray(p->items, p->n + 1, sizeof *items);
    if (items)
        p->items = items;
    if (!items || !item.text || !item.key) {
        free(item.text);
        free(item.key);
        return; /* it still counts */
    }
    p->items[p->n++] = item;
}

void config_problems_fini(struct config_problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->items[i].key);
        free(p->items[i].text);
    }
    free(p->items);
    free(p->file);
    *p = (struct config_problems){0};
}

static int print_place(
    const struct config_problems *p, const struct config_problem *item, struct buf *out)
{
    if (item->line > 0)
        return buf_printf(out, "%s:%u:%u: ", p->file ? p->file : "", item->line, item->column);
    if (strncmp(item->key, "WARREN_", 7) == 0)
        return buf_printf(out, "environment: ");
    return p->file && *p->file ? buf_printf(out, "%s: ", p->file) : 0;
}

static int print_item(
    const struct config_problems *p, const struct config_problem *item, struct buf *out)
{
    int r = print_place(p, item, out);

    if (r < 0)
        return r;
    return buf_printf(out, "%s%s%s%s\n", item->warning ? "warning: " : "", item->key,
        *item->key ? ": " : "", item->text);
}

int config_problems_print(const struct config_problems *p, struct buf *out)
{
    size_t n_shown = 0;

    for (size_t i = 0; i < p->n; i++) {
        int r = print_item(p, &p->items[i], out);

        if (r < 0)
            return r;
        n_shown += !p->items[i].warning;
    }
    if (p->n_errors > n_shown)
        return buf_printf(out, "… and %zu more\n", p->n_errors - n_shown);
    return 0;
}
