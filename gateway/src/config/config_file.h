/* config_file.h - small files read whole: the configuration and the secrets it names. Private to
 * config/. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* Longest first line of a secret's file. */
#define CONFIG_MAX_SECRET_BYTES 4096

/* Appends the file to `ret`, whose max is the ceiling. Regular files only: a pipe could keep us
 * waiting. Negative errno and a sentence without the path. */
int config_file_read(const char *path, struct buf *ret, struct error *e);
/* The first line without its end; free() it. Empty is an error. */
int config_file_secret(const char *path, char **ret, struct error *e);
