/* config_fill.h - a struct filled from a table of options: defaults, then the file, then the
 * environment. Private to config/. */
#pragma once

#include "config/config.h"
#include "config/yaml_tree.h"

struct config_fill {
    void *target; /* option.offset counts from here */
    const struct config_option *options;
    size_t n_options;
    const char *other_section; /* a section of the file that somebody else reads; NULL: none */
    struct config_problems *problems;
};

/* -ENOMEM, or -EINVAL where the table itself is wrong. */
int config_fill_defaults(const struct config_fill *f);
/* What is wrong goes to f->problems. `root` is a map. */
void config_fill_tree(const struct config_fill *f, const struct yaml_tree *root);
/* As environ. WARREN_* that nobody knows are warned about; empty ones count as not set. */
void config_fill_env(const struct config_fill *f, const char *const *env);

/* Checks and stores one. `text` is the value, or the path of the file that holds it. */
int config_fill_set(const struct config_fill *f, const struct config_option *o, const char *text,
    bool is_file, struct error *e);

/* A text, or a list of texts joined by commas; a problem otherwise. free() it. NULL after a
 * problem. */
char *config_text_of(const struct yaml_tree *t, const char *key, struct config_problems *problems);
