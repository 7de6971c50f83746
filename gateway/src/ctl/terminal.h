/* terminal.h - the person in front of it. For main.c; tests have their own. */
#pragma once

#include <stddef.h>

/* Asks on the terminal, whatever the standard streams are, without showing what is typed. -ENOTTY:
 * there is none; -ECANCELED: nothing was said; -ENOSPC: more than fits. */
int terminal_ask_secret(const char *question, char *out, size_t cap);
/* Shows a page by xdg-open, where there is one; it goes on when we end. */
void terminal_open_url(const char *url);
