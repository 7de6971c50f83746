/* config_file.h - config.json: the camera's settings in a file, with the keys of the table in
 * pi_config_keys.c. */
#pragma once

#include <stddef.h>

#include "base/error.h"
#include "pi_config.h"

/* Longer files are none of ours. */
#define CONFIG_FILE_MAX_BYTES (256u << 10)

/* Keys that are not in the table are told one by one, and have no effect. */
typedef void (*config_unknown_fn)(void *ctx, const char *path);

/* Keys that are left out keep the value they have. -EINVAL and a sentence with the key and what is
 * expected, or line and column: `config` is as before. `unknown` may be NULL. */
int config_parse(const char *text, size_t n, struct pi_config *config, config_unknown_fn unknown,
    void *ctx, struct error *e);
/* -ENOENT: there is no such file. */
int config_read(const char *path, struct pi_config *config, config_unknown_fn unknown, void *ctx,
    struct error *e);
/* "key.path=value" from a command line. */
int config_assign(const char *text, struct pi_config *config, struct error *e);
