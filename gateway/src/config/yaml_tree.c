#include "config/yaml_tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "config/param_refuse.h"

struct builder {
    yaml_parser_t parser;
    /* From the root to the innermost that is open. Only the innermost grows, so the others stay
     * where they are. */
    struct yaml_tree *open[YAML_TREE_MAX_DEPTH];
    size_t depth, n_nodes, n_documents;
    struct yaml_tree *root;
    char *key; /* of the map that is open, waiting for its value */
    struct yaml_place key_at;
    struct yaml_place *at; /* where what is wrong is */
    struct error *e;
};

static void node_fini(struct yaml_tree *t)
{
    for (size_t i = 0; i < t->n_children; i++)
        node_fini(&t->children[i]);
    free(t->children);
    free(t->key);
    free(t->text);
}

struct yaml_tree *yaml_tree_free(struct yaml_tree *t)
{
    if (t)
        node_fini(t);
    free(t);
    return NULL;
}

const struct yaml_tree *yaml_tree_find(const struct yaml_tree *map, const char *key)
{
    for (size_t i = 0; i < map->n_children; i++) {
        if (map->children[i].key && strcmp(map->children[i].key, key) == 0)
            return &map->children[i];
    }
    return NULL;
}

bool yaml_tree_is_nothing(const struct yaml_tree *t)
{
    return t->kind == YAML_TREE_TEXT && !t->quoted &&
        (!*t->text || strcmp(t->text, "~") == 0 || strcmp(t->text, "null") == 0);
}

const char *yaml_tree_what(const struct yaml_tree *t)
{
    if (t->kind == YAML_TREE_MAP)
        return "a map";
    if (t->kind == YAML_TREE_LIST)
        return "a list";
    return yaml_tree_is_nothing(t) ? "nothing" : "a text";
}

static struct yaml_place place_of(const yaml_mark_t *mark)
{
    return (struct yaml_place){(unsigned)mark->line + 1, (unsigned)mark->column + 1};
}

__attribute__((format(printf, 4, 5))) static int refuse(
    struct builder *b, struct yaml_place at, int code, const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    *b->at = at;
    return error_set(b->e, code, "%s", text);
}

/* --- building --------------------------------------------------------------------------------- */

static int refuse_extras(
    struct builder *b, struct yaml_place at, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        return refuse(
            b, at, -EINVAL, "anchors and aliases are not supported here: write the value out");
    if (tag)
        return refuse(b, at, -EINVAL, "tags are not supported here");
    return 0;
}

static int copy_text(struct builder *b, const yaml_event_t *event, char **ret)
{
    const char *value = (const char *)event->data.scalar.value;

    if (strlen(value) != event->data.scalar.length)
        return refuse(b, place_of(&event->start_mark), -EINVAL, "a text must not contain a NUL");
    *ret = strdup(value);
    return *ret ? 0 : refuse(b, place_of(&event->start_mark), -ENOMEM, "out of memory");
}

static int take_key(struct builder *b, const yaml_event_t *event)
{
    struct yaml_place at = place_of(&event->start_mark);
    const struct yaml_tree *first;
    char quoted[80];
    int r;

    if (event->type != YAML_SCALAR_EVENT)
        return refuse(b, at, -EINVAL, "a key must be a text");
    r = copy_text(b, event, &b->key);
    if (r < 0)
        return r;
    b->key_at = at;
    first = yaml_tree_find(b->open[b->depth - 1], b->key);
    if (first)
        return refuse(b, at, -EINVAL, "\"%s\" is there twice, first in line %u",
            param_quote(b->key, quoted, sizeof quoted), first->key_at.line);
    return 0;
}

static int grow(struct builder *b, struct yaml_tree *parent, struct yaml_place at)
{
    size_t cap = parent->cap ? parent->cap * 2 : 8;
    struct yaml_tree *children;

    if (parent->n_children >= YAML_TREE_MAX_CHILDREN)
        return refuse(b, at, -E2BIG, "more than %d entries in one place", YAML_TREE_MAX_CHILDREN);
    if (parent->n_children < parent->cap)
        return 0;
    children = reallocarray(parent->children, cap, sizeof *children);
    if (!children)
        return refuse(b, at, -ENOMEM, "out of memory");
    parent->children = children;
    parent->cap = cap;
    return 0;
}

/* A new node under the innermost open one, with the key that waits; or the root. */
static int add_node(struct builder *b, struct yaml_place at, struct yaml_tree **ret)
{
    struct yaml_tree *parent = b->depth > 0 ? b->open[b->depth - 1] : NULL;
    int r;

    if (++b->n_nodes > YAML_TREE_MAX_NODES)
        return refuse(b, at, -E2BIG, "more than %d entries in all", YAML_TREE_MAX_NODES);
    if (!parent) {
        *ret = b->root = calloc(1, sizeof *b->root);
        return b->root ? 0 : refuse(b, at, -ENOMEM, "out of memory");
    }
    r = grow(b, parent, at);
    if (r < 0)
        return r;
    *ret = &parent->children[parent->n_children++];
    **ret = (struct yaml_tree){.key = steal(b->key), .key_at = b->key_at};
    return 0;
}

static bool key_is_next(const struct builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == YAML_TREE_MAP && !b->key;
}

static int on_text(struct builder *b, const yaml_event_t *event)
{
    struct yaml_place at = place_of(&event->start_mark);
    struct yaml_tree *t;
    char *text = NULL;
    int r = refuse_extras(b, at, event->data.scalar.anchor, event->data.scalar.tag);

    if (r < 0)
        return r;
    if (key_is_next(b))
        return take_key(b, event);
    r = copy_text(b, event, &text);
    if (r >= 0)
        r = add_node(b, at, &t);
    if (r < 0) {
        free(text);
        return r;
    }
    t->at = at;
    t->text = text;
    t->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return 0;
}

static int on_open(struct builder *b, const yaml_event_t *event, enum yaml_tree_kind kind)
{
    struct yaml_place at = place_of(&event->start_mark);
    struct yaml_tree *t;
    int r;

    if (key_is_next(b))
        return take_key(b, event);
    if (b->depth == YAML_TREE_MAX_DEPTH)
        return refuse(b, at, -E2BIG, "nested deeper than %d", YAML_TREE_MAX_DEPTH);
    r = add_node(b, at, &t);
    if (r < 0)
        return r;
    t->at = at;
    t->kind = kind;
    b->open[b->depth++] = t;
    return 0;
}

/* 1: the end of the file. */
static int on_event(struct builder *b, const yaml_event_t *event)
{
    struct yaml_place at = place_of(&event->start_mark);
    int r = 0;

    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_text(b, event);
    case YAML_MAPPING_START_EVENT:
        r = refuse_extras(b, at, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        return r < 0 ? r : on_open(b, event, YAML_TREE_MAP);
    case YAML_SEQUENCE_START_EVENT:
        r = refuse_extras(b, at, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        return r < 0 ? r : on_open(b, event, YAML_TREE_LIST);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        b->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return refuse_extras(b, at, event->data.alias.anchor, NULL);
    case YAML_DOCUMENT_START_EVENT:
        if (b->n_documents++ > 0)
            return refuse(b, at, -EINVAL, "a second document begins here; only one is read");
        return 0;
    case YAML_STREAM_END_EVENT:
        return 1;
    default:
        return 0;
    }
}

/* --- what the parser itself refuses ----------------------------------------------------------- */

/* libyaml tells the byte only of what is wrong with the encoding. */
static struct yaml_place place_of_offset(const char *text, size_t n, size_t offset)
{
    struct yaml_place at = {1, 1};

    for (size_t i = 0; i < n && i < offset; i++) {
        at.column = text[i] == '\n' ? 1 : at.column + 1;
        at.line += text[i] == '\n';
    }
    return at;
}

/* The most common slip, for which libyaml has only "found character that cannot start any token".
 */
static bool is_indented_by_tab(const char *text, size_t n, unsigned line)
{
    const char *end = text + n;

    while (--line > 0) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));

        if (!newline)
            return false;
        text = newline + 1;
    }
    while (text < end && *text == ' ')
        text++;
    return text < end && *text == '\t';
}

static int refuse_syntax(struct builder *b, const char *text, size_t n)
{
    const yaml_parser_t *p = &b->parser;
    struct yaml_place at = place_of(&p->problem_mark);
    const char *problem = p->problem ? p->problem : "cannot be read";

    if (p->error == YAML_MEMORY_ERROR)
        return refuse(b, at, -ENOMEM, "out of memory");
    if (p->error == YAML_READER_ERROR)
        return refuse(
            b, place_of_offset(text, n, p->problem_offset), -EINVAL, "not UTF-8 text: %s", problem);
    if (is_indented_by_tab(text, n, at.line))
        return refuse(b, at, -EINVAL, "indented by a tab: YAML takes spaces only");
    if (p->context && p->context_mark.line != p->problem_mark.line)
        return refuse(b, at, -EINVAL, "not YAML: %s %s that began in line %zu", problem, p->context,
            p->context_mark.line + 1);
    return refuse(b, at, -EINVAL, "not YAML: %s%s%s", problem, p->context ? " " : "",
        p->context ? p->context : "");
}

static int build(struct builder *b, const char *text, size_t n)
{
    int r;

    do {
        yaml_event_t event;

        if (!yaml_parser_parse(&b->parser, &event))
            return refuse_syntax(b, text, n);
        r = on_event(b, &event);
        yaml_event_delete(&event);
    } while (r == 0);
    return MIN(r, 0);
}

int yaml_tree_read(
    const char *text, size_t n, struct yaml_tree **ret, struct yaml_place *ret_at, struct error *e)
{
    struct builder b = {.at = ret_at, .e = e};
    struct yaml_tree *t;
    int r;

    if (n > YAML_TREE_MAX_BYTES)
        return refuse(
            &b, (struct yaml_place){0}, -E2BIG, "larger than %u bytes", YAML_TREE_MAX_BYTES);
    if (!yaml_parser_initialize(&b.parser))
        return refuse(&b, (struct yaml_place){0}, -ENOMEM, "out of memory");
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, n);
    r = build(&b, text, n);
    if (r >= 0 && !b.root) {
        r = add_node(&b, (struct yaml_place){1, 1}, &t);
        if (r >= 0)
            *t = (struct yaml_tree){.kind = YAML_TREE_MAP, .at = {1, 1}};
    }
    yaml_parser_delete(&b.parser);
    free(b.key);
    if (r < 0) {
        yaml_tree_free(b.root);
        return r;
    }
    *ret = b.root;
    return 0;
}
