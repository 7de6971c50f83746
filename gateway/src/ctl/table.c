#include "ctl/table.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

struct table table_new(const char *const *heads)
{
    struct table t = {0};

    for (; heads[t.n_columns] && t.n_columns < TABLE_MAX_COLUMNS; t.n_columns++)
        t.heads[t.n_columns] = heads[t.n_columns];
    return t;
}

void table_add(struct table *t, enum table_colour colour, const char *text)
{
    char *copy = strdup(text);

    if (copy && t->n_cells == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        struct table_cell *cells = reallocarray(t->cells, cap, sizeof *cells);

        if (cells) {
            t->cells = cells;
            t->cap = cap;
        }
    }
    if (!copy || t->n_cells == t->cap) {
        free(copy);
        t->failed = true;
        return;
    }
    t->cells[t->n_cells++] = (struct table_cell){copy, colour};
}

/* Characters, not bytes: names are in any language. */
static size_t width(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static size_t column_width(const struct table *t, size_t column)
{
    size_t widest = width(t->heads[column]);

    for (size_t i = column; i < t->n_cells; i += t->n_columns)
        widest = MAX(widest, width(t->cells[i].text));
    return widest;
}

void table_paint(FILE *out, bool colour, enum table_colour c, const char *text)
{
    static const char *const codes[] = {"", "1", "32", "33", "31", "2"};

    if (colour && c != TABLE_PLAIN)
        fprintf(out, "\033[%sm%s\033[0m", codes[c], text);
    else
        fputs(text, out);
}

static void print_cell(const struct table *t, size_t column, size_t wide,
    const struct table_cell *cell, FILE *out, bool colour)
{
    table_paint(out, colour, cell->colour, cell->text);
    if (column + 1 < t->n_columns)
        fprintf(out, "%*s", (int)(wide - width(cell->text) + 2), "");
    else
        fputc('\n', out);
}

int table_print(const struct table *t, FILE *out, bool colour)
{
    size_t wide[TABLE_MAX_COLUMNS];

    if (t->failed)
        return -ENOMEM;
    for (size_t c = 0; c < t->n_columns; c++)
        wide[c] = column_width(t, c);
    for (size_t c = 0; c < t->n_columns; c++)
        print_cell(t, c, wide[c], &(struct table_cell){(char *)(uintptr_t)t->heads[c], TABLE_BOLD},
            out, colour);
    for (size_t i = 0; i < t->n_cells; i++)
        print_cell(t, i % t->n_columns, wide[i % t->n_columns], &t->cells[i], out, colour);
    return 0;
}

void table_fini(struct table *t)
{
    for (size_t i = 0; i < t->n_cells; i++)
        free(t->cells[i].text);
    free(t->cells);
    t->cells = NULL;
    t->n_cells = t->cap = 0;
}
