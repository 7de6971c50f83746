/* table.h - aligned columns for people. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_MAX_COLUMNS 10

enum table_colour { TABLE_PLAIN, TABLE_BOLD, TABLE_GREEN, TABLE_YELLOW, TABLE_RED, TABLE_DIM };

struct table_cell {
    char *text;
    enum table_colour colour;
};

struct table {
    const char *heads[TABLE_MAX_COLUMNS];
    size_t n_columns;
    struct table_cell *cells; /* row by row */
    size_t n_cells, cap;
    bool failed; /* no memory: prints nothing */
};

/* `heads` ends with NULL. */
struct table table_new(const char *const *heads);
/* The next cell; rows follow from the number of columns. */
void table_add(struct table *t, enum table_colour colour, const char *text);
/* -ENOMEM when a cell could not be added. Columns are as wide as their widest cell, counted in
 * characters. */
int table_print(const struct table *t, FILE *out, bool colour);
void table_fini(struct table *t);

/* Text in a colour, or as it is. */
void table_paint(FILE *out, bool colour, enum table_colour c, const char *text);
