/* page.h - the tables of a protocol's page, for tests that hold them against a driver's. */
#pragma once

/* The page from one heading to the next (`to` NULL: to its end); valid until the next call. A page or a heading that is not there is
 * a failure of the test. */
char *page_section(const char *path, const char *from, const char *to);

/* Calls fn with each name in backticks in the first column of the tables' rows, and the rest of its row; returns how many. `text` is
 * taken apart. */
unsigned page_each_name(char *text, void (*fn)(const char *name, const char *row));
