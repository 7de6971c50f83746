/* yaml_tree.h - YAML as a small tree in which everything knows its line and column. The only user
 * of libyaml.
 *
 * What a configuration needs: maps with text keys, lists, texts. Anchors, aliases, tags and second
 * documents are refused with a sentence: they are how YAML files become puzzles. A key that is
 * there twice is an error, as one of the two would be ignored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/util.h"

/* Far above any sensible file, and small enough that no input costs more than some megabytes and a
 * fraction of a second. */
#define YAML_TREE_MAX_BYTES (1u << 20)
#define YAML_TREE_MAX_DEPTH 16
#define YAML_TREE_MAX_NODES 100000
#define YAML_TREE_MAX_CHILDREN 2000

enum yaml_tree_kind { YAML_TREE_TEXT, YAML_TREE_MAP, YAML_TREE_LIST };

/* Counted from 1; columns in characters. */
struct yaml_place {
    unsigned line, column;
};

struct yaml_tree {
    enum yaml_tree_kind kind;
    struct yaml_place at;
    char *key; /* in a map; NULL elsewhere */
    struct yaml_place key_at;
    char *text;  /* TEXT; never NULL there */
    bool quoted; /* TEXT: written in quotes or as a block */
    struct yaml_tree *children;
    size_t n_children, cap;
};

/* 0 and the root (an empty file is an empty map), or -EINVAL, -E2BIG, -ENOMEM with a sentence and
 * its place. */
int yaml_tree_read(
    const char *text, size_t n, struct yaml_tree **ret, struct yaml_place *ret_at, struct error *e);
struct yaml_tree *yaml_tree_free(struct yaml_tree *t);
DEFINE_CLEANUP(struct yaml_tree *, yaml_tree_free)

/* The child of a map; NULL when there is none. */
const struct yaml_tree *yaml_tree_find(const struct yaml_tree *map, const char *key);
/* Nothing was written: "key:", "key: ~", "key: null". */
bool yaml_tree_is_nothing(const struct yaml_tree *t);
/* "a list", "a map", "nothing", "a text". */
const char *yaml_tree_what(const struct yaml_tree *t);
